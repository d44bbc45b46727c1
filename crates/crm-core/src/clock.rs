//! Time, replaceable in tests: everything that waits or measures uses [`Clock`].

#[cfg(feature = "test-util")]
mod manual;

#[cfg(feature = "test-util")]
pub use manual::ManualClock;

use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use crate::sync::BoxFuture;

/// A source of time.
pub trait Clock: Send + Sync + 'static {
    /// Time since the clock was created. Never decreases.
    fn now(&self) -> Duration;

    /// The time of day.
    fn wall(&self) -> SystemTime;

    /// Waits for a duration. Used for intended waits: backoff, limits and polls.
    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()>;

    /// Resolves once [`now`](Self::now) is at least `at`. Used to limit the time of input and output, so a
    /// test clock must not advance to it by itself.
    fn deadline(&self, at: Duration) -> BoxFuture<'static, ()>;
}

/// The real time. All system clocks of a process agree, because they start together, when the first one is
/// read. Waiting requires a tokio runtime whose timer is enabled.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SystemClock;

/// Time at which the system clocks of this process started.
static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

impl SystemClock {
    /// The clock of this process.
    #[must_use]
    pub fn new() -> Self {
        Self
    }

    /// Returns the clock that is used by default.
    pub(crate) fn shared() -> Arc<dyn Clock> {
        static SHARED: LazyLock<Arc<dyn Clock>> = LazyLock::new(|| Arc::new(SystemClock::new()));
        Arc::clone(&SHARED)
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        BEGAN.elapsed()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(wait))
    }

    fn deadline(&self, at: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(at.saturating_sub(self.now())))
    }
}

/// Runs `future` until the clock reaches `at`. Returns `None` if the time is over; the future is
/// then dropped.
pub(crate) async fn within<F: Future>(clock: &dyn Clock, at: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    // Most futures are ready at once, and a timer costs more than they do.
    let mut deadline = None;
    std::future::poll_fn(|cx| {
        if let Poll::Ready(value) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(value));
        }
        deadline.get_or_insert_with(|| clock.deadline(at)).as_mut().poll(cx).map(|()| None)
    })
    .await
}
