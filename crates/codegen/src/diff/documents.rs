//! Differences in single documents that the merged document does not show: an operation that another document also
//! describes, or that is folded for all types of object, and facts that hold for a whole document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::change::{Changes, Kind, few};
use super::difference;
use super::pairs::{Pairs, template};
use super::side::Api;
use crate::model::Operation;
use crate::read::document::{Document, METHODS, object};
use crate::read::references;

/// Keys of a document that are compared separately, or that only describe the document.
const ELSEWHERE: [&str; 6] = ["paths", "info", "openapi", "tags", "servers", "components"];

/// Compares each document with the document of the same name on the other side.
pub(super) fn compare(changes: &mut Changes, old: &Api, new: &Api, pairs: &Pairs<'_>) {
    let key = |operation: &Operation| (operation.method.clone(), template(&operation.path));
    // Already reported as removed, added or moved.
    let moved = pairs.both.iter().filter(|pair| key(pair.old) != key(pair.new));
    let mut gone: BTreeSet<Key> = moved.clone().map(|pair| key(pair.old)).collect();
    let mut come: BTreeSet<Key> = moved.map(|pair| key(pair.new)).collect();
    gone.extend(pairs.gone.iter().map(|operation| key(operation)));
    come.extend(pairs.come.iter().map(|operation| key(operation)));
    let (merged_before, merged_now) = (merged(old), merged(new));
    let whole: BTreeSet<&Key> = merged_before.iter().chain(&merged_now).map(|(_, key)| key).collect();
    for before in &old.documents {
        let Some(now) = new.documents.iter().find(|now| now.name == before.name) else { continue };
        let (was, is) = (operations(before), operations(now));
        // Operations that the merged document folds are reported with the type of object.
        let name = old.objects.get(&before.name);
        let types = old.object_types.iter().chain(&new.object_types).filter(|one| Some(&one.name) == name);
        let of_type: Vec<_> = types.flat_map(|one| one.operations.keys()).collect();
        let is_of_type = |key: &Key| of_type.iter().any(|(method, path)| is_copy(key, method, path, true));
        let folded = |key: &Key| !whole.contains(key) && is_of_type(key);
        let lines = |one: &Operations<'_>, other: &Operations<'_>, known: &BTreeSet<Key>| -> Vec<String> {
            let alone = one.iter().filter(|(key, _)| !other.contains_key(*key) && !known.contains(key) && !folded(key));
            alone.map(|((method, _), (path, _))| format!("`{method} {path}`")).collect()
        };
        let mut item = changes.of(Kind::Document, &before.name);
        let (lacks, has) = (lines(&was, &is, &gone), lines(&is, &was, &come));
        if !lacks.is_empty() {
            let why = "existing code compiles: another document describes the operation";
            item.patch(format!("no longer describes {}", few(&lacks)), why);
        }
        if !has.is_empty() {
            item.patch(
                format!("also describes {}", few(&has)),
                "the call exists already: another document describes the operation",
            );
        }
        let from_here = |all: &BTreeSet<(&str, Key)>, key: &Key| all.contains(&(before.name.as_str(), key.clone()));
        let mut shown = BTreeSet::new();
        let is_folded = old.objects.contains_key(&before.name);
        for (key, (_, one)) in &was {
            // Operations that both merged documents take from this document are compared with the merged documents.
            let Some((_, other)) =
                is.get(key).filter(|_| !(from_here(&merged_before, key) && from_here(&merged_now, key)))
            else {
                continue;
            };
            let found = differences(&expanded(&before.value, one), &expanded(&now.value, other));
            // A difference that the operation of the merged document has as well is reported there.
            let pair = pairs.both.iter().find(|pair| is_copy(key, &pair.old.method, &pair.old.path, is_folded));
            let pair = pair.filter(|_| !found.is_empty());
            let reported =
                pair.map_or_else(Vec::new, |pair| differences(&in_merged(old, pair.old), &in_merged(new, pair.new)));
            shown.extend(found.into_iter().filter(|one| !reported.contains(one)));
        }
        if !shown.is_empty() {
            let what =
                format!("its copy of an operation differs: {}", shown.into_iter().collect::<Vec<_>>().join(", "));
            item.patch(what, "the call is generated from another document");
        }
        // Shared replies that equal those of the merged document are compared with the merged document.
        let responses = |document: &Document| expanded(&document.value, &document.value["components"]["responses"]);
        let same = |api: &Api, document: &Document| {
            expanded(&api.merged, &api.merged["components"]["responses"]) == responses(document)
        };
        let shared = !(same(old, before) && same(new, now));
        let rest = |document: &Document| {
            let mut value = document.value["components"].clone();
            if let Some(components) = value.as_object_mut() {
                ["schemas", "responses", "parameters"].into_iter().for_each(|key| drop(components.remove(key)));
                // The scopes that an operation accepts are reported with the operation.
                let schemes = components.get_mut("securitySchemes").and_then(Value::as_object_mut);
                let flows = schemes.into_iter().flatten().filter_map(|(_, scheme)| scheme.get_mut("flows"));
                for (_, flow) in flows.filter_map(Value::as_object_mut).flatten() {
                    flow.as_object_mut().and_then(|flow| flow.remove("scopes"));
                }
                if shared {
                    components.insert("responses".to_owned(), responses(document));
                }
            }
            value
        };
        let (one, other) = (rest(before), rest(now));
        let mut found = difference::all(&one, &other, &[]);
        found.extend(difference::all(&before.value, &now.value, &ELSEWHERE));
        let mut shown = difference::said(&found.iter().collect::<Vec<_>>());
        let told = |document: &Document, api: &Api| document.value.get("servers") == api.merged.get("servers");
        if before.value.get("servers") != now.value.get("servers") && !(told(before, old) && told(now, new)) {
            shown.push("other servers".to_owned());
        }
        if !shown.is_empty() {
            changes
                .of(Kind::Document, &before.name)
                .patch(shown.join(", "), "it applies to all operations of the document");
        }
    }
}

type Key = (String, String);
/// Paths and operations, by the method and by the path without the names of its parameters.
type Operations<'a> = BTreeMap<Key, (&'a str, &'a Value)>;

fn operations(document: &Document) -> Operations<'_> {
    let paths = object(&document.value, "paths");
    let all = paths.flat_map(|(path, item)| METHODS.into_iter().map(move |method| (path, method, item.get(method))));
    all.filter_map(|(path, method, value)| Some(((method.to_uppercase(), template(path)), (path.as_str(), value?))))
        .collect()
}

/// Returns the operations of the merged document, each with the name of its document.
fn merged(api: &Api) -> BTreeSet<(&str, Key)> {
    let of = |one: &'_ Operation| (one.method.clone(), template(&one.path));
    api.model.operations.iter().map(|one| (one.document.as_str(), of(one))).collect()
}

/// Returns true if an operation of a document is described by the operation of the merged document with this method and
/// path, in which the name of the type of object is a parameter if the document is folded.
fn is_copy((method, path): &Key, merged: &str, of: &str, folded: bool) -> bool {
    let template = template(of);
    let same = |(one, other): (&str, &str)| one == other || folded && other == "{}";
    let alike = path.split('/').count() == template.split('/').count();
    method.eq_ignore_ascii_case(merged) && alike && path.split('/').zip(template.split('/')).all(same)
}

fn in_merged(api: &Api, operation: &Operation) -> Value {
    expanded(&api.merged, &api.merged["paths"][&operation.path][operation.method.to_lowercase()])
}

fn differences(old: &Value, new: &Value) -> Vec<String> {
    let found = difference::all(old, new, &["operationId", "tags", "x-crm-name"]);
    difference::said(&found.iter().collect::<Vec<_>>())
}

/// Replaces the references in a value by their schemas; a recursive reference becomes `null`.
fn expanded(document: &Value, value: &Value) -> Value {
    fn expand(schemas: &Value, value: &Value, open: &mut Vec<String>) -> Value {
        if let Some(name) = references::schema_name(value) {
            if open.iter().any(|known| known == name) {
                return Value::Null;
            }
            open.push(name.to_owned());
            let found = expand(schemas, &schemas[name], open);
            open.pop();
            return found;
        }
        match value {
            Value::Object(map) => {
                let members = map.iter().map(|(key, value)| (key.clone(), expand(schemas, value, open)));
                Value::Object(members.collect::<Map<_, _>>())
            }
            Value::Array(items) => items.iter().map(|item| expand(schemas, item, open)).collect(),
            plain => plain.clone(),
        }
    }
    expand(&document["components"]["schemas"], value, &mut Vec::new())
}
