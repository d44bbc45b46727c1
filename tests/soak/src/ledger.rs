//! The result that the client reported for each write, to compare with the stored records.

use std::collections::BTreeMap;
use std::fmt;

use crm_core::Error;

/// The reported result of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Done,
    NotDone,
    Maybe,
}

impl Said {
    pub(crate) fn of<T>(result: &Result<T, Error>) -> Self {
        match result {
            Ok(_) => Self::Done,
            Err(error) if error.may_have_happened() => Self::Maybe,
            Err(_) => Self::NotDone,
        }
    }
}

/// Minimum and maximum number of records, by name.
#[derive(Default)]
pub(crate) struct Ledger(BTreeMap<String, (usize, usize)>);

impl Ledger {
    /// A thing was put there, whether it was there before or not.
    pub(crate) fn put(&mut self, name: String, said: Said) {
        let entry = self.0.entry(name).or_default();
        match said {
            Said::Done => *entry = (1, 1),
            Said::Maybe => entry.1 = 1,
            Said::NotDone => {}
        }
    }

    /// A thing was taken away.
    pub(crate) fn take(&mut self, name: &str, said: Said) {
        let Some(entry) = self.0.get_mut(name) else { return };
        match said {
            Said::Done => *entry = (0, 0),
            Said::Maybe => entry.0 = 0,
            Said::NotDone => {}
        }
    }

    /// Compares with all that is there.
    pub(crate) fn check(&self, what: &str, there: impl Iterator<Item = String>) -> Result<(), String> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for name in there {
            *counts.entry(name).or_default() += 1;
        }
        for (name, (least, most)) in &self.0 {
            let count = counts.remove(name).unwrap_or(0);
            if !(*least..=*most).contains(&count) {
                return Err(format!("{what} {name} is there {count} times, and should be {least} to {most} times"));
            }
        }
        match counts.pop_first() {
            Some((name, count)) => Err(format!("{what} {name} is there {count} times, and nobody made it")),
            None => Ok(()),
        }
    }
}

/// Counts of one kind of operation.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) done: u64,
    pub(crate) not_done: u64,
    pub(crate) maybe: u64,
    pub(crate) requests: u64,
}

impl Tally {
    pub(crate) fn say(&mut self, said: Said) {
        match said {
            Said::Done => self.done += 1,
            Said::NotDone => self.not_done += 1,
            Said::Maybe => self.maybe += 1,
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.done += other.done;
        self.not_done += other.not_done;
        self.maybe += other.maybe;
        self.requests += other.requests;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { done, not_done, maybe, requests } = self;
        write!(f, "{} | {done} | {not_done} | {maybe} | {requests}", done + not_done + maybe)
    }
}
