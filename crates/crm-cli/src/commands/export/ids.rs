//! The ids of the rows that an interrupted export left in its file. Where two walks of HubSpot's export meet, a resumed
//! export can return up to a page of records again.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::Value;

/// Ids of rows.
#[derive(Default)]
pub(super) struct Ids(pub(super) HashSet<u64>);

impl Ids {
    /// Returns true if the file has a row with the id of this record.
    pub(super) fn has(&self, record: &Value) -> bool {
        let id = || record.get("id")?.as_str()?.parse().ok();
        !self.0.is_empty() && id().is_some_and(|id: u64| self.0.contains(&id))
    }
}

/// Returns the id of a row. It is the first cell of a row of CSV.
pub(super) fn of_row(row: &[u8], csv: bool) -> Option<u64> {
    #[derive(Deserialize)]
    struct Row {
        id: Option<String>,
    }
    match csv {
        true => std::str::from_utf8(row.split(|byte| matches!(byte, b',' | b'\r' | b'\n')).next()?).ok()?.parse().ok(),
        false => serde_json::from_slice::<Row>(row).ok()?.id?.parse().ok(),
    }
}

/// Returns true if a row of CSV ends within quotes.
pub(super) fn is_open(row: &[u8]) -> bool {
    row.iter().filter(|byte| **byte == b'"').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_row_is_read() {
        assert_eq!(of_row(b"{\"a\":{\"id\":\"8\"},\"id\":\"7\",\"n\":null}\n", false), Some(7));
        assert_eq!([of_row(b"7,\"a\nb\"\r\n", true), of_row(b"7\r\n", true)], [Some(7); 2]);
        assert_eq!([of_row(b"{\"id\":null}\n", false), of_row(b"x,7\r\n", true), of_row(b"", true)], [None; 3]);
        assert!(is_open(b"7,\"a \"\"b\"\"\n") && !is_open(b"7,\"a \"\"b\"\"\n\"\r\n"));
    }
}
