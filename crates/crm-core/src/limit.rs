//! Rate limits that hold in every window, not only on average.
//!
//! A vendor that allows 100 requests in 10 seconds counts any 10 seconds. The usual token bucket
//! lets up to 199 through in one such window; [`LocalLimiter`] never more than 100, and uses all
//! of them. It hands out one permit for each attempt, over all windows of the class at once or
//! not at all, in the order of asking. `RedisLimiter` does the same for several processes.

mod counter;
mod local;
mod log;
mod queue;
mod quota;
#[cfg(feature = "redis")]
mod redis;
mod told;

#[cfg(feature = "redis")]
pub use self::redis::{RedisLimiter, RedisLimiterBuilder, WhenAway};
pub use local::LocalLimiter;
pub use quota::{Quotas, Window};

use std::borrow::Cow;
use std::time::Duration;

use crate::sync::BoxFuture;
use crate::vendor::Feedback;

/// Decides when an attempt may be sent. Implement it to share limits between processes.
pub trait RateLimiter: Send + Sync + 'static {
    /// Waits until the permit can be had, takes it from all windows of its class, and returns.
    /// Dropping the future gives the place in the queue back.
    ///
    /// # Errors
    ///
    /// Fails at once, and takes nothing, where the wait would pass the permit's deadline.
    fn acquire<'a>(&'a self, permit: &'a Permit) -> BoxFuture<'a, Result<Grant, LimitRefusal>>;

    /// Learns from a reply. May only ever become more careful than configured.
    fn observe(&self, permit: &Permit, status: u16, feedback: &Feedback);
}

/// What is asked of a limiter for one attempt.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Permit {
    /// The account that is counted.
    pub key: String,
    /// The class of limit; empty for the default class.
    pub class: &'static str,
    /// How much it takes from each window; 1 for a plain request.
    pub cost: u32,
    /// The time of the client's clock until which waiting makes sense.
    pub deadline: Option<Duration>,
    /// What the limiter knew when it was given.
    #[cfg(feature = "redis")]
    note: redis::Note,
}

impl Permit {
    /// A permit of cost 1 without a deadline.
    #[must_use]
    pub fn new(key: impl Into<String>, class: &'static str) -> Self {
        Self {
            key: key.into(),
            class,
            cost: 1,
            deadline: None,
            #[cfg(feature = "redis")]
            note: redis::Note::default(),
        }
    }

    /// Sets the cost.
    #[must_use]
    pub fn cost(mut self, cost: u32) -> Self {
        self.cost = cost;
        self
    }

    /// Sets the deadline, as time of the client's clock.
    #[must_use]
    pub fn deadline(mut self, at: Duration) -> Self {
        self.deadline = Some(at);
        self
    }
}

/// A permit that was given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Grant {
    waited: Duration,
}

impl Grant {
    /// A permit given after a wait.
    #[must_use]
    pub fn new(waited: Duration) -> Self {
        Self { waited }
    }

    /// How long it took to get.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.waited
    }
}

/// A permit that was not given. Nothing was taken from any window.
#[derive(Debug, Clone)]
pub struct LimitRefusal {
    reason: Cow<'static, str>,
    retry_after: Option<Duration>,
}

impl LimitRefusal {
    /// A refusal, with its reason in words.
    #[must_use]
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: reason.into(), retry_after: None }
    }

    /// Sets after which wait the permit could be had.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// The reason in words.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// After which wait the permit could be had; `None` if never or unknown.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

#[cfg(test)]
mod tests;
