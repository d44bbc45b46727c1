//! From OpenAPI 3.0 to JSON Schema 2020-12.

use serde_json::{Map, Value, json};

/// Converts a schema to the other dialect. `place` returns the new address of a named schema.
pub(super) fn convert(schema: &Value, place: &mut dyn FnMut(&str) -> String) -> Value {
    let Value::Object(source) = schema else { return schema.clone() };
    if let Some(target) = source.get("$ref").and_then(Value::as_str) {
        // OpenAPI 3.0 ignores the siblings of a reference.
        return json!({ "$ref": place(target.rsplit('/').next().unwrap_or(target)) });
    }
    let mut schema = Map::new();
    for (key, value) in source {
        let value = match (key.as_str(), value) {
            ("nullable" | "discriminator" | "xml" | "externalDocs" | "example", _) => continue,
            ("properties", Value::Object(members)) => {
                members.iter().map(|(name, member)| (name.clone(), convert(member, place))).collect()
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                parts.iter().map(|part| convert(part, place)).collect()
            }
            ("items" | "additionalProperties" | "not", part) => convert(part, place),
            (extension, _) if extension.starts_with("x-") => continue,
            _ => value.clone(),
        };
        schema.insert(key.clone(), value);
    }
    if let Some(example) = source.get("example") {
        schema.insert("examples".to_owned(), json!([example]));
    }
    edge(&mut schema, "minimum", "exclusiveMinimum");
    edge(&mut schema, "maximum", "exclusiveMaximum");
    if source.get("nullable") == Some(&Value::Bool(true)) { or_null(schema) } else { Value::Object(schema) }
}

/// Converts an exclusive bound, which is a separate number in JSON Schema and not a flag beside the bound.
fn edge(schema: &mut Map<String, Value>, bound: &str, exclusive: &str) {
    if let Some(Value::Bool(exclusively)) = schema.get(exclusive).cloned() {
        schema.remove(exclusive);
        if let Some(value) = schema.remove(bound) {
            schema.insert(if exclusively { exclusive } else { bound }.to_owned(), value);
        }
    }
}

/// Returns the same schema, or null.
fn or_null(mut schema: Map<String, Value>) -> Value {
    if ["allOf", "anyOf", "oneOf", "not"].iter().any(|key| schema.contains_key(*key)) {
        return json!({ "anyOf": [schema, { "type": "null" }] });
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    if let Some(kind) = schema.get_mut("type") {
        *kind = json!([kind.take(), "null"]);
    }
    Value::Object(schema)
}
