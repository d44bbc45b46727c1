//! Ctrl-C, which ends a command between two records.

use std::pin::Pin;

/// The signal of Ctrl-C.
pub(super) struct Interrupt(Pin<Box<dyn Future<Output = ()>>>);

impl Interrupt {
    /// Takes the signal from the first wait on, so that it no longer ends the program.
    pub(super) fn new() -> Self {
        Self(Box::pin(async {
            // If the system has no such signal, the command ends when its work is done.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        }))
    }

    /// Waits for the work, or returns `None` if the signal comes first.
    pub(super) async fn or<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = &mut self.0 => None,
            done = work => Some(done),
        }
    }
}
