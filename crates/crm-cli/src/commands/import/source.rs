//! The rows of an input, JSON lines or CSV, each with its place: rows that fail are written as they were given.

mod csv;
mod jsonl;
#[cfg(test)]
mod tests;

use std::io::Read as _;
use std::ops::Range;

use serde_json::{Map, Value};

use crate::check::shown;
use crate::failure::Failure;

/// An input whose rows are all well formed.
pub(super) struct Source {
    /// The name of the file, for messages.
    pub(super) name: String,
    pub(super) form: Form,
    bytes: Vec<u8>,
    rows: Vec<Place>,
    /// The number of rows without content, which are skipped.
    pub(super) empty: usize,
}

/// The form of an input.
pub(super) enum Form {
    /// A JSON object per line.
    Jsonl,
    /// Comma-separated values: the place of the line with the names of the columns, and the names.
    Csv { head: Range<usize>, columns: Vec<String> },
}

/// The place of a row.
struct Place {
    /// The number of its first line, from 1.
    line: usize,
    bytes: Range<usize>,
}

impl Source {
    /// Reads a file; `-` is standard input.
    pub(super) fn read(file: &str) -> Result<Self, Failure> {
        let (name, bytes) = match file {
            "-" => {
                let mut bytes = Vec::new();
                let read = std::io::stdin().lock().read_to_end(&mut bytes);
                ("standard input", read.map(|_| bytes))
            }
            file => (file, std::fs::read(file)),
        };
        let bytes = bytes.map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
        Self::of(name, bytes).map_err(|fault| Failure::usage(format!("{name}: {fault}; nothing was sent")))
    }

    /// Finds the rows. The error is the sentence about the first row that is not well formed.
    pub(super) fn of(name: &str, mut bytes: Vec<u8>) -> Result<Self, String> {
        // The mark of UTF-8 that spreadsheets write.
        if bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        if let Some(other) = other_form(&bytes) {
            return Err(format!("the file is {other}"));
        }
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        let (form, rows, empty) = match (ending.as_deref(), first) {
            (Some("jsonl" | "ndjson"), _) | (_, Some(b'{')) => (Form::Jsonl, jsonl::places(&bytes)?, 0),
            (Some("json"), _) | (_, Some(b'[')) => {
                return Err("write a JSON object per line, without a list".to_owned());
            }
            _ => csv::places(&bytes)?,
        };
        Ok(Self { name: name.to_owned(), form, bytes, rows, empty })
    }

    /// The number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// All of the input.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the row of this number, from 1.
    pub(super) fn row(&self, number: usize) -> Map<String, Value> {
        let bytes = self.given(number);
        match &self.form {
            Form::Jsonl => jsonl::row(bytes).unwrap_or_default(),
            Form::Csv { columns, .. } => csv::row(bytes, columns),
        }
    }

    /// Returns the bytes of a row, without the end of its line.
    pub(super) fn given(&self, number: usize) -> &[u8] {
        let place = number.checked_sub(1).and_then(|index| self.rows.get(index));
        place.and_then(|place| self.bytes.get(place.bytes.clone())).unwrap_or_default()
    }

    /// Returns the names of the columns of CSV.
    pub(super) fn columns(&self) -> &[String] {
        match &self.form {
            Form::Jsonl => &[],
            Form::Csv { columns, .. } => columns,
        }
    }

    /// Returns the bytes before all rows: the names of the columns.
    pub(super) fn head(&self) -> Option<&[u8]> {
        match &self.form {
            Form::Jsonl => None,
            Form::Csv { head, .. } => self.bytes.get(head.clone()),
        }
    }

    /// Returns the place of the columns whose names are not shown in messages: `line 1, column 2`. `None` if there are none.
    pub(super) fn hidden_columns(&self) -> Option<String> {
        let hidden = self.columns().iter().enumerate().filter(|(_, name)| shown(name) != name.as_str());
        let numbers: Vec<String> = hidden.map(|(index, _)| (index + 1).to_string()).collect();
        let word = if numbers.len() == 1 { "column" } else { "columns" };
        (!numbers.is_empty()).then(|| format!("line 1, {word} {}", numbers.join(", ")))
    }

    /// Returns a row for a message: `row 3 (line 4)`.
    pub(super) fn place(&self, number: usize) -> String {
        let line = number.checked_sub(1).and_then(|index| self.rows.get(index)).map_or(0, |place| place.line);
        place(number, line)
    }
}

/// The errors of cells by language, without blanks: those of LibreOffice 7.4 and its translations, and those of Excel. A
/// number of three digits follows `Err:`. An error that can be a value, `#IT`, is not one of them.
const ERRORS: &str = include_str!("source/errors.txt");

/// Returns the fault of a cell of CSV whose content a spreadsheet or a conversion has lost.
pub(super) fn lost(cell: &Value) -> Option<&'static str> {
    let text = cell.as_str()?;
    // French has a blank before the mark at the end.
    let dense = |text: &str| text.chars().filter(|one| !one.is_whitespace()).collect::<String>();
    let (head, number) = text.trim().split_once(':').unwrap_or_default();
    let is_code = number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, head) = (dense(text), dense(head));
    let is_error = |error: &str| match error.strip_suffix(':') {
        Some(word) => is_code && word == head,
        None => error == whole,
    };
    if text.contains(['#', ':']) && ERRORS.split_ascii_whitespace().any(is_error) {
        return Some("is an error of the spreadsheet; correct the cell");
    }
    text.contains('\u{fffd}').then_some("has characters that were lost in an earlier conversion; correct the cell")
}

/// Returns the form of a file that is neither JSON lines nor CSV, and what to do.
fn other_form(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'P', b'K', 3, 4, ..] => Some("a ZIP archive, as .xlsx and .ods files are; save it as CSV (UTF-8)"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..] => Some("UTF-16; save it as CSV (UTF-8)"),
        _ if bytes.trim_ascii_start().starts_with(b"<") => Some("HTML, not CSV; save it as CSV (UTF-8)"),
        _ => None,
    }
}

/// A row for a message.
fn place(number: usize, line: usize) -> String {
    format!("row {number} (line {line})")
}
