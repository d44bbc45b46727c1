//! The result of each input.

use crate::error::{Error, Sent};

/// The results of the inputs of one chunk, by index within the chunk. Inputs that are not
/// mentioned are unknown; if an input is mentioned more than once, the first mention counts, and
/// indices beyond the chunk are ignored.
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
    /// Creates an outcome in which all inputs are unknown.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates an outcome with one output per input, in order. If there are fewer, the remaining inputs are
    /// unknown.
    #[must_use]
    pub fn in_order(outputs: impl IntoIterator<Item = O>) -> Self {
        Self { rows: outputs.into_iter().enumerate().map(|(index, output)| (index, Ok(output))).collect() }
    }

    /// Reports that the input at `index` succeeded.
    pub fn ok(&mut self, index: usize, output: O) {
        self.rows.push((index, Ok(output)));
    }

    /// Reports that the input at `index` failed. The input counts as unknown if [`Error::may_have_happened`] is true for
    /// the error.
    pub fn failed(&mut self, index: usize, error: Error) {
        self.rows.push((index, Err(error)));
    }
}

/// The results of all inputs, by their index in the list of inputs. Every input is in exactly one of
/// the three lists, each of which is sorted by index.
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "inputs may have failed: look at `failed` and `unknown`, or call `into_result`"]
pub struct BatchReport<O> {
    /// Inputs that succeeded, with their outputs.
    pub ok: Vec<(usize, O)>,
    /// Inputs that failed, with their errors.
    pub failed: Vec<(usize, Error)>,
    /// Inputs that may have been carried out: the reply was lost, or did not mention them.
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
    /// Returns true if every input succeeded.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.unknown.is_empty()
    }

    /// The error that made inputs unknown, if there was one.
    #[must_use]
    pub fn lost(&self) -> Option<&Error> {
        self.lost.as_ref()
    }

    /// Returns all outputs in the order of the inputs, for callers that need all or nothing.
    ///
    /// # Errors
    ///
    /// Returns the first error, with the counts in its message, if any input failed or is unknown. The error describes
    /// one input only: its [`may_have_happened`](Error::may_have_happened) can be false although `unknown` is not empty.
    /// Check `unknown` before you call this for writes.
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

    /// Marks a chunk that failed as a whole.
    pub(super) fn fail(&mut self, first: usize, length: usize, error: &Error) {
        let rows = first..first + length;
        if error.may_have_happened() {
            self.lost.get_or_insert_with(|| error.clone());
            self.unknown.extend(rows);
        } else {
            self.failed.extend(rows.map(|index| (index, error.clone())));
        }
    }

    /// Marks a chunk that was not sent because of an earlier error.
    pub(super) fn not_sent(&mut self, first: usize, length: usize, earlier: &Error) {
        let error = Error::new(earlier.kind(), "not sent, because an earlier chunk failed with this")
            .with_source(earlier.clone());
        self.failed.extend((first..first + length).map(|index| (index, error.clone())));
    }

    /// Sorts the three lists by index.
    #[doc(hidden)]
    pub fn sort(&mut self) {
        self.ok.sort_by_key(|row| row.0);
        sort(&mut self.failed);
        self.unknown.sort_unstable();
    }
}

/// Sorts errors by index. Compiled once, whatever the outputs are.
fn sort(failed: &mut [(usize, Error)]) {
    failed.sort_by_key(|row| row.0);
}
