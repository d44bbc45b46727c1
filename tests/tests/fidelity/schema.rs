//! Converts OpenAPI 3.0 schemas to JSON Schemas, which `jsonschema` reads.
//!
//! | OpenAPI | JSON Schema |
//! |---|---|
//! | `nullable: true` | one more type, one more value of an enum |
//! | `#/components/schemas/X` | `#/$defs/X`, only those that are reached |
//! | `readOnly` in a request | not required |
//! | `oneOf` with a member that distinguishes its alternatives | `if` and `then`, so that errors are about the intended alternative |
//! | any other `oneOf` | `anyOf`: the vendors' alternatives overlap |
//! | formats | checked if JSON Schema has them |
//! | an example of a type other than its schema | either type is valid |
//! | anything that is not a schema, for example `"required": true` in a member | omitted |

use std::collections::BTreeMap;

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use super::document::Document;

const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];

/// Keywords with the same meaning in both.
const KEPT: [&str; 11] = [
    "minimum",
    "maximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
];

/// Returns a validator of requests for a schema of the document.
pub(crate) fn judge(document: &Document, schema: &Value) -> Result<Validator, String> {
    let mut convert = Convert { document, definitions: BTreeMap::new(), wanted: Vec::new() };
    let mut root = convert.schema(schema, "");
    while let Some((name, pointer)) = convert.wanted.pop() {
        if !convert.definitions.contains_key(&name) {
            convert.definitions.insert(name.clone(), Value::Bool(true));
            let wrapped = json!({ "$ref": pointer });
            let (target, _) = document.target(&wrapped).ok_or_else(|| format!("{pointer} leads nowhere"))?;
            let definition = convert.schema(target, pointer.trim_start_matches('#'));
            convert.definitions.insert(name, definition);
        }
    }
    if let Some(root) = root.as_object_mut() {
        root.insert("$defs".to_owned(), json!(convert.definitions));
    }
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .build(&root)
        .map_err(|error| error.to_string())
}

struct Convert<'a> {
    document: &'a Document,
    definitions: BTreeMap<String, Value>,
    /// Name and pointer.
    wanted: Vec<(String, String)>,
}

impl Convert<'_> {
    fn schema(&mut self, schema: &Value, at: &str) -> Value {
        let converted = self.described(schema, at);
        match self.document.contradiction(schema, at) {
            Some(example) => json!({ "anyOf": [converted, kind(example)] }),
            None => converted,
        }
    }

    fn described(&mut self, schema: &Value, at: &str) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap_or_default().to_owned();
            let converted = json!({ "$ref": format!("#/$defs/{name}") });
            self.wanted.push((name, reference.to_owned()));
            return converted;
        }
        let mut made = Map::new();
        for key in KEPT {
            if let Some(value) = schema.get(key) {
                made.insert(key.to_owned(), value.clone());
            }
        }
        if let Some(known) = schema["type"].as_str().filter(|known| TYPES.contains(known)) {
            made.insert("type".to_owned(), json!(known));
        }
        if let Some(set) = schema["enum"].as_array() {
            made.insert("enum".to_owned(), json!(set));
        }
        if let Some(items) = schema.get("items").filter(|items| items.is_object()) {
            made.insert("items".to_owned(), self.schema(items, &format!("{at}/items")));
        }
        if let Some(others) = schema.get("additionalProperties") {
            let others = if others.is_object() {
                self.schema(others, &format!("{at}/additionalProperties"))
            } else {
                others.clone()
            };
            made.insert("additionalProperties".to_owned(), others);
        }
        if let Some(parts) = schema["allOf"].as_array() {
            made.insert(
                "allOf".to_owned(),
                parts
                    .iter()
                    .enumerate()
                    .map(|(number, part)| self.schema(part, &format!("{at}/allOf/{number}")))
                    .collect(),
            );
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[key].as_array() {
                let (key, choices) = self.choices(choices, &format!("{at}/{key}"));
                made.insert(key.to_owned(), choices);
            }
        }
        if let Some(members) = schema["properties"].as_object() {
            let of_vendor = |name: &Value| {
                name.as_str().is_some_and(|name| {
                    members.get(name).is_some_and(|one| self.document.resolve(one)["readOnly"] == true)
                })
            };
            if let Some(required) = schema["required"].as_array() {
                let required: Vec<&Value> = required.iter().filter(|name| !of_vendor(name)).collect();
                made.insert("required".to_owned(), json!(required));
            }
            let members: Map<String, Value> = members
                .iter()
                .map(|(name, member)| (name.clone(), self.schema(member, &format!("{at}/properties/{name}"))))
                .collect();
            made.insert("properties".to_owned(), Value::Object(members));
        }
        if schema["nullable"] == true { json!({ "anyOf": [made, {"type": "null"}] }) } else { Value::Object(made) }
    }

    /// Converts alternatives. No document names a discriminator; a member with other values in each alternative is one.
    fn choices(&mut self, choices: &[Value], at: &str) -> (&'static str, Value) {
        let tags = |choice: &Value| -> BTreeMap<String, Vec<Value>> {
            let members = self.document.members(choice, "").all;
            let sets = members.iter().filter_map(|(name, member, _)| {
                Some(((*name).to_owned(), self.document.resolve(member)["enum"].as_array()?.clone()))
            });
            sets.collect()
        };
        let tags: Vec<BTreeMap<String, Vec<Value>>> = choices.iter().map(tags).collect();
        let tells_apart = |name: &&String| {
            let mut seen: Vec<&Value> = Vec::new();
            tags.iter().all(|tags| {
                let Some(set) = tags.get(*name) else { return false };
                let new = set.iter().all(|value| !seen.contains(&value));
                seen.extend(set);
                new
            })
        };
        let Some(name) = tags.first().and_then(|first| first.keys().find(tells_apart)) else {
            let choices = choices.iter().enumerate();
            return ("anyOf", choices.map(|(number, choice)| self.schema(choice, &format!("{at}/{number}"))).collect());
        };
        let any: Vec<&Value> = tags.iter().flat_map(|tags| &tags[name]).collect();
        let mut all = vec![json!({ "required": [name], "properties": { name: { "enum": any } } })];
        for (number, (choice, tags)) in choices.iter().zip(&tags).enumerate() {
            let meant = json!({ "required": [name], "properties": { name: { "enum": tags[name] } } });
            all.push(json!({ "if": meant, "then": self.schema(choice, &format!("{at}/{number}")) }));
        }
        ("allOf", Value::Array(all))
    }
}

/// Returns a schema of all values of the same type.
fn kind(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "type": "null" }),
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(_) => json!({ "type": "number" }),
        Value::String(_) => json!({ "type": "string" }),
        Value::Array(items) => json!({ "type": "array", "items": items.first().map_or(json!(true), kind) }),
        Value::Object(_) => json!({ "type": "object" }),
    }
}

/// Returns the places of members that the schema does not describe.
pub(crate) fn undescribed(document: &Document, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let schema = document.resolve(schema);
    match value {
        Value::Array(items) => {
            let Some(inner) = schema.get("items") else { return Vec::new() };
            let mut found: Vec<String> =
                items.iter().flat_map(|item| undescribed(document, inner, item, &format!("{place}[]"))).collect();
            found.dedup();
            found
        }
        Value::Object(object) => {
            // One alternative that describes everything is enough. Those with another tag are skipped.
            for key in ["oneOf", "anyOf"] {
                if let Some(choices) = schema[key].as_array() {
                    let fitting = choices.iter().filter(|choice| tagged(document, choice, object));
                    let tried = fitting.map(|choice| undescribed(document, choice, value, place));
                    return tried.min_by_key(Vec::len).unwrap_or_default();
                }
            }
            let members = document.members(schema, "");
            if members.all.is_empty() {
                return Vec::new();
            }
            let free = members.others.is_some() || schema["additionalProperties"] == true;
            let each = object.iter().flat_map(|(name, member)| {
                let place = format!("{place}.{name}");
                match members.all.iter().find(|known| known.0 == name) {
                    Some((_, known, _)) => undescribed(document, known, member, &place),
                    None if free => Vec::new(),
                    None => vec![place],
                }
            });
            each.collect()
        }
        _ => Vec::new(),
    }
}

/// Returns true if every member that the alternative restricts to a set of values is in that set.
fn tagged(document: &Document, choice: &Value, object: &Map<String, Value>) -> bool {
    document.members(choice, "").all.iter().all(|(name, member, _)| {
        match (document.resolve(member)["enum"].as_array(), object.get(*name)) {
            (Some(set), Some(value)) => set.contains(value),
            _ => true,
        }
    })
}
