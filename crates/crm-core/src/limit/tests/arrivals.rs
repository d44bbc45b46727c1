//! A vendor counts arrivals. Virtual time, seeded latencies, millions of requests.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use futures::executor::LocalPool;
use futures::task::LocalSpawnExt as _;

use super::{busiest, ms};
use crate::clock::Clock;
use crate::limit::{Acquire, End, LocalLimiter, Quotas, RateLimiter, Window};
use crate::sync::{BoxFuture, lock};

/// A clock that jumps to the next sleep when no other work remains.
#[derive(Clone, Default)]
struct Virtual(Arc<Mutex<Sleepers>>);

#[derive(Default)]
struct Sleepers {
    now: Duration,
    /// Wakers are stored beside the heap, which orders by time and number.
    heap: BinaryHeap<Reverse<(Duration, usize)>>,
    wakers: Vec<Option<Waker>>,
}

impl Virtual {
    /// Moves to the next sleep. Returns false if there is none.
    fn step(&self) -> bool {
        let mut sleepers = lock(&self.0);
        let Some(Reverse((at, index))) = sleepers.heap.pop() else { return false };
        sleepers.now = sleepers.now.max(at);
        let waker = sleepers.wakers[index].take();
        drop(sleepers);
        waker.into_iter().for_each(Waker::wake);
        true
    }
}

struct Until(Virtual, Duration, bool);

impl Future for Until {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut sleepers = lock(&this.0.0);
        if this.1 <= sleepers.now {
            return Poll::Ready(());
        }
        if !std::mem::replace(&mut this.2, true) {
            let index = sleepers.wakers.len();
            sleepers.wakers.push(Some(cx.waker().clone()));
            sleepers.heap.push(Reverse((this.1, index)));
        }
        Poll::Pending
    }
}

impl Clock for Virtual {
    fn now(&self) -> Duration {
        lock(&self.0).now
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.now()
    }

    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()> {
        self.deadline(self.now().saturating_add(wait))
    }

    fn deadline(&self, at: Duration) -> BoxFuture<'static, ()> {
        Box::pin(Until(self.clone(), at, false))
    }
}

/// Result of a run.
struct Run {
    busiest: u64,
    /// Used share of `limit * T / (T + L)`.
    used: f64,
}

/// Time from which a permit counts for a window.
#[derive(Clone, Copy, PartialEq)]
enum Counts {
    FromReply,
    /// The usual method of limiters.
    FromGrant,
}

/// Sends requests from twice as many tasks as the window allows. One in `give_up` is abandoned while
/// it is under way, and arrives within the allowance; zero means none.
fn run(limit: u64, per: Duration, requests: usize, give_up: u64, seed: u64, counts: Counts) -> Run {
    const ALLOWANCE: Duration = Duration::from_millis(800);
    let clock = Virtual::default();
    let limiter = Arc::new(LocalLimiter::new(Quotas::new([Window::new("burst", limit, per)]), Arc::new(clock.clone())));
    let arrivals: Arc<Mutex<Vec<(Duration, u64)>>> = Arc::default();
    let latency: Arc<Mutex<(Duration, u32)>> = Arc::default();
    let mut pool = LocalPool::new();
    for task in 0..limit * 2 {
        let (clock, limiter, arrivals, latency) =
            (clock.clone(), Arc::clone(&limiter), Arc::clone(&arrivals), Arc::clone(&latency));
        let mut random = fastrand::Rng::with_seed(seed ^ (task << 8));
        let work = async move {
            let acquire = Acquire::new("k", "").allowance(ALLOWANCE);
            let mut cold = true;
            while lock(&arrivals).len() < requests {
                let permit = limiter.acquire(&acquire).await.unwrap();
                if counts == Counts::FromGrant {
                    limiter.finish(&acquire, &permit, End::Over);
                }
                // The connection is new for the first request, and occasionally later.
                let connect = if cold || random.u8(..) == 0 { ms(250) } else { Duration::ZERO };
                cold = false;
                let (there, back) = (connect + ms(random.u64(2..200)), ms(random.u64(3..200)));
                if give_up > 0 && random.u64(..give_up) == 0 {
                    clock.sleep(ms(random.u64(..there.as_millis() as u64))).await;
                    limiter.finish(&acquire, &permit, End::GivenUp);
                    lock(&arrivals).push((clock.now() + ms(random.u64(..=800)), 1));
                    continue;
                }
                clock.sleep(there).await;
                lock(&arrivals).push((clock.now(), 1));
                clock.sleep(back).await;
                if counts == Counts::FromReply {
                    limiter.finish(&acquire, &permit, End::Over);
                }
                let mut latency = lock(&latency);
                *latency = (latency.0 + there + back, latency.1 + 1);
            }
        };
        pool.spawner().spawn_local(work).unwrap();
    }
    loop {
        pool.run_until_stalled();
        if lock(&arrivals).len() >= requests || !clock.step() {
            break;
        }
    }
    let mut arrivals = std::mem::take(&mut *lock(&arrivals));
    arrivals.sort_unstable();
    let (sum, count) = *lock(&latency);
    let (seconds, mean) = (clock.now().as_secs_f64(), (sum / count.max(1)).as_secs_f64());
    let bound = limit as f64 * seconds / (per.as_secs_f64() + mean);
    Run { busiest: busiest(&arrivals, per), used: arrivals.len() as f64 / bound }
}

const ROWS: [(u64, u64); 4] = [(100, 10_000), (190, 10_000), (5, 1_000), (10, 30_000)];

#[test]
fn no_window_of_the_vendor_is_exceeded_and_the_bound_is_used() {
    for (limit, per) in ROWS {
        let [ours, from_grant] =
            [Counts::FromReply, Counts::FromGrant].map(|counts| run(limit, ms(per), 50_000, 0, 7, counts));
        let name = format!("{limit} in {} s", per / 1_000);
        println!("measured busiest window of {name}: {}", ours.busiest);
        println!("measured busiest window of {name}, from the grant: {}", from_grant.busiest);
        println!("measured part of the bound of {name}: {:.4}", ours.used);
        assert!(ours.busiest <= limit, "{} in a window of {name}", ours.busiest);
        assert!(ours.used >= 0.97, "{:.3} of the bound of {name}", ours.used);
        assert!(from_grant.busiest > limit, "this vendor would find no fault: {}", from_grant.busiest);
    }
}

#[test]
fn attempts_that_were_given_up_arrive_within_their_allowance() {
    for (limit, per) in ROWS {
        let run = run(limit, ms(per), 10_000, 20, 8, Counts::FromReply);
        assert!(run.busiest <= limit, "{} in a window of {limit} per {per} ms", run.busiest);
    }
}

/// The same as the two tests above, with more requests.
#[test]
#[ignore = "takes minutes without optimisation: cargo test --release -p crm-core --all-features -- --ignored millions"]
fn millions_of_requests_exceed_no_window() {
    for (seed, (limit, per)) in (1..).zip(ROWS) {
        for give_up in [0, 50] {
            let run = run(limit, ms(per), 1_000_000, give_up, seed, Counts::FromReply);
            println!("{limit} per {per} ms: at most {} in a window, {:.3} of the bound", run.busiest, run.used);
            assert!(run.busiest <= limit);
        }
    }
}
