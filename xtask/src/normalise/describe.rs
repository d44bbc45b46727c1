//! Descriptions for what the document does not describe: one dictionary a vendor, by name.

use serde_json::{Value, json};

use crate::specs::document::Document;
use crate::specs::words::Words;

/// Describes the parameters and members whose names are in the dictionary.
pub(super) fn describe(document: &mut Document, words: &Words) {
    for (path, method) in document.operations() {
        let parameters = document.value["paths"][&path][method].get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let said = parameter["name"].as_str().and_then(|name| words.parameter(name));
            put(parameter, said);
        }
    }
    if let Some(Value::Object(schemas)) = document.value["components"].get_mut("schemas") {
        schemas.iter_mut().for_each(|(name, schema)| members(schema, Some(name), words));
    }
    members(&mut document.value, None, words);
}

/// Describes the members of a schema, which has a name or not, and of all below.
fn members(value: &mut Value, schema: Option<&str>, words: &Words) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    // A member may be called like this too; it is a schema then, and below this one.
                    Value::Object(properties) if key == "properties" => {
                        for (name, property) in properties {
                            put(property, words.member(schema, name));
                            members(property, None, words);
                        }
                    }
                    other => members(other, schema, words),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|value| members(value, schema, words)),
        _ => {}
    }
}

fn put(described: &mut Value, words: Option<&str>) {
    if let (Some(words), Value::Object(map)) = (words, described)
        && !map.contains_key("description")
    {
        // A reference has no room for anything else.
        if let Some(reference) = map.remove("$ref") {
            map.insert("allOf".to_owned(), json!([{"$ref": reference}]));
        }
        map.insert("description".to_owned(), json!(words));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_description_takes_it_from_the_dictionary_wherever_it_stands() {
        let schema = json!({"properties": {
            "status": {"type": "string"},
            // A member of this name is a schema, not members.
            "properties": {"type": "array", "items": {"properties": {"status": {"description": "Said."}}}},
            "items": {"$ref": "#/components/schemas/Other"},
        }});
        let body = json!({"content": {"application/json": {"schema": schema.clone()}}});
        let list = json!({"parameters": [{"name": "status", "in": "query"}, {"name": "items", "in": "query"}], "requestBody": body});
        let value = json!({
            "openapi": "3.0.0", "paths": {"/things": {"get": list}}, "components": {"schemas": {"Thing": schema, "Other": {"allOf": [schema]}}},
        });
        let mut document = Document { name: "things.json".to_owned(), value };
        let words: Words = serde_json::from_value(json!({
            "members": {"status": "The state it is in.", "Other.status": "Whether it is on.", "properties": "Its members.", "items": "What it holds.", "type": "Its kind."},
            "parameters": {"status": "Only those in this state."},
        }))
        .unwrap();
        describe(&mut document, &words);
        let list = &document.value["paths"]["/things"]["get"];
        assert_eq!(list["parameters"][0]["description"], "Only those in this state.");
        assert_eq!(list["parameters"][1]["description"], "What it holds.");
        let expected = json!({"properties": {
            "status": {"type": "string", "description": "The state it is in."},
            "properties": {
                "type": "array", "description": "Its members.",
                "items": {"properties": {"status": {"description": "Said."}}},
            },
            "items": {"allOf": [{"$ref": "#/components/schemas/Other"}], "description": "What it holds."},
        }});
        assert_eq!(list["requestBody"]["content"]["application/json"]["schema"], expected);
        let schemas = &document.value["components"]["schemas"];
        assert_eq!(schemas["Thing"], expected);
        assert_eq!(schemas["Other"]["allOf"][0]["properties"]["status"]["description"], "Whether it is on.");
    }
}
