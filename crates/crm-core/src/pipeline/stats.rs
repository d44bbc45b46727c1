//! Counters of a client's work.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counters since the client was created. All clones of a client count together.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Calls started. Each poll and each page is a separate call.
    pub calls: u64,
    /// Requests sent, including failed attempts to send.
    pub attempts: u64,
    /// Attempts that repeated a failed one.
    pub retries: u64,
    /// Calls that wait in the queue for the rate limit at this moment.
    pub queued: u64,
    /// Number of waits of calls, for the limiter or before a repeat.
    pub waits: u64,
    /// Total time of these waits.
    pub waited: Duration,
    /// Pages fetched by paginators.
    pub pages: u64,
    /// Polls of long-running operations.
    pub polls: u64,
    /// Calls that returned an error.
    pub errors: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    calls: AtomicU64,
    attempts: AtomicU64,
    retries: AtomicU64,
    queued: AtomicU64,
    waits: AtomicU64,
    waited_micros: AtomicU64,
    pages: AtomicU64,
    polls: AtomicU64,
    errors: AtomicU64,
}

/// A call in the queue.
struct Queued<'a>(&'a AtomicU64);

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Counters {
    pub(super) fn call(&self) {
        add(&self.calls);
    }

    pub(super) fn attempt(&self) {
        add(&self.attempts);
    }

    pub(super) fn retry(&self) {
        add(&self.retries);
    }

    /// Counts a call that waits in the queue, until this is dropped.
    pub(super) fn queued(&self) -> impl Drop + Send {
        add(&self.queued);
        Queued(&self.queued)
    }

    pub(super) fn wait(&self, waited: Duration) {
        if !waited.is_zero() {
            add(&self.waits);
            let micros = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
            self.waited_micros.fetch_add(micros, Ordering::Relaxed);
        }
    }

    pub(super) fn page(&self) {
        add(&self.pages);
    }

    pub(super) fn poll(&self) {
        add(&self.polls);
    }

    pub(super) fn error(&self) {
        add(&self.errors);
    }

    pub(super) fn read(&self) -> Stats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            calls: get(&self.calls),
            attempts: get(&self.attempts),
            retries: get(&self.retries),
            queued: get(&self.queued),
            waits: get(&self.waits),
            waited: Duration::from_micros(get(&self.waited_micros)),
            pages: get(&self.pages),
            polls: get(&self.polls),
            errors: get(&self.errors),
        }
    }
}
