//! What is said to the scripts, and what they answer.

use std::time::Duration;

use serde_json::{Value, json};

use crate::limit::Quotas;
use crate::limit::told::{Refused, Told};
use crate::redis::{Away, Script};

/// How long a place in the queue is kept for one who was told to ask again and is late.
const GRACE: Duration = Duration::from_millis(200);
/// From this length on a window is not waited for as a whole when its use is in doubt.
pub(super) const LONG: Duration = Duration::from_secs(60);

/// The scripts.
pub(super) struct Scripts {
    pub(super) acquire: Script,
    pub(super) leave: Script,
    pub(super) observe: Script,
}

impl Scripts {
    pub(super) fn new() -> Self {
        let script = |own: &str| Script::new(format!("{}\n{own}", include_str!("common.lua")));
        Self {
            acquire: script(include_str!("acquire.lua")),
            leave: script(include_str!("leave.lua")),
            observe: script(include_str!("observe.lua")),
        }
    }
}

/// The quotas as the scripts read them; indices begin with 1 there.
pub(super) fn layout(quotas: &Quotas, laggards: Duration) -> String {
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
        "grace": micros(GRACE),
        "long": micros(LONG),
        "laggards": micros(laggards),
    })
    .to_string()
}

/// JSON without nulls, which a script would take for something.
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

/// What a worker says when it joins.
#[derive(Debug)]
pub(super) struct Join {
    /// How much of each window is the worker's own while others may grant on their own.
    pub(super) shares: Vec<f64>,
    /// What the worker granted, by window: until it expires, and how many.
    pub(super) logs: Vec<Vec<(u64, u64)>>,
    /// How long ago Redis went away for it.
    pub(super) away: Option<u64>,
}

impl Join {
    pub(super) fn to_json(&self) -> Value {
        json!({ "shares": self.shares, "logs": self.logs, "away": self.away })
    }
}

/// An answer of the script that acquires.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) now: u64,
    pub(super) data: String,
    pub(super) round: String,
    pub(super) word: Word,
}

#[derive(Debug)]
pub(super) enum Word {
    /// For each window of the class: used, free, gone.
    Granted(Vec<[u64; 3]>),
    Again {
        wait: Duration,
        tag: String,
    },
    Refused {
        wait: Duration,
        window: String,
    },
    Never {
        window: String,
    },
    Join,
    Late,
}

impl Reply {
    pub(super) fn read(texts: Vec<String>) -> Result<Self, Away> {
        Self::parse(&texts).ok_or_else(|| Away::new("its answer does not fit"))
    }

    fn parse(texts: &[String]) -> Option<Self> {
        let [word, now, data, round, rest @ ..] = texts else { return None };
        let wait = |text: &String| text.parse().ok().map(Duration::from_micros);
        let word = match (word.as_str(), rest) {
            ("granted", figures) => {
                let numbers: Option<Vec<u64>> = figures.iter().map(|figure| figure.parse().ok()).collect();
                Word::Granted(numbers?.chunks_exact(3).map(|three| [three[0], three[1], three[2]]).collect())
            }
            ("again", [time, tag]) => Word::Again { wait: wait(time)?, tag: tag.clone() },
            ("refused", [time, window]) => Word::Refused { wait: wait(time)?, window: window.clone() },
            ("never", [window]) => Word::Never { window: window.clone() },
            ("join", _) => Word::Join,
            ("late", _) => Word::Late,
            _ => return None,
        };
        Some(Self { now: now.parse().ok()?, data: data.clone(), round: round.clone(), word })
    }
}

/// What a reply says, for the script; `gone` is what the permit knew.
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

/// Whole microseconds, rounded up.
pub(super) fn micros(time: Duration) -> u64 {
    /// What a script counts with exactly.
    const MOST: u64 = 1 << 52;
    u64::try_from(time.as_nanos().div_ceil(1_000)).unwrap_or(MOST).min(MOST)
}
