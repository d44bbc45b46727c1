//! One account: its windows, and the waiters for them.

use std::collections::{HashMap, VecDeque};
use std::task::Waker;
use std::time::Duration;

use super::counter::Counter;
#[cfg(feature = "redis")]
use super::counter::Start;
use super::told::Told;
use super::{Acquire, LimitRefusal, Quotas};

/// Maximum delay of a waiter's check, and the interval between the checks of those behind the first.
const GRACE: Duration = Duration::from_millis(25);

/// A place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place(u64);

/// The expected wait of a place, and the index of the window that takes longest.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outlook {
    pub(super) window: Option<usize>,
    pub(super) wait: Duration,
}

/// The state of a place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The permit was taken for it.
    Granted,
    /// It must check again at this time, or when it is woken. Its turn is not before the wait.
    Again(Duration, Outlook),
    /// The deadline cannot be met.
    TooLate(Duration),
}

#[derive(Debug)]
struct Waiter {
    class: usize,
    cost: u64,
    deadline: Option<Duration>,
    waker: Option<Waker>,
    /// Latest time of its next check, if it is polled.
    looks: Duration,
    /// False while it is passed over because it did not check.
    queued: bool,
}

/// The state of one key.
///
/// Each class has its own queue. Between queues, the earlier request has priority for every
/// window that it lacks; a window that it does not lack is free for the others in the meantime.
///
/// A waiter takes its permit only when it checks. Each waiter states the time of its next check: the first
/// of a queue checks when its turn comes, and the others one by one after it. A waiter that is later
/// than [`GRACE`] is not being polled, and leaves the queue until it checks again, so that a future
/// that is kept but not polled does not block others.
#[derive(Debug)]
pub(super) struct Account {
    counters: Vec<Counter>,
    queues: Vec<VecDeque<Place>>,
    waiters: HashMap<Place, Waiter>,
    /// Sum of the units that the waiters of each window need.
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

    /// Takes a permit at once, if no other waits and every window has room.
    pub(super) fn take(&mut self, quotas: &Quotas, acquire: &Acquire, now: Duration) -> bool {
        if !self.waiters.is_empty() || acquire.deadline.is_some_and(|deadline| now > deadline) {
            return false;
        }
        let cost = u64::from(acquire.cost);
        let Some(class) = quotas.class_index(acquire.class) else { return false };
        let windows = quotas.windows_of(class);
        let open = |window: &usize| self.counters[*window].when(cost, 0, now).is_some_and(|at| at <= now);
        let room = windows.iter().all(open);
        if room {
            windows.iter().for_each(|&window| self.counters[window].take(cost));
        }
        room
    }

    /// Joins the queue, unless the deadline cannot be met.
    pub(super) fn join(
        &mut self,
        quotas: &Quotas,
        acquire: &Acquire,
        now: Duration,
    ) -> Result<(Place, Outlook), LimitRefusal> {
        let class = quotas.class_of(acquire)?;
        let cost = u64::from(acquire.cost);
        let mut outlook = Outlook::default();
        for &window in quotas.windows_of(class) {
            let counter = &mut self.counters[window];
            let Some(at) = counter.when(cost, self.wanted[window], now) else {
                return Err(LimitRefusal::new(too_small(counter.name())));
            };
            if acquire.deadline.is_some_and(|deadline| at > deadline) {
                return Err(too_late(Some(counter.name()), at.saturating_sub(now)));
            }
            let wait = at.saturating_sub(now);
            if wait > outlook.wait {
                outlook = Outlook { window: Some(window), wait };
            }
        }
        let place = Place(self.next);
        self.next += 1;
        quotas.windows_of(class).iter().for_each(|&window| self.wanted[window] += cost);
        self.queues[class].push_back(place);
        self.waiters
            .insert(place, Waiter { class, cost, deadline: acquire.deadline, waker: None, looks: now, queued: true });
        Ok((place, outlook))
    }

    /// Takes the permit of a place if its turn has come. Returns the state of the place, and the wakers to call.
    pub(super) fn look(
        &mut self,
        quotas: &Quotas,
        place: Place,
        now: Duration,
        waker: &Waker,
    ) -> (Standing, Vec<Waker>) {
        let Some(waiter) = self.waiters.get_mut(&place) else {
            return (Standing::TooLate(Duration::ZERO), Vec::new());
        };
        (waiter.looks, waiter.waker) = (now, Some(waker.clone()));
        let (class, cost, deadline) = (waiter.class, waiter.cost, waiter.deadline);
        if !std::mem::replace(&mut waiter.queued, true) {
            let index = self.queues[class].partition_point(|other| *other < place);
            self.queues[class].insert(index, place);
            quotas.windows_of(class).iter().for_each(|&window| self.wanted[window] += cost);
        }
        self.pass_over(quotas, now);
        let turn = self.turn(quotas, class, now);
        let index = self.queues[class].partition_point(|other| *other < place);
        let in_time = deadline.is_none_or(|deadline| now <= deadline);
        if in_time && index == 0 && turn.is_none() {
            self.remove(quotas, place);
            quotas.windows_of(class).iter().for_each(|&window| self.counters[window].take(cost));
            return (Standing::Granted, self.call_heads(now));
        }
        let turn = turn.unwrap_or(now);
        if deadline.is_some_and(|deadline| now >= deadline || index == 0 && turn > deadline) {
            return (Standing::TooLate(turn.saturating_sub(now)), Vec::new());
        }
        // The waiters behind the first check whether those before them have checked.
        let apart = GRACE.saturating_mul(u32::try_from(index).unwrap_or(u32::MAX));
        let at = turn.saturating_add(apart);
        if let Some(waiter) = self.waiters.get_mut(&place) {
            waiter.looks = at;
        }
        let longest =
            quotas.windows_of(class).iter().copied().max_by_key(|&window| self.counters[window].when(cost, 0, now));
        (Standing::Again(at, Outlook { window: longest, wait: turn.saturating_sub(now) }), Vec::new())
    }

    /// Returns the time at which the first of a class's queue can have its permit without taking it from a
    /// waiter that comes before it in another queue; `None` if now.
    fn turn(&mut self, quotas: &Quotas, class: usize, now: Duration) -> Option<Duration> {
        let own = *self.queues[class].front()?;
        let mut heads: Vec<Place> = self.queues.iter().filter_map(|queue| queue.front().copied()).collect();
        heads.sort_unstable();
        // For each window, the time until which a head lacks it, and the units that others take as soon as they check.
        let mut lacked = vec![None; self.counters.len()];
        let mut ahead = vec![0; self.counters.len()];
        for head in heads {
            let waiter = self.waiters.get(&head)?;
            let windows = quotas.windows_of(waiter.class);
            let mut due = None;
            for &window in windows {
                let mut later = |ahead| self.counters[window].when(waiter.cost, ahead, now).filter(|at| *at > now);
                // Units that are reserved for another head are taken soon, or that head is passed over.
                let kept = later(ahead[window]).map(|_| now.saturating_add(GRACE));
                due = due.max(later(0).or(kept)).max(lacked[window]);
            }
            if head == own {
                return due;
            }
            for &window in windows {
                match due {
                    None => ahead[window] += waiter.cost,
                    Some(at) if self.counters[window].when(waiter.cost, 0, now).is_some_and(|room| room > now) => {
                        lacked[window] = lacked[window].max(Some(at.saturating_add(GRACE)));
                    }
                    Some(_) => {}
                }
            }
        }
        None
    }

    /// Removes from the queues the first waiters that did not check at their time, or whose deadline
    /// has passed.
    fn pass_over(&mut self, quotas: &Quotas, now: Duration) {
        for queue in &mut self.queues {
            while let Some(waiter) = queue.front().and_then(|first| self.waiters.get_mut(first)) {
                let absent = now > waiter.looks.saturating_add(GRACE);
                if !absent && waiter.deadline.is_none_or(|deadline| now <= deadline) {
                    break;
                }
                waiter.queued = false;
                quotas.windows_of(waiter.class).iter().for_each(|&window| self.wanted[window] -= waiter.cost);
                queue.pop_front();
            }
        }
    }

    /// Leaves the queue. Returns the wakers to call.
    pub(super) fn leave(&mut self, quotas: &Quotas, place: Place, now: Duration) -> Vec<Waker> {
        if self.remove(quotas, place) { self.call_heads(now) } else { Vec::new() }
    }

    /// Removes a waiter. Returns true if there was one.
    fn remove(&mut self, quotas: &Quotas, place: Place) -> bool {
        let Some(waiter) = self.waiters.remove(&place) else { return false };
        if waiter.queued {
            if let Ok(index) = self.queues[waiter.class].binary_search(&place) {
                self.queues[waiter.class].remove(index);
            }
            quotas.windows_of(waiter.class).iter().for_each(|&window| self.wanted[window] -= waiter.cost);
        }
        true
    }

    /// Ends the holding of a permit: it counts for one window from `until` on.
    pub(super) fn finish(&mut self, quotas: &Quotas, acquire: &Acquire, until: Duration) {
        for &window in quotas.windows_of_class(acquire.class) {
            self.counters[window].finish(u64::from(acquire.cost), until);
        }
    }

    /// Takes back a permit that was not sent. Returns the wakers to call.
    #[cfg(feature = "redis")]
    pub(super) fn take_back(&mut self, quotas: &Quotas, class: usize, cost: u64, now: Duration) -> Vec<Waker> {
        quotas.windows_of(class).iter().for_each(|&window| self.counters[window].take_back(cost));
        self.call_heads(now)
    }

    /// Applies the information in a reply.
    pub(super) fn learn(&mut self, told: &[Told], now: Duration) {
        told.iter().for_each(|told| self.counters[told.window].learn(told, now));
    }

    /// Opens the windows that refusals closed. Returns the wakers to call.
    pub(super) fn open(&mut self, now: Duration) -> Vec<Waker> {
        self.counters.iter_mut().for_each(Counter::open);
        self.call_heads(now)
    }

    /// Restarts from counts that were kept elsewhere, one entry per window.
    #[cfg(feature = "redis")]
    pub(super) fn resume(&mut self, windows: impl IntoIterator<Item = Start>) {
        self.counters.iter_mut().zip(windows).for_each(|(counter, start)| counter.resume(start));
    }

    /// Returns true if the account can be removed.
    pub(super) fn idle(&mut self, now: Duration) -> bool {
        self.waiters.is_empty() && self.counters.iter_mut().all(|counter| counter.idle(now))
    }

    /// Lets the first of each queue check at once.
    fn call_heads(&mut self, now: Duration) -> Vec<Waker> {
        let heads = self.queues.iter().filter_map(|queue| queue.front());
        heads
            .filter_map(|head| {
                let waiter = self.waiters.get_mut(head)?;
                waiter.looks = waiter.looks.min(now);
                waiter.waker.take()
            })
            .collect()
    }
}

/// Returns the reason why a call that counts as more requests than a window allows is refused.
pub(super) fn too_small(window: &str) -> String {
    format!("the call counts as more requests than the window \"{window}\" allows")
}

/// Returns the refusal of a wait that would exceed the deadline.
pub(super) fn too_late(window: Option<&str>, wait: Duration) -> LimitRefusal {
    let refusal = match window {
        Some(window) => LimitRefusal::new(format!("waiting for the limit \"{window}\" would exceed the deadline")),
        None => LimitRefusal::new("waiting for the rate limit would exceed the deadline"),
    };
    refusal.with_retry_after(wait)
}
