//! Rate limits that hold in every window, not only on average.
//!
//! A vendor that allows 100 requests in 10 seconds counts the requests that arrive in any 10
//! seconds. A token bucket lets up to 199 through in one such window. [`LocalLimiter`] never lets
//! through more than 100, by the vendor's count and not only by its own. It hands out one permit for
//! each attempt, over all windows of the class at once or not at all, in the order of asking.
//! `RedisLimiter` does the same for several processes.
//!
//! # Why no window of the vendor is exceeded
//!
//! A request reaches the vendor at some moment between its permit and its reply. So a permit is
//! *held* until its attempt ends, and counts for the length of one window from then on. Take any
//! window of the vendor, and of the requests that arrive in it the one whose permit was given last.
//! When that permit was given, every other request of the window was either still under way, or
//! its reply came after its arrival and therefore less than a window ago. All of them counted, and
//! the permit was given within the limit.
//!
//! An attempt that was given up, because it timed out, its future was dropped or its connection broke,
//! may still be on its way. It is held for [`Acquire::allowance`] longer.
//!
//! The price is the time under way: with a mean latency L, a window of length T is used to
//! T / (T + L) of its limit.

mod accounts;
mod counter;
mod local;
mod log;
mod queue;
mod quota;
#[cfg(feature = "redis")]
mod redis;
mod shared;
mod told;

#[cfg(feature = "redis")]
pub use self::redis::{RedisLimiter, RedisLimiterBuilder, WhenAway};
pub use local::LocalLimiter;
pub use quota::{Quotas, Window};
pub(crate) use shared::shared;

use std::borrow::Cow;
use std::time::Duration;

use crate::error::Error;
use crate::sync::BoxFuture;
use crate::vendor::Feedback;

/// How many lengths of its window a refusal holds a window at most, whatever the vendor asks for: one reply that names
/// a day must not stop an account for a day where a window of ten seconds was exceeded.
pub const HOLD_SPANS: u32 = 6;
/// The usual attempt timeout.
const ALLOWANCE: Duration = Duration::from_secs(30);

/// Decides when an attempt may be sent. Implement it to share limits between processes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a limiter",
    label = "a `LocalLimiter` or a `RedisLimiter` is expected",
    note = "give quotas to `quotas(..)`; the client makes its limiter of them"
)]
pub trait RateLimiter: Send + Sync + 'static {
    /// Waits until the permit can be had, takes it from all windows of its class, and returns it.
    /// Dropping the future gives the place in the queue back.
    ///
    /// The permit is held until [`finish`](Self::finish) is called with it.
    ///
    /// # Errors
    ///
    /// Fails at once, and takes nothing, if the wait would pass the deadline.
    fn acquire<'a>(&'a self, acquire: &'a Acquire) -> BoxFuture<'a, Result<Permit, LimitRefusal>>;

    /// Ends the holding of a permit. The pipeline calls it exactly once for each permit, as soon as
    /// the attempt has ended. A permit that is never finished is held forever.
    fn finish(&self, acquire: &Acquire, permit: &Permit, end: End);

    /// Learns from a reply. May only ever become more careful than configured.
    fn observe(&self, acquire: &Acquire, permit: &Permit, status: u16, feedback: &Feedback);

    /// Returns the windows of a class; none if there are none, or the limiter does not know. A walk over a list by several
    /// calls at once makes as many as fit into them.
    fn windows(&self, class: &str) -> Vec<Window> {
        let _ = class;
        Vec::new()
    }

    /// Lets the calls of an account go on that a refusal of the vendor holds back: opens its windows, and takes back a
    /// limit that was lowered for a refusal. What was used still counts. Only a person can know that the refusal is
    /// over; if it is not, the vendor refuses the next call. `key` is [`Acquire::key`]. Calls that wait in other processes
    /// notice it within a second.
    ///
    /// Without a person's doing a hold ends when the vendor says, but after at most [`HOLD_SPANS`] lengths of its window
    /// and one day.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Other`](crate::ErrorKind::Other) if others share the limit and cannot be told, for example because
    /// Redis is away; try again then.
    fn lift<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), Error>> {
        let _ = key;
        Box::pin(std::future::ready(Ok(())))
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// The head of the reply arrived, or no request was sent: nothing is under way any more.
    Over,
    /// The attempt timed out, by this library or by the `reqwest` client, was dropped, or its connection
    /// broke before the reply. Its request may still reach the vendor, for example through a proxy.
    GivenUp,
}

impl End {
    /// From when on a permit counts for one window, if its attempt ends now.
    fn counts_from(self, acquire: &Acquire, now: Duration) -> Duration {
        match self {
            Self::Over => now,
            Self::GivenUp => now.saturating_add(acquire.allowance),
        }
    }
}

/// A request for a [`Permit`], for one attempt.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Acquire {
    /// The account that is counted.
    pub key: String,
    /// The class of limit; empty for the default class.
    pub class: &'static str,
    /// How much it takes from each window; 1 for a plain request.
    pub cost: u32,
    /// The time of the client's clock until which waiting makes sense.
    pub deadline: Option<Duration>,
    /// For how long after an attempt was given up its request may still reach the vendor. The
    /// pipeline sets the attempt timeout; 30 s otherwise.
    pub allowance: Duration,
}

impl Acquire {
    /// A request for a permit of cost 1, without a deadline.
    #[must_use]
    pub fn new(key: impl Into<String>, class: &'static str) -> Self {
        Self { key: key.into(), class, cost: 1, deadline: None, allowance: ALLOWANCE }
    }

    /// Sets the cost.
    #[must_use]
    pub fn cost(mut self, cost: u32) -> Self {
        self.cost = cost;
        self
    }

    /// Sets for how long a request that was given up may still reach the vendor.
    #[must_use]
    pub fn allowance(mut self, allowance: Duration) -> Self {
        self.allowance = allowance;
        self
    }

    /// Sets the deadline, as time of the client's clock.
    #[must_use]
    pub fn deadline(mut self, at: Duration) -> Self {
        self.deadline = Some(at);
        self
    }
}

/// The permission for one attempt. It is held until [`RateLimiter::finish`] gets it back.
#[derive(Debug, Default)]
#[must_use = "a permit is held until the limiter is told that its attempt has ended"]
pub struct Permit {
    waited: Duration,
    /// What the limiter knew when it gave the permit.
    #[cfg(feature = "redis")]
    note: redis::Note,
}

impl Permit {
    /// A permit that was given after a wait.
    pub fn new(waited: Duration) -> Self {
        Self {
            waited,
            #[cfg(feature = "redis")]
            note: redis::Note::default(),
        }
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
