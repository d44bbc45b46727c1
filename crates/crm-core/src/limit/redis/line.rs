//! The tasks of this worker that wait for permits of one class of an account.
//!
//! The worker has one place in Redis for all of them, and its [desk](super::desk) asks for the first
//! ones together. The data and the work of Redis therefore do not grow with the number of tasks.

use std::collections::BTreeMap;
use std::task::Waker;
use std::time::Duration;

use super::note::Note;
use crate::limit::LimitRefusal;
use crate::limit::queue::too_late;
use crate::waiting::is_noticed;

/// Maximum number of permits that a worker asks for at once.
const AT_ONCE: usize = 32;
/// Time within which a waiter must take its permit. A future that is not polled must not block others.
pub(super) const UNTAKEN: Duration = Duration::from_millis(200);

#[derive(Default)]
pub(super) struct Line {
    /// By number, in the order of the requests.
    waiters: BTreeMap<u64, Waiter>,
    /// Time at which Redis must be asked.
    pub(super) ask_at: Duration,
    /// The tag of the worker's place in Redis, and the name of the data that this belongs to.
    pub(super) place: Option<(String, String)>,
    /// Approximate time at which the next task to join would have its turn.
    last: Option<Duration>,
    /// Wakers to call once the lock is released.
    woken: Vec<Waker>,
}

pub(super) struct Waiter {
    pub(super) cost: u32,
    pub(super) allowance: Duration,
    pub(super) deadline: Option<Duration>,
    pub(super) waker: Option<Waker>,
    /// The time of its turn, until the waiter has emitted the event of a long wait.
    pub(super) turn: Option<Duration>,
    /// True if its turn was found to be so late.
    pub(super) told: bool,
    /// True if it had to wait for others, or for room.
    pub(super) waited: bool,
    pub(super) fate: Fate,
}

/// State of a waiter.
#[derive(Debug)]
pub(super) enum Fate {
    Waits,
    /// It may not be polled by any task, and waits again when it is polled.
    Parked,
    Given(Note, Duration),
    Refused(LimitRefusal),
}

/// A waiter for which Redis is asked.
pub(super) struct Want {
    pub(super) number: u64,
    pub(super) cost: u32,
    pub(super) allowance: Duration,
    pub(super) patience: Option<Duration>,
}

impl Line {
    /// Joins, unless the waiters before it take too long.
    pub(super) fn join(&mut self, number: u64, mut waiter: Waiter, now: Duration) -> Result<(), LimitRefusal> {
        if self.is_waiting() {
            if let (Some(last), Some(deadline)) = (self.last, waiter.deadline)
                && last > deadline
            {
                return Err(too_late(None, last.saturating_sub(now)));
            }
            waiter.waited = self.place.is_some();
        } else {
            (self.ask_at, self.last) = (now, None);
        }
        self.waiters.insert(number, waiter);
        Ok(())
    }

    /// Records that this waiter is polled.
    pub(super) fn unpark(&mut self, number: u64, now: Duration) -> bool {
        let first = !self.is_waiting();
        match self.waiters.get_mut(&number) {
            Some(waiter) if matches!(waiter.fate, Fate::Parked) => waiter.fate = Fate::Waits,
            _ => return false,
        }
        if first {
            self.ask_at = now;
        }
        first
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Waiter> {
        self.waiters.get_mut(&number)
    }

    /// Leaves. Returns a permit that was granted and not taken.
    pub(super) fn leave(&mut self, number: u64, now: Duration) -> Option<Note> {
        let first = self.waiting().next().map(|(number, _)| *number);
        let waiter = self.waiters.remove(&number)?;
        if first == Some(number) && self.waiting().next().is_some_and(|(_, next)| next.cost != waiter.cost) {
            self.ask_at = now;
        }
        match waiter.fate {
            Fate::Given(note, _) => Some(note),
            _ => None,
        }
    }

    fn waiting(&self) -> impl Iterator<Item = (&u64, &Waiter)> {
        self.waiters.iter().filter(|(_, waiter)| matches!(waiter.fate, Fate::Waits))
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.waiting().next().is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiters.is_empty() && self.place.is_none()
    }

    /// Returns the waiters for which Redis must be asked now, and the total that all waiters need.
    pub(super) fn wants(&mut self, now: Duration) -> (Vec<Want>, u64) {
        for waiter in self.waiters.values_mut() {
            let late = waiter.waited && waiter.deadline.is_some_and(|deadline| now > deadline);
            if late && matches!(waiter.fate, Fate::Waits) {
                waiter.decide(Fate::Refused(too_late(None, Duration::ZERO)), &mut self.woken);
            }
        }
        let wants = self.waiting().take(AT_ONCE).map(|(&number, waiter)| Want {
            number,
            cost: waiter.cost,
            allowance: waiter.allowance,
            patience: waiter.deadline.map(|deadline| deadline.saturating_sub(now)),
        });
        (wants.collect(), self.waiting().map(|(_, waiter)| u64::from(waiter.cost)).sum())
    }

    /// Gives a permit to the waiter it was requested for, or to the first other waiter of the same cost.
    /// Returns it if there is none.
    pub(super) fn give(&mut self, number: Option<u64>, note: Note, cost: u32, now: Duration) -> Option<Note> {
        let waits = |waiter: &&mut Waiter| matches!(waiter.fate, Fate::Waits) && waiter.cost == cost;
        let own = number.and_then(|number| self.waiters.get_mut(&number)).filter(waits);
        let waiter = match own {
            Some(own) => own,
            None => match self.waiters.values_mut().find(waits) {
                Some(other) => other,
                None => return Some(note),
            },
        };
        waiter.decide(Fate::Given(note, now), &mut self.woken);
        None
    }

    pub(super) fn refuse(&mut self, number: u64, refusal: LimitRefusal) {
        if let Some(waiter) = self.waiters.get_mut(&number)
            && matches!(waiter.fate, Fate::Waits)
        {
            waiter.decide(Fate::Refused(refusal), &mut self.woken);
        }
    }

    /// Records that the worker has lost its place in Redis. Redis is asked at once for all waiters.
    pub(super) fn ask_again(&mut self, now: Duration) {
        (self.place, self.ask_at, self.last) = (None, now, None);
    }

    /// Asks Redis again at once, in the same place.
    pub(super) fn hurry(&mut self, now: Duration) {
        self.ask_at = self.ask_at.min(now);
    }

    /// Asks Redis again at `first`. A request that comes after all others would have its turn at `last`. Waiters
    /// in between whose deadline cannot be met are refused.
    pub(super) fn wait(&mut self, first: Duration, last: Duration, now: Duration) {
        (self.ask_at, self.last) = (first, Some(last));
        let all: u64 = self.waiting().map(|(_, waiter)| u64::from(waiter.cost)).sum();
        let stretch = last.saturating_sub(first).as_secs_f64() / all.max(1) as f64;
        let mut before = 0;
        for waiter in self.waiters.values_mut().filter(|waiter| matches!(waiter.fate, Fate::Waits)) {
            let turn = first.saturating_add(Duration::from_secs_f64(stretch * before as f64));
            if !waiter.told && is_noticed(turn.saturating_sub(now)) {
                (waiter.told, waiter.turn) = (true, Some(turn));
                self.woken.extend(waiter.waker.take());
            }
            if !std::mem::replace(&mut waiter.waited, true) {
                self.woken.extend(waiter.waker.take());
            }
            before += u64::from(waiter.cost);
            let first = before == u64::from(waiter.cost);
            // The turn of the first is exact, and was found to be in time.
            let late = |deadline| now > deadline || turn > deadline && !first;
            if waiter.deadline.is_some_and(late) {
                waiter.decide(Fate::Refused(too_late(None, turn.saturating_sub(now))), &mut self.woken);
            }
        }
    }

    /// Takes back permits that were not taken in time. The waiters may then not be polled either, so all of them
    /// are woken: those that are polled keep their places, and the others are not waited for.
    pub(super) fn untaken(&mut self, now: Duration) -> Vec<Note> {
        let mut notes = Vec::new();
        for waiter in self.waiters.values_mut() {
            if matches!(&waiter.fate, Fate::Given(_, at) if now >= at.saturating_add(UNTAKEN))
                && let Fate::Given(note, _) = std::mem::replace(&mut waiter.fate, Fate::Parked)
            {
                notes.push(note);
            }
        }
        if !notes.is_empty() {
            for waiter in self.waiters.values_mut().filter(|waiter| matches!(waiter.fate, Fate::Waits)) {
                waiter.decide(Fate::Parked, &mut self.woken);
            }
        }
        notes
    }

    /// Time at which a granted permit is taken back.
    pub(super) fn untaken_at(&self) -> Option<Duration> {
        let given = self.waiters.values().filter_map(|waiter| match waiter.fate {
            Fate::Given(_, at) => Some(at.saturating_add(UNTAKEN)),
            _ => None,
        });
        given.min()
    }

    /// Sends all waiters away; they decide themselves what to do next.
    pub(super) fn send_away(&mut self) {
        self.place = None;
        self.waiters.retain(|_, waiter| {
            let stays = matches!(waiter.fate, Fate::Given(..) | Fate::Refused(_));
            if !stays {
                self.woken.extend(waiter.waker.take());
            }
            stays
        });
    }

    /// Lets all waiters check.
    pub(super) fn wake_all(&mut self) {
        self.woken.extend(self.waiters.values_mut().filter_map(|waiter| waiter.waker.take()));
    }

    /// Wakes these once the lock is released.
    pub(super) fn wake_later(&mut self, wakers: Vec<Waker>) {
        self.woken.extend(wakers);
    }

    pub(super) fn take_woken(&mut self) -> Vec<Waker> {
        std::mem::take(&mut self.woken)
    }
}

impl Waiter {
    fn decide(&mut self, fate: Fate, woken: &mut Vec<Waker>) {
        self.fate = fate;
        woken.extend(self.waker.take());
    }
}
