//! Names: what a user calls for each operation, rebuilt from method and path without the version
//! segment, unless the surface or the document has a better one (`x-crm-name`).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use heck::ToSnakeCase;
use serde_json::{Value, json};

use crate::correct::surface::Key;
use crate::read::content::{Success, success};
use crate::read::document::{Document, list, object, operations, text};
use crate::read::vendor::DocumentFile;
use crate::read::version;

/// The operations of a document that keep their names.
#[derive(Default)]
pub(crate) struct Kept {
    /// Those whose name is in the document's resource.
    pub(crate) here: BTreeSet<Key>,
    /// Those whose name is in another resource.
    pub(crate) elsewhere: BTreeSet<Key>,
}

/// Gives every operation of a document its `x-crm-name`, for example `contacts.list`. Operations in `known` keep their
/// names, and new ones get other names.
pub(crate) fn name(document: &mut Document, file: &DocumentFile, known: &BTreeMap<Key, String>) -> Result<Kept> {
    let mut kept = Kept::default();
    let operations = document.operations();
    let base = base(operations.iter().map(|(path, _)| path.as_str()));
    let taken: BTreeSet<&String> = known.values().collect();
    for (path, method) in operations {
        let operation = &document.value["paths"][&path][method];
        let key = Key::of(&path, method);
        let full = match (text(operation, "x-crm-name"), &file.resource) {
            (Some(name), _) if name.contains('.') => name.to_owned(),
            (Some(name), Some(resource)) => format!("{resource}.{name}"),
            (None, resource) if known.contains_key(&key) => {
                let name = known[&key].clone();
                let of = name.split_once('.').map(|(of, _)| of);
                match resource.as_deref().is_some_and(|resource| of != Some(resource)) {
                    true => kept.elsewhere.insert(key),
                    false => kept.here.insert(key),
                };
                name
            }
            (None, Some(resource)) => {
                let patches = document.value["paths"][&path].get("patch").is_some();
                // A PUT without a PATCH beside it is how the vendor changes things.
                let method = if method == "put" && !patches { "patch" } else { method };
                let many = is_list(&document.value, operation) || has_members(&document.value, &path);
                let name = |base: &[String]| format!("{resource}.{}", verb(method, &path, base, &file.bind, many));
                let longer = (0..=base.len()).rev().map(|steps| name(&base[..steps]));
                longer.into_iter().find(|name| !taken.contains(name)).unwrap_or_else(|| name(&base))
            }
            (_, None) => bail!(
                "{}: {} {path}: no resource; give the document one in vendor.json or the operation a `name` in surface/<resource>.json",
                document.name,
                method.to_uppercase()
            ),
        };
        let operation = &mut document.value["paths"][&path][method];
        // An operation that the surface gives to another resource has all its arguments there.
        let of = full.split_once('.').map(|(of, _)| of);
        let own = file.resource.is_none() || of == file.resource.as_deref();
        if own && !file.bind.is_empty() {
            operation["x-crm-bind"] = json!(file.bind);
        }
        operation["x-crm-name"] = json!(full);
    }
    Ok(kept)
}

/// Two operations with one name are an error that names both, and the place of each of `known` and of the surface.
pub(crate) fn check_unique(document: &Value, place: impl Fn(&Key, &str) -> Option<String>) -> Result<()> {
    let mut seen: BTreeMap<String, Key> = BTreeMap::new();
    for (path, method) in operations(document) {
        let name = text(&document["paths"][&path][method], "x-crm-name").unwrap_or("").to_owned();
        let here = Key::of(&path, method);
        if let Some(other) = seen.insert(name.replace('.', "_"), here.clone()) {
            let said = |key: &Key| {
                let place = place(key, &name).map_or_else(String::new, |place| format!(" ({place})"));
                format!("{}{place}", String::from(key.clone()))
            };
            bail!(
                "`{name}` names both {} and {}: give one of them another `name` in surface/<resource>.json",
                said(&other),
                said(&here)
            );
        }
    }
    Ok(())
}

/// The static segments that all paths of a document start with, without versions.
fn base<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut common: Option<Vec<String>> = None;
    for path in paths {
        let segments: Vec<String> =
            segments(path).into_iter().take_while(|segment| !segment.starts_with('{')).collect();
        common = Some(match common {
            None => segments,
            Some(known) => known.iter().zip(&segments).take_while(|(a, b)| a == b).map(|(a, _)| a.clone()).collect(),
        });
    }
    common.unwrap_or_default()
}

/// Returns true if a path is the collection of another: `/things` beside `/things/{thingId}`.
fn has_members(document: &Value, path: &str) -> bool {
    let collection = path.trim_end_matches('/');
    object(document, "paths").any(|(other, item)| {
        let member = other.trim_end_matches('/').strip_prefix(collection).and_then(|rest| rest.strip_prefix("/{"));
        member.is_some_and(|rest| !rest.contains('/')) && item.get("get").is_some()
    })
}

fn segments(path: &str) -> Vec<String> {
    version::segments(path).map(str::to_owned).collect()
}

fn verb(method: &str, path: &str, base: &[String], bound: &[String], many: bool) -> String {
    // The parameters of the handle are not part of the action.
    let held = |segment: &String| bound.iter().any(|name| *segment == format!("{{{name}}}"));
    let rest: Vec<String> = segments(path).into_iter().skip(base.len()).filter(|segment| !held(segment)).collect();
    let on_one = rest.last().is_some_and(|segment| segment.starts_with('{'));
    let mut nouns: Vec<String> =
        rest.iter().filter(|segment| !segment.starts_with('{')).map(|segment| segment.to_snake_case()).collect();
    let join = |nouns: &[String]| nouns.iter().map(|noun| format!("_{noun}")).collect::<String>();
    let last = nouns.pop();
    let owners: Vec<String> = nouns.iter().map(|noun| singular(noun)).collect();
    let (verb, last) = match (method, last) {
        ("get" | "head", None) if on_one => ("get", None),
        ("get" | "head", None) => (if many { "list" } else { "get" }, None),
        ("get" | "head", Some(noun)) if on_one => ("get", Some(singular(&noun))),
        ("get" | "head", Some(noun)) if many && !noun.starts_with("search") => ("list", Some(noun)),
        ("get" | "head", Some(noun)) if noun.starts_with("search") => ("", Some(noun)),
        ("get" | "head", Some(noun)) => ("get", Some(noun)),
        ("post", None) if on_one => ("add", None),
        ("post", None) => ("create", None),
        ("post", Some(noun)) if on_one => ("add", Some(singular(&noun))),
        ("post", Some(noun)) if singular(&noun) != noun => ("create", Some(singular(&noun))),
        // Archiving can be undone, which a path does not show, so the surface contains the name.
        ("post", Some(noun)) if noun == "archive" => ("", Some("delete".to_owned())),
        // The last word of a POST is what it does: search, merge, upsert, batch/read.
        ("post", Some(noun)) => ("", Some(noun)),
        ("put", None) => ("replace", None),
        ("put", Some(noun)) if on_one => ("replace", Some(singular(&noun))),
        ("put", Some(noun)) => ("set", Some(noun)),
        ("patch", None) => ("update", None),
        ("patch", Some(noun)) if on_one => ("update", Some(singular(&noun))),
        ("patch", Some(noun)) => ("update", Some(noun)),
        (_, None) => ("delete", None),
        (_, Some(noun)) if on_one => ("delete", Some(singular(&noun))),
        (_, Some(noun)) => ("delete", Some(noun)),
    };
    format!("{verb}{}{}", join(&owners), join(last.as_slice())).trim_start_matches('_').to_owned()
}

/// A noun in the singular, by the few rules that path segments need.
pub(crate) fn singular(noun: &str) -> String {
    for (ending, one) in [("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("xes", "x"), ("uses", "us")] {
        if let Some(stem) = noun.strip_suffix(ending) {
            return format!("{stem}{one}");
        }
    }
    match noun.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => noun.to_owned(),
    }
}

/// A name as words, for example `pipeline stage` for `pipelineStages`.
pub(crate) fn words(name: &str) -> String {
    name.to_snake_case().replace('_', " ")
}

/// Returns true if the reply of a GET is a list: an array, or an object with an array beside at most
/// paging and counts.
fn is_list(document: &Value, operation: &Value) -> bool {
    if operation.get("x-crm-paging").is_some() {
        return true;
    }
    let Success::Json(schema) = success(operation) else { return false };
    let schema = match text(schema, "$ref").and_then(|target| document.pointer(target.strip_prefix('#')?)) {
        Some(resolved) => resolved,
        None => schema,
    };
    if text(schema, "type") == Some("array") {
        return true;
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return false };
    let arrays = properties.values().filter(|value| text(value, "type") == Some("array")).count();
    let required = list(schema, "required").count();
    arrays == 1 && properties.len() <= 5 && required <= 5 && !properties.contains_key("id")
}
