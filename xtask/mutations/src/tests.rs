//! Fifty changes with a fixed seed; and one pair of documents with every kind of change at once, of which none may hide
//! another.

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

const BEFORE: &str = include_str!("../fixtures/before.json");
const AFTER: &str = include_str!("../fixtures/after.json");

#[test]
fn every_difference_of_a_pair_is_told_among_all_others() {
    let (before, after): (Value, Value) = (serde_json::from_str(BEFORE).unwrap(), serde_json::from_str(AFTER).unwrap());
    let old = workspace(&before);
    let told = |after: &Value| {
        let lines = diff::between(old.path(), workspace(after).path(), &mut |_| {}).unwrap();
        lines
            .into_iter()
            .map(|change| format!("{} {}: {}", change.class.name(), change.item, change.what))
            .collect::<Vec<_>>()
    };
    let whole = told(&after);
    let document = |value: &Value| Document { name: "boats.json".to_owned(), value: value.clone() };
    let documents = [document(&before), document(&after)];
    let mut places = Vec::new();
    differences(&before, &after, String::new(), &mut places);
    assert!(places.len() > 30, "{places:?}");
    let mut left_out = Vec::new();
    for place in &places {
        let mut without = after.clone();
        put(&mut without, place, before.pointer(place).cloned());
        let (facts, all) = (facts::of(&without), facts::of(&after));
        let differ = facts::differences(&facts, &all);
        assert!(!differ.is_empty(), "{place} is no fact");
        if told(&without) == whole {
            left_out.push(place.as_str());
            let known = |place: &&str| nowhere::reason(&format!("boats.json#{place}"), &documents).is_some();
            assert!(differ.iter().all(known), "{place} passes unseen");
        }
    }
    assert_eq!(left_out, ["/components/schemas/Unused/properties/a/type"]);
}

fn workspace(document: &Value) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join("specs/acme");
    std::fs::create_dir_all(&here).unwrap();
    let put = |name: &str, value: &Value| std::fs::write(Path::new(&here).join(name), value.to_string()).unwrap();
    put("boats.json", document);
    let api = json!({"name": "acme", "client": "Client", "documents": {"boats.json": {"resource": "boats"}}});
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
        _ => unreachable!("a member or an element stands in an object or a list"),
    }
}
