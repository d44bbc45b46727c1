//! What the type generator copes with: one success reply, no declared errors, JSON only, and
//! schemas reduced to records, lists, maps, plain values and enums of texts.
//!
//! Nothing is lost by it: replies are read tolerantly, errors are mapped by the core, and the
//! constraints that go are written into the documentation.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, anyhow, bail};
use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use super::unions::{Union, Unions};
use crate::name::words;
use crate::normalise::references;
use crate::normalise::{Sent, Success, content, success};
use crate::read::document::{list, object, operations, text};

/// The type that stands for every point in time.
pub(crate) const TIMESTAMP: &str = "Timestamp";
/// The separator between a member's description and its notes for the refine step.
pub(crate) const NOTES: char = '\u{1f}';
/// The prefix of a member whose Rust name is the same as that of another one.
pub(crate) const UNDERSCORED: &str = "underscore__";
/// Enums above this size (languages, time zones, currencies) stay text.
const MOST_VALUES: usize = 60;

/// Makes the document for the type generator.
pub(crate) fn tame(merged: &Value) -> Result<(Value, Vec<Union>)> {
    let schemas = &merged["components"]["schemas"];
    let mut tamer = Tamer { schemas, requests: requests(merged), unions: Unions::default(), refused: None };
    // Unions with a name of their own first, so that inline ones of the same schemas take it.
    let mut named = BTreeSet::new();
    for (name, schema) in object(&merged["components"], "schemas").filter(|(_, schema)| schema.get("oneOf").is_some()) {
        if tamer.unions.find(schemas, schema, Some(name), name).is_some() {
            named.insert(name);
        }
    }
    let mut tamed = Map::new();
    for (name, schema) in object(&merged["components"], "schemas").filter(|(name, _)| !named.contains(name)) {
        tamed.insert(name.clone(), tamer.schema(schema, name, tamer.requests.contains(name)));
    }
    let mut paths = Map::new();
    for (path, method) in operations(merged) {
        let operation = tamer
            .operation(&merged["paths"][&path][method])
            .map_err(|error| anyhow!("{} {path}: {error}", method.to_uppercase()))?;
        paths.entry(path).or_insert_with(|| json!({}))[method] = operation;
    }
    if let Some(refused) = tamer.refused {
        bail!(refused);
    }
    let unions = tamer.unions.into_vec();
    for union in &unions {
        tamed.insert(union.name.clone(), placeholder());
    }
    tamed.insert(TIMESTAMP.to_owned(), placeholder());
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "client", "version": "1"},
        "paths": paths,
        "components": {"schemas": tamed},
    });
    Ok((document, unions))
}

/// A record that only holds a name's place: the refine step puts the real type there.
fn placeholder() -> Value {
    json!({"type": "object", "properties": {"placeholder": {"type": "string"}}})
}

/// The schemas that are sent.
fn requests(merged: &Value) -> BTreeSet<String> {
    let mut open = Vec::new();
    for (path, method) in operations(merged) {
        references::each(&merged["paths"][&path][method]["requestBody"], &mut |name| open.push(name.to_owned()));
    }
    let mut sent = BTreeSet::new();
    while let Some(name) = open.pop() {
        references::each(&merged["components"]["schemas"][&name], &mut |next| {
            if !sent.contains(next) {
                open.push(next.to_owned());
            }
        });
        sent.insert(name);
    }
    sent
}

struct Tamer<'a> {
    schemas: &'a Value,
    requests: BTreeSet<String>,
    unions: Unions,
    /// The reason why the document cannot be generated.
    refused: Option<String>,
}

impl Tamer<'_> {
    fn operation(&mut self, operation: &Value) -> Result<Value> {
        let name = text(operation, "x-name").unwrap_or_default();
        let hint = name.to_upper_camel_case();
        let mut parameters = Vec::new();
        for parameter in list(operation, "parameters") {
            if parameter.get("x-const").is_some() || text(parameter, "in") == Some("header") {
                continue;
            }
            let schema = self.parameter(
                &parameter["schema"],
                &format!("{hint}{}", text(parameter, "name").unwrap_or_default().to_upper_camel_case()),
            );
            parameters.push(json!({
                "name": parameter["name"], "in": parameter["in"],
                "required": parameter.get("required").cloned().unwrap_or(json!(false)),
                "schema": schema,
            }));
        }
        let sent = content::sent(self.schemas, operation)?;
        if let Sent::Parts(parts) = &sent {
            // To the type generator a part is one more parameter.
            for part in parts.iter().filter(|part| !part.file) {
                let schema = self.parameter(part.schema, &format!("{hint}{}", part.name.to_upper_camel_case()));
                parameters.push(json!({"name": part.name, "in": "query", "required": part.required, "schema": schema}));
            }
        }
        let mut tamed = json!({
            "operationId": name.replace('.', "_"),
            "parameters": parameters,
            "responses": {"2XX": self.success(operation, &hint)},
        });
        if let Sent::Body(schema, _) = sent {
            let schema = self.schema(schema, &format!("{hint}Body"), true);
            tamed["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": schema}}});
        }
        Ok(tamed)
    }

    /// The one success reply: of a mixed batch result the larger schema, of several the first.
    fn success(&mut self, operation: &Value, hint: &str) -> Value {
        let found = success(operation);
        match found {
            Success::Nothing | Success::Binary => json!({"description": ""}),
            Success::Json(schema) => {
                let schema = self.schema(schema, &format!("{hint}Reply"), false);
                json!({"description": "", "content": {"application/json": {"schema": schema}}})
            }
            Success::Undeclared => json!({"description": "", "content": {"application/json": {"schema": {}}}}),
        }
    }

    /// Parameters are plain values, or lists of them.
    fn parameter(&mut self, schema: &Value, hint: &str) -> Value {
        let tamed = self.schema(schema, hint, false);
        match text(&tamed, "type") {
            Some("array")
                if matches!(text(&tamed["items"], "type"), Some("string" | "integer" | "number" | "boolean"))
                    || tamed["items"].get("$ref").is_some() =>
            {
                tamed
            }
            Some("array") => json!({"type": "array", "items": {"type": "string"}}),
            Some("string" | "integer" | "number" | "boolean") => tamed,
            _ if tamed.get("$ref").is_some() => tamed,
            _ => json!({"type": "string"}),
        }
    }

    fn schema(&mut self, schema: &Value, hint: &str, request: bool) -> Value {
        let mut tamed = self.shape(schema, hint, request);
        let description = document(schema);
        if !description.is_empty() {
            if tamed.get("$ref").is_some() {
                tamed = json!({"allOf": [tamed]});
            }
            tamed["description"] = json!(description);
        }
        tamed
    }

    fn shape(&mut self, schema: &Value, hint: &str, request: bool) -> Value {
        if let Some(name) = references::schema_name(schema) {
            return json!({"$ref": format!("#/components/schemas/{name}")});
        }
        for combiner in ["allOf", "oneOf", "anyOf"] {
            let Some(parts) = schema.get(combiner).and_then(Value::as_array) else { continue };
            let parts: Vec<&Value> = parts.iter().filter(|part| text(part, "type") != Some("null")).collect();
            if let [one] = parts.as_slice() {
                return self.shape(one, hint, request);
            }
            let union = text(schema, "x-union");
            return match combiner {
                "allOf" => {
                    let whole = self.all_of(&parts);
                    self.shape(&whole, hint, request)
                }
                // A value in one of several shapes is a record with the members of all of them.
                "anyOf" if union == Some("joined") => {
                    let mut whole = self.all_of(&parts);
                    whole["required"] = json!([]);
                    self.shape(&whole, hint, request)
                }
                // A record that also has a short form as text is read as the record.
                "oneOf" if union == Some("record") => {
                    let record = parts.iter().find(|part| references::schema_name(part).is_some());
                    self.shape(record.unwrap_or(&&Value::Null), hint, request)
                }
                "oneOf" => match self.unions.find(self.schemas, schema, None, hint) {
                    Some(name) => json!({"$ref": format!("#/components/schemas/{name}")}),
                    None => same_plain_type(&parts),
                },
                _ => same_plain_type(&parts),
            };
        }
        match text(schema, "type") {
            Some("string") => string(schema),
            Some(plain @ ("integer" | "number" | "boolean")) => json!({"type": plain}),
            Some("array") => {
                let items = self.schema(schema.get("items").unwrap_or(&Value::Null), &format!("{hint}Item"), request);
                json!({"type": "array", "items": items})
            }
            _ if schema.get("properties").and_then(Value::as_object).is_some_and(|p| !p.is_empty()) => {
                self.record(schema, hint, request)
            }
            Some("object") => match schema.get("additionalProperties") {
                Some(values @ Value::Object(map)) if !map.is_empty() => {
                    let values = self.schema(values, &format!("{hint}Value"), request);
                    json!({"type": "object", "additionalProperties": values})
                }
                // An object of unknown make. Some are texts in fact, so anything is read.
                _ => json!({}),
            },
            _ => json!({}),
        }
    }

    fn record(&mut self, schema: &Value, hint: &str, request: bool) -> Value {
        let mut properties = Map::new();
        let mut rust_names: BTreeMap<String, &String> = BTreeMap::new();
        // The chosen name by wire name.
        let mut names: BTreeMap<&str, String> = BTreeMap::new();
        // If two members have one name in Rust, the one with an underscore in its wire name is renamed.
        let mut members: Vec<(&String, &Value)> = object(schema, "properties").collect();
        members.sort_by_key(|(name, _)| (name.starts_with('_'), name.contains('_'), *name));
        for (name, value) in members {
            let mut chosen = name.clone();
            if let Some(other) = rust_names.insert(words(name), name) {
                chosen = format!("{UNDERSCORED}{name}");
                if !name.contains('_') || rust_names.insert(words(&chosen), name).is_some() {
                    self.refused.get_or_insert(format!(
                        "`{other}` and `{name}` of `{hint}` have one name in Rust; remove one of them in corrections.json"
                    ));
                }
            }
            let tamed = self.schema(value, &format!("{hint}{}", name.to_upper_camel_case()), request);
            properties.insert(chosen.clone(), noted(self.schemas, value, tamed));
            names.insert(name, chosen);
        }
        let mut tamed = json!({"type": "object"});
        if request {
            let required: Vec<&String> =
                list(schema, "required").filter_map(Value::as_str).filter_map(|name| names.get(name)).collect();
            if !required.is_empty() {
                tamed["required"] = json!(required);
            }
        }
        if schema.get("additionalProperties").is_some_and(|more| more.is_object()) {
            tamed["additionalProperties"] = json!({});
        }
        tamed["properties"] = Value::Object(properties);
        tamed
    }

    /// Several parts that all hold: one record with the members of each.
    fn all_of(&self, parts: &[&Value]) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for part in parts {
            let part = references::schema_name(part).map_or(*part, |name| &self.schemas[name]);
            let nested;
            let part = match part.get("allOf").and_then(Value::as_array) {
                Some(inner) => {
                    nested = self.all_of(&inner.iter().collect::<Vec<_>>());
                    &nested
                }
                None => part,
            };
            properties.extend(object(part, "properties").map(|(name, value)| (name.clone(), value.clone())));
            required.extend(list(part, "required").cloned());
        }
        json!({"type": "object", "properties": properties, "required": required})
    }
}

/// Returns a member with its notes, which the type generator keeps as part of the description.
fn noted(schemas: &Value, declared: &Value, mut tamed: Value) -> Value {
    let target = references::resolved(schemas, declared);
    let says = |key: &str| [declared, target].iter().any(|schema| schema.get(key) == Some(&json!(true)));
    let notes: Vec<&str> = ["nullable", "readOnly"].into_iter().filter(|note| says(note)).collect();
    if !notes.is_empty() {
        let description = text(&tamed, "description").unwrap_or_default().to_owned();
        if tamed.get("$ref").is_some() {
            tamed = json!({"allOf": [tamed]});
        }
        tamed["description"] = json!(format!("{description}{NOTES}{}", notes.join(" ")));
    }
    tamed
}

/// Variants that are all the same plain type, or anything.
fn same_plain_type(parts: &[&Value]) -> Value {
    match parts.first().and_then(|part| text(part, "type")) {
        Some(plain @ ("string" | "integer" | "number" | "boolean"))
            if parts.iter().all(|part| text(part, "type") == Some(plain)) =>
        {
            json!({"type": plain})
        }
        _ => json!({}),
    }
}

fn string(schema: &Value) -> Value {
    if text(schema, "format") == Some("date-time") {
        return json!({"$ref": format!("#/components/schemas/{TIMESTAMP}")});
    }
    let mut values: Vec<&str> = list(schema, "enum").filter_map(Value::as_str).collect();
    values.sort_unstable();
    values.dedup();
    let mut variants: Vec<String> = values.iter().map(|value| value.to_upper_camel_case()).collect();
    variants.sort();
    variants.dedup();
    let distinct = variants.len() == values.len() && variants.iter().all(|name| !name.is_empty());
    let clear = values.iter().all(|value| value.starts_with(|c: char| c.is_ascii_alphanumeric()));
    if values.len() < 2 || values.len() > MOST_VALUES || !distinct || !clear {
        return json!({"type": "string"});
    }
    json!({"type": "string", "enum": values})
}

/// The description, with what the constraints say.
fn document(schema: &Value) -> String {
    let mut parts: Vec<String> = text(schema, "description").map(|text| text.trim().to_owned()).into_iter().collect();
    if text(schema, "type") == Some("string") && string(schema).get("enum").is_none() {
        let values: Vec<&str> = list(schema, "enum").filter_map(Value::as_str).collect();
        match values.len() {
            0 => {}
            1 if !values[0].contains(['/', ' ', ',']) => parts.push(format!("Always `{}`.", values[0])),
            1 => parts.push(format!("As `{}`.", values[0])),
            2..=MOST_VALUES => parts
                .push(format!("One of {}.", values.iter().map(|v| format!("`{v}`")).collect::<Vec<_>>().join(", "))),
            more => parts.push(format!("One of {more} values, as `{}`.", values[0])),
        }
    }
    if matches!(text(schema, "format"), Some("date")) {
        parts.push("A date, `YYYY-MM-DD`.".to_owned());
    }
    let number = |key: &str| schema.get(key).filter(|value| value.is_number()).map(Value::to_string);
    match (number("minimum"), number("maximum")) {
        (Some(low), Some(high)) => parts.push(format!("{low} to {high}.")),
        (Some(low), None) => parts.push(format!("At least {low}.")),
        (None, Some(high)) => parts.push(format!("At most {high}.")),
        (None, None) => {}
    }
    match (number("minLength"), number("maxLength")) {
        (Some(low), Some(high)) => parts.push(format!("{low} to {high} characters.")),
        (None, Some(high)) => parts.push(format!("At most {high} characters.")),
        _ => {}
    }
    match schema.get("default") {
        Some(Value::String(value)) if !value.is_empty() && list(schema, "enum").count() != 1 => {
            parts.push(format!("The vendor's default is `{value}`."))
        }
        Some(value @ (Value::Bool(_) | Value::Number(_))) => parts.push(format!("The vendor's default is `{value}`.")),
        _ => {}
    }
    if schema.get("deprecated") == Some(&json!(true)) {
        parts.push("Deprecated by the vendor.".to_owned());
    }
    parts.join(" ")
}
