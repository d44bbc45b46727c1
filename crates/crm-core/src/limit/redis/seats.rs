//! The permits of one account that are held, and those whose end is not known to Redis yet.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::call::micros;

/// Maximum number of ends reported in one call.
const ENDS: usize = 256;

/// A permit that is held.
pub(super) struct Seat {
    /// Its name in Redis, which contains the worker's name, the cost and the class.
    pub(super) name: String,
    pub(super) class: usize,
    pub(super) cost: u32,
    pub(super) lease: Duration,
    pub(super) known: Known,
    /// Time at which its lease started.
    pub(super) renewed: Duration,
}

/// State of a seat's report to Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    No,
    /// A call that reports it is under way, or failed.
    Told,
    Yes,
}

/// A seat whose attempt has ended.
#[derive(Debug)]
pub(super) struct Ended {
    name: String,
    at: Duration,
    /// Time after the end for which its request may arrive; `None` if none was sent.
    allowance: Option<Duration>,
    lease: Duration,
}

#[derive(Default)]
pub(super) struct Seats {
    held: HashMap<u64, Seat>,
    ended: Vec<Ended>,
}

impl Seats {
    pub(super) fn hold(&mut self, number: u64, seat: Seat) {
        self.held.insert(number, seat);
    }

    /// Ends a seat. Returns it if it was held.
    pub(super) fn end(&mut self, number: u64, at: Duration, allowance: Option<Duration>) -> Option<Seat> {
        let seat = self.held.remove(&number)?;
        if seat.known != Known::No {
            self.ended.push(Ended { name: seat.name.clone(), at, allowance, lease: seat.lease });
        }
        Some(seat)
    }

    /// Returns a permit that Redis may have granted in a call whose reply was lost, or cannot be used.
    pub(super) fn return_unsent(&mut self, name: String, lease: Duration, now: Duration) {
        self.ended.push(Ended { name, at: now, allowance: None, lease });
    }

    /// Returns the cost of a seat that is held.
    pub(super) fn cost(&self, number: u64) -> Option<u32> {
        self.held.get(&number).map(|seat| seat.cost)
    }

    /// Returns true if nothing has to be reported to Redis. Seats whose lease has ended have lapsed by
    /// themselves.
    pub(super) fn is_silent(&mut self, now: Duration) -> bool {
        self.ended.retain(|ended| now < ended.at.saturating_add(ended.lease));
        self.is_empty()
    }

    /// Takes ends to report.
    pub(super) fn take_ends(&mut self, now: Duration) -> Vec<Ended> {
        self.is_silent(now);
        self.ended.drain(..self.ended.len().min(ENDS)).collect()
    }

    /// Puts back ends that may not have been received.
    pub(super) fn put_back(&mut self, mut ends: Vec<Ended>) {
        ends.append(&mut self.ended);
        self.ended = ends;
    }

    /// Renews and returns all leases that are older than `age`.
    pub(super) fn renew(&mut self, age: Duration, now: Duration) -> Vec<Value> {
        let old =
            self.held.values_mut().filter(|seat| seat.known == Known::Yes && now >= seat.renewed.saturating_add(age));
        old.map(|seat| {
            seat.renewed = now;
            json!([seat.name, micros(seat.lease)])
        })
        .collect()
    }

    /// Returns the time of the next report: ends after `flush`, leases that are older than `age`.
    pub(super) fn due(&self, flush: Duration, age: Duration) -> Option<Duration> {
        let ends = self.ended.iter().map(|ended| ended.at.saturating_add(flush));
        let known = self.held.values().filter(|seat| seat.known == Known::Yes);
        let leases = known.map(|seat| seat.renewed.saturating_add(age));
        ends.chain(leases).min()
    }

    /// Returns all seats, for joining. If the data was lost, ended attempts are in the logs.
    pub(super) fn tell_all(&mut self, whole: bool, now: Duration) -> Vec<(String, u64)> {
        if whole {
            self.ended.clear();
        }
        let seats = self.held.values_mut().map(|seat| {
            if whole || seat.known == Known::No {
                seat.known = Known::Told;
            }
            seat.renewed = now;
            (seat.name.clone(), micros(seat.lease))
        });
        seats.collect()
    }

    /// Records that the reports were received.
    pub(super) fn were_heard(&mut self) {
        let told = self.held.values_mut().filter(|seat| seat.known == Known::Told);
        told.for_each(|seat| seat.known = Known::Yes);
    }

    /// Removes held seats, which can no longer be ended; their leases lapse.
    pub(super) fn abandon_held(&mut self) {
        self.held.clear();
    }

    /// Removes all seats, which will no longer be reported; their leases lapse.
    pub(super) fn forget(&mut self) {
        self.held.clear();
        self.ended.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty() && self.ended.is_empty()
    }
}

/// Returns the ends in the form that the scripts read: the time since each end.
pub(super) fn ends(ends: &[Ended], now: Duration) -> Vec<Value> {
    let one = |ended: &Ended| match ended.allowance {
        Some(allowance) => json!([ended.name, micros(now.saturating_sub(ended.at)), micros(allowance)]),
        None => json!([ended.name]),
    };
    ends.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Known, Seat, Seats};

    /// Otherwise the task that reports seats would report them repeatedly.
    #[test]
    fn what_is_due_is_told() {
        let (flush, renew) = (Duration::from_millis(250), Duration::from_secs(5));
        for (known, due) in [(Known::No, None), (Known::Told, None), (Known::Yes, Some(renew))] {
            let mut seats = Seats::default();
            let name = "worker:1:1:".to_owned();
            let seat = Seat { name, class: 0, cost: 1, lease: renew * 2, known, renewed: Duration::ZERO };
            seats.hold(1, seat);
            assert_eq!(seats.due(flush, renew), due, "{known:?}");
            assert_eq!(seats.renew(renew / 2, renew).len(), usize::from(due.is_some()), "{known:?}");
            assert_eq!(seats.due(flush, renew), due.map(|due| due + renew), "{known:?}");
        }
    }
}
