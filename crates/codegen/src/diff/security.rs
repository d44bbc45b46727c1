//! Who may call an operation: `security` lists alternatives, so more of them loosen and fewer tighten.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::{Changes, Class, Kind, few};
use super::pairs::Pair;
use super::side::Api;
use crate::model::Operation;

const REFUSED: &str = "the Rust call stays; the vendor refuses credentials that have nothing else";
const LOOSER: &str = "the Rust call stays; what was accepted still is";

/// Compares the credentials of an operation.
pub(super) fn compare(changes: &mut Changes, pair: &Pair<'_, Operation>, (old_api, new_api): (&Api, &Api)) {
    let Pair { old, new } = *pair;
    let mut item = changes.of(Kind::Limit, &new.name);
    if old.anonymous != new.anonymous {
        match new.anonymous {
            true => item.minor("is called without a credential", "the Rust call stays; no credential is sent"),
            false => {
                item.felt(Class::Breaking, "needs a credential", "the vendor refuses calls without one");
            }
        }
    }
    let (before, now) = (Ways::of(old_api, old), Ways::of(new_api, new));
    let mut compare = |of: &str, before: &BTreeSet<String>, now: &BTreeSet<String>| {
        let code = |names: &mut dyn Iterator<Item = &String>| few(names.map(|name| format!("`{name}`")));
        let come = code(&mut now.difference(before));
        let gone = code(&mut before.difference(now));
        match (gone.is_empty(), come.is_empty()) {
            (true, true) => {}
            (true, false) if before.is_empty() => {
                item.minor(
                    format!("names {of} for the first time: {come}"),
                    "the Rust call stays; a token may lack them",
                );
            }
            (true, false) => item.minor(format!("accepts {of} {come} as well"), LOOSER),
            _ if now.is_empty() => item.minor(format!("names no {of} any more; named {gone}"), LOOSER),
            (false, true) => {
                let what = format!("no longer accepts {of} {gone}");
                item.felt(Class::Breaking, what, REFUSED);
            }
            (false, false) => {
                let what = format!("no longer accepts {of} {gone}, but accepts {come}");
                item.felt(Class::Breaking, what, REFUSED);
            }
        }
    };
    compare("scopes", &before.scopes, &now.scopes);
    compare("credentials of the kind", &before.kinds, &now.kinds);
}

/// What is accepted: one of these scopes, and a credential of one of these kinds.
struct Ways {
    scopes: BTreeSet<String>,
    kinds: BTreeSet<String>,
}

impl Ways {
    fn of(api: &Api, operation: &Operation) -> Self {
        let value = &api.merged["paths"][&operation.path][operation.method.to_lowercase()];
        let whole = api.documents.iter().find(|document| document.name == operation.document);
        let whole = whole.and_then(|document| document.value.get("security"));
        let ways = value.get("security").or(whole).and_then(Value::as_array);
        // What must be used together is one way.
        let kind = |way: &Value| way.as_object().map(|way| way.keys().cloned().collect::<Vec<_>>().join(" and "));
        Self {
            scopes: operation.scopes.iter().filter(|scope| !is_internal(scope)).cloned().collect(),
            kinds: ways.into_iter().flatten().filter_map(kind).collect(),
        }
    }
}

/// Whether a scope is one that the vendor keeps to itself: nobody else is granted it.
#[must_use]
pub fn is_internal(scope: &str) -> bool {
    let mut words = scope.split(['.', '/', '-', '_', ':']);
    let capitals = |word: &str| word.len() > 1 && word.chars().all(|letter| letter.is_ascii_uppercase());
    words.any(|word| word == "internal" || capitals(word))
}
