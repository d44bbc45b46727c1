//! Rows as cells: nested members become columns with dots between the names, lists stay JSON. A dot within a name is
//! written `\.`.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::Value;

/// The columns of some rows, in the order in which they first occur.
pub(super) struct Columns(pub(super) Vec<String>);

impl Columns {
    pub(super) fn of(rows: &[Value]) -> Self {
        let (mut seen, mut columns) = (BTreeSet::new(), Vec::new());
        for row in rows {
            cells(row, "", &mut |name, _| {
                if seen.insert(name.to_owned()) {
                    columns.push(name.to_owned());
                }
            });
        }
        Self(columns)
    }

    /// Returns the cells of a row in the order of the columns; `None` if the row has no such member.
    pub(super) fn row(&self, row: &Value) -> Vec<Option<String>> {
        let mut found = vec![None; self.0.len()];
        cells(row, "", &mut |name, value| {
            if let Some(place) = self.0.iter().position(|column| column == name) {
                found[place] = Some(cell(value));
            }
        });
        found
    }

    /// Writes the rows with a line of names before them.
    pub(super) fn csv(&self, rows: &[Value], out: &mut impl Write) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        out.write_all(&line(self.0.iter().map(String::as_str)))?;
        for row in rows {
            let cells = self.row(row);
            out.write_all(&line(cells.iter().map(|cell| cell.as_deref().unwrap_or_default())))?;
        }
        Ok(())
    }
}

/// Calls `each` with the name and the value of every cell.
fn cells(value: &Value, name: &str, each: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (member, value) in members {
                let member = member.replace('.', "\\.");
                let name = if name.is_empty() { member } else { format!("{name}.{member}") };
                cells(value, &name, each);
            }
        }
        value if name.is_empty() => each("value", value),
        value => each(name, value),
    }
}

/// A value as the text of a cell.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns a line of RFC 4180. One with an empty cell alone is not blank, because readers skip blank lines.
pub(crate) fn line<'a>(cells: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}
