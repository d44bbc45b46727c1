//! What is repeated, when, and how often.
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

/// How often and how patiently a call is repeated. The total timeout of the call bounds it all.
#[derive(Clone)]
pub struct RetryPolicy {
    pub(crate) attempts: u32,
    pub(crate) backoff: Arc<dyn Backoff>,
    pub(crate) max_hint: Duration,
    pub(crate) budget: bool,
}

impl Default for RetryPolicy {
    /// Four attempts, full jitter from half a second up to 30 seconds, hints up to a minute, with
    /// the budget.
    fn default() -> Self {
        Self { attempts: 4, backoff: Arc::new(Exponential::default()), max_hint: Duration::from_secs(60), budget: true }
    }
}

impl RetryPolicy {
    /// The default policy.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One attempt, whatever happens.
    #[must_use]
    pub fn none() -> Self {
        Self::default().attempts(1)
    }

    /// How many attempts in all, the first included; at least one.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The pauses between attempts where the vendor gives no hint.
    #[must_use]
    pub fn backoff(mut self, backoff: impl Backoff) -> Self {
        self.backoff = Arc::new(backoff);
        self
    }

    /// The longest pause a vendor may ask for. Above it the call fails at once and the hint is
    /// in [`Error::retry_after`](crate::Error::retry_after).
    #[must_use]
    pub fn max_hint(mut self, hint: Duration) -> Self {
        self.max_hint = hint;
        self
    }

    /// Whether repeats draw on the budget that all calls of an account share. It keeps a broken
    /// vendor from being hit with several times the traffic: when most calls fail, few are
    /// repeated. On by default.
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
