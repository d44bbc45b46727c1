//! The JSON Schemas of the types, as a text beside the code: what the document says of a schema
//! with a name, and for the types that have their name from us, what we made of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::model::{Definition, Model, Shape};
use crate::normalise::Api;
use crate::read::document::{object, without_extensions};

/// `schemas.json`: a schema a line.
pub(super) fn document(api: &Api, model: &Model) -> String {
    let mut schemas: BTreeMap<&String, Value> =
        object(&api.merged["components"], "schemas").map(|(name, schema)| (name, without_extensions(schema))).collect();
    for (name, definition) in &model.types {
        schemas.entry(name).or_insert_with(|| schema(definition));
    }
    let lines: Vec<String> = schemas.iter().map(|(name, schema)| format!("{name:?}:{schema}")).collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

fn schema(definition: &Definition) -> Value {
    match &definition.shape {
        Shape::Record { fields, .. } => {
            let properties: Map<String, Value> =
                fields.iter().map(|field| (field.wire.clone(), field.ty.json_schema())).collect();
            let required: Vec<&str> =
                fields.iter().filter(|field| field.required).map(|field| field.wire.as_str()).collect();
            let mut schema = json!({"type": "object", "properties": properties});
            if !required.is_empty() {
                schema["required"] = json!(required);
            }
            schema
        }
        Shape::Enum(variants) => {
            json!({"type": "string", "enum": variants.iter().map(|(_, text)| text).collect::<Vec<_>>()})
        }
        Shape::Union(_, arms) => json!({"oneOf": arms.iter().map(|(ty, ..)| ty.json_schema()).collect::<Vec<_>>()}),
    }
}
