//! The ids of the rows that an interrupted export left in its file. Where two walks of HubSpot's export meet, a resumed
//! export can return up to a page of records again.

use std::collections::HashSet;
use std::io::{self, BufRead};

use serde::Deserialize;
use serde_json::Value;

/// Ids of rows.
#[derive(Default)]
pub(super) struct Ids(HashSet<u64>);

impl Ids {
    /// Returns true if the file has a row with the id of this record.
    pub(super) fn has(&self, record: &Value) -> bool {
        let id = || record.get("id")?.as_str()?.parse().ok();
        !self.0.is_empty() && id().is_some_and(|id: u64| self.0.contains(&id))
    }

    /// Reads the ids of rows. In CSV the id is the first cell of a row.
    pub(super) fn read(rows: impl BufRead, csv: bool) -> io::Result<Self> {
        #[derive(Deserialize)]
        struct Row {
            id: Option<String>,
        }
        let mut found = HashSet::new();
        if csv {
            let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(rows);
            let mut row = csv::ByteRecord::new();
            while rows.read_byte_record(&mut row)? {
                let id = row.get(0).and_then(|cell| std::str::from_utf8(cell).ok());
                found.extend(id.and_then(|id| id.parse::<u64>().ok()));
            }
        } else {
            for row in rows.split(b'\n') {
                let row: Option<Row> = serde_json::from_slice(&row?).ok();
                found.extend(row.and_then(|row| row.id?.parse::<u64>().ok()));
            }
        }
        Ok(Self(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_of_rows_are_read() {
        for (rows, csv, ids) in [
            ("{\"a\":{\"id\":\"8\"},\"id\":\"7\",\"n\":null}\n{\"id\":null}\n{\"id\":\"9\"}\n", false, &[7, 9][..]),
            ("id,name\r\n7,\"a \"\"b\"\"\n3,\r\n4\"\r\nx,5\r\n9,\r\n", true, &[7, 9]),
            ("id\r\n7\r\n\"\"\r\n", true, &[7]),
            ("", true, &[]),
        ] {
            assert_eq!(Ids::read(rows.as_bytes(), csv).unwrap().0, ids.iter().copied().collect(), "{rows}");
        }
    }
}
