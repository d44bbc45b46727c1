//! The changes that stock progenitor needs to accept a document, and no more: the baseline is what a
//! beginner would get.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use serde_json::{Value, json};

use codegen::normalise::placeholders;
use codegen::read::document::{list, object, operations, text};

/// Rewrites a document until progenitor accepts it; returns the number of operations that were set aside.
pub(super) fn rewrite(document: &mut Value) -> usize {
    let whole = document.clone();
    references(document, &whole);
    names(document);
    let mut aside = 0;
    for (path, method) in operations(document) {
        let item = &mut document["paths"][&path];
        if item[method]["requestBody"]["content"].get("multipart/form-data").is_some() {
            if let Some(item) = item.as_object_mut() {
                item.remove(method);
            }
            aside += 1;
            continue;
        }
        let operation = &mut item[method];
        responses(operation);
        body(operation);
        parameters(operation, &path);
    }
    aside
}

/// The target of an external or missing reference may be anything.
fn references(value: &mut Value, whole: &Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(target)) = map.get("$ref")
                && target.strip_prefix('#').and_then(|local| whole.pointer(local)).is_none()
            {
                *value = json!({});
                return;
            }
            map.values_mut().for_each(|value| references(value, whole));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| references(value, whole)),
        _ => {}
    }
}

/// One name in Rust for one thing: of such enum values the first, of `id` and `_id` the plain one.
fn names(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(names);
            if let Some(Value::Array(values)) = map.get_mut("enum") {
                let mut known = BTreeSet::new();
                values.retain(|value| value.as_str().is_none_or(|value| known.insert(value.to_upper_camel_case())));
            }
            if let Some(Value::Object(members)) = map.get_mut("properties") {
                let twice = |name: &String| name.strip_prefix('_').is_some_and(|plain| members.contains_key(plain));
                let twice: Vec<String> = members.keys().filter(|name| twice(name)).cloned().collect();
                members.retain(|name, _| !twice.contains(name));
                if let Some(Value::Array(required)) = map.get_mut("required") {
                    required.retain(|name| !twice.iter().any(|twice| name == twice));
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(names),
        _ => {}
    }
}

/// One success reply, of several the first, and no declared errors.
fn responses(operation: &mut Value) {
    let success = object(operation, "responses").find(|(status, _)| status.starts_with('2'));
    operation["responses"] = success.map_or(json!({}), |(status, response)| json!({ status: response }));
}

/// A body of any media type is JSON.
fn body(operation: &mut Value) {
    if let Some(content) = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut)
        && let Some(any) = content.remove("*/*")
    {
        content.insert("application/json".to_owned(), any);
    }
}

/// Declares each path parameter once, for the path, as required.
fn parameters(operation: &mut Value, path: &str) {
    let names = placeholders(path);
    let named = |parameter: &Value| names.iter().any(|name| text(parameter, "name") == Some(name));
    let mut parameters: Vec<Value> = list(operation, "parameters").cloned().collect();
    parameters.retain(|parameter| (text(parameter, "in") == Some("path")) == named(parameter));
    for name in &names {
        match parameters.iter_mut().find(|parameter| text(parameter, "name") == Some(name)) {
            Some(parameter) => parameter["required"] = json!(true),
            None => {
                parameters.push(json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
            }
        }
    }
    operation["parameters"] = json!(parameters);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::raw::module;
    use super::rewrite;

    /// A document with one operation that has every fault at once.
    fn faulty() -> Value {
        json!({
            "openapi": "3.0.1",
            "info": {"title": "Faulty", "version": "1"},
            "paths": {"/things/{id}": {
                "post": {
                    "operationId": "postThing",
                    "parameters": [
                        {"name": "id", "in": "path", "schema": {"type": "string"}},
                        {"name": "id", "in": "query", "schema": {"type": "string"}},
                        {"name": "gone", "in": "path", "required": true, "schema": {"type": "string"}},
                        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                    ],
                    "requestBody": {"content": {"*/*": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                    "responses": {
                        "200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                        "207": {"description": "", "content": {"application/json": {"schema": {"type": "string"}}}},
                        "400": {"description": "", "content": {"application/json": {"schema": {"type": "integer"}}}},
                        "default": {"description": ""},
                    },
                },
                "put": {
                    "operationId": "putThing",
                    "requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object"}}}},
                    "responses": {"200": {"description": ""}},
                },
            }},
            "components": {"schemas": {"Thing": {"type": "object", "required": ["order", "_order"], "properties": {
                "order": {"type": "string", "enum": ["asc", "ASC", "desc"]},
                "_order": {"type": "integer"},
                "inner": {"$ref": "#/components/schemas/Thing"},
                "missing": {"$ref": "#/components/schemas/Missing"},
                "outside": {"$ref": "common.json#/components/schemas/Other"},
            }}}},
        })
    }

    #[test]
    fn every_fault_is_rewritten() {
        let mut document = faulty();
        assert_eq!(rewrite(&mut document), 1, "the multipart operation is set aside");
        let operation = &document["paths"]["/things/{id}"]["post"];
        assert_eq!(
            operation["parameters"],
            json!([
                {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
                {"name": "limit", "in": "query", "schema": {"type": "integer"}},
            ])
        );
        let thing = json!({"schema": {"$ref": "#/components/schemas/Thing"}});
        assert_eq!(operation["requestBody"]["content"], json!({ "application/json": thing }));
        assert_eq!(operation["responses"], json!({"200": {"description": "", "content": {"application/json": thing}}}));
        let thing = &document["components"]["schemas"]["Thing"];
        let members = &thing["properties"];
        assert_eq!(members["order"]["enum"], json!(["asc", "desc"]));
        assert_eq!((members.get("_order"), &thing["required"]), (None, &json!(["order"])));
        assert_eq!(members["inner"], json!({"$ref": "#/components/schemas/Thing"}), "what is there stays");
        assert_eq!((&members["missing"], &members["outside"]), (&json!({}), &json!({})));
        assert!(document["paths"]["/things/{id}"].get("put").is_none());
    }

    #[test]
    fn a_rewrite_left_out_is_a_refusal_that_says_why() {
        let mut document = faulty();
        rewrite(&mut document);
        assert!(module(document.clone()).is_ok_and(|module| module.text.contains("pub fn post_thing")));

        let reply =
            |kind: &str| json!({"description": "", "content": {"application/json": {"schema": {"type": kind}}}});
        let (operation, members) = ("/paths/~1things~1{id}/post", "/components/schemas/Thing/properties");
        let query = json!({"name": "id", "in": "query", "schema": {"type": "string"}});
        let optional = json!({"name": "id", "in": "path", "schema": {"type": "string"}});
        for (place, fault) in [
            (format!("{operation}/responses"), json!({"200": reply("object"), "207": reply("string")})),
            (format!("{operation}/responses"), json!({"400": reply("object"), "500": reply("string")})),
            (format!("{operation}/responses"), json!({"200": reply("object"), "default": reply("string")})),
            (format!("{operation}/requestBody/content"), json!({"*/*": {"schema": {"type": "string"}}})),
            (format!("{operation}/requestBody/content"), json!({"multipart/form-data": {"schema": {}}})),
            (format!("{operation}/parameters"), json!([])),
            (format!("{operation}/parameters/0"), optional),
            (format!("{operation}/parameters/1"), query),
            (format!("{members}/order/enum"), json!(["asc", "ASC"])),
            (format!("{members}/missing"), json!({"$ref": "#/components/schemas/Missing"})),
            (format!("{members}/outside"), json!({"$ref": "common.json#/components/schemas/Other"})),
        ] {
            let mut document = document.clone();
            *document.pointer_mut(&place).expect("the place is there") = fault.clone();
            let refusal = module(document).err().map(|error| format!("{error:#}"));
            assert!(refusal.is_some_and(|said| !said.is_empty()), "progenitor takes {fault} at {place}");
        }
    }
}
