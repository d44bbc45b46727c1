//! Compares who may call an operation. `security` lists alternatives: a new one permits more, a removed one less.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::{Changes, Class, Kind, counted, few};
use super::pairs::Pair;
use super::side::Api;
use crate::model::Operation;

const REFUSED: &str = "existing code compiles; the vendor refuses credentials that have none of these";
const LOOSER: &str = "existing code works: what was accepted still is";

/// Compares the credentials of an operation.
pub(super) fn compare(changes: &mut Changes, pair: &Pair<'_, Operation>, (old_api, new_api): (&Api, &Api)) {
    let Pair { old, new } = *pair;
    let mut item = changes.of(Kind::Limit, &new.name);
    if old.anonymous != new.anonymous {
        match new.anonymous {
            true => item.minor("requires no credential", "existing code compiles; no credential is sent"),
            false => {
                item.felt(Class::Breaking, "requires a credential", "the vendor refuses calls without one");
            }
        }
    }
    let (before, now) = (Ways::of(old_api, old), Ways::of(new_api, new));
    for (of, before, now) in [("scope", before.scopes, now.scopes), ("credential", before.kinds, now.kinds)] {
        // A credential is still accepted if it has everything that one of the alternatives now requires.
        let accepted = |way: &&Way| now.iter().any(|now| now.is_subset(way));
        let gone: Vec<&Way> = before.iter().filter(|way| !accepted(way)).collect();
        let come: Vec<&Way> = now.difference(&before).collect();
        let named = |ways: &[&Way]| format!("{} {}", counted(of, ways.len()), written(ways));
        match (gone.is_empty(), come.is_empty()) {
            (true, true) if before == now => {}
            _ if before.is_empty() => {
                item.minor(
                    format!("lists for the first time the {}", named(&come)),
                    "existing code compiles; a token may lack them",
                );
            }
            _ if now.is_empty() => item.minor(format!("no longer lists the {}", named(&gone)), LOOSER),
            (true, true) => item.minor(format!("requires fewer {of}s at once"), LOOSER),
            (true, false) => item.minor(format!("also accepts the {}", named(&come)), LOOSER),
            (false, true) => item.felt(Class::Breaking, format!("no longer accepts the {}", named(&gone)), REFUSED),
            (false, false) => {
                item.felt(
                    Class::Breaking,
                    format!("accepts the {} instead of {}", named(&come), written(&gone)),
                    REFUSED,
                );
            }
        }
    }
}

/// Scopes, or kinds of credentials, that are required together.
type Way = BTreeSet<String>;

fn written(ways: &[&Way]) -> String {
    few(ways.iter().map(|way| way.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" with ")))
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
