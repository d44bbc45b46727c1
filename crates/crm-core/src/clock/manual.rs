//! A clock that tests advance.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use super::Clock;
use crate::sync::{BoxFuture, lock};

/// A clock that moves only when a test moves it.
///
/// A clock from [`new`](Self::new) moves only by [`advance`](Self::advance). A clock from
/// [`auto`](Self::auto) moves to the next wake time by itself whenever every task waits:
/// hours of backoff pass in microseconds and in the right order. Deadlines never move an
/// automatic clock; they fire when sleeping carries the time beyond them.
///
/// The automatic clock detects that all other tasks wait by letting the runtime run them first, so
/// it requires tokio's current-thread runtime (the default of `#[tokio::test]`). Work it cannot see,
/// such as a request under way, counts as waiting.
#[derive(Clone)]
pub struct ManualClock {
    shared: Arc<Shared>,
}

struct Shared {
    auto: bool,
    state: Mutex<State>,
}

struct State {
    now: Duration,
    next_id: u64,
    /// Increases with every sleep or deadline that begins, ends or is dropped: signs of work.
    activity: u64,
    /// Sorted by time, then by order of registration.
    sleepers: BTreeMap<(Duration, u64), Waiter>,
    /// Wakers to call once the lock is released.
    woken: Vec<Waker>,
}

struct Waiter {
    waker: Waker,
    /// True if the automatic clock moves for it.
    moves: bool,
}

/// Number of times that the next sleeper lets all other tasks run, in a row and without any sign of work,
/// before the time moves. tokio runs up to 61 ready tasks before it polls its main task and the network
/// again, so fewer rounds would overtake both.
const QUIET_ROUNDS: u32 = 128;

impl ManualClock {
    /// Creates a clock that moves by [`advance`](Self::advance) only.
    #[must_use]
    pub fn new() -> Self {
        Self::build(false)
    }

    /// Creates a clock that moves to the next wake time when every task waits.
    #[must_use]
    pub fn auto() -> Self {
        Self::build(true)
    }

    fn build(auto: bool) -> Self {
        let state =
            State { now: Duration::ZERO, next_id: 0, activity: 0, sleepers: BTreeMap::new(), woken: Vec::new() };
        Self { shared: Arc::new(Shared { auto, state: Mutex::new(state) }) }
    }

    /// Moves the clock and wakes all tasks that are due.
    pub fn advance(&self, by: Duration) {
        self.shared.with(|state| state.move_to(state.now.saturating_add(by)));
    }

    /// Returns the number of pending sleeps and deadlines.
    #[must_use]
    pub fn waiting(&self) -> usize {
        lock(&self.shared.state).sleepers.len()
    }

    fn until(&self, at: Duration, moves: bool) -> Until {
        Until { shared: Arc::clone(&self.shared), at, moves: moves && self.shared.auto, id: None, seen: 0, quiet: 0 }
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = lock(&self.shared.state);
        f.debug_struct("ManualClock")
            .field("now", &state.now)
            .field("auto", &self.shared.auto)
            .field("waiting", &state.sleepers.len())
            .finish()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        lock(&self.shared.state).now
    }

    /// Noon of the first day of 2026, plus what has passed.
    fn wall(&self) -> SystemTime {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_268_800);
        start.checked_add(lock(&self.shared.state).now).unwrap_or(start)
    }

    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()> {
        let at = self.now().saturating_add(wait);
        Box::pin(self.until(at, true))
    }

    fn deadline(&self, at: Duration) -> BoxFuture<'static, ()> {
        Box::pin(self.until(at, false))
    }
}

impl Shared {
    /// Changes the state, and wakes others after the lock is released.
    fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        let (result, woken) = {
            let mut state = lock(&self.state);
            let result = work(&mut state);
            (result, std::mem::take(&mut state.woken))
        };
        woken.into_iter().for_each(Waker::wake);
        result
    }
}

impl State {
    fn move_to(&mut self, to: Duration) {
        self.now = self.now.max(to);
        self.activity += 1;
        // They remove themselves when they are polled.
        let due = self.sleepers.range(..=(self.now, u64::MAX));
        self.woken.extend(due.map(|(_, waiter)| waiter.waker.clone()));
    }

    fn next_mover(&self) -> Option<(Duration, u64)> {
        self.sleepers.iter().find(|(_, waiter)| waiter.moves).map(|(key, _)| *key)
    }

    fn wake_next_mover(&mut self) {
        let next = self.sleepers.values().find(|waiter| waiter.moves);
        self.woken.extend(next.map(|waiter| waiter.waker.clone()));
    }
}

/// Waits until a time. Registers when first polled, deregisters when dropped.
struct Until {
    shared: Arc<Shared>,
    at: Duration,
    moves: bool,
    id: Option<u64>,
    seen: u64,
    quiet: u32,
}

impl Future for Until {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let shared = Arc::clone(&this.shared);
        shared.with(|state| this.look(state, cx))
    }
}

impl Until {
    fn look(&mut self, state: &mut State, cx: &mut Context<'_>) -> Poll<()> {
        if self.at <= state.now {
            if let Some(id) = self.id.take() {
                state.sleepers.remove(&(self.at, id));
                state.activity += 1;
                state.wake_next_mover();
            }
            return Poll::Ready(());
        }
        let id = *self.id.get_or_insert_with(|| {
            state.next_id += 1;
            state.activity += 1;
            state.next_id
        });
        let key = (self.at, id);
        state.sleepers.insert(key, Waiter { waker: cx.waker().clone(), moves: self.moves });
        if !self.moves || state.next_mover() != Some(key) {
            self.quiet = 0;
            return Poll::Pending;
        }
        self.quiet = if self.seen == state.activity { self.quiet + 1 } else { 0 };
        self.seen = state.activity;
        if self.quiet < QUIET_ROUNDS {
            // Lets the runtime run everything else before it comes back here.
            state.woken.push(cx.waker().clone());
            return Poll::Pending;
        }
        self.id = None;
        state.sleepers.remove(&key);
        let at = self.at;
        state.move_to(at);
        state.wake_next_mover();
        Poll::Ready(())
    }
}

impl Drop for Until {
    fn drop(&mut self) {
        if let Some(id) = self.id.take() {
            self.shared.with(|state| {
                state.sleepers.remove(&(self.at, id));
                state.activity += 1;
                state.wake_next_mover();
            });
        }
    }
}
