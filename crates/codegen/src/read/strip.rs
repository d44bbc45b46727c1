//! Extracts the interface facts of a document. The walk follows the structure, never names alone, because schemas also
//! have members called `description`, `example` and `properties`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::document::OURS;
use super::place::{Inner, Place, member};
use super::repair::{self, Repairs};

/// Members that contain prose, or nothing that a client needs.
const PROSE: [&str; 10] = [
    "description",
    "summary",
    "example",
    "examples",
    "externalDocs",
    "termsOfService",
    "contact",
    "tags",
    "callbacks",
    "links",
];

/// The findings of a walk.
#[derive(Default)]
pub(super) struct Found {
    /// The vendor's keys that begin like ours.
    pub(super) taken_out: BTreeSet<String>,
    /// Mistakes that were repaired.
    pub(super) repairs: Repairs,
}

/// Returns a value without prose and without the vendor's extensions (`x-…`), and with its mistakes repaired.
pub(super) fn strip(value: &Value, place: Place, found: &mut Found) -> Value {
    match (place, value) {
        (Place::MapOf(inner), Value::Object(map)) => {
            let members = map.iter().map(|(key, value)| (key.clone(), strip(value, Place::One(inner), found)));
            Value::Object(members.collect())
        }
        (Place::Extended(inner), Value::Object(map)) => {
            let kept = map.iter().filter(|(key, _)| !is_extension(key, found)).collect::<Vec<_>>();
            let members = kept.into_iter().map(|(key, value)| (key.clone(), strip(value, Place::One(inner), found)));
            Value::Object(members.collect())
        }
        (Place::ListOf(inner), Value::Array(items)) => {
            Value::Array(items.iter().map(|value| strip(value, Place::One(inner), found)).collect())
        }
        (Place::Described, Value::Object(map)) => {
            Value::Object(map.keys().map(|key| (key.clone(), Value::String(String::new()))).collect())
        }
        (Place::Root | Place::One(_), Value::Object(map)) => {
            let mut kept = Map::new();
            for (key, value) in map {
                if !(is_extension(key, found)
                    || PROSE.contains(&key.as_str())
                    || is_title(place, key)
                    || is_nothing(place, key, value))
                {
                    kept.insert(key.clone(), strip(value, member(place, key), found));
                }
            }
            if matches!(place, Place::One(Inner::Response)) && !kept.contains_key("$ref") {
                kept.insert("description".to_owned(), Value::String(String::new()));
            }
            if let Place::One(inner) = place {
                repair::mend(inner, &mut kept, &mut found.repairs);
            }
            Value::Object(kept)
        }
        // A value of an unexpected shape is kept; the normaliser handles it.
        _ => value.clone(),
    }
}

/// Returns true for an extension of the vendor, and notes one that begins like ours.
fn is_extension(key: &str, found: &mut Found) -> bool {
    if key.starts_with(OURS) {
        found.taken_out.insert(key.to_owned());
    }
    key.starts_with("x-")
}

fn is_title(place: Place, key: &str) -> bool {
    key == "title" && matches!(place, Place::One(Inner::Schema | Inner::Part))
}

/// Returns true for an empty member that means the same as a missing one.
fn is_nothing(place: Place, key: &str, value: &Value) -> bool {
    match (place, key) {
        (Place::One(Inner::PathItem | Inner::Operation), "parameters") => value.as_array().is_some_and(Vec::is_empty),
        (Place::One(Inner::Response), "content" | "headers") => value.as_object().is_some_and(Map::is_empty),
        _ => false,
    }
}
