//! Fifty changes with a fixed seed; and pairs of documents with many changes at once, of which none may hide another.

use std::path::Path;

use codegen::diff;
use codegen::read::document::Document;
use serde_json::{Value, json};

use crate::{changes, facts, nowhere};

#[test]
fn no_difference_passes_unseen_and_none_hides_another() {
    let table = changes(17, 50, &mut |_| {}).unwrap();
    assert_eq!(table.wrong, [] as [&str; 0]);
    assert!(table.tried() >= 50);
}

/// A pair of documents: invented, with every kind of change, or real, as the importer leaves them.
struct Pair {
    name: &'static str,
    before: &'static str,
    after: &'static str,
}

macro_rules! pair {
    ($name:literal) => {
        Pair {
            name: $name,
            before: include_str!(concat!("../fixtures/", $name, ".before.json")),
            after: include_str!(concat!("../fixtures/", $name, ".after.json")),
        }
    };
}

const INVENTED: Pair = pair!("invented/boats");
/// HubSpot's documents of 2026-06-01 and 2026-08-21, and those of HighLevel of 2025-10-31 and 2026-06-19.
const REAL: [Pair; 4] = [
    pair!("hubspot/user-provisioning"),
    pair!("hubspot/transactional-single-send"),
    pair!("hoopai/marketplace"),
    pair!("hoopai/oauth"),
];

impl Pair {
    /// The name of the document's resource.
    fn resource(&self) -> &'static str {
        self.name.rsplit('/').next().unwrap()
    }

    fn sides(&self) -> [Value; 2] {
        [self.before, self.after].map(|text| serde_json::from_str(text).unwrap())
    }
}

#[test]
fn every_difference_of_a_pair_is_told_among_all_others() {
    let [before, after] = INVENTED.sides();
    let (places, left_out) = told_among_others(&INVENTED, &before, &after);
    assert!(places.len() > 30, "{places:?}");
    assert_eq!(left_out, ["/components/schemas/Unused/properties/a/type"]);
}

#[test]
fn every_difference_of_real_pairs_is_told_among_all_others_there_and_back() {
    for pair in REAL {
        let [before, after] = pair.sides();
        for (old, new) in [(&before, &after), (&after, &before)] {
            let (places, left_out) = told_among_others(&pair, old, new);
            assert!(places.len() >= 6 && left_out.len() < places.len(), "{}: {places:?} {left_out:?}", pair.name);
        }
    }
}

#[test]
fn the_reports_of_real_pairs_are_those_that_were_reviewed() {
    let reports = REAL.map(|pair| {
        let [old, new] = pair.sides().map(|side| workspace(pair.resource(), &side));
        let changes = diff::between(old.path(), new.path(), &mut |_| {}).unwrap();
        format!("━━ {}\n{}", pair.name, xtask::diff::shown(&changes))
    });
    insta::assert_snapshot!(reports.join("\n"));
}

/// Returns the places at which two documents differ, and those that the report does not contain. It contains a place if
/// it is another report without the difference at this place.
fn told_among_others(pair: &Pair, before: &Value, after: &Value) -> (Vec<String>, Vec<String>) {
    let resource = pair.resource();
    let old = workspace(resource, before);
    let told = |after: &Value| {
        let lines = diff::between(old.path(), workspace(resource, after).path(), &mut |_| {})?;
        let said = lines.into_iter().map(|change| format!("{} {}: {}", change.class.name(), change.item, change.what));
        anyhow::Ok(said.collect::<Vec<_>>())
    };
    let whole = told(after).unwrap();
    let document = |value: &Value| Document { name: format!("{resource}.json"), value: value.clone() };
    let mut places = Vec::new();
    differences(before, after, String::new(), &mut places);
    let mut left_out = Vec::new();
    for place in &places {
        let mut without = after.clone();
        put(&mut without, place, before.pointer(place).cloned());
        let (facts, all) = (facts::of(&without), facts::of(after));
        let differ = facts::differences(&facts, &all);
        // Part of a change alone may be a document that cannot be read, for example a reference to a schema that is new.
        let Ok(lines) = told(&without) else { continue };
        if differ.is_empty() || lines != whole {
            assert!(!differ.is_empty() || pair.name != INVENTED.name, "{place} is not a fact");
            continue;
        }
        left_out.push(place.clone());
        let documents = [document(&without), document(after)];
        let known = |place: &&str| nowhere::reason(&format!("{resource}.json#{place}"), &documents).is_some();
        assert!(differ.iter().all(known), "{}: {place} passes unseen", pair.name);
    }
    (places, left_out)
}

fn workspace(resource: &str, document: &Value) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join("specs/acme");
    std::fs::create_dir_all(&here).unwrap();
    let put = |name: &str, value: &Value| std::fs::write(Path::new(&here).join(name), value.to_string()).unwrap();
    put(&format!("{resource}.json"), document);
    let api = json!({"name": "acme", "client": "Client", "documents": {(format!("{resource}.json")): {"resource": resource.replace('-', "_")}}});
    put("vendor.json", &json!({"title": "Acme", "crate": "acme-client", "apis": [api]}));
    folder
}

/// Collects the deepest places at which two documents differ. Lists of different lengths are one place.
fn differences(old: &Value, new: &Value, at: String, found: &mut Vec<String>) {
    match (old, new) {
        _ if old == new => {}
        (Value::Object(one), Value::Object(other)) => {
            let mut names: Vec<&String> = one.keys().chain(other.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                match (one.get(name), other.get(name)) {
                    (Some(old), Some(new)) => differences(old, new, at, found),
                    _ => found.push(at),
                }
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let pairs = one.iter().zip(other).enumerate();
            pairs.for_each(|(index, (old, new))| differences(old, new, format!("{at}/{index}"), found));
        }
        _ => found.push(at),
    }
}

/// Puts a value at a place, or removes the value there.
fn put(document: &mut Value, place: &str, value: Option<Value>) {
    let (above, name) = place.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/").replace("~0", "~");
    match (document.pointer_mut(above).unwrap(), value) {
        (Value::Array(list), Some(value)) => list[name.parse::<usize>().unwrap()] = value,
        (Value::Object(map), Some(value)) => drop(map.insert(name, value)),
        (Value::Object(map), None) => drop(map.remove(&name)),
        _ => unreachable!("a member or an element is in an object or a list"),
    }
}
