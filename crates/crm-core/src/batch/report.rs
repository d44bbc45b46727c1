//! What became of each input.

use crate::error::{Error, Sent};

/// What became of the inputs of one chunk, told by index within the chunk. Inputs that are not
/// mentioned are unknown; of several mentions the first counts, and indices beyond the chunk are
/// ignored.
#[derive(Debug)]
pub struct ChunkOutcome<O> {
    rows: Vec<(usize, Result<O, Error>)>,
}

impl<O> Default for ChunkOutcome<O> {
    fn default() -> Self {
        Self { rows: Vec::new() }
    }
}

impl<O> ChunkOutcome<O> {
    /// Nothing known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One output for each input, in their order. If there are fewer, the remaining inputs are
    /// unknown.
    #[must_use]
    pub fn in_order(outputs: impl IntoIterator<Item = O>) -> Self {
        Self { rows: outputs.into_iter().enumerate().map(|(index, output)| (index, Ok(output))).collect() }
    }

    /// The input at `index` worked.
    pub fn ok(&mut self, index: usize, output: O) {
        self.rows.push((index, Ok(output)));
    }

    /// The input at `index` failed. It is unknown if the error
    /// [may have happened](Error::may_have_happened).
    pub fn failed(&mut self, index: usize, error: Error) {
        self.rows.push((index, Err(error)));
    }
}

/// What became of all inputs, by their index in what was given. Every input is in exactly one of
/// the three lists, each of which is sorted by index.
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "inputs may have failed: look at `failed` and `unknown`, or call `into_result`"]
pub struct BatchReport<O> {
    /// What worked, with its output.
    pub ok: Vec<(usize, O)>,
    /// What failed, with its error.
    pub failed: Vec<(usize, Error)>,
    /// What may or may not have been carried out: the answer was lost, or did not mention it.
    /// Look the inputs up before sending them again.
    pub unknown: Vec<usize>,
    /// The first error that made inputs unknown.
    lost: Option<Error>,
}

impl<O> Default for BatchReport<O> {
    fn default() -> Self {
        Self { ok: Vec::new(), failed: Vec::new(), unknown: Vec::new(), lost: None }
    }
}

impl<O> BatchReport<O> {
    /// Whether every input worked.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.unknown.is_empty()
    }

    /// The error that made inputs unknown, where there was one.
    #[must_use]
    pub fn lost(&self) -> Option<&Error> {
        self.lost.as_ref()
    }

    /// All outputs in the order of the inputs, for those to whom a part is nothing.
    ///
    /// # Errors
    ///
    /// The first error, with the counts in its message, if any input failed or is unknown.
    pub fn into_result(self) -> Result<Vec<O>, Error> {
        if self.is_complete() {
            return Ok(self.ok.into_iter().map(|(_, output)| output).collect());
        }
        let all = self.ok.len() + self.failed.len() + self.unknown.len();
        let counts = format!("{} of {all} inputs failed and {} are unknown", self.failed.len(), self.unknown.len());
        let first = self.failed.into_iter().next().map(|(_, error)| error);
        Err(match first.or(self.lost) {
            Some(error) => error.in_context(counts),
            None => Error::decode(counts).with_sent(Sent::Maybe),
        })
    }

    pub(super) fn add(&mut self, first: usize, length: usize, outcome: ChunkOutcome<O>) {
        let mut seen = vec![false; length];
        for (index, result) in outcome.rows {
            match seen.get_mut(index) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            match result {
                Ok(output) => self.ok.push((first + index, output)),
                Err(error) if error.may_have_happened() => {
                    self.unknown.push(first + index);
                    self.lost.get_or_insert(error);
                }
                Err(error) => self.failed.push((first + index, error)),
            }
        }
        let unseen = seen.iter().enumerate().filter(|(_, seen)| !**seen);
        self.unknown.extend(unseen.map(|(index, _)| first + index));
    }

    /// A chunk failed as a whole.
    pub(super) fn fail(&mut self, first: usize, length: usize, error: &Error) {
        let rows = first..first + length;
        if error.may_have_happened() {
            self.lost.get_or_insert_with(|| error.clone());
            self.unknown.extend(rows);
        } else {
            self.failed.extend(rows.map(|index| (index, error.clone())));
        }
    }

    /// A chunk was not sent because of an earlier error.
    pub(super) fn not_sent(&mut self, first: usize, length: usize, earlier: &Error) {
        let error = Error::new(earlier.kind(), "not sent, because an earlier chunk failed with this")
            .with_source(earlier.clone());
        self.failed.extend((first..first + length).map(|index| (index, error.clone())));
    }

    pub(super) fn sort(&mut self) {
        self.ok.sort_by_key(|row| row.0);
        self.failed.sort_by_key(|row| row.0);
        self.unknown.sort_unstable();
    }
}
