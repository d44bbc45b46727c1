//! Ctrl-C, or the signal to terminate, which ends a command between two records.

use std::task::{Context, Poll};

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(not(unix))]
use tokio::signal::windows::{CtrlC as Signal, ctrl_c};

/// The signals that end a command.
pub(crate) struct Interrupt(Vec<Signal>);

impl Interrupt {
    /// Takes the signals from now on, so that they no longer end the program. A signal that the system does not have is
    /// not waited for.
    pub(crate) fn new() -> Self {
        #[cfg(unix)]
        let signals = [signal(SignalKind::interrupt()), signal(SignalKind::terminate())];
        #[cfg(not(unix))]
        let signals = [ctrl_c()];
        Self(signals.into_iter().filter_map(Result::ok).collect())
    }

    /// Waits for the work, or returns `None` if a signal comes first.
    pub(crate) async fn or<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = std::future::poll_fn(|context| self.poll(context)) => None,
            done = work => Some(done),
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        // Each signal that has not come yet wakes the task.
        let came = self.0.iter_mut().map(|signal| signal.poll_recv(context).is_ready()).filter(|came| *came).count();
        if came > 0 { Poll::Ready(()) } else { Poll::Pending }
    }
}
