//! References: all resolve inside their document, or the document is refused.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::read::document::{Document, list, object};

/// The maximum number of schemas in a chain of references.
const CHAIN: usize = 64;

/// Returns an error with the place of the first reference that is external, dangling or endless.
pub(crate) fn check(document: &Document) -> Result<()> {
    places(document)?;
    let schemas = document.value.pointer("/components/schemas").unwrap_or(&Value::Null);
    let mut ended = BTreeSet::new();
    for (name, _) in object(&document.value["components"], "schemas") {
        if name.is_empty() || name.contains(['/', '~']) {
            bail!(
                "{}: at /components/schemas/{}: OpenAPI allows no schema of this name; add it with another name in \
                 corrections.json, and replace the references",
                document.name,
                escaped(name)
            );
        }
        if let Err(error) = end(schemas, name, &mut Vec::new(), &mut ended) {
            bail!("{}: at /components/schemas/{}: {error}", document.name, escaped(name));
        }
    }
    Ok(())
}

/// Follows schemas that refer to others (`$ref`, `allOf`, `anyOf`, `oneOf`), or to lists and maps of them, to the end
/// of the chain. Returns an error if it has no end.
fn end<'a>(schemas: &'a Value, name: &'a str, open: &mut Vec<&'a str>, ended: &mut BTreeSet<&'a str>) -> Result<()> {
    fn others<'a>(schema: &'a Value, found: &mut Vec<&'a str>) {
        found.extend(schema_name(schema));
        for combiner in ["allOf", "anyOf", "oneOf"] {
            list(schema, combiner).for_each(|part| others(part, found));
        }
    }
    // A list or a map has no name in Rust.
    fn inner<'a>(schema: &'a Value, found: &mut Vec<&'a str>) {
        others(schema, found);
        if object(schema, "properties").next().is_none() {
            let inside = ["items", "additionalProperties"].into_iter().filter_map(|key| schema.get(key));
            inside.for_each(|schema| inner(schema, found));
        }
    }
    if ended.contains(name) {
        return Ok(());
    }
    if open.contains(&name) || open.len() > CHAIN {
        let chain = open.iter().take(4).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        bail!("schemas that only stand for one another ({chain} …); say in corrections.json what one of them is");
    }
    open.push(name);
    let mut found = Vec::new();
    inner(&schemas[name], &mut found);
    for other in found {
        end(schemas, other, open, ended)?;
    }
    open.pop();
    ended.insert(name);
    Ok(())
}

/// Escapes a key as a step of a JSON pointer.
pub(crate) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn places(document: &Document) -> Result<()> {
    walk(&document.value, &mut String::new(), &mut |pointer, target| {
        let Some(local) = target.strip_prefix('#') else {
            bail!(
                "{}: at {pointer}: `{target}` points outside the document; add the schema in corrections.json",
                document.name
            );
        };
        if local.strip_prefix("/components/schemas/").is_some_and(|name| name.contains('/')) {
            bail!(
                "{}: at {pointer}: `{target}` points into a schema; give that part a name of its own in corrections.json",
                document.name
            );
        }
        if document.value.pointer(local).is_none() {
            bail!(
                "{}: at {pointer}: `{target}` does not exist; add it or replace the reference in corrections.json",
                document.name
            );
        }
        Ok(())
    })
}

fn walk(value: &Value, pointer: &mut String, found: &mut impl FnMut(&str, &str) -> Result<()>) -> Result<()> {
    let step = |pointer: &mut String, key: &str| {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&escaped(key));
        length
    };
    match value {
        Value::Object(map) => {
            // A member called `$ref` that is not a text is a property of that name.
            if let Some(Value::String(target)) = map.get("$ref") {
                found(pointer, target)?;
            }
            for (key, value) in map {
                let length = step(pointer, key);
                walk(value, pointer, found)?;
                pointer.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                let length = step(pointer, &index.to_string());
                walk(value, pointer, found)?;
                pointer.truncate(length);
            }
        }
        _ => {}
    }
    Ok(())
}

/// The name of the schema that a reference points at.
pub(crate) fn schema_name(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// The schema itself, or the one it refers to.
pub(crate) fn resolved<'a>(schemas: &'a Value, schema: &'a Value) -> &'a Value {
    schema_name(schema).map_or(schema, |name| &schemas[name])
}

/// Calls `change` with every reference to a schema.
pub(crate) fn rewrite(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(target)) = map.get_mut("$ref") {
                change(target);
            }
            map.values_mut().for_each(|value| rewrite(value, change));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| rewrite(value, change)),
        _ => {}
    }
}

/// Calls `found` with the name of every schema that is referred to.
pub(crate) fn each(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::Object(map) => {
            if let Some(name) = schema_name(value) {
                found(name);
            }
            map.values().for_each(|value| each(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| each(value, found)),
        _ => {}
    }
}
