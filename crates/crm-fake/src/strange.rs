//! Replies that are valid but unusual: a client must be able to read them.

use serde_json::{Value, json};

use crate::document::Document;
use crate::properties::{Properties, list};

/// A value that is in no closed set.
const UNHEARD_OF: &str = "A_VALUE_NOBODY_HAS_HEARD_OF";

/// Makes a sample strange: optional members are null, every object has an unknown member, and
/// every text of a closed set is outside of it. Required members stay.
pub(crate) fn estrange(document: &Document, schema: &Value, value: &mut Value) {
    let schema = document.resolve(schema);
    // Samples take the first of several.
    if let Some(choice) = list(schema, "oneOf").first().or_else(|| list(schema, "anyOf").first()) {
        return estrange(document, choice, value);
    }
    match value {
        Value::String(text) if !list(schema, "enum").is_empty() => *text = UNHEARD_OF.to_owned(),
        Value::Array(items) => {
            items.iter_mut().for_each(|item| estrange(document, schema.get("items").unwrap_or(&Value::Null), item));
        }
        Value::Object(members) => {
            let known = Properties::of(document, schema);
            for (name, member) in members.iter_mut() {
                if let Some(schema) = known.get(name).or(known.extra) {
                    estrange(document, schema, member);
                }
            }
            for (name, _) in known.iter().filter(|(name, _)| !known.required.contains(&name.as_str())) {
                members.insert(name.clone(), Value::Null);
            }
            // In a map with values of one type it would not be unknown, only wrong.
            if known.extra.is_none() {
                members.insert("xNobodyKnows".to_owned(), json!({"deep": [1, null, "x"]}));
            }
        }
        _ => list(schema, "allOf").iter().for_each(|part| estrange(document, part, value)),
    }
}
