//! Descriptions for what the document does not describe: one dictionary a vendor, by name.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::specs::document::Document;

/// Describes the parameters and members whose names are in the dictionary.
pub(super) fn describe(document: &mut Document, words: &BTreeMap<String, String>) {
    for (path, method) in document.operations() {
        let parameters = document.value["paths"][&path][method].get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            put(parameter, words.get(&name));
        }
    }
    if let Some(components) = document.value.get_mut("components") {
        members(&mut components["schemas"], words);
    }
}

fn members(schema: &mut Value, words: &BTreeMap<String, String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get_mut("properties") {
                for (name, property) in properties.iter_mut() {
                    put(property, words.get(name));
                }
            }
            map.values_mut().for_each(|value| members(value, words));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| members(value, words)),
        _ => {}
    }
}

/// A type with a name says what it is.
fn put(described: &mut Value, words: Option<&String>) {
    if let (Some(words), Value::Object(map)) = (words, described)
        && !map.contains_key("$ref")
        && !map.contains_key("description")
    {
        map.insert("description".to_owned(), json!(words));
    }
}
