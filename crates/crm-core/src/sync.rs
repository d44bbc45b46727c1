//! The few concurrency tools everything else is built from.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use crate::clock::Clock;

/// A future on the heap, for traits that must be usable as objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Locks, also after another thread panicked while it held the lock: the state behind our locks
/// is valid between any two statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `future` until the clock reaches `at`. `None` means that time ran out; the future is
/// then dropped.
pub(crate) async fn within<F: Future>(clock: &dyn Clock, at: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut deadline = clock.deadline(at);
    std::future::poll_fn(|cx| {
        if let Poll::Ready(value) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(value));
        }
        deadline.as_mut().poll(cx).map(|()| None)
    })
    .await
}
