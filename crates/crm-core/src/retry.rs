//! Conditions for repeated attempts, their pauses and their number.
//!
//! | failure | repeated |
//! |---|---|
//! | no connection | always: nothing was sent |
//! | broken or timed out after sending, reply cut off | idempotent operations |
//! | 429 | always, after the vendor's hint: the request was refused |
//! | 408, 500, 502, 503, 504, 520 to 529 | idempotent operations |
//! | quota of the day used up | never |
//! | anything else | never |
//!
//! A vendor crate can narrow or widen this for single replies with [`Advice`](crate::Advice).

mod backoff;
mod budget;
mod decide;

pub use backoff::{Backoff, Exponential};
pub(crate) use budget::Budget;
pub(crate) use decide::{Failure, Verdict, decide};

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Number of attempts and pauses between them. The total timeout of the call limits them all.
#[derive(Clone)]
pub struct RetryPolicy {
    pub(crate) attempts: u32,
    pub(crate) backoff: Arc<dyn Backoff>,
    pub(crate) max_hint: Duration,
    pub(crate) budget: bool,
}

impl Default for RetryPolicy {
    /// Four attempts, full jitter from half a second up to 30 seconds, hints of up to a minute, and
    /// the shared budget.
    fn default() -> Self {
        Self { attempts: 4, backoff: Arc::new(Exponential::default()), max_hint: Duration::from_secs(60), budget: true }
    }
}

impl RetryPolicy {
    /// Returns the default policy.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One attempt, never repeated.
    #[must_use]
    pub fn none() -> Self {
        Self::default().attempts(1)
    }

    /// Sets the maximum number of attempts, including the first; at least one.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets the pauses between attempts, used if the vendor gives no hint.
    #[must_use]
    pub fn backoff(mut self, backoff: impl Backoff) -> Self {
        self.backoff = Arc::new(backoff);
        self
    }

    /// Sets the maximum pause that a vendor may ask for. If the hint is longer, the call fails at once and
    /// [`Error::retry_after`](crate::Error::retry_after) returns the hint.
    #[must_use]
    pub fn max_hint(mut self, hint: Duration) -> Self {
        self.max_hint = hint;
        self
    }

    /// Sets whether repeats use the budget that all calls of an account share. The budget prevents a failing
    /// vendor from receiving several times the traffic: if most calls fail, few are repeated. On by
    /// default.
    #[must_use]
    pub fn budget(mut self, on: bool) -> Self {
        self.budget = on;
        self
    }
}

impl fmt::Debug for RetryPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryPolicy")
            .field("attempts", &self.attempts)
            .field("max_hint", &self.max_hint)
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
