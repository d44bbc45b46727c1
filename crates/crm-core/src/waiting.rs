//! Waits that a person would notice, as events and as spans.

use std::cell::Cell;
use std::fmt::Display;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tracing::Instrument as _;

/// The target of the events, so that a filter can choose them: `crm_core::wait=info`.
const TARGET: &str = "crm_core::wait";
/// From this length on a wait is an event.
const NOTICED: Duration = Duration::from_secs(1);

/// Returns true if a wait of this length is an event.
pub(crate) fn is_noticed(wait: Duration) -> bool {
    wait >= NOTICED
}

/// Emits an event if the wait is long enough.
pub(crate) fn noticed(wait: Duration, purpose: impl Display) {
    if is_noticed(wait) {
        let seconds = wait.as_millis().div_ceil(1_000);
        tracing::info!(target: TARGET, wait_ms = millis(wait), "waiting {seconds} s {purpose}");
    }
}

/// Runs a future. From the time at which it `waits`, it runs in the span and with the guard that `begin` makes.
pub(crate) async fn shown<F: Future, G>(
    future: F,
    waits: impl Fn() -> bool,
    begin: impl FnOnce() -> (tracing::Span, G),
) -> F::Output {
    let mut future = pin!(future);
    let output = poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if waits() => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    });
    match output.await {
        Some(output) => output,
        None => {
            let (span, _guard) = begin();
            future.instrument(span).await
        }
    }
}

thread_local! {
    /// Total time that the calls of this thread have waited in the queue for a limit.
    static QUEUED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Counts a wait in the queue for a limit that ended now.
pub(crate) fn queued(wait: Duration) {
    QUEUED.set(QUEUED.get().saturating_add(wait));
}

/// Polls a future. Also returns the time that the calls in it have waited in the queue for a limit, if the wait ended now.
pub(crate) fn poll_counting_queued<F: Future + ?Sized>(
    future: Pin<&mut F>,
    cx: &mut Context<'_>,
) -> (Poll<F::Output>, Duration) {
    let before = QUEUED.get();
    let polled = future.poll(cx);
    (polled, QUEUED.get().saturating_sub(before))
}

/// Milliseconds, as fields of events have them.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
