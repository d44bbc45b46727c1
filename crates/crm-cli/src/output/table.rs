//! Rows in columns for a terminal.

use serde_json::Value;

use super::flat::{Columns, cell};

/// The maximum length of a line in characters.
const WIDTH: usize = 100;
/// The maximum width of a column.
const WIDEST: usize = 32;
/// The beginning of the columns of properties.
const PROPERTY: &str = "properties.";
/// The space between two columns.
const GAP: usize = 2;

/// Returns rows as a table. Columns that do not fit are omitted, and named below it.
pub(super) fn rows(rows: &[Value]) -> String {
    rows_within(rows, WIDTH)
}

pub(super) fn rows_within(rows: &[Value], width: usize) -> String {
    let mut columns = Columns::of(rows);
    if columns.0.iter().any(|name| name.starts_with(PROPERTY)) {
        columns.0.sort_by_key(|name| rank(name));
    }
    let headings: Vec<&str> = columns.0.iter().map(|name| heading(name, &columns)).collect();
    if rows.is_empty() || columns.0.is_empty() {
        return String::new();
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| columns.row(row).into_iter().map(|cell| short(&cell.unwrap_or_default())).collect())
        .collect();
    let widths = headings.iter().enumerate().map(|(place, name)| {
        let longest = cells.iter().map(|row| row[place].chars().count()).max().unwrap_or(0);
        longest.max(name.chars().count()).min(WIDEST)
    });
    let widths: Vec<usize> = widths.collect();
    let mut left = width;
    let fits = widths.iter().take_while(|width| {
        let fits = left >= **width;
        left = left.saturating_sub(**width + GAP);
        fits
    });
    let shown = fits.count().max(1);
    let mut text = String::new();
    line(&mut text, headings.iter().map(|name| short(name)), &widths[..shown]);
    for row in cells {
        line(&mut text, row.into_iter(), &widths[..shown]);
    }
    if shown < headings.len() {
        let (more, first) = (headings.len() - shown, headings[shown]);
        text.push_str(&format!("({more} more columns from {first} on: --format csv or json shows all)\n"));
    }
    text
}

/// Returns the place of a column of a record: its id, its properties, those that HubSpot returns unasked, and the members
/// around them.
fn rank(name: &str) -> u8 {
    const UNASKED: [&str; 4] = ["createdate", "hs_lastmodifieddate", "hs_object_id", "lastmodifieddate"];
    const AROUND: [&str; 6] = ["archived", "archivedAt", "createdAt", "objectWriteTraceId", "updatedAt", "url"];
    match name.strip_prefix(PROPERTY) {
        _ if name == "id" => 0,
        Some(property) if !UNASKED.contains(&property) => 1,
        None if !AROUND.contains(&name) => 2,
        Some(_) => 3,
        None => 4,
    }
}

/// Returns the name of a column without that of its group, if no other column has it.
fn heading<'a>(name: &'a str, columns: &Columns) -> &'a str {
    let own = name.strip_prefix(PROPERTY);
    own.filter(|own| !columns.0.iter().any(|other| other == own)).unwrap_or(name)
}

/// Returns one record, a member a line.
pub(super) fn record(value: &Value) -> String {
    let columns = Columns::of(std::slice::from_ref(value));
    let width = columns.0.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let cells = columns.row(value);
    let lines = columns.0.iter().zip(cells).map(|(name, value)| {
        let value = one_line(&value.unwrap_or_else(|| cell(&Value::Null)));
        format!("{name:width$}  {value}").trim_end().to_owned() + "\n"
    });
    lines.collect()
}

fn line(text: &mut String, cells: impl Iterator<Item = String>, widths: &[usize]) {
    let padded: Vec<String> = cells.zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
    text.push_str(padded.join("  ").trim_end());
    text.push('\n');
}

/// Returns at most the widest column's characters of a text, on one line.
fn short(text: &str) -> String {
    let line = one_line(text);
    if line.chars().count() <= WIDEST {
        return line;
    }
    line.chars().take(WIDEST - 1).chain(['…']).collect()
}

/// Control characters could move the cursor of a terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
