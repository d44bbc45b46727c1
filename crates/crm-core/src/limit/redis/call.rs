//! Calls of the scripts, and their replies.

use std::time::Duration;

use serde_json::{Value, json};

use crate::limit::Quotas;
use crate::limit::told::{Refused, Told};
use crate::redis::{Away, Script};

/// Time for which a place in the queue is kept for a worker that is late to ask again.
const GRACE: Duration = Duration::from_millis(200);
/// Interval at which a waiting worker checks again, if its turn comes later.
const LOOK: Duration = Duration::from_secs(1);
/// Length from which a window is not waited for as a whole if its use is in doubt.
pub(super) const LONG: Duration = Duration::from_secs(60);

/// The scripts.
pub(super) struct Scripts {
    pub(super) acquire: Script,
    pub(super) report: Script,
    pub(super) observe: Script,
    pub(super) lift: Script,
}

impl Scripts {
    pub(super) fn new() -> Self {
        let script = |own: &str| Script::new(&format!("{}\n{own}", include_str!("common.lua")));
        Self {
            acquire: script(include_str!("acquire.lua")),
            report: script(include_str!("report.lua")),
            observe: script(include_str!("observe.lua")),
            lift: script(include_str!("lift.lua")),
        }
    }
}

/// Returns the quotas in the form that the scripts read; indices start with 1 there.
pub(super) fn layout(quotas: &Quotas, workers: u32, laggards: Duration) -> String {
    let windows = quotas.windows.iter().map(|window| {
        json!({
            "name": window.name(),
            "limit": window.limit().min(1 << 52),
            "span": micros(window.span()).max(1),
            "slice": micros(window.slice()),
        })
    });
    let classes = quotas.classes.iter().map(|(name, windows)| {
        json!({ "name": name, "windows": windows.iter().map(|window| window + 1).collect::<Vec<_>>() })
    });
    json!({
        "windows": windows.collect::<Vec<_>>(),
        "classes": classes.collect::<Vec<_>>(),
        "workers": workers,
        "grace": micros(GRACE),
        "look": micros(LOOK),
        "long": micros(LONG),
        "laggards": micros(laggards),
    })
    .to_string()
}

/// JSON without nulls, which a script would treat as values.
pub(super) fn say(value: Value) -> String {
    fn drop_nulls(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.retain(|_, member| !member.is_null());
                members.values_mut().for_each(drop_nulls);
            }
            Value::Array(items) => items.iter_mut().for_each(drop_nulls),
            _ => {}
        }
    }
    let mut value = value;
    drop_nulls(&mut value);
    value.to_string()
}

/// The report of a worker that joins.
#[derive(Debug)]
pub(super) struct Join {
    /// Share of each window that is the worker's own while others may grant on their own.
    pub(super) shares: Vec<f64>,
    /// True if the worker was present for a whole window, by window.
    pub(super) knows: Vec<bool>,
    /// Units of this worker's ended attempts that count, by window: the times of expiry, and the
    /// numbers.
    pub(super) logs: Vec<Vec<(u64, u64)>>,
    /// Seats of the attempts under way, and the duration of each lease.
    pub(super) seats: Vec<(String, u64)>,
    /// Time since Redis became unavailable for the worker.
    pub(super) away: Option<u64>,
}

impl Join {
    /// `name` is the name of the data, if it was lost.
    pub(super) fn to_json(&self, name: &str) -> Value {
        json!({
            "name": name,
            "shares": self.shares,
            "knows": self.knows,
            "logs": self.logs,
            "seats": self.seats,
            "away": self.away,
        })
    }
}

/// A reply of the script that acquires.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) now: u64,
    pub(super) data: String,
    pub(super) round: String,
    /// The number of changes so far, which only grows while the data is the same.
    pub(super) count: u64,
    pub(super) word: Word,
}

#[derive(Debug)]
pub(super) enum Word {
    /// The first requested permits were granted; for each window of the class: used,
    /// free, gone.
    Given {
        given: usize,
        windows: Vec<[u64; 3]>,
        rest: Rest,
    },
    Join,
    Late,
}

/// Result of the first permit that was not granted.
#[derive(Debug)]
pub(super) enum Rest {
    /// All permits were granted.
    None,
    /// Redis must be asked again after `wait`; after `last` for a request that comes after all others.
    Again {
        wait: Duration,
        tag: String,
        last: Duration,
    },
    Refused {
        wait: Duration,
        window: String,
    },
    Never {
        window: String,
    },
}

impl Reply {
    /// Reads a reply about a class with this number of windows.
    pub(super) fn read(texts: &[String], windows: usize) -> Result<Self, Away> {
        Self::parse(texts, windows).ok_or_else(Away::nonsense)
    }

    fn parse(texts: &[String], windows: usize) -> Option<Self> {
        let [word, now, data, round, count, rest @ ..] = texts else { return None };
        let word = match (word.as_str(), rest) {
            ("ok", [given, rest @ ..]) => {
                let (figures, rest) = rest.split_at_checked(3 * windows)?;
                let numbers: Option<Vec<u64>> = figures.iter().map(|figure| figure.parse().ok()).collect();
                let windows = numbers?.chunks_exact(3).map(|three| [three[0], three[1], three[2]]).collect();
                Word::Given { given: given.parse().ok()?, windows, rest: Rest::parse(rest)? }
            }
            ("join", _) => Word::Join,
            ("late", _) => Word::Late,
            _ => return None,
        };
        let (data, round) = (data.clone(), round.clone());
        Some(Self { now: now.parse().ok()?, data, round, count: count.parse().ok()?, word })
    }
}

impl Rest {
    fn parse(texts: &[String]) -> Option<Self> {
        let time = |text: &String| text.parse().ok().map(Duration::from_micros);
        let [word, rest @ ..] = texts else { return Some(Self::None) };
        Some(match (word.as_str(), rest) {
            ("again", [wait, tag, last]) => Self::Again { wait: time(wait)?, tag: tag.clone(), last: time(last)? },
            ("refused", [wait, window]) => Self::Refused { wait: time(wait)?, window: window.clone() },
            ("never", [window]) => Self::Never { window: window.clone() },
            _ => return None,
        })
    }
}

/// The information in a reply, for the script; `gone` is the value at the time of the permit.
pub(super) fn told(told: &Told, gone: Option<u64>) -> Value {
    json!({
        "window": told.window + 1,
        "limit": told.limit,
        "remaining": told.remaining.map(|(remaining, _)| remaining),
        "believed": told.remaining.map(|(_, believed)| micros(believed)),
        "gone": gone,
        "hold": match told.refused {
            Some(Refused::For(hint)) => Some(micros(hint)),
            _ => None,
        },
        "lower": told.refused == Some(Refused::Unexplained),
    })
}

/// Returns whole microseconds, rounded up.
pub(super) fn micros(time: Duration) -> u64 {
    /// Maximum number that a script counts exactly.
    const MOST: u64 = 1 << 52;
    u64::try_from(time.as_nanos().div_ceil(1_000)).unwrap_or(MOST).min(MOST)
}
