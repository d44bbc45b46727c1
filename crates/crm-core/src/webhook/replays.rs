//! Checks the time of a delivery, and detects repeated deliveries.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::Refused;

/// Maximum difference between the time of a delivery and the local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    past: Duration,
    future: Duration,
}

impl Tolerance {
    /// Creates a tolerance for times in the past and in the future.
    #[must_use]
    pub const fn new(past: Duration, future: Duration) -> Self {
        Self { past, future }
    }

    /// Time for which a delivery is valid.
    #[must_use]
    pub const fn past(&self) -> Duration {
        self.past
    }

    /// Compares the time at which a delivery was sent with the current time.
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

/// Remembers deliveries for a limited time, by their number. Works within one process. If several processes receive
/// the same webhooks, handle events idempotently (for example, upsert by the event's id).
#[derive(Debug, Default)]
pub struct Replays {
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    until: HashMap<String, SystemTime>,
    /// Number of entries above which expired ones are removed.
    most: usize,
}

impl Replays {
    /// Creates an empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers a number up to and including `until`.
    ///
    /// # Errors
    ///
    /// [`Refused::Repeated`] if it is already remembered.
    pub fn accept(&self, number: &str, now: SystemTime, until: SystemTime) -> Result<(), Refused> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.until.get(number).is_some_and(|until| *until >= now) {
            return Err(Refused::Repeated);
        }
        if seen.until.len() >= seen.most {
            seen.until.retain(|_, until| *until >= now);
            // Twice the remaining number, so that the cost of removal per delivery is negligible.
            seen.most = (seen.until.len() * 2).max(1024);
        }
        seen.until.insert(number.to_owned(), until);
        Ok(())
    }

    /// Forgets a number, so that the vendor may send it again, for example because handling it failed.
    pub fn forget(&self, number: &str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).until.remove(number);
    }
}
