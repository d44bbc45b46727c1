//! No window is ever exceeded, none remains unused, and no waiter waits without a result.

mod arrivals;
mod crowds;
mod feedback;
mod queue;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use proptest::prelude::*;

use super::{Acquire, End, LimitRefusal, LocalLimiter, Permit, Quotas, RateLimiter, Window};
use crate::clock::{Clock, ManualClock};
use crate::sync::lock;
use crate::vendor::Feedback;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn poll<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// Asks once. The attempt of a granted permit ends at once.
fn taken(limiter: &LocalLimiter, acquire: &Acquire) -> bool {
    match poll(&mut limiter.acquire(acquire)) {
        Poll::Ready(Ok(permit)) => {
            limiter.finish(acquire, &permit, End::Over);
            true
        }
        _ => false,
    }
}

/// Returns the maximum number of units in any window of the given length. Windows include their first instant, not the
/// one after their last.
fn busiest(grants: &[(Duration, u64)], per: Duration) -> u64 {
    let mut most = 0;
    for (index, &(start, _)) in grants.iter().enumerate() {
        let inside = grants[index..].iter().take_while(|grant| grant.0 < start + per);
        most = most.max(inside.map(|grant| grant.1).sum());
    }
    most
}

fn limiter(limit: u64) -> (ManualClock, LocalLimiter) {
    let clock = ManualClock::new();
    let quotas = Quotas::new([
        Window::new("burst", limit, ms(10_000)).guard(Duration::ZERO),
        Window::new("day", 1_000, Duration::from_secs(86_400)),
    ]);
    (clock.clone(), LocalLimiter::new(quotas, Arc::new(clock)))
}

/// Returns the number of permits that are available now.
fn room(limiter: &LocalLimiter) -> u64 {
    let acquire = Acquire::new("k", "");
    (0..).take_while(|_| taken(limiter, &acquire)).count() as u64
}

/// Counts its wakes.
#[derive(Default)]
struct Bell(std::sync::atomic::AtomicUsize);

impl std::task::Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }
}
