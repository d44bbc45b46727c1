//! Converts the bytes of an archive to rows.

use std::marker::PhantomData;

use bytes::Bytes;
use crm_core::reexport::http::StatusCode;
use crm_core::{Error, ErrorKind, Sent, Wire, codec};

use super::archive::{Archive, Progress};
use super::found::{Found, MOST_ROW};
use super::lines::Lines;
use super::names;
use super::table::Table;
use crate::bulk_export::operations::EXPORTS_DOWNLOAD;

/// The layout of the text of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// JSON, one row per line.
    Lines,
    /// CSV with a header.
    Table,
}

/// The next result of the reader.
#[derive(Debug)]
pub(super) enum Next<R> {
    /// A row, or the reason why it cannot be read. More may follow in both cases.
    Row(Result<R, Error>),
    /// More input is needed.
    Starved,
    /// All rows were read and the archive is whole.
    End,
    /// The archive is broken, so nothing follows.
    Broken(Error),
}

enum Cutter {
    Lines(Lines),
    Table(Box<Table>),
}

pub(super) struct RowReader<R> {
    layout: Layout,
    /// The names of the columns that have a field.
    columns: &'static [&'static str],
    archive: Archive,
    /// Packed bytes that were not read yet.
    input: Bytes,
    /// True if the input has ended.
    over: bool,
    /// Unpacked text, and the number of its bytes that were cut into rows.
    text: Vec<u8>,
    at: usize,
    cutter: Cutter,
    file_end: bool,
    peak: usize,
    row: PhantomData<fn() -> R>,
}

impl<R: Wire> RowReader<R> {
    pub(super) fn new(layout: Layout, columns: &'static [&'static str]) -> Self {
        Self {
            layout,
            columns,
            archive: Archive::new(),
            input: Bytes::new(),
            over: false,
            text: Vec::new(),
            at: 0,
            cutter: Cutter::new(layout, columns),
            file_end: false,
            peak: 0,
            row: PhantomData,
        }
    }

    /// Adds input; only after [`Next::Starved`].
    pub(super) fn feed(&mut self, input: Bytes) {
        self.input = input;
        self.measure();
    }

    /// Ends the input.
    pub(super) fn close(&mut self) {
        self.over = true;
    }

    /// Maximum number of bytes held at the same time.
    pub(super) fn peak(&self) -> usize {
        self.peak
    }

    pub(super) fn next(&mut self) -> Next<R> {
        loop {
            while self.at < self.text.len() {
                let (used, found) = self.cutter.push(&self.text[self.at..]);
                self.at += used;
                if let Some(found) = found {
                    return Next::Row(self.read(found));
                }
            }
            if std::mem::take(&mut self.file_end) {
                let found = self.cutter.finish();
                let row = found.map(|found| self.read(found));
                // Another file, if there is one, counts its own lines and has its own names.
                self.cutter = Cutter::new(self.layout, self.columns);
                if let Some(row) = row {
                    return Next::Row(row);
                }
            }
            self.text.clear();
            self.at = 0;
            let progress = self.archive.step(&mut self.input, &mut self.text);
            self.measure();
            match progress {
                Ok(Progress::More) => {}
                Ok(Progress::FileEnd) => self.file_end = true,
                Ok(Progress::Done) => return Next::End,
                Ok(Progress::Starved) if self.over => {
                    return Next::Broken(label(Error::new(ErrorKind::Io, self.archive.cut_off())));
                }
                Ok(Progress::Starved) => return Next::Starved,
                Err(fault) => return Next::Broken(label(Error::decode(format!("the archive {fault}")))),
            }
        }
    }

    fn read(&self, found: Found) -> Result<R, Error> {
        let (line, fault) = match found {
            Found::Row { line } => match self.decode() {
                Ok(row) => return Ok(row),
                Err(fault) => (line, fault),
            },
            Found::TooLong { line } => (line, format!("the row is longer than {} MiB", MOST_ROW >> 20)),
            Found::NotText { line } => (line, "the row is not UTF-8".to_owned()),
            Found::Header { line, fault } => {
                (line, format!("{fault}; no row of this file can be read, so ask for the export as JSON"))
            }
            Found::Ragged { line, cells, columns } => {
                (line, format!("the row has {cells} cells but the header has {columns}"))
            }
        };
        Err(label(Error::decode(format!("line {line}: {fault}"))))
    }

    fn decode(&self) -> Result<R, String> {
        let text = self.cutter.row();
        let row = codec::decode(text).map_err(|error| error.to_string())?;
        // The header of a table was checked; each row of JSON has its own names.
        if self.layout == Layout::Lines {
            names::check_row(text, self.columns)?;
        }
        Ok(row)
    }

    fn measure(&mut self) {
        let held = self.input.len() + self.text.capacity() + self.cutter.held() + self.archive.held();
        self.peak = self.peak.max(held);
    }
}

impl Cutter {
    fn new(layout: Layout, columns: &'static [&'static str]) -> Self {
        match layout {
            Layout::Lines => Self::Lines(Lines::default()),
            Layout::Table => Self::Table(Box::new(Table::new(columns))),
        }
    }

    fn push(&mut self, text: &[u8]) -> (usize, Option<Found>) {
        match self {
            Self::Lines(lines) => lines.push(text),
            Self::Table(table) => table.push(text),
        }
    }

    fn finish(&mut self) -> Option<Found> {
        match self {
            Self::Lines(lines) => lines.finish(),
            Self::Table(table) => table.finish(),
        }
    }

    fn row(&self) -> &[u8] {
        match self {
            Self::Lines(lines) => lines.row(),
            Self::Table(table) => table.row(),
        }
    }

    fn held(&self) -> usize {
        match self {
            Self::Lines(lines) => lines.held(),
            Self::Table(table) => table.held(),
        }
    }
}

fn label(error: Error) -> Error {
    error.with_operation(&EXPORTS_DOWNLOAD).with_status(StatusCode::OK).with_sent(Sent::Answered).with_attempts(1)
}
