//! Repairs mistakes in documents that can have only one meaning. All others are corrected in `corrections.json`.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexSet;
use serde_json::{Map, Value, json};

use super::place::{Inner, KEYWORDS, is_misplaced};

/// The number of mistakes of each kind.
pub(super) type Repairs = BTreeMap<&'static str, usize>;

/// Repairs a part of a document. The parts inside it must already be repaired.
pub(super) fn mend(inner: Inner, value: &mut Map<String, Value>, repairs: &mut Repairs) {
    let mut note = |kind| *repairs.entry(kind).or_default() += 1;
    match inner {
        Inner::Schema => {
            schema(value, &mut note);
            required(value, &mut note);
        }
        Inner::Part => schema(value, &mut note),
        Inner::Parameter | Inner::Header => parameter(value, &mut note),
        _ => {}
    }
}

fn parameter(parameter: &mut Map<String, Value>, note: &mut impl FnMut(&'static str)) {
    let keys: Vec<String> = parameter.keys().filter(|key| is_misplaced(key)).cloned().collect();
    if keys.is_empty() {
        return;
    }
    note("keyword of a schema next to the schema");
    let misplaced: Vec<(String, Value)> = keys.iter().filter_map(|key| parameter.remove_entry(key)).collect();
    if let Value::Object(inside) = parameter.entry("schema").or_insert_with(|| json!({})) {
        for (key, value) in misplaced {
            inside.entry(key).or_insert(value);
        }
        schema(inside, note);
    }
}

fn schema(schema: &mut Map<String, Value>, note: &mut impl FnMut(&'static str)) {
    if schema.get("$ref").is_some_and(Value::is_string) {
        if schema.len() > 1 {
            note("keyword next to a reference, which OpenAPI 3.0 ignores");
            schema.retain(|key, _| key == "$ref");
        }
        return;
    }
    let count = schema.len();
    schema.retain(|key, _| KEYWORDS.contains(&key.as_str()));
    if schema.len() < count {
        note("keyword that OpenAPI 3.0 does not have");
    }
    if schema.get("type").is_some_and(|ty| ty == "any") {
        note("type `any`");
        schema.remove("type");
    }
    if schema.get("type").is_some_and(|ty| ty == "array") && !schema.contains_key("items") {
        note("array without `items`");
        schema.insert("items".to_owned(), json!({}));
    }
    values(schema, note);
    default(schema, note);
}

/// Removes required members that are not declared, if the object has no other source of members.
fn required(schema: &mut Map<String, Value>, note: &mut impl FnMut(&'static str)) {
    let open = ["allOf", "anyOf", "oneOf", "additionalProperties"].iter().any(|key| schema.contains_key(*key));
    let Some(Value::Object(properties)) = schema.get("properties") else { return };
    let names: BTreeSet<String> = properties.keys().cloned().collect();
    let Some(Value::Array(required)) = schema.get_mut("required").filter(|_| !open) else { return };
    let count = required.len();
    required.retain(|name| name.as_str().is_none_or(|name| names.contains(name)));
    if required.len() < count {
        note("required member that is not declared");
        if required.is_empty() {
            schema.remove("required");
        }
    }
}

/// Repairs the values of an enum: flattens nested lists, removes duplicates, and corrects the type if all are texts.
fn values(schema: &mut Map<String, Value>, note: &mut impl FnMut(&'static str)) {
    let Some(Value::Array(values)) = schema.get_mut("enum") else { return };
    if values.iter().all(Value::is_array) && !values.is_empty() {
        note("enum in an enum");
        *values = std::mem::take(values).into_iter().filter_map(list).flatten().collect();
    }
    let once: IndexSet<Value> = values.iter().cloned().collect();
    if once.len() < values.len() {
        note("enum with a value twice");
        *values = once.into_iter().collect();
    }
    let texts = !values.is_empty() && values.iter().all(Value::is_string);
    if texts && matches!(schema.get("type").and_then(Value::as_str), Some("number" | "integer" | "boolean")) {
        note("enum of texts with another type");
        schema.insert("type".to_owned(), json!("string"));
    }
}

/// Repairs a default that does not have the type of its schema: a number or boolean becomes text if the schema is a
/// text; any other is removed.
fn default(schema: &mut Map<String, Value>, note: &mut impl FnMut(&'static str)) {
    let (Some(value), Some(ty)) = (schema.get("default"), schema.get("type").and_then(Value::as_str)) else { return };
    let fits = match ty {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    };
    if fits || value.is_null() {
        return;
    }
    note("default of another type");
    let text = (ty == "string" && (value.is_number() || value.is_boolean())).then(|| value.to_string());
    match text {
        Some(text) => drop(schema.insert("default".to_owned(), Value::String(text))),
        None => drop(schema.remove("default")),
    }
}

fn list(value: Value) -> Option<Vec<Value>> {
    if let Value::Array(items) = value { Some(items) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the repaired part, and the kinds of its mistakes.
    fn mended(inner: Inner, value: &Value) -> (Value, Vec<&'static str>) {
        let mut value = value.as_object().unwrap().clone();
        let mut repairs = Repairs::new();
        mend(inner, &mut value, &mut repairs);
        (Value::Object(value), repairs.into_keys().collect())
    }

    #[test]
    fn mistakes_that_mean_one_thing_are_repaired() {
        let cases = [
            (json!({"type": "any"}), json!({}), "type `any`"),
            (json!({"type": "array"}), json!({"type": "array", "items": {}}), "array without `items`"),
            (
                json!({"$ref": "#/a", "type": "object"}),
                json!({"$ref": "#/a"}),
                "keyword next to a reference, which OpenAPI 3.0 ignores",
            ),
            (
                json!({"type": "string", "schema": {"type": "string"}}),
                json!({"type": "string"}),
                "keyword that OpenAPI 3.0 does not have",
            ),
            (json!({"enum": [["a"], ["b"]]}), json!({"enum": ["a", "b"]}), "enum in an enum"),
            (json!({"enum": ["b", "a", "b"]}), json!({"enum": ["b", "a"]}), "enum with a value twice"),
            (
                json!({"type": "number", "enum": ["a"]}),
                json!({"type": "string", "enum": ["a"]}),
                "enum of texts with another type",
            ),
            (
                json!({"type": "string", "default": 10}),
                json!({"type": "string", "default": "10"}),
                "default of another type",
            ),
            (json!({"type": "number", "default": "ten"}), json!({"type": "number"}), "default of another type"),
            (
                json!({"properties": {"a": {}}, "required": ["a", "b"]}),
                json!({"properties": {"a": {}}, "required": ["a"]}),
                "required member that is not declared",
            ),
            (
                json!({"properties": {"a": {}}, "required": ["b"]}),
                json!({"properties": {"a": {}}}),
                "required member that is not declared",
            ),
        ];
        for (from, to, kind) in cases {
            assert_eq!(mended(Inner::Schema, &from), (to.clone(), vec![kind]), "{from}");
            assert_eq!(mended(Inner::Schema, &to), (to.clone(), vec![]), "once is enough: {from}");
        }
        let from =
            json!({"name": "a", "in": "query", "required": true, "default": false, "schema": {"type": "boolean"}});
        let to = json!({"name": "a", "in": "query", "required": true, "schema": {"type": "boolean", "default": false}});
        assert_eq!(mended(Inner::Parameter, &from), (to.clone(), vec!["keyword of a schema next to the schema"]));
        assert_eq!(mended(Inner::Parameter, &to), (to, vec![]));
    }

    #[test]
    fn what_is_right_stays() {
        for right in [
            json!({"type": "number", "enum": [1, 2], "default": 1}),
            json!({"type": "integer", "default": 3}),
            json!({"type": "string", "nullable": true, "default": null}),
            json!({"allOf": [{"$ref": "#/a"}], "default": {"a": 1}, "nullable": true}),
            json!({"$ref": {"type": "string"}}),
            json!({"properties": {"a": {}}, "additionalProperties": {}, "required": ["b"]}),
        ] {
            assert_eq!(mended(Inner::Schema, &right), (right.clone(), vec![]));
        }
    }
}
