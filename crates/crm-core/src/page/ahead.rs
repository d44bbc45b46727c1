//! A page under way: fetched by whoever waits for it, or by a task ahead of time.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::runtime::{Handle, Id};
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::sync::BoxFuture;

/// A page that is being fetched. For walks over lists that are written by hand.
pub enum Fetching<T> {
    /// Moves on only while the list is polled.
    Here(BoxFuture<'static, T>),
    /// Moves on by itself.
    Ahead(Task<T>),
}

/// A task that ends with its owner.
pub struct Task<T> {
    handle: JoinHandle<T>,
    runtime: Id,
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.handle.abort();
    }
}

impl<T: Send + 'static> Fetching<T> {
    /// Starts a task, so that limits are waited for and the reply is read also while nobody polls
    /// the list. Returns `None` if there is no runtime.
    pub fn ahead(future: impl FnOnce() -> BoxFuture<'static, T>) -> Option<Self> {
        let runtime = Handle::try_current().ok()?;
        let handle = runtime.spawn(future().in_current_span());
        Some(Self::Ahead(Task { handle, runtime: runtime.id() }))
    }

    /// [`ahead`](Self::ahead), or without a runtime by whoever polls.
    pub fn start(future: impl Fn() -> BoxFuture<'static, T>) -> Self {
        Self::ahead(&future).unwrap_or_else(|| Self::Here(future()))
    }

    /// Resolves to `None` if the task cannot be relied on: its runtime ended, or the list moved to
    /// another runtime, and nobody may drive the first one any more.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
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
