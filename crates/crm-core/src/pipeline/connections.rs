//! Limits the number of a client's requests that are under way at once.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::clock::{Clock, within};

/// The default maximum. Some systems allow a process 256 open files, and as many connections again may be kept for the
/// next calls.
pub(super) const MAX_CONNECTIONS: usize = 100;
/// Time without any progress after which a call goes ahead beyond the maximum.
const PATIENCE: Duration = Duration::from_secs(1);

/// The seats of a client's requests: a request under way holds one.
///
/// A seat may be held by a call that is not polled, or by a download that is not read. If for a second no seat is
/// returned and no part of a download is read, one of the waiting calls therefore goes ahead without one.
pub(super) struct Connections {
    most: usize,
    free: Semaphore,
    /// Number of seats returned, pieces of downloads read, and calls that went ahead without a
    /// seat.
    changes: AtomicU64,
}

impl Connections {
    pub(super) fn new(most: usize) -> Arc<Self> {
        let most = most.min(Semaphore::MAX_PERMITS);
        Arc::new(Self { most, free: Semaphore::new(most), changes: AtomicU64::new(0) })
    }

    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Takes a seat if one is free and no call waits.
    pub(super) fn seat(self: &Arc<Self>) -> Option<Seat> {
        self.free.try_acquire().ok().map(|permit| {
            permit.forget();
            Seat(Some(Arc::clone(self)))
        })
    }

    /// Waits for a seat: first come, first served.
    pub(super) async fn wait(self: &Arc<Self>, clock: &dyn Clock) -> Seat {
        let mut turn = pin!(self.free.acquire());
        loop {
            let seen = self.changes.load(Ordering::Relaxed);
            let patience = clock.now().saturating_add(PATIENCE);
            if let Some(permit) = within(clock, patience, turn.as_mut()).await {
                // The semaphore is never closed.
                return Seat(permit.ok().map(|permit| {
                    permit.forget();
                    Arc::clone(self)
                }));
            }
            // Only one call goes ahead: the others notice the change.
            let change = self.changes.compare_exchange(seen, seen + 1, Ordering::Relaxed, Ordering::Relaxed);
            if change.is_ok() {
                tracing::debug!(
                    most = self.most,
                    "for a second no request ended and nothing of a download was read; one more is sent"
                );
                return Seat(None);
            }
        }
    }
}

/// The seat of a request, held until it is dropped. Empty if the request went ahead without one.
pub(crate) struct Seat(Option<Arc<Connections>>);

impl Seat {
    /// Records progress of the request.
    pub(super) fn gets_on(&self) {
        if let Some(connections) = &self.0 {
            connections.changes.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.gets_on();
        if let Some(connections) = &self.0 {
            connections.free.add_permits(1);
        }
    }
}

#[cfg(all(test, feature = "test-util"))]
mod tests {
    use std::future::Future;
    use std::task::{Context, Waker};

    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn a_download_that_is_read_keeps_the_others_waiting_and_one_that_is_not_does_not() {
        let (clock, connections) = (ManualClock::new(), Connections::new(1));
        let download = connections.seat().unwrap();
        let mut waiting = pin!(connections.wait(&clock));
        let mut goes_ahead = |after: Duration| {
            clock.advance(after);
            waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
        };
        assert!(!goes_ahead(Duration::ZERO));
        for _ in 0..10 {
            download.gets_on();
            assert!(!goes_ahead(PATIENCE));
        }
        assert!(goes_ahead(PATIENCE));
    }
}
