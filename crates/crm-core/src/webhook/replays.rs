//! When a delivery was sent, and whether it came before.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::Refused;

/// How far the time of a delivery may be from ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    past: Duration,
    future: Duration,
}

impl Tolerance {
    /// So far in the past, and so far ahead.
    #[must_use]
    pub const fn new(past: Duration, future: Duration) -> Self {
        Self { past, future }
    }

    /// How long a delivery is good.
    #[must_use]
    pub const fn past(&self) -> Duration {
        self.past
    }

    /// Compares the time a delivery was sent with the time it is.
    ///
    /// # Errors
    ///
    /// [`Refused::Stale`] and [`Refused::Future`].
    pub fn check(&self, sent: SystemTime, now: SystemTime) -> Result<(), Refused> {
        match now.duration_since(sent) {
            Ok(age) if age > self.past => Err(Refused::Stale { age }),
            Err(ahead) if ahead.duration() > self.future => Err(Refused::Future { by: ahead.duration() }),
            _ => Ok(()),
        }
    }
}

/// Remembers the deliveries of a while, by their number. Of this process: where several receive
/// the same webhooks, let what they write decide (an upsert by the event's id, for example).
#[derive(Debug, Default)]
pub struct Replays {
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    until: HashMap<String, SystemTime>,
    /// How many there may be before old ones are looked for.
    most: usize,
}

impl Replays {
    /// Nothing seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers a number up to and including `until`.
    ///
    /// # Errors
    ///
    /// [`Refused::Repeated`] if it is remembered already.
    pub fn accept(&self, number: &str, now: SystemTime, until: SystemTime) -> Result<(), Refused> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.until.get(number).is_some_and(|until| *until >= now) {
            return Err(Refused::Repeated);
        }
        if seen.until.len() >= seen.most {
            seen.until.retain(|_, until| *until >= now);
            // Twice what is left, so that the sweep costs each delivery next to nothing.
            seen.most = (seen.until.len() * 2).max(1024);
        }
        seen.until.insert(number.to_owned(), until);
        Ok(())
    }

    /// Forgets a number, so that the vendor may send it again: where acting on it failed.
    pub fn forget(&self, number: &str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).until.remove(number);
    }
}
