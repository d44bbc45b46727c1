//! Rows in columns for a terminal.

use serde_json::Value;

use super::flat::{Columns, cell};

/// The maximum length of a line in characters.
const WIDTH: usize = 100;
/// The maximum width of a column.
const WIDEST: usize = 32;
/// The space between two columns.
const GAP: usize = 2;

/// Returns rows as a table. Columns that do not fit are omitted, and named below it.
pub(super) fn rows(rows: &[Value]) -> String {
    rows_within(rows, WIDTH)
}

pub(super) fn rows_within(rows: &[Value], width: usize) -> String {
    let columns = Columns::of(rows);
    if rows.is_empty() || columns.0.is_empty() {
        return String::new();
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| columns.row(row).into_iter().map(|cell| short(&cell.unwrap_or_default())).collect())
        .collect();
    let widths = columns.0.iter().enumerate().map(|(place, name)| {
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
    line(&mut text, columns.0.iter().map(|name| short(name)), &widths[..shown]);
    for row in cells {
        line(&mut text, row.into_iter(), &widths[..shown]);
    }
    if shown < columns.0.len() {
        let (more, first) = (columns.0.len() - shown, &columns.0[shown]);
        text.push_str(&format!("({more} more columns from {first} on: --format csv or json shows all)\n"));
    }
    text
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
