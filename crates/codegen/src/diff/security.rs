//! Compares who may call an operation. `security` lists alternatives: a new one permits more, a removed one less.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Changes, Class, Item, Kind, counted, few};
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
    scopes(&mut item, &before, &now);
    let kinds = |ways: &Ways| ways.of_kind.keys().cloned().collect::<BTreeSet<Way>>();
    alternatives(&mut item, "", "credential", (&kinds(&before), &kinds(&now)));
}

/// Compares the scopes: those of all kinds of credentials together if they differ alike, otherwise those of each kind.
fn scopes(item: &mut Item<'_>, before: &Ways, now: &Ways) {
    let of_all = differing(&before.scopes, &now.scopes);
    let alike = now.of_kind.iter().all(|(kind, is)| match before.of_kind.get(kind) {
        Some(was) => differing(was, is) == of_all,
        None => *is == now.scopes,
    });
    if alike || before.noted != now.noted {
        alternatives(item, "", "scope", (&before.scopes, &now.scopes));
    }
    let mut lines: BTreeMap<(&BTreeSet<Way>, &BTreeSet<Way>), Vec<&Way>> = BTreeMap::new();
    let mut new_kinds: BTreeMap<&BTreeSet<Way>, Vec<&Way>> = BTreeMap::new();
    for (kind, is) in now.of_kind.iter().filter(|_| !alike) {
        match before.of_kind.get(kind) {
            Some(was) => lines.entry((was, is)).or_default().push(kind),
            None => new_kinds.entry(is).or_default().push(kind),
        }
    }
    for (is, kinds) in new_kinds {
        let with = format!("with the {} {}", counted("credential", kinds.len()), written(&kinds));
        let scopes: Vec<&Way> = is.iter().collect();
        let what = match scopes.len() {
            0 => format!("{with}: requires no scope"),
            count => format!("{with}: accepts the {} {}", counted("scope", count), written(&scopes)),
        };
        item.minor(what, LOOSER);
    }
    for (sides, kinds) in lines {
        let with = format!("with the {} {}: ", counted("credential", kinds.len()), written(&kinds));
        alternatives(item, &with, "scope", sides);
    }
}

/// Returns the alternatives that only one of two sides has.
fn differing<'a>(before: &'a BTreeSet<Way>, now: &'a BTreeSet<Way>) -> [Vec<&'a Way>; 2] {
    [before.difference(now).collect(), now.difference(before).collect()]
}

/// Compares the alternatives before and now; `with` begins the line.
fn alternatives(item: &mut Item<'_>, with: &str, of: &str, (before, now): (&BTreeSet<Way>, &BTreeSet<Way>)) {
    // A credential is still accepted if it has everything that one of the alternatives now requires.
    let accepted = |way: &&Way| now.iter().any(|now| now.is_subset(way));
    let gone: Vec<&Way> = before.iter().filter(|way| !accepted(way)).collect();
    let come: Vec<&Way> = now.difference(before).collect();
    let named = |ways: &[&Way]| format!("{} {}", counted(of, ways.len()), written(ways));
    match (gone.is_empty(), come.is_empty()) {
        (true, true) if before == now => {}
        _ if before.is_empty() => {
            let why = "existing code compiles; a token may lack them";
            item.minor(format!("{with}lists for the first time the {}", named(&come)), why);
        }
        _ if now.is_empty() => item.minor(format!("{with}no longer lists the {}", named(&gone)), LOOSER),
        (true, true) => item.minor(format!("{with}requires fewer {of}s at once"), LOOSER),
        (true, false) => item.minor(format!("{with}also accepts the {}", named(&come)), LOOSER),
        (false, true) => item.felt(Class::Breaking, format!("{with}no longer accepts the {}", named(&gone)), REFUSED),
        (false, false) => {
            let what = format!("{with}accepts the {} instead of {}", named(&come), written(&gone));
            item.felt(Class::Breaking, what, REFUSED);
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
    /// The scopes that each kind of credential requires.
    of_kind: BTreeMap<Way, BTreeSet<Way>>,
    /// The scopes that a correction lists, for all kinds of credentials.
    noted: BTreeSet<Way>,
}

impl Ways {
    fn of(api: &Api, operation: &Operation) -> Self {
        let value = &api.merged["paths"][&operation.path][operation.method.to_lowercase()];
        let whole = api.documents.iter().find(|document| document.name == operation.document);
        let whole = whole.and_then(|document| document.value.get("security"));
        let ways = value.get("security").or(whole).and_then(Value::as_array);
        let texts = |scopes: &Value| {
            scopes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Way>()
        };
        let granted = |way: &Way| !way.is_empty() && !way.iter().any(|scope| is_internal(scope));
        let mut of_kind: BTreeMap<Way, BTreeSet<Way>> = BTreeMap::new();
        for way in ways.into_iter().flatten().filter_map(Value::as_object) {
            let known = of_kind.entry(way.keys().cloned().collect()).or_default();
            known.extend(Some(way.values().flat_map(texts).collect::<Way>()).filter(granted));
        }
        let noted = texts(&value["x-crm-scopes"]).into_iter().map(|scope| Way::from([scope])).filter(granted);
        let noted: BTreeSet<Way> = noted.collect();
        Self { scopes: of_kind.values().flatten().chain(&noted).cloned().collect(), of_kind, noted }
    }
}

/// Returns true if a scope is internal to the vendor and is therefore not granted to others.
#[must_use]
pub fn is_internal(scope: &str) -> bool {
    let mut words = scope.split(['.', '/', '-', '_', ':']);
    let capitals = |word: &str| word.len() > 1 && word.chars().all(|letter| letter.is_ascii_uppercase());
    words.any(|word| word == "internal" || capitals(word))
}
