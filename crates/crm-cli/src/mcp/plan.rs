//! Writes that need a confirmation, and the confirmations that were used.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::given::Given;
use crate::catalogue::{Found, Place};
use crate::check::{self, Input};
use crate::confirm;
use crate::failure::Failure;
use crate::request;

/// The maximum number of seconds by which a digest is dated back.
const DATED_BACK: u64 = 60;
/// The maximum number of rows, and of members of the body, that a question to the user shows.
const MOST_SHOWN: usize = 10;
/// The maximum length of each of them in characters.
const MOST_CHARACTERS: usize = 80;

/// A write that needs a confirmation.
pub(super) struct Plan {
    /// The words of the operation.
    pub(super) what: String,
    /// All that is sent.
    pub(super) input: Vec<u8>,
    /// The effect as a sentence without values.
    pub(super) says: String,
    /// The values of the path, for the user.
    pub(super) values: String,
    /// The body and the first rows, for the user.
    pub(super) affected: String,
}

/// The digests of the writes that were confirmed: each confirms one write.
#[derive(Default)]
pub(super) struct Used(Mutex<BTreeSet<String>>);

impl Used {
    /// Returns a digest that confirms a write for some minutes.
    pub(super) fn fresh(&self, plan: &Plan) -> String {
        let (used, now) = (self.lock(), SystemTime::now());
        // A digest has the second in which it was made, so that of a repeated write is dated back.
        let mut digests = (0..DATED_BACK).map(|seconds| {
            let time = now.checked_sub(Duration::from_secs(seconds)).unwrap_or(now);
            confirm::digest(&plan.what, &plan.input, time)
        });
        digests.find(|digest| !used.contains(digest)).unwrap_or_else(|| confirm::digest(&plan.what, &plan.input, now))
    }

    /// Adds the digest that confirms a write to the reply of its dry run.
    pub(super) fn add(&self, plan: Option<&Plan>, shown: &mut Value) {
        if let Some(plan) = plan {
            shown["confirm"] = self.fresh(plan).into();
        }
    }

    pub(super) fn has(&self, digest: &str) -> bool {
        self.lock().contains(digest)
    }

    /// Uses a digest up. Those that have expired are forgotten, because they confirm nothing anyway.
    pub(super) fn take(&self, digest: &str, now: SystemTime) -> Result<(), Failure> {
        let mut used = self.lock();
        used.retain(|digest| !confirm::has_expired(digest, now));
        match used.insert(digest.to_owned()) {
            true => Ok(()),
            false => Err(Failure::usage(
                "this confirmation was used already, and confirms one call; nothing was sent; call with dry_run: true \
                 for a new one",
            )),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plan {
    /// Returns the plan of a write if it needs a confirmation: it destroys data, or it has many rows. A confirmation is
    /// bound to the profile.
    pub(super) fn of(profile: &str, found: &Found, given: &Given, input: &Input, rows: usize) -> Option<Self> {
        let operation = found.operation;
        let does = match (operation.destroys(), rows > confirm::MOST_ROWS) {
            _ if operation.reads() => return None,
            (true, false) if rows == 1 => "destroys data".to_owned(),
            (true, _) => format!("destroys the data of {rows} rows"),
            (false, true) => format!("changes {rows} rows"),
            (false, false) => return None,
        };
        let path = operation.arguments.iter().filter(|argument| argument.place == Place::Path);
        let values = path.filter_map(|argument| input.arguments.get(argument.name));
        let values: Vec<String> = values.map(|value| check::shown(&request::text(value)).to_owned()).collect();
        Some(Self {
            what: format!("mcp {profile} {}", found.words()),
            input: given.sent(),
            says: format!("{} {does}.", found.words()),
            values: values.join(", "),
            affected: affected(given, input.body.as_ref()),
        })
    }

    pub(super) fn check(&self, digest: &str) -> Result<(), Failure> {
        let wrong = "confirm: is not the digest of this call, or is older than five minutes; nothing was sent; call with \
                     dry_run: true for a new one";
        confirm::check(&self.what, &self.input, digest, SystemTime::now()).map_err(|_| Failure::usage(wrong))
    }
}

/// Returns the rows of a body: its entries, or those of its longest list.
pub(super) fn rows_of(body: &Value) -> Option<&Vec<Value>> {
    match body {
        Value::Array(rows) => Some(rows),
        Value::Object(members) => members.values().filter_map(Value::as_array).max_by_key(|rows| rows.len()),
        _ => None,
    }
}

/// Returns the body and the ids of the first rows, for the user who is asked.
fn affected(given: &Given, body: Option<&Value>) -> String {
    let mut parts = Vec::new();
    let mut rows = given.rows();
    if rows.is_empty() {
        rows = body.and_then(rows_of).cloned().unwrap_or_default();
    }
    if !rows.is_empty() {
        let id = |row: &Value| cut(row.get("id").or_else(|| row.get("arguments")).unwrap_or(row));
        let ids: Vec<String> = rows.iter().take(MOST_SHOWN).map(id).collect();
        let more = rows.len().saturating_sub(MOST_SHOWN);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        parts.push(format!("Rows: {}{more}.", ids.join(", ")));
    }
    let rest = match body {
        Some(Value::Object(members)) => {
            let other = members
                .iter()
                .filter(|(_, value)| value.as_array().is_none_or(|list| !list.is_empty() && *list != rows));
            let other = other.map(|(name, value)| cut(&json!({name: value})));
            other.take(MOST_SHOWN).collect()
        }
        Some(Value::Array(_) | Value::Null) | None => Vec::new(),
        Some(other) => vec![cut(other)],
    };
    if !rest.is_empty() {
        parts.push(format!("Body: {}.", rest.join(", ")));
    }
    parts.join(" ")
}

/// Returns a value without secrets.
fn without_secrets(value: &Value) -> Value {
    let secret = |name: &str| {
        let name = name.to_lowercase();
        ["token", "secret", "password"].iter().any(|word| name.contains(word))
    };
    match value {
        Value::Array(items) => items.iter().map(without_secrets).collect(),
        Value::Object(members) => {
            let shown = |(name, member): (&String, &Value)| {
                (name.clone(), if secret(name) { "[…]".into() } else { without_secrets(member) })
            };
            members.iter().map(shown).collect()
        }
        other => other.clone(),
    }
}

/// Returns a value as JSON, which has no line breaks, up to a length.
fn cut(value: &Value) -> String {
    let text = without_secrets(value).to_string();
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::Used;
    use crate::confirm::{self, LIFE};

    #[test]
    fn a_digest_is_used_once_and_forgotten_when_it_expires() {
        let (used, now) = (Used::default(), SystemTime::now());
        let digest = confirm::digest("a write", b"17", now);
        used.take(&digest, now).unwrap();
        used.take(&digest, now + LIFE - Duration::from_secs(1)).unwrap_err();
        let later = now + LIFE + Duration::from_secs(2);
        used.take(&confirm::digest("a write", b"17", later), later).unwrap();
        assert!(!used.has(&digest));
    }
}
