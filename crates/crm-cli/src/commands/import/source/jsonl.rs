//! JSON lines. Lines without content are not rows.

use serde_json::{Map, Value};

use super::{Place, place};

/// Returns the places of all rows.
pub(super) fn places(bytes: &[u8]) -> Result<Vec<Place>, String> {
    let mut rows = Vec::new();
    let mut start = 0;
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let (content, line_number) = (line.trim_ascii_end(), index + 1);
        if !content.trim_ascii_start().is_empty() {
            let row = place(rows.len() + 1, line_number);
            match row_of(content) {
                Ok(_) => rows.push(Place { line: line_number, bytes: start..start + content.len() }),
                Err(error) if error.is_eof() && !line.ends_with(b"\n") => {
                    return Err(format!("the file ends in the middle of {row}"));
                }
                Err(error) if error.is_data() => return Err(format!("{row} is not a JSON object")),
                Err(error) => return Err(format!("{row} is not valid JSON at column {}", error.column())),
            }
        }
        start += line.len();
    }
    Ok(rows)
}

/// Returns a row.
pub(super) fn row(content: &[u8]) -> Option<Map<String, Value>> {
    row_of(content).ok()
}

fn row_of(content: &[u8]) -> Result<Map<String, Value>, serde_json::Error> {
    serde_json::from_slice(content)
}
