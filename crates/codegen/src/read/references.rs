//! References: all resolve inside their document, or the document is refused.

use anyhow::{Result, bail};
use serde_json::Value;

use crate::read::document::Document;

/// Refuses external and dangling references, naming the place.
pub(crate) fn check(document: &Document) -> Result<()> {
    walk(&document.value, &mut String::new(), &mut |pointer, target| {
        let Some(local) = target.strip_prefix('#') else {
            bail!(
                "{}: at {pointer}: `{target}` points outside the document; add the schema in corrections.json",
                document.name
            );
        };
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
        pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        length
    };
    match value {
        Value::Object(map) => {
            // A member called `$ref` that is no text is a property of that name.
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
