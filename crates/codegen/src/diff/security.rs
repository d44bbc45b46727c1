//! Compares who may call an operation. `security` lists alternatives: a new one permits more, a removed one less.

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
    for (of, before, now) in
        [("scopes", before.scopes, now.scopes), ("credentials of the kind", before.kinds, now.kinds)]
    {
        // A credential is still accepted if it has everything that one of the alternatives now requires.
        let accepted = |way: &&Way| now.iter().any(|now| now.is_subset(way));
        let gone = written(before.iter().filter(|way| !accepted(way)));
        let come = written(now.difference(&before));
        match (gone.is_empty(), come.is_empty()) {
            (true, true) if before == now => {}
            _ if before.is_empty() => {
                item.minor(
                    format!("names {of} for the first time: {come}"),
                    "the Rust call stays; a token may lack them",
                );
            }
            _ if now.is_empty() => item.minor(format!("names no {of} any more; named {gone}"), LOOSER),
            (true, true) => item.minor(format!("names fewer {of}, of which one that is enough is left"), LOOSER),
            (true, false) => item.minor(format!("accepts {of} {come} as well"), LOOSER),
            (false, true) => item.felt(Class::Breaking, format!("no longer accepts {of} {gone}"), REFUSED),
            (false, false) => {
                item.felt(Class::Breaking, format!("no longer accepts {of} {gone}, but accepts {come}"), REFUSED);
            }
        }
    }
}

/// Scopes, or kinds of credentials, that are required together.
type Way = BTreeSet<String>;

fn written<'a>(ways: impl Iterator<Item = &'a Way>) -> String {
    few(ways.map(|way| way.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" with ")))
}

/// The alternatives, of scopes and of kinds of credentials.
struct Ways {
    scopes: BTreeSet<Way>,
    kinds: BTreeSet<Way>,
}

impl Ways {
    fn of(api: &Api, operation: &Operation) -> Self {
        let value = &api.merged["paths"][&operation.path][operation.method.to_lowercase()];
        let whole = api.documents.iter().find(|document| document.name == operation.document);
        let whole = whole.and_then(|document| document.value.get("security"));
        let ways = value.get("security").or(whole).and_then(Value::as_array);
        let ways: Vec<_> = ways.into_iter().flatten().filter_map(Value::as_object).collect();
        let texts = |scopes: &Value| {
            scopes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Way>()
        };
        let mut scopes: BTreeSet<Way> = ways.iter().map(|way| way.values().flat_map(texts).collect()).collect();
        scopes.extend(texts(&value["x-crm-scopes"]).into_iter().map(|scope| Way::from([scope])));
        scopes.retain(|way| !way.is_empty() && !way.iter().any(|scope| is_internal(scope)));
        Self { scopes, kinds: ways.iter().map(|way| way.keys().cloned().collect()).collect() }
    }
}

/// Returns true if a scope is internal to the vendor and is therefore not granted to others.
#[must_use]
pub fn is_internal(scope: &str) -> bool {
    let mut words = scope.split(['.', '/', '-', '_', ':']);
    let capitals = |word: &str| word.len() > 1 && word.chars().all(|letter| letter.is_ascii_uppercase());
    words.any(|word| word == "internal" || capitals(word))
}
