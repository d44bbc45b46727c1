//! Rolling windows, measured on the real clock: a request is accepted if fewer than `limit` were
//! accepted in the `window` before it, in every window that applies to it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::limits::{Header, Limits, Window};

/// A limit of this fake: the vendor's, or one that a test sets.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    pub(crate) of: &'static Window,
    pub(crate) limit: u64,
    pub(crate) window: Duration,
}

impl Limit {
    /// The limits of a vendor.
    pub(crate) fn all(limits: &'static Limits) -> Vec<Self> {
        limits.windows.iter().map(|of| Self { of, limit: of.limit, window: of.per }).collect()
    }
}

/// State of a window.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) of: &'static Window,
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
    pub(crate) window: Duration,
    /// Time until the oldest request leaves the window.
    pub(crate) reset: Duration,
}

impl Reading {
    pub(crate) fn name(&self) -> &'static str {
        &self.of.name
    }

    /// The headers that report this window.
    pub(crate) fn headers(&self, class: &str, refused: bool) -> Vec<(&'static str, String)> {
        let value = |header: Header| {
            Some(match header {
                Header::Limit => self.limit.to_string(),
                Header::Remaining => self.remaining.to_string(),
                Header::LengthMs => self.window.as_millis().to_string(),
                Header::ResetMs if refused && self.remaining == 0 => self.reset.as_millis().to_string(),
                Header::ResetMs => return None,
                Header::ResetAt => {
                    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
                    (now + self.seconds()).to_string()
                }
                Header::Class => class.to_owned(),
            })
        };
        self.of.headers.iter().filter_map(|(name, header)| Some((name.as_str(), value(*header)?))).collect()
    }

    /// The time until the reset in seconds, rounded up.
    pub(crate) fn seconds(&self) -> u64 {
        self.reset.as_secs() + 1
    }
}

#[derive(Default)]
struct Log {
    granted: VecDeque<Instant>,
    seen: VecDeque<Instant>,
}

pub(crate) struct Quotas {
    /// One for each window of the vendor; none if they are switched off.
    limits: Vec<Limit>,
    classes: &'static Limits,
    logs: HashMap<(&'static str, String), Log>,
    busiest: BTreeMap<&'static str, u64>,
}

/// The windows that apply to a request, and the one that refused it.
pub(crate) struct Verdict {
    pub(crate) readings: Vec<Reading>,
    pub(crate) refused_by: Option<Reading>,
}

impl Quotas {
    pub(crate) fn new(limits: Vec<Limit>, classes: &'static Limits) -> Self {
        Self { limits, classes, logs: HashMap::new(), busiest: BTreeMap::new() }
    }

    /// Takes one request from every window that applies, or from none.
    pub(crate) fn take(&mut self, class: &str, key: &str, now: Instant) -> Verdict {
        let mut readings = Vec::new();
        for limit in self.classes.of(class).iter().filter_map(|window| self.limits.get(*window)) {
            let log = self.logs.entry((&limit.of.name, key.to_owned())).or_default();
            for times in [&mut log.granted, &mut log.seen] {
                while times.front().is_some_and(|at| now.duration_since(*at) >= limit.window) {
                    times.pop_front();
                }
            }
            log.seen.push_back(now);
            let busiest = self.busiest.entry(&limit.of.name).or_default();
            *busiest = (*busiest).max(log.seen.len() as u64);
            let oldest = log.granted.front().map_or(now, |at| *at);
            readings.push(Reading {
                of: limit.of,
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
                if let Some(log) = self.logs.get_mut(&(reading.name(), key.to_owned())) {
                    log.granted.push_back(now);
                }
            }
        }
        Verdict { readings, refused_by }
    }

    /// Returns the maximum number of requests that arrived within one window, and the limit, by name.
    pub(crate) fn busiest(&self) -> BTreeMap<String, (u64, u64)> {
        let seen = |limit: &Limit| self.busiest.get(limit.of.name.as_str()).copied().unwrap_or(0);
        self.limits.iter().map(|limit| (limit.of.name.clone(), (seen(limit), limit.limit))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_windows_or_none() {
        let document = json!({"x-crm-limits": {
            "windows": {"burst": {"limit": 3, "seconds": 10}, "daily": {"limit": 4, "seconds": 86_400}},
            "classes": {"a": ["burst", "daily"], "b": ["daily"]},
        }});
        let limits: &'static Limits = Box::leak(Box::new(Limits::read(&document)));
        let mut quotas = Quotas::new(Limit::all(limits), limits);
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        for ms in [0, 1, 2] {
            assert!(quotas.take("a", "k", at(ms)).refused_by.is_none());
        }
        assert_eq!(quotas.take("a", "k", at(9_999)).refused_by.unwrap().name(), "burst");
        assert!(quotas.take("a", "other", at(9_999)).refused_by.is_none());
        assert!(quotas.take("a", "k", at(10_000)).refused_by.is_none());
        assert_eq!(quotas.take("b", "k", at(10_001)).refused_by.unwrap().name(), "daily");
        assert_eq!(quotas.busiest()["burst"], (4, 3));
    }
}
