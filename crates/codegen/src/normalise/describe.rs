//! Descriptions for what the document does not describe: one dictionary a vendor, by name.

use serde_json::{Value, json};

use crate::read::document::Document;
use crate::read::references::schema_name;
use crate::read::unit::Unit;
use crate::read::words::Words;

/// Describes the arguments and members whose names are in the dictionary.
pub(super) fn describe(document: &mut Document, words: &Words) {
    for (path, method) in document.operations() {
        let called = format!("{} {path}", method.to_uppercase());
        let operation = &mut document.value["paths"][&path][method];
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            let said = parameter["name"].as_str().and_then(|name| match parameter["in"].as_str() {
                Some("path") => words.in_path(&called, name),
                _ => words.asked(&called, name),
            });
            put(parameter, said);
            let unit = parameter["name"].as_str().and_then(|name| words.unit(None, name));
            measure(&mut parameter["schema"], unit);
        }
        let form = operation.pointer_mut("/requestBody/content/multipart~1form-data/schema");
        let form = match form.as_deref().and_then(schema_name).map(str::to_owned) {
            Some(name) => document.value["components"]["schemas"].get_mut(name),
            None => form,
        };
        let parts = form.and_then(|form| form.get_mut("properties")).and_then(Value::as_object_mut);
        parts.into_iter().flatten().for_each(|(name, part)| put(part, words.asked(&called, name)));
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
                            measure(property, words.unit(schema, name));
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

/// Adds the unit of a number, unless the document has one.
fn measure(schema: &mut Value, unit: Option<&Unit>) {
    if let (Some(unit), Value::Object(map)) = (unit, schema)
        && matches!(map.get("type").and_then(Value::as_str), Some("integer" | "number"))
        && !map.contains_key("x-crm-unit")
    {
        map.insert("x-crm-unit".to_owned(), json!(unit));
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
        let list = json!({
            "parameters": [{"name": "status", "in": "query"}, {"name": "items", "in": "query"}, {"name": "status", "in": "path"},
                {"name": "key", "in": "path"}],
            "requestBody": body,
        });
        let value = json!({
            "openapi": "3.0.0", "paths": {"/things": {"get": list}}, "components": {"schemas": {"Thing": schema, "Other": {"allOf": [schema]}}},
        });
        let mut document = Document { name: "things.json".to_owned(), value };
        let words: Words = serde_json::from_value(json!({
            "members": {"status": "The state it is in.", "Other.status": "Whether it is on.", "properties": "Its members.", "items": "What it holds.", "type": "Its kind."},
            "parameters": {"status": "Only those in this state.", "GET /things.items": "Also returns these.", "GET /things.key": "Its key or name."},
        }))
        .unwrap();
        describe(&mut document, &words);
        let list = &document.value["paths"]["/things"]["get"];
        assert_eq!(list["parameters"][0]["description"], "Only those in this state.");
        assert_eq!(list["parameters"][1]["description"], "Also returns these.", "a meaning in one operation");
        assert_eq!(
            list["parameters"][2]["description"], "The state it is in.",
            "a path names a thing and asks nothing"
        );
        assert_eq!(list["parameters"][3]["description"], "Its key or name.", "unless it is that of one operation");
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
    #[test]
    fn the_parts_of_a_form_are_arguments() {
        let form =
            |schema: Value| json!({"post": {"requestBody": {"content": {"multipart/form-data": {"schema": schema}}}}});
        let upload = json!({"properties": {"status": {"type": "string"}}});
        let value = json!({
            "openapi": "3.0.0", "components": {"schemas": {"Upload": upload}},
            "paths": {"/inline": form(upload), "/named": form(json!({"$ref": "#/components/schemas/Upload"}))},
        });
        let mut document = Document { name: "files.json".to_owned(), value };
        let words =
            json!({"members": {"status": "The state it is in."}, "parameters": {"status": "The state to give it."}});
        describe(&mut document, &serde_json::from_value(words).unwrap());
        let inline =
            &document.value["paths"]["/inline"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"];
        for schema in [inline, &document.value["components"]["schemas"]["Upload"]] {
            assert_eq!(schema["properties"]["status"]["description"], "The state to give it.");
        }
    }
}
