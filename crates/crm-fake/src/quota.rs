//! Rolling windows, measured on the real clock: a request is let through when fewer than `limit` were
//! let through in the `window` before it, in every window that applies to it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

/// One limit of a vendor.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    pub(crate) name: &'static str,
    pub(crate) limit: u64,
    pub(crate) window: Duration,
    /// The class of requests it counts; empty for all.
    pub(crate) class: &'static str,
}

impl Limit {
    pub(crate) fn new(name: &'static str, limit: u64, seconds: u64, class: &'static str) -> Self {
        Self { name, limit, window: Duration::from_secs(seconds), class }
    }
}

/// How full a window is.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) name: &'static str,
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
    pub(crate) window: Duration,
    /// Until the oldest request leaves the window.
    pub(crate) reset: Duration,
}

#[derive(Default)]
struct Log {
    granted: VecDeque<Instant>,
    seen: VecDeque<Instant>,
}

pub(crate) struct Quotas {
    limits: Vec<Limit>,
    logs: HashMap<(&'static str, String), Log>,
    busiest: BTreeMap<&'static str, u64>,
}

/// The windows that apply to a request, and the one that refused it.
pub(crate) struct Verdict {
    pub(crate) readings: Vec<Reading>,
    pub(crate) refused_by: Option<Reading>,
}

impl Quotas {
    pub(crate) fn new(limits: Vec<Limit>) -> Self {
        Self { limits, logs: HashMap::new(), busiest: BTreeMap::new() }
    }

    /// Takes one request from every window that applies, or from none.
    pub(crate) fn take(&mut self, class: &str, key: &str, now: Instant) -> Verdict {
        let applies = |limit: &&Limit| limit.class.is_empty() || limit.class == class;
        let mut readings = Vec::new();
        for limit in self.limits.iter().filter(applies) {
            let log = self.logs.entry((limit.name, key.to_owned())).or_default();
            for times in [&mut log.granted, &mut log.seen] {
                while times.front().is_some_and(|at| now.duration_since(*at) >= limit.window) {
                    times.pop_front();
                }
            }
            log.seen.push_back(now);
            let busiest = self.busiest.entry(limit.name).or_default();
            *busiest = (*busiest).max(log.seen.len() as u64);
            let oldest = log.granted.front().map_or(now, |at| *at);
            readings.push(Reading {
                name: limit.name,
                limit: limit.limit,
                remaining: limit.limit.saturating_sub(log.granted.len() as u64),
                window: limit.window,
                reset: limit.window.saturating_sub(now.duration_since(oldest)),
            });
        }
        let refused_by = readings.iter().find(|reading| reading.remaining == 0).cloned();
        if refused_by.is_none() {
            for reading in &mut readings {
                reading.remaining -= 1;
                if let Some(log) = self.logs.get_mut(&(reading.name, key.to_owned())) {
                    log.granted.push_back(now);
                }
            }
        }
        Verdict { readings, refused_by }
    }

    /// The most requests that arrived within one window, and the limit, by name.
    pub(crate) fn busiest(&self) -> BTreeMap<String, (u64, u64)> {
        let seen = |limit: &Limit| self.busiest.get(limit.name).copied().unwrap_or(0);
        self.limits.iter().map(|limit| (limit.name.to_owned(), (seen(limit), limit.limit))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_windows_or_none() {
        let mut quotas = Quotas::new(vec![Limit::new("burst", 3, 10, "a"), Limit::new("daily", 4, 86_400, "")]);
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        for ms in [0, 1, 2] {
            assert!(quotas.take("a", "k", at(ms)).refused_by.is_none());
        }
        assert_eq!(quotas.take("a", "k", at(9_999)).refused_by.unwrap().name, "burst");
        assert!(quotas.take("a", "other", at(9_999)).refused_by.is_none());
        assert!(quotas.take("a", "k", at(10_000)).refused_by.is_none());
        assert_eq!(quotas.take("b", "k", at(10_001)).refused_by.unwrap().name, "daily");
        assert_eq!(quotas.busiest()["burst"], (4, 3));
    }
}
