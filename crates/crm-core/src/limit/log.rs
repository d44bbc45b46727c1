//! A sliding log: permits, and the times at which they stop counting.

use std::collections::VecDeque;
use std::time::Duration;

/// Grants that still count, in order of their expiry.
#[derive(Debug, Clone, Default)]
pub(super) struct Log {
    /// The times at which grants stop counting, and their numbers.
    runs: VecDeque<(Duration, u64)>,
    used: u64,
}

impl Log {
    /// Number of units that count; exact after [`expire`](Self::expire).
    pub(super) fn used(&self) -> u64 {
        self.used
    }

    #[cfg(feature = "redis")]
    pub(super) fn runs(&self) -> impl Iterator<Item = (Duration, u64)> {
        self.runs.iter().copied()
    }

    pub(super) fn insert(&mut self, expiry: Duration, count: u64) {
        self.used = self.used.saturating_add(count);
        match self.runs.back_mut() {
            Some(last) if last.0 == expiry => last.1 += count,
            Some(last) if last.0 > expiry => self.insert_before_the_last(expiry, count),
            _ => self.runs.push_back((expiry, count)),
        }
    }

    fn insert_before_the_last(&mut self, expiry: Duration, count: u64) {
        match self.runs.iter().rposition(|run| run.0 <= expiry) {
            Some(index) if self.runs[index].0 == expiry => self.runs[index].1 += count,
            Some(index) => self.runs.insert(index + 1, (expiry, count)),
            None => self.runs.push_front((expiry, count)),
        }
    }

    /// Removes units that no longer count.
    pub(super) fn expire(&mut self, now: Duration) {
        while let Some(&(expiry, count)) = self.runs.front() {
            if expiry > now {
                break;
            }
            self.used -= count;
            self.runs.pop_front();
        }
    }

    /// Returns the time at which the `index`-th unit expires.
    pub(super) fn nth_expiry(&self, index: u64) -> Option<Duration> {
        let mut passed = 0;
        self.runs.iter().find_map(|&(expiry, count)| {
            passed += count;
            (passed > index).then_some(expiry)
        })
    }
}
