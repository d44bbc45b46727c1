//! JSON with one row per line.

use super::found::{Found, MOST_ROW};

/// Cuts text into lines. A line may come in any number of pieces.
#[derive(Default)]
pub(super) struct Lines {
    line: Vec<u8>,
    /// The line was returned, and the next one begins.
    complete: bool,
    /// The line is longer than the maximum: the rest of it is skipped.
    oversized: bool,
    number: u64,
}

impl Lines {
    /// Takes text up to the end of a line. Returns the number of bytes taken, and a row if one was found.
    pub(super) fn push(&mut self, text: &[u8]) -> (usize, Option<Found>) {
        self.begin();
        let Some(end) = text.iter().position(|&byte| byte == b'\n') else {
            self.add(text);
            return (text.len(), None);
        };
        self.add(&text[..end]);
        (end + 1, self.finish())
    }

    /// Ends the line at the end of the file.
    pub(super) fn finish(&mut self) -> Option<Found> {
        self.begin();
        self.number += 1;
        self.complete = true;
        if self.oversized {
            return Some(Found::TooLong { line: self.number });
        }
        if self.number == 1 && self.line.starts_with(b"\xef\xbb\xbf") {
            self.line.drain(..3);
        }
        let blank = self.line.iter().all(u8::is_ascii_whitespace);
        (!blank).then_some(Found::Row { line: self.number })
    }

    /// The row that was found last, as JSON.
    pub(super) fn row(&self) -> &[u8] {
        &self.line
    }

    pub(super) fn held(&self) -> usize {
        self.line.capacity()
    }

    fn begin(&mut self) {
        if std::mem::take(&mut self.complete) {
            self.line.clear();
            self.oversized = false;
        }
    }

    fn add(&mut self, text: &[u8]) {
        if self.oversized || self.line.len() + text.len() > MOST_ROW {
            self.oversized = true;
            self.line = Vec::new();
        } else {
            self.line.extend_from_slice(text);
        }
    }
}
