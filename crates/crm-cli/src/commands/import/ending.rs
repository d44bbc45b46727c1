//! The end of an import: what it says, its exit code, and whether its journal is kept.

use super::given::Given;
use super::journal::Journal;
use super::results::Results;
use super::source::Source;
use crate::failure::Failure;

/// The facts that the end depends on.
pub(super) struct Ending<'a> {
    pub(super) source: &'a Source,
    pub(super) given: &'a Given,
    /// True if a row may be sent again although it may have been written.
    pub(super) repeatable: bool,
    /// The words that say how to continue.
    pub(super) again: &'static str,
}

impl Ending<'_> {
    /// Writes the remaining results. `sent` is the failure for which rows are left.
    pub(super) fn of(
        self,
        sent: Result<(), Failure>,
        results: Results,
        journal: Option<Journal>,
    ) -> Result<(), Failure> {
        let Self { source, given, repeatable, again } = self;
        let (done, in_doubt) = (results.count(), results.in_doubt());
        let ended = results.end(source, given.failed.as_deref(), repeatable, given.clears_found());
        // The journal has results that could not be written, and the next run writes them.
        let unwritten = ended.is_err() && journal.is_some();
        match sent {
            Err(failure) => {
                let mut line = format!("; {done} of {} rows have a result", source.len());
                // Rows that may be sent once more: their failure advises another run already.
                let advised = repeatable && matches!(&ended, Ok(Err(failure)) if failure.is_doubt());
                if let Err(ended) | Ok(Err(ended)) = ended {
                    let ended = ended.to_string();
                    if ended != failure.to_string() {
                        line = format!("{line}; {ended}");
                    }
                }
                if (done < source.len() || unwritten) && !advised {
                    line.push_str(again);
                }
                Err(coded(failure.and(&line), in_doubt, done))
            }
            Ok(()) => {
                let again = if unwritten { again } else { "" };
                let ended = ended.map_err(|failure| coded(failure.and(again), in_doubt, done))?;
                if let Some(journal) = journal {
                    // Rows that may have been written are sent again by the next run.
                    journal.end(!repeatable || matches!(&ended, Err(failure) if failure.is_doubt()));
                }
                ended
            }
        }
    }
}

/// Gives a failure the exit code of an import that is not complete.
fn coded(failure: Failure, in_doubt: bool, done: usize) -> Failure {
    if in_doubt {
        return Failure::doubt(failure.to_string());
    }
    // The codes of other kinds say that the vendor changed nothing.
    if done == 0 || failure.is_open() {
        return failure;
    }
    Failure::other(failure.to_string())
}
