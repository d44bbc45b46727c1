//! Comma-separated values (RFC 4180), with the names of the columns in the first line.

use std::collections::HashSet;
use std::io::Read as _;

use csv::{ByteRecord, Reader, ReaderBuilder};
use serde_json::{Map, Value};

use super::{Form, Place, place};
use crate::check::shown;

/// The sentence about a quotation mark that ends a cell too early.
pub(super) const MISQUOTED: &str = "has a quotation mark in the middle of a cell; add the closing quotation mark that is missing, or \
                         write a quotation mark of the text twice";

/// Returns the names of the columns, the places of all rows and the number of rows without content, which are skipped.
pub(super) fn places(bytes: &[u8]) -> Result<(Form, Vec<Place>, usize), String> {
    let (mut head, mut rows, mut empty) = (None, Vec::new(), 0);
    let (mut reader, mut record) = (open(bytes), ByteRecord::new());
    // A row has as many cells as the first line, also those of columns without a name.
    let (mut start, mut line, mut cells) = (0, 1, 0);
    while reader.read_byte_record(&mut record).map_err(|error| format!("the file is not valid CSV: {error}"))? {
        let end = usize::try_from(reader.position().byte()).unwrap_or(bytes.len()).min(bytes.len());
        let read = bytes.get(start..end).unwrap_or_default();
        // The end of the line before, and lines without content.
        let content = trim_start(read);
        let first = end - content.len();
        line += newlines(read) - newlines(content);
        let place = Place { line, bytes: first..first + trim_end(content).len() };
        line += newlines(content);
        start = end;
        let Some((_, columns)) = &head else {
            if std::str::from_utf8(content).is_err() {
                return Err("the names of the columns are not valid UTF-8; save the file as UTF-8".to_owned());
            }
            if is_misquoted(content) {
                return Err(format!("the line with the names of the columns {MISQUOTED}"));
            }
            if bytes.get(place.bytes.end..).is_some_and(is_cr_alone) {
                return Err(
                    "the lines end with CR alone; save the file with lines that end with LF or CR LF".to_owned()
                );
            }
            head = Some((place.bytes, named(&record)?));
            cells = record.len();
            continue;
        };
        check(&record, content, &place, rows.len() + 1, (cells, columns.len()), end == bytes.len())?;
        // Spreadsheets write the commas of rows that were cleared.
        if is_empty(&record) {
            empty += 1;
        } else {
            rows.push(place);
        }
    }
    match head {
        Some((head, columns)) => Ok((Form::Csv { head, columns }, rows, empty)),
        None => Err("the file is empty; its first line must have the names of the columns".to_owned()),
    }
}

/// Returns a row by the names of the columns.
pub(super) fn row(bytes: &[u8], columns: &[String]) -> Map<String, Value> {
    let mut record = ByteRecord::new();
    // The row was read before.
    let _ = open(bytes).read_byte_record(&mut record);
    let cells = record.iter().map(|cell| Value::String(String::from_utf8_lossy(cell).into_owned()));
    columns.iter().cloned().zip(cells).collect()
}

fn open<R: std::io::Read>(bytes: R) -> Reader<R> {
    ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes)
}

fn named(record: &ByteRecord) -> Result<Vec<String>, String> {
    let mut seen = HashSet::new();
    let mut names: Vec<String> =
        record.iter().map(|name| String::from_utf8_lossy(name.trim_ascii()).into_owned()).collect();
    if record.get(0).is_some_and(|first| first.to_ascii_lowercase().starts_with(b"sep=")) {
        return Err("the first line is `sep=…`, not the column names; delete it".to_owned());
    }
    // Spreadsheets write the commas of columns that were cleared.
    if let Some(last) = names.iter().rposition(|name| !name.is_empty()) {
        names.truncate(last + 1);
    }
    for (index, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(format!("column {} has no name", index + 1));
        }
        if !seen.insert(name) {
            return Err(format!("there are two columns called \"{}\"", shown(name)));
        }
    }
    match names.as_slice() {
        [name] if name.contains([';', '\t']) => {
            Err("the columns are not separated by commas; save the file with commas".to_owned())
        }
        _ => Ok(names),
    }
}

/// Checks a row of a file with a number of columns, the first of which have names; `last` is true if it ends with the file.
fn check(
    record: &ByteRecord,
    content: &[u8],
    at: &Place,
    number: usize,
    (columns, names): (usize, usize),
    last: bool,
) -> Result<(), String> {
    let row = place(number, at.line);
    if std::str::from_utf8(content).is_err() {
        return Err(format!("{row} is not valid UTF-8; save the file as UTF-8"));
    }
    if is_misquoted(content) {
        return Err(format!("{row} {MISQUOTED}"));
    }
    if last && (is_open(content) || (record.len() < columns && !content.ends_with(b"\n"))) {
        return Err(format!("the file ends in the middle of {row}"));
    }
    if record.len() != columns && !is_empty(record) {
        return Err(format!("{row} has {} cells, and there are {columns} columns", record.len()));
    }
    match record.iter().skip(names).position(|cell| !cell.trim_ascii().is_empty()) {
        Some(index) => Err(format!("{row} has a value in column {}, which has no name", names + index + 1)),
        None => Ok(()),
    }
}

/// Returns true if no cell has content.
fn is_empty(record: &ByteRecord) -> bool {
    record.iter().all(|cell| cell.trim_ascii().is_empty())
}

/// Returns true if a cell in quotation marks has no end: a further line would belong to it.
fn is_open(content: &[u8]) -> bool {
    let mut more = open(content.chain(&b"\nx\n"[..])).into_byte_records();
    more.next();
    more.next().is_none()
}

/// Returns true if a quotation mark closes a cell that goes on: one before it was probably never closed.
fn is_misquoted(content: &[u8]) -> bool {
    let mut rest = content;
    loop {
        if let Some(quoted) = rest.strip_prefix(b"\"") {
            rest = after_quotes(quoted);
            if !matches!(rest.first(), None | Some(b',' | b'\r' | b'\n')) {
                return true;
            }
        }
        match rest.iter().position(|byte| matches!(byte, b',' | b'\r' | b'\n')).and_then(|end| rest.get(end..)) {
            Some([b',', next @ ..]) => rest = next,
            _ => return false,
        }
    }
}

/// Returns what follows the quotation mark that closes a cell. Two of them are one of the text.
fn after_quotes(mut text: &[u8]) -> &[u8] {
    while let Some(mark) = text.iter().position(|byte| *byte == b'"') {
        text = text.get(mark + 1..).unwrap_or_default();
        match text.strip_prefix(b"\"") {
            Some(more) => text = more,
            None => return text,
        }
    }
    &[]
}

/// Returns true if a line ends with CR, and no LF follows. Programs of Windows may write CR CR LF.
fn is_cr_alone(end: &[u8]) -> bool {
    let other = end.iter().find(|byte| **byte != b'\r');
    end.starts_with(b"\r") && other != Some(&b'\n')
}

fn trim_start(bytes: &[u8]) -> &[u8] {
    let content = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
    content.and_then(|start| bytes.get(start..)).unwrap_or_default()
}

fn trim_end(bytes: &[u8]) -> &[u8] {
    let content = bytes.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n'));
    content.and_then(|end| bytes.get(..=end)).unwrap_or_default()
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}
