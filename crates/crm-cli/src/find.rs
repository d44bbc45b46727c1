//! Searches for operations by plain words.
//!
//! An operation has the words of its resource, its name, its summary, its path, and of the plain names in
//! `specs/operations.json`. A rare word counts more than a common one, the verb must fit, and of two operations with the
//! same words the one with fewer other words is first.

mod index;
mod question;
mod words;

use serde_json::{Value, json};

use crate::catalogue::{Api, Found, Operation};
use index::Index;

/// The maximum number of operations in an answer.
const MOST: usize = 8;
/// The maximum size of an answer in bytes.
const MOST_BYTES: usize = 2_000;

/// Returns the operations that fit best, best first.
pub(crate) fn best(question: &str) -> Vec<Found> {
    Index::of_all().search(question).into_iter().take(MOST).collect()
}

/// The answer as text, an operation a line.
pub(crate) fn answer(question: &str) -> String {
    let mut text = String::new();
    for found in best(question) {
        let line = format!("{}  {}\n", found.words(), found.operation.summary);
        if text.len() + line.len() <= MOST_BYTES {
            text.push_str(&line);
        }
    }
    if text.is_empty() {
        return "Nothing fits these words. Name a vendor and a thing, for example: contacts of hubspot\n".to_owned();
    }
    text
}

/// The answer as JSON.
pub(crate) fn as_json(question: &str) -> Value {
    let one = |found: &Found| {
        json!({
            "operation": found.words(),
            "does": found.operation.summary,
            "writes": !found.operation.reads(),
        })
    };
    let mut rows: Vec<Value> = best(question).iter().map(one).collect();
    while Value::from(rows.clone()).to_string().len() > MOST_BYTES {
        rows.pop();
    }
    rows.into()
}

/// Returns the operation of a method and a path that is filled in.
pub(crate) fn by_path(api: &'static Api, method: &str, path: &str) -> Option<&'static Operation> {
    let path = path.split('?').next().unwrap_or_default();
    let fits = |template: &str| {
        let (mut wanted, mut given) = (template.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(wanted), Some(given)) if wanted == given || (wanted.starts_with('{') && !given.is_empty()) => {}
                _ => return false,
            }
        }
    };
    let mut candidates: Vec<_> =
        api.file.operations.iter().filter(|one| one.method == method && fits(one.path)).collect();
    // `/things/search` is rather itself than `/things/{id}`.
    candidates.sort_by_key(|one| one.path.matches('{').count());
    candidates.first().copied()
}

#[cfg(test)]
mod tests;
