//! Rate limits that hold in every window, not only on average.
//!
//! A vendor that allows 100 requests in 10 seconds counts the requests that arrive in any 10
//! seconds. A token bucket lets up to 199 through in one such window. [`LocalLimiter`] never lets
//! through more than 100, by the vendor's count and not only by its own. It grants one permit for
//! each attempt, from all windows of the class at once or from none, in the order of the requests.
//! `RedisLimiter` does the same for several processes.
//!
//! # Why no window of the vendor is exceeded
//!
//! A request reaches the vendor at some moment between its permit and its reply. A permit is therefore
//! *held* until its attempt ends, and counts for the length of one window from then on. Consider any
//! window of the vendor, and of the requests that arrive in it the one whose permit was granted last.
//! When that permit was granted, every other request of the window was either still under way, or
//! its reply came after its arrival and therefore less than a window ago. All of them counted, and
//! the permit was granted within the limit.
//!
//! An attempt that was abandoned, because it timed out, its future was dropped or its connection broke,
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
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::error::Error;
use crate::sync::BoxFuture;
use crate::vendor::Feedback;

/// Maximum hold after a refusal, in lengths of its window, whatever the vendor asks for: one reply that names a day
/// must not stop an account for a day if a window of ten seconds was exceeded.
pub const HOLD_SPANS: u32 = 6;
/// Default of the attempt timeout.
const ALLOWANCE: Duration = Duration::from_secs(30);

/// Decides when an attempt may be sent. Implement it to share limits between processes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a limiter",
    label = "a `LocalLimiter` or a `RedisLimiter` is expected",
    note = "give quotas to `quotas(..)`; the client makes its limiter of them"
)]
pub trait RateLimiter: Send + Sync + 'static {
    /// Waits until a permit is available, takes it from all windows of its class, and returns it.
    /// Dropping the future gives up the place in the queue.
    ///
    /// The permit is held until [`finish`](Self::finish) is called with it.
    ///
    /// # Errors
    ///
    /// Returns an error at once, and takes nothing, if the wait would exceed the deadline.
    fn acquire<'a>(&'a self, acquire: &'a Acquire) -> BoxFuture<'a, Result<Permit, LimitRefusal>>;

    /// Ends the holding of a permit. The pipeline calls it exactly once for each permit, as soon as
    /// the attempt has ended. A permit that is never finished is held forever.
    fn finish(&self, acquire: &Acquire, permit: &Permit, end: End);

    /// Learns from a reply. May only make the limiter stricter than configured, never less strict.
    fn observe(&self, acquire: &Acquire, permit: &Permit, status: u16, feedback: &Feedback);

    /// Returns the windows of a class; none if there are none, or the limiter does not know. A walk over a list by several
    /// calls at once makes as many as fit into them.
    fn windows(&self, class: &str) -> Vec<Window> {
        let _ = class;
        Vec::new()
    }

    /// Releases the calls of an account that are held back after a refusal of the vendor, or because nothing is left
    /// today: opens its windows, and restores a limit that was lowered after a refusal. Requests already made still
    /// count. Only a person can know that the refusal is over; if it is not, the vendor refuses the next call. `key` is
    /// [`Acquire::key`]. Calls that wait in other processes notice it within a second.
    ///
    /// Otherwise a hold ends at the time that the vendor gives, but after at most [`HOLD_SPANS`] lengths of its window
    /// and one day.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Other`](crate::ErrorKind::Other) if other processes share the limit and cannot be notified, for
    /// example because Redis is unreachable. Try again later.
    fn lift<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), Error>> {
        let _ = key;
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Result of an attempt, as far as the limiter needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// The head of the reply arrived, or no request was sent. No request is under way any more.
    Over,
    /// The attempt timed out, by this library or by the `reqwest` client, was dropped, or its connection
    /// broke before the reply. Its request may still reach the vendor, for example through a proxy.
    GivenUp,
}

impl End {
    /// Time from which a permit counts for one window, if its attempt ends now.
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
    /// The account whose requests are counted.
    pub key: String,
    /// The class of limit; empty for the default class.
    pub class: &'static str,
    /// Number of requests that it takes from each window; 1 for a plain request.
    pub cost: u32,
    /// Time of the client's clock until which the call may wait.
    pub deadline: Option<Duration>,
    /// Time for which the request of an abandoned attempt may still reach the vendor. The
    /// pipeline sets the attempt timeout; 30 s otherwise.
    pub allowance: Duration,
    waiting: Waiting,
}

/// True once the request has to wait.
#[derive(Debug, Default)]
struct Waiting(AtomicBool);

/// A copy is another request.
impl Clone for Waiting {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Acquire {
    /// Creates a request for a permit of cost 1, without a deadline.
    #[must_use]
    pub fn new(key: impl Into<String>, class: &'static str) -> Self {
        Self { key: key.into(), class, cost: 1, deadline: None, allowance: ALLOWANCE, waiting: Waiting::default() }
    }

    /// Sets the cost.
    #[must_use]
    pub fn cost(mut self, cost: u32) -> Self {
        self.cost = cost;
        self
    }

    /// Sets the time for which an abandoned request may still reach the vendor.
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

    /// Reports that the request has to wait for the limit. A limiter calls it before it returns pending. The pipeline then
    /// opens the span of the wait and counts the call in [`Stats::queued`](crate::Stats::queued). Without it the time counts
    /// as the time that the limiter takes to decide.
    pub fn wait(&self) {
        self.waiting.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting.0.load(Ordering::Relaxed)
    }

    /// Begins the same request anew, with this deadline.
    pub(crate) fn again(&mut self, deadline: Duration) {
        (self.deadline, self.waiting) = (Some(deadline), Waiting::default());
    }
}

/// The permission for one attempt. It is held until it is passed to [`RateLimiter::finish`].
#[derive(Debug, Default)]
#[must_use = "a permit is held until `finish` reports that its attempt has ended"]
pub struct Permit {
    waited: Duration,
    /// State of the limiter when it granted the permit.
    #[cfg(feature = "redis")]
    note: redis::Note,
}

impl Permit {
    /// Creates a permit that was granted after a wait.
    pub fn new(waited: Duration) -> Self {
        Self {
            waited,
            #[cfg(feature = "redis")]
            note: redis::Note::default(),
        }
    }

    /// Time spent waiting for the permit.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.waited
    }
}

/// A permit that was not granted. Nothing was taken from any window.
#[derive(Debug, Clone)]
pub struct LimitRefusal {
    reason: Cow<'static, str>,
    retry_after: Option<Duration>,
}

impl LimitRefusal {
    /// Creates a refusal with a human-readable reason.
    #[must_use]
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: reason.into(), retry_after: None }
    }

    /// Sets the wait after which the permit would be available.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Human-readable reason.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Wait after which the permit would be available; `None` if never or unknown.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

#[cfg(test)]
mod tests;
