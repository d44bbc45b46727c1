//! The facts that are not reported, each with the reason.

use std::collections::BTreeSet;

use codegen::diff::is_internal;
use codegen::read::document::Document;
use serde_json::Value;

use crate::facts::Facts;

/// A kind of fact that is not reported.
pub(crate) struct Nowhere {
    pub(crate) what: &'static str,
    pub(crate) why: &'static str,
    /// Returns true if a place, without the name of its document, is of this kind, given the documents before and now.
    is: fn(&str, &[&Document]) -> bool,
}

/// The whole list.
pub(crate) const NOWHERE: &[Nowhere] = &[
    Nowhere {
        what: "a schema that no operation refers to, directly or indirectly",
        why: "no type is generated from it",
        is: |place, documents| {
            let name = place.strip_prefix("/components/schemas/").and_then(|rest| rest.split('/').next());
            name.is_some_and(|name| !documents.iter().any(|document| reached(document).contains(name)))
        },
    },
    Nowhere {
        what: "the headers `Authorization`, `Content-Type` and `Accept` as parameters",
        why: "the client sets them by itself",
        is: |place, _| {
            let header = place.split("/header:").nth(1).and_then(|rest| rest.split('/').next());
            header.is_some_and(|name| {
                ["authorization", "content-type", "accept"].contains(&name.to_ascii_lowercase().as_str())
            })
        },
    },
    Nowhere {
        what: "an internal scope of a vendor",
        why: "it is not granted to others",
        is: |place, _| {
            let way = place
                .split("/security/=")
                .nth(1)
                .and_then(|way| serde_json::from_str::<Value>(way.trim_end_matches('/')).ok());
            way.as_ref().and_then(Value::as_object).is_some_and(|way| {
                let mut scopes = way.values().flat_map(|scopes| scopes.as_array().into_iter().flatten());
                scopes.any(|scope| scope.as_str().is_some_and(is_internal))
            })
        },
    },
    Nowhere {
        what: "the list of all scopes in the definition of a kind of credential",
        why: "the scopes that an operation accepts are reported with the operation",
        is: |place, _| place.starts_with("/components/securitySchemes/") && place.contains("/scopes"),
    },
    Nowhere {
        what: "a parameter of the query that the path has too, and one of the path that the path does not have",
        why: "the value is sent once, in the path",
        is: |place, _| {
            let Some((path, rest)) = place.strip_prefix("/paths/").and_then(|rest| rest.split_once('/')) else {
                return false;
            };
            let held = |name: &str| path.contains(&format!("{{{name}}}"));
            let named = |start: &str| rest.split(start).nth(1).and_then(|rest| rest.split('/').next());
            named("/query:").is_some_and(held) || named("/path:").is_some_and(|name| !held(name))
        },
    },
];

/// Returns the reason why a place is not reported.
pub(crate) fn reason(place: &str, documents: &[Document]) -> Option<&'static Nowhere> {
    let (name, place) = place.split_once('#')?;
    let of: Vec<&Document> = documents.iter().filter(|document| document.name == name).collect();
    NOWHERE.iter().find(|kind| (kind.is)(place, &of))
}

/// Returns true if a place is inside something new, which is reported as a whole.
pub(crate) fn is_new(place: &str, before: &Facts) -> bool {
    let place = place.trim_end_matches('/');
    let mut above = place.match_indices('/').map(|(end, _)| &place[..=end]);
    above.any(|part| is_thing(part) && !before.contains_key(part))
}

/// Returns true if a place is that of an operation, a parameter, a member or a schema.
fn is_thing(part: &str) -> bool {
    let steps: Vec<&str> = part.trim_end_matches('/').rsplit('/').collect();
    matches!(steps.as_slice(), [_, "parameters" | "properties" | "schemas", ..] | [_, _, "paths", ..])
}

/// Returns the schemas that the paths and the shared replies of a document refer to, directly or indirectly, and those
/// of `x-crm-keep-schemas`.
fn reached(document: &Document) -> BTreeSet<String> {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| match value.as_str() {
                Some(target) if key == "$ref" => found.extend(target.rsplit('/').next().map(str::to_owned)),
                _ => references(value, found),
            }),
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let mut open = Vec::new();
    references(&document.value["paths"], &mut open);
    references(&document.value["components"]["responses"], &mut open);
    references(&document.value["x-crm-keep-schemas"], &mut open);
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        if reached.insert(name.clone()) {
            references(&document.value["components"]["schemas"][&name], &mut open);
        }
    }
    reached
}
