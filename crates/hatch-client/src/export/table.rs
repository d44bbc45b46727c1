//! CSV with a line of names.

use crm_core::reexport::serde_json::{self, Map, Value};
use csv_core::{ReadRecordResult, Reader};

use super::found::{Found, MOST_ROW};

/// Cuts text into records. A record may come in any number of pieces and hold line breaks in
/// quotes. Each record but the first becomes a JSON object; empty cells are left out.
pub(super) struct Table {
    reader: Reader,
    cells: Vec<u8>,
    length: usize,
    ends: Vec<usize>,
    count: usize,
    /// The record is longer than any row: the rest of it is skipped.
    oversized: bool,
    names: Option<Vec<String>>,
    row: Vec<u8>,
    /// Line breaks seen so far.
    breaks: u64,
    /// The line that the record began on; `None` between records.
    line: Option<u64>,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            reader: Reader::new(),
            cells: vec![0; 1024],
            length: 0,
            ends: vec![0; 64],
            count: 0,
            oversized: false,
            names: None,
            row: Vec::new(),
            breaks: 0,
            line: None,
        }
    }
}

impl Table {
    /// Takes text up to the end of a record. Says how much, and whether a row was found.
    pub(super) fn push(&mut self, text: &[u8]) -> (usize, Option<Found>) {
        let mut used = 0;
        if self.line.is_none() {
            used = text.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.breaks += breaks(&text[..used]);
        }
        while used < text.len() {
            self.line.get_or_insert(self.breaks + 1);
            let (read, record) = self.read(&text[used..]);
            self.breaks += breaks(&text[used..used + read]);
            used += read;
            if record {
                return (used, self.record());
            }
        }
        (used, None)
    }

    /// The end of the file: a record without a line break.
    pub(super) fn finish(&mut self) -> Option<Found> {
        self.line?;
        // Without input the parser ends its record; it may want more room first.
        while !self.read(b"").1 {
            self.line?;
        }
        self.record()
    }

    /// The row that was found last, as JSON.
    pub(super) fn row(&self) -> &[u8] {
        &self.row
    }

    pub(super) fn held(&self) -> usize {
        self.cells.capacity() + self.ends.capacity() * size_of::<usize>() + self.row.capacity()
    }

    /// Lets the parser read. Says how much it took and whether a record is complete.
    fn read(&mut self, text: &[u8]) -> (usize, bool) {
        let (result, read, written, ended) =
            self.reader.read_record(text, &mut self.cells[self.length..], &mut self.ends[self.count..]);
        self.length += written;
        self.count += ended;
        match result {
            ReadRecordResult::Record => return (read, true),
            ReadRecordResult::End => self.line = None,
            ReadRecordResult::OutputFull => self.grow_cells(),
            ReadRecordResult::OutputEndsFull => self.grow_ends(),
            ReadRecordResult::InputEmpty => {}
        }
        (read, false)
    }

    fn grow_cells(&mut self) {
        if self.oversized || self.cells.len() >= MOST_ROW {
            self.oversized = true;
            self.length = 0;
        } else {
            let length = self.cells.len() * 2;
            self.cells.resize(length, 0);
        }
    }

    fn grow_ends(&mut self) {
        if self.oversized || self.ends.len() >= MOST_ROW / size_of::<usize>() {
            self.oversized = true;
            self.count = 0;
        } else {
            let length = self.ends.len() * 2;
            self.ends.resize(length, 0);
        }
    }

    fn record(&mut self) -> Option<Found> {
        let line = self.line.take().unwrap_or(self.breaks);
        let (length, count) = (std::mem::take(&mut self.length), std::mem::take(&mut self.count));
        if std::mem::take(&mut self.oversized) {
            return Some(Found::TooLong { line });
        }
        let cells = &self.cells[..length];
        let mut start = 0;
        let cells = self.ends[..count].iter().map(|&end| {
            let cell = cells.get(start..end).unwrap_or_default();
            start = end;
            std::str::from_utf8(cell)
        });
        let Ok(cells) = cells.collect::<Result<Vec<&str>, _>>() else { return Some(Found::NotText { line }) };
        let Some(names) = &self.names else {
            let first = cells.first().map(|name| name.trim_start_matches('\u{feff}'));
            let names = first.into_iter().chain(cells.iter().skip(1).copied());
            self.names = Some(names.map(str::to_owned).collect());
            return None;
        };
        if cells.len() != names.len() {
            return Some(Found::Ragged { line, cells: cells.len(), columns: names.len() });
        }
        let filled = names.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
        let row: Map<String, Value> = filled.map(|(name, cell)| (name.clone(), cell.into())).collect();
        self.row.clear();
        // Into memory, and nothing in it that JSON could not hold: it cannot fail.
        let _ = serde_json::to_writer(&mut self.row, &row);
        Some(Found::Row { line })
    }
}

fn breaks(text: &[u8]) -> u64 {
    text.iter().filter(|&&byte| byte == b'\n').count() as u64
}
