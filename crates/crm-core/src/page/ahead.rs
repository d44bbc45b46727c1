//! A page that is being fetched, by the task that waits for it or by a task ahead of time.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::runtime::{Handle, Id};
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::sync::BoxFuture;

/// A page that is being fetched.
pub(super) enum Fetching<T> {
    /// Advances only while the list is polled.
    Here(BoxFuture<'static, T>),
    /// Advances in a task, even if the list is not polled.
    Ahead(Task<T>),
}

/// A task that is aborted when its owner is dropped.
pub(super) struct Task<T> {
    handle: JoinHandle<T>,
    runtime: Id,
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.handle.abort();
    }
}

impl<T: Send + 'static> Fetching<T> {
    /// Starts a task, so that waits for limits and reading the reply continue even if nothing polls
    /// the list. Returns `None` if there is no runtime.
    pub(super) fn ahead(future: impl FnOnce() -> BoxFuture<'static, T>) -> Option<Self> {
        let runtime = Handle::try_current().ok()?;
        let handle = runtime.spawn(future().in_current_span());
        Some(Self::Ahead(Task { handle, runtime: runtime.id() }))
    }

    /// Resolves to `None` if the task cannot be relied on: its runtime ended, or the list moved to
    /// another runtime and the first one may no longer be driven.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        match self {
            Self::Here(future) => future.as_mut().poll(cx).map(Some),
            Self::Ahead(task) => {
                let moved = Handle::try_current().is_ok_and(|current| current.id() != task.runtime);
                if moved && !task.handle.is_finished() {
                    return Poll::Ready(None);
                }
                Poll::Ready(ready!(Pin::new(&mut task.handle).poll(cx)).ok())
            }
        }
    }
}

/// A page that is fetched by a task, or by the poller if the task cannot be relied on.
pub(super) struct Started<T> {
    fetching: Option<Fetching<T>>,
    fetch: Box<dyn Fn() -> BoxFuture<'static, T> + Send>,
}

impl<T: Send + 'static> Started<T> {
    /// Starts a task, if there is a runtime.
    pub(super) fn new(fetch: impl Fn() -> BoxFuture<'static, T> + Send + 'static) -> Self {
        Self { fetching: Fetching::ahead(&fetch), fetch: Box::new(fetch) }
    }

    /// Resolves to the page. A task that panics or whose runtime ends is replaced once, by the poller itself.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<T> {
        loop {
            let fetching = self.fetching.get_or_insert_with(|| Fetching::Here((self.fetch)()));
            match ready!(fetching.poll(cx)) {
                Some(page) => return Poll::Ready(page),
                None => self.fetching = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Started;

    /// Counts its calls, and runs what `what` returns for the number of the call.
    fn started(what: fn(usize) -> &'static str) -> (Started<&'static str>, Arc<AtomicUsize>) {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let fetch = move || {
            let call = counted.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move { what(call) }) as _
        };
        (Started::new(fetch), calls)
    }

    #[tokio::test]
    async fn a_task_that_panics_is_replaced_once_and_then_the_panic_is_that_of_the_caller() {
        let (mut page, calls) = started(|call| if call == 0 { panic!("the task") } else { "here" });
        assert_eq!(poll_fn(|cx| page.poll(cx)).await, "here");
        assert_eq!(calls.load(Ordering::Relaxed), 2);
        let (mut page, calls) = started(|_| panic!("always"));
        let caller = tokio::spawn(async move { poll_fn(|cx| page.poll(cx)).await });
        assert!(caller.await.unwrap_err().is_panic());
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_runtime_that_ends_is_not_waited_for() {
        let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
        let one = runtime();
        let (mut page, calls) = one.block_on(async { started(|_| "page") });
        drop(one);
        assert_eq!(runtime().block_on(poll_fn(|cx| page.poll(cx))), "page");
        assert_eq!(calls.load(Ordering::Relaxed), 2);
        let (mut page, _) = started(|_| "without a runtime");
        assert_eq!(futures::executor::block_on(poll_fn(|cx| page.poll(cx))), "without a runtime");
    }
}
