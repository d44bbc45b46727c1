//! CSV with a header.

use crm_core::reexport::serde_json::{self, Map, Value};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

use super::found::{Found, MOST_ROW};
use super::names;

/// The byte order mark that some writers put before the text.
const MARK: [u8; 3] = *b"\xef\xbb\xbf";

/// Cuts text into records. A record may come in any number of pieces and contain line breaks in
/// quotes; it ends with LF or CR LF, and a CR alone is data. Each record but the first becomes a
/// JSON object; empty cells are omitted.
pub(super) struct Table {
    reader: Reader,
    /// The names of the columns that have a field.
    columns: &'static [&'static str],
    /// Number of bytes of a mark that were seen; `None` once the text has begun.
    mark: Option<usize>,
    cells: Vec<u8>,
    length: usize,
    ends: Vec<usize>,
    count: usize,
    /// The record is longer than the maximum: the rest of it is skipped.
    oversized: bool,
    names: Names,
    row: Vec<u8>,
    /// Line breaks seen so far.
    breaks: u64,
    /// The line that the record began on; `None` between records.
    line: Option<u64>,
    /// Number of bytes of the record that were read, and the last of them.
    raw: u64,
    last: u8,
}

enum Names {
    Unread,
    Read(Vec<String>),
    /// The header cannot be used; no other line takes its place.
    Unusable,
}

impl Table {
    pub(super) fn new(columns: &'static [&'static str]) -> Self {
        let mut reader = ReaderBuilder::new().terminator(Terminator::Any(b'\n')).build();
        // The parser skips a byte order mark only if the first piece contains all of it. So marks are
        // skipped here, and a blank line keeps the parser from looking for one.
        let _ = reader.read_record(b"\n", &mut [0], &mut [0]);
        Self {
            reader,
            columns,
            mark: Some(0),
            cells: vec![0; 1024],
            length: 0,
            ends: vec![0; 64],
            count: 0,
            oversized: false,
            names: Names::Unread,
            row: Vec::new(),
            breaks: 0,
            line: None,
            raw: 0,
            last: 0,
        }
    }

    /// Takes text up to the end of a record. Returns how much was taken, and what was found.
    pub(super) fn push(&mut self, text: &[u8]) -> (usize, Option<Found>) {
        if matches!(self.names, Names::Unusable) {
            return (text.len(), None);
        }
        let begin = self.pass_marks(text);
        let (used, found) = self.cut(&text[begin..]);
        (begin + used, found)
    }

    /// Ends the record at the end of the file, if it has no line break.
    pub(super) fn finish(&mut self) -> Option<Found> {
        if let Some(seen) = self.mark.take() {
            self.cut(&MARK[..seen]);
        }
        self.line?;
        // Without input the parser ends its record; it may need more room first.
        while !self.read(b"").1 {
            self.line?;
        }
        self.record(self.last == b'\r')
    }

    fn pass_marks(&mut self, text: &[u8]) -> usize {
        let mut used = 0;
        while let (Some(seen), Some(&byte)) = (self.mark, text.get(used)) {
            if byte == MARK[seen] {
                self.mark = Some((seen + 1) % MARK.len());
                used += 1;
            } else {
                self.mark = None;
                // Not a mark: these bytes are text. They cannot end a record.
                self.cut(&MARK[..seen]);
            }
        }
        used
    }

    fn cut(&mut self, text: &[u8]) -> (usize, Option<Found>) {
        let mut used = 0;
        if self.line.is_none() {
            used = text.iter().take_while(|&&byte| byte == b'\n').count();
            self.breaks += used as u64;
        }
        while used < text.len() {
            self.line.get_or_insert(self.breaks + 1);
            let (read, ended) = self.read(&text[used..]);
            let taken = &text[used..used + read];
            used += read;
            self.breaks += taken.iter().filter(|&&byte| byte == b'\n').count() as u64;
            let taken = if ended { taken.strip_suffix(b"\n").unwrap_or(taken) } else { taken };
            self.raw += taken.len() as u64;
            self.last = taken.last().copied().unwrap_or(self.last);
            if ended {
                return (used, self.record(self.last == b'\r'));
            }
        }
        (used, None)
    }

    /// The row that was found last, as JSON.
    pub(super) fn row(&self) -> &[u8] {
        &self.row
    }

    pub(super) fn held(&self) -> usize {
        self.cells.capacity() + self.ends.capacity() * size_of::<usize>() + self.row.capacity()
    }

    /// Lets the parser read. Returns the number of bytes it took and true if a record is complete.
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

    /// Ends a record. If its last byte is a `carriage` return, it is a part of the line break.
    fn record(&mut self, carriage: bool) -> Option<Found> {
        let line = self.line.take().unwrap_or(self.breaks);
        let (mut length, count) = (std::mem::take(&mut self.length), std::mem::take(&mut self.count));
        let raw = std::mem::take(&mut self.raw);
        let oversized = std::mem::take(&mut self.oversized);
        if carriage && raw == 1 {
            return None;
        }
        if carriage && let Some(end) = self.ends[..count].last_mut() {
            length = length.saturating_sub(1);
            *end = length;
        }
        let cells = match texts(&self.cells[..length], &self.ends[..count]) {
            _ if oversized => Err(Found::TooLong { line }),
            Some(cells) => Ok(cells),
            None => Err(Found::NotText { line }),
        };
        if let Names::Read(names) = &self.names {
            let row = cells.and_then(|cells| row(names, &cells, line));
            let Ok(row) = row else { return row.err() };
            self.row.clear();
            // Writing JSON values into memory cannot fail.
            let _ = serde_json::to_writer(&mut self.row, &row);
            return Some(Found::Row { line });
        }
        let names = match cells {
            Ok(cells) => names::check_header(&cells, self.columns).map(|()| cells),
            Err(Found::TooLong { .. }) => Err(names::too_long()),
            Err(_) => Err(names::not_text()),
        };
        match names {
            Ok(names) => {
                self.names = Names::Read(names.into_iter().map(str::to_owned).collect());
                None
            }
            Err(fault) => {
                self.names = Names::Unusable;
                Some(Found::Header { line, fault })
            }
        }
    }
}

/// Returns the cells that end at these places, or `None` if one is not UTF-8.
fn texts<'a>(cells: &'a [u8], ends: &[usize]) -> Option<Vec<&'a str>> {
    let mut start = 0;
    let cells = ends.iter().map(|&end| std::str::from_utf8(cells.get(std::mem::replace(&mut start, end)..end)?).ok());
    cells.collect()
}

/// Returns the filled cells by name, or an error if a cell has no unique name.
fn row(names: &[String], cells: &[&str], line: u64) -> Result<Map<String, Value>, Found> {
    let mut filled = names.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
    let mut row = Map::new();
    let doubled = filled.any(|(name, &cell)| row.insert(name.clone(), cell.into()).is_some());
    if cells.len() != names.len() || doubled {
        let columns = if doubled { names.iter().filter(|name| !name.is_empty()).count() } else { names.len() };
        return Err(Found::Ragged { line, cells: cells.len(), columns });
    }
    Ok(row)
}
