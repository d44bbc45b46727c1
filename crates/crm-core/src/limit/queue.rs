//! One account: its windows, and who waits for them.

use std::collections::{HashMap, VecDeque};
use std::task::Waker;
use std::time::Duration;

use super::counter::Counter;
#[cfg(feature = "redis")]
use super::log::Log;
use super::told::Told;
use super::{LimitRefusal, Permit, Quotas};

/// A place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place(u64);

/// How a place stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The permit was taken for it.
    Granted,
    /// There is room at this time.
    At(Duration),
    /// Others come first; it is woken when that changes.
    Behind,
    /// The deadline cannot be met.
    TooLate(Duration),
}

#[derive(Debug)]
struct Waiter {
    class: usize,
    cost: u64,
    deadline: Option<Duration>,
    granted: Option<Duration>,
    waker: Option<Waker>,
}

/// The state of one key.
///
/// Each class has a queue of its own. Between queues the one who asked first comes first for
/// every window he lacks; a window he does not lack is free for the others meanwhile.
#[derive(Debug)]
pub(super) struct Account {
    counters: Vec<Counter>,
    queues: Vec<VecDeque<Place>>,
    waiters: HashMap<Place, Waiter>,
    /// What the waiters of each window want, added up.
    wanted: Vec<u64>,
    next: u64,
}

impl Account {
    pub(super) fn new(quotas: &Quotas) -> Self {
        Self {
            counters: quotas.windows.iter().cloned().map(Counter::new).collect(),
            queues: quotas.classes.iter().map(|_| VecDeque::new()).collect(),
            waiters: HashMap::new(),
            wanted: vec![0; quotas.windows.len()],
            next: 0,
        }
    }

    /// Takes a permit at once, where nobody waits and every window has room.
    pub(super) fn take(&mut self, quotas: &Quotas, permit: &Permit, now: Duration) -> bool {
        if !self.waiters.is_empty() || permit.deadline.is_some_and(|deadline| now > deadline) {
            return false;
        }
        let cost = u64::from(permit.cost);
        let windows = quotas.windows_of(quotas.class_index(permit.class));
        let open = |window: &usize| self.counters[*window].when(cost, 0, now).is_some_and(|at| at <= now);
        let room = windows.iter().all(open);
        if room {
            windows.iter().for_each(|&window| self.counters[window].take(cost, now));
        }
        room
    }

    /// Joins the queue, unless the deadline cannot be met.
    pub(super) fn join(&mut self, quotas: &Quotas, permit: &Permit, now: Duration) -> Result<Place, LimitRefusal> {
        let class = quotas.class_index(permit.class);
        let cost = u64::from(permit.cost);
        for &window in quotas.windows_of(class) {
            let counter = &mut self.counters[window];
            let Some(at) = counter.when(cost, self.wanted[window], now) else {
                return Err(LimitRefusal::new(format!(
                    "the window \"{}\" is smaller than the request",
                    counter.name()
                )));
            };
            if permit.deadline.is_some_and(|deadline| at > deadline) {
                return Err(too_late(Some(counter.name()), at.saturating_sub(now)));
            }
        }
        let place = Place(self.next);
        self.next += 1;
        quotas.windows_of(class).iter().for_each(|&window| self.wanted[window] += cost);
        self.queues[class].push_back(place);
        self.waiters.insert(place, Waiter { class, cost, deadline: permit.deadline, granted: None, waker: None });
        Ok(place)
    }

    /// Grants whatever can be granted. Returns whom to wake: those granted, and the new heads.
    pub(super) fn serve(&mut self, quotas: &Quotas, now: Duration) -> Vec<Waker> {
        let mut wake = Vec::new();
        // Whoever becomes the head must look again: it alone sets a timer. The one before it may have
        // no waker any more, as it was woken before it got its turn.
        let mut moved = self.expire_heads(quotas, now, &mut wake);
        while let Some(place) = self.next_ready(quotas, now) {
            let Some(waiter) = self.waiters.get_mut(&place) else { break };
            waiter.granted = Some(now);
            wake.extend(waiter.waker.take());
            let (class, cost) = (waiter.class, waiter.cost);
            self.queues[class].pop_front();
            for &window in quotas.windows_of(class) {
                self.counters[window].take(cost, now);
                self.wanted[window] -= cost;
            }
            self.expire_heads(quotas, now, &mut wake);
            moved = true;
        }
        if moved {
            self.wake_heads(&mut wake);
        }
        wake
    }

    /// Takes those out of the way whose deadline passed before they were looked at. Returns whether
    /// there were any.
    fn expire_heads(&mut self, quotas: &Quotas, now: Duration, wake: &mut Vec<Waker>) -> bool {
        let mut moved = false;
        for queue in &mut self.queues {
            while let Some(waiter) = queue.front().and_then(|head| self.waiters.get_mut(head)) {
                if waiter.deadline.is_none_or(|deadline| now <= deadline) {
                    break;
                }
                wake.extend(waiter.waker.take());
                quotas.windows_of(waiter.class).iter().for_each(|&window| self.wanted[window] -= waiter.cost);
                queue.pop_front();
                moved = true;
            }
        }
        moved
    }

    /// The head of a queue that can have its permit now and takes it from nobody.
    fn next_ready(&mut self, quotas: &Quotas, now: Duration) -> Option<Place> {
        let mut heads: Vec<Place> = self.queues.iter().filter_map(|queue| queue.front().copied()).collect();
        heads.sort_unstable();
        let mut lacking = vec![false; self.counters.len()];
        heads.into_iter().find(|place| {
            let Some(waiter) = self.waiters.get(place) else { return false };
            let mut ready = true;
            for &window in quotas.windows_of(waiter.class) {
                let room = self.counters[window].when(waiter.cost, 0, now).is_some_and(|at| at <= now);
                ready &= room && !lacking[window];
                lacking[window] |= !room;
            }
            ready
        })
    }

    /// How a place stands, after [`serve`](Self::serve). Keeps the waker where it has to wait.
    pub(super) fn standing(&mut self, quotas: &Quotas, place: Place, now: Duration, waker: &Waker) -> Standing {
        let Some(waiter) = self.waiters.get_mut(&place) else { return Standing::TooLate(Duration::ZERO) };
        if waiter.granted.is_some() {
            return Standing::Granted;
        }
        waiter.waker = Some(waker.clone());
        let head = self.queues[waiter.class].front() == Some(&place);
        let mut at = now;
        if head {
            for &window in quotas.windows_of(waiter.class) {
                at = at.max(self.counters[window].when(waiter.cost, 0, now).unwrap_or(now));
            }
        }
        match waiter.deadline {
            Some(deadline) if at > deadline || now >= deadline => Standing::TooLate(at.saturating_sub(now)),
            _ if head && at > now => Standing::At(at),
            _ => Standing::Behind,
        }
    }

    /// Leaves. A grant is used up if it is `taken`, and given back otherwise. Returns whom to
    /// wake.
    pub(super) fn leave(&mut self, quotas: &Quotas, place: Place, taken: bool, now: Duration) -> Vec<Waker> {
        let Some(waiter) = self.waiters.remove(&place) else { return Vec::new() };
        match waiter.granted {
            Some(_) if taken => return Vec::new(),
            Some(at) => {
                for &window in quotas.windows_of(waiter.class) {
                    self.counters[window].give_back(waiter.cost, at);
                }
            }
            None => {
                if let Ok(index) = self.queues[waiter.class].binary_search(&place) {
                    self.queues[waiter.class].remove(index);
                    for &window in quotas.windows_of(waiter.class) {
                        self.wanted[window] -= waiter.cost;
                    }
                }
            }
        }
        let mut wake = self.serve(quotas, now);
        self.wake_heads(&mut wake);
        wake
    }

    /// Learns from a reply.
    pub(super) fn learn(&mut self, told: &[Told], now: Duration) {
        told.iter().for_each(|told| self.counters[told.window].learn(told, now));
    }

    /// Starts again from other logs, one a window, each under a limit that holds until a time.
    #[cfg(feature = "redis")]
    pub(super) fn resume(&mut self, windows: impl IntoIterator<Item = (Log, (u64, Duration))>) {
        self.counters.iter_mut().zip(windows).for_each(|(counter, (log, cap))| counter.resume(log, cap));
    }

    /// Whether the account can be forgotten.
    pub(super) fn idle(&mut self, now: Duration) -> bool {
        self.waiters.is_empty() && self.counters.iter_mut().all(|counter| counter.idle(now))
    }

    fn wake_heads(&mut self, wake: &mut Vec<Waker>) {
        for head in self.queues.iter().filter_map(|queue| queue.front()) {
            wake.extend(self.waiters.get_mut(head).and_then(|waiter| waiter.waker.take()));
        }
    }
}

/// The refusal of a wait that would pass the deadline.
pub(super) fn too_late(window: Option<&str>, wait: Duration) -> LimitRefusal {
    let refusal = match window {
        Some(window) => LimitRefusal::new(format!("waiting for the limit \"{window}\" would pass the deadline")),
        None => LimitRefusal::new("waiting for the rate limit would pass the deadline"),
    };
    refusal.with_retry_after(wait)
}
