//! The names of columns: in the header of a CSV file, and in each row of JSON.

use std::collections::HashSet;

use crm_core::reexport::serde_json::{self, Map, Value};

use super::found::MOST_ROW;

/// Maximum number of characters of the names that an error shows.
const SHOWN: usize = 200;
/// The number of consecutive digits that make a text an identifier or a phone number.
const DIGITS: usize = 5;

/// Checks a header. No name is known if the separator is not a comma or if there is no header. If
/// two columns have one name, the values of one would be lost.
pub(super) fn check_header(names: &[&str], columns: &[&str]) -> Result<(), String> {
    if !names.iter().any(|name| columns.contains(name)) {
        return Err(format!("the header has no known column name: {}", shown(names)));
    }
    let mut seen = HashSet::new();
    // Columns without a name are usually empty. A row that fills two of them is an error.
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

/// Checks a row of JSON, which may be an error message instead of a row.
pub(super) fn check_row(row: &[u8], columns: &[&str]) -> Result<(), String> {
    let contains = |name: &&str| row.windows(name.len()).any(|window| window == name.as_bytes());
    // Nearly every row has the first column, near its beginning.
    if columns.iter().any(contains) {
        return Ok(());
    }
    let Ok(members) = serde_json::from_slice::<Map<String, Value>>(row) else { return Ok(()) };
    let names: Vec<&str> = members.keys().map(String::as_str).collect();
    // A name may be written with escapes.
    if names.iter().any(|name| columns.contains(name)) {
        return Ok(());
    }
    Err(format!("the row has no known member name: {}", shown(&names)))
}

/// Shows names on one line. Names are not personal data, but the first line may be a row instead of
/// a header, and its values must not appear in logs.
fn shown(names: &[&str]) -> String {
    let digits = |name: &&str| name.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= DIGITS);
    if names.iter().any(|name| name.contains('@') || digits(name)) {
        return "not shown because it looks like a row of data".to_owned();
    }
    let text = names.join(",");
    let mut characters = text.chars();
    let start: String = characters.by_ref().take(SHOWN).flat_map(char::escape_debug).collect();
    let rest = if characters.next().is_some() { " …" } else { "" };
    format!("`{start}`{rest}")
}
