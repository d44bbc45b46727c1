//! The header of a CSV file: the line with the column names.

use std::collections::HashSet;

use super::found::MOST_ROW;

/// The number of characters of a header that an error shows.
const SHOWN: usize = 200;
/// The number of digits in a row that make a text an identifier or a phone number.
const DIGITS: usize = 5;

/// Checks the column names. No name is known if the text is cut at the wrong separator or has no
/// header; of two columns with one name, one would be lost.
pub(super) fn check(names: &[&str], columns: &[&str]) -> Result<(), String> {
    if !names.iter().any(|name| columns.contains(name)) {
        return Err(format!("the header has no known column name: {}", shown(names)));
    }
    let mut seen = HashSet::new();
    // Columns without a name are mostly empty; rows tell where they are not.
    match names.iter().find(|name| !name.is_empty() && !seen.insert(**name)) {
        Some(_) => Err(format!("the header has two columns of one name: {}", shown(names))),
        None => Ok(()),
    }
}

pub(super) fn not_text() -> String {
    "the header is not UTF-8".to_owned()
}

pub(super) fn too_long() -> String {
    format!("the header is longer than {} MiB", MOST_ROW >> 20)
}

/// Shows a header on one line. Column names are nobody's data, but a line that is none may be a
/// row, whose values belong into no log.
fn shown(names: &[&str]) -> String {
    let digits = |name: &&str| name.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= DIGITS);
    if names.iter().any(|name| name.contains('@') || digits(name)) {
        return "it is not shown because it looks like a row of data".to_owned();
    }
    let text = names.join(",");
    let mut characters = text.chars();
    let start: String = characters.by_ref().take(SHOWN).flat_map(char::escape_debug).collect();
    let rest = if characters.next().is_some() { " …" } else { "" };
    format!("`{start}`{rest}")
}
