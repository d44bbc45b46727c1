//! Waits that a person would notice, as events and as spans.

use std::fmt::Display;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
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

/// Runs a future, in the span and with the guard that `waits` makes if it does not end at once.
pub(crate) async fn shown<F: Future, G>(future: F, waits: impl FnOnce() -> (tracing::Span, G)) -> F::Output {
    let mut future = pin!(future);
    match poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
        Poll::Ready(output) => output,
        Poll::Pending => {
            let (span, _guard) = waits();
            future.instrument(span).await
        }
    }
}

/// Milliseconds, as fields of events have them.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
