//! The calls of tools that are under way, and the failure of a server that ends before their answers.

use std::sync::Arc;

use crate::failure::Failure;

/// Counts the calls of tools that are under way: each has a reference.
#[derive(Default)]
pub(super) struct UnderWay {
    reads: Arc<()>,
    writes: Arc<()>,
}

impl UnderWay {
    /// Counts a call until the reference is dropped.
    #[must_use]
    pub(super) fn begin(&self, writes: bool) -> Arc<()> {
        Arc::clone(if writes { &self.writes } else { &self.reads })
    }

    /// Ends the server.
    ///
    /// # Errors
    ///
    /// Calls are under way, and have no answer.
    pub(super) fn end(&self) -> Result<(), Failure> {
        if is_any(&self.writes) {
            return Err(Failure::doubt(
                "ended while calls that change data were under way; their writes may have happened; look before you repeat \
                 them",
            ));
        }
        match is_any(&self.reads) {
            true => Err(Failure::other("ended while calls that only read were under way; they were not answered")),
            false => Ok(()),
        }
    }
}

fn is_any(calls: &Arc<()>) -> bool {
    Arc::strong_count(calls) > 1
}
