//! The facts of documents, independent of the generator: each place with its value. Descriptions and the order of lists
//! are not facts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The facts of documents.
pub(crate) type Facts = BTreeMap<String, String>;

/// OpenAPI keywords whose values are only descriptions.
const SAID: [&str; 9] =
    ["description", "summary", "title", "example", "examples", "externalDocs", "info", "tags", "openapi"];

/// OpenAPI keywords whose members have names chosen by the vendor.
const NAMED: [&str; 9] =
    ["properties", "schemas", "responses", "parameters", "content", "paths", "headers", "securitySchemes", "mapping"];

/// Returns the facts of one document.
pub(crate) fn of(document: &Value) -> Facts {
    let mut facts = Facts::new();
    walk(document, "", false, &mut facts);
    facts
}

/// Returns the places at which two sets of facts differ.
pub(crate) fn differences<'a>(old: &'a Facts, new: &'a Facts) -> Vec<&'a str> {
    let places: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    places.into_iter().filter(|place| old.get(*place) != new.get(*place)).map(String::as_str).collect()
}

fn walk(value: &Value, at: &str, names: bool, facts: &mut Facts) {
    match value {
        Value::Object(map) => {
            facts.insert(format!("{at}/"), String::new());
            for (key, value) in map {
                if !names && (SAID.contains(&key.as_str()) || key.starts_with("x-")) {
                    continue;
                }
                let names = !names && NAMED.contains(&key.as_str());
                walk(value, &format!("{at}/{}", key.replace('/', "~1")), names, facts);
            }
        }
        Value::Array(items) => {
            let mut unnamed = 0;
            for item in items {
                let name = match (&item["in"], &item["name"], &item["$ref"]) {
                    (Value::String(place), Value::String(name), _) => format!("{place}:{name}"),
                    (_, _, Value::String(target)) => target.replace('/', "~1"),
                    // An alternative of `security` is one fact.
                    _ if at.ends_with("/security") || !item.is_object() => format!("={item}"),
                    _ => {
                        unnamed += 1;
                        unnamed.to_string()
                    }
                };
                walk(item, &format!("{at}/{name}"), false, facts);
            }
        }
        plain => drop(facts.insert(at.to_owned(), plain.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn facts_differ_by_what_travels_and_not_by_what_is_said_or_in_which_order() {
        let document = json!({
            "info": {"title": "A"}, "paths": {"/a": {"get": {"security": [{"o": ["a"]}, {"o": ["b"]}], "parameters": [
                {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 10}},
            ]}}},
            "components": {"schemas": {"A": {"properties": {"title": {"type": "string", "enum": ["x", "y"]}}, "required": ["title"]}}},
        });
        let count = |from: &str, to: &str| {
            let text = document.to_string();
            assert!(text.contains(from), "{from}");
            let other = of(&serde_json::from_str(&text.replace(from, to)).unwrap());
            let differ = differences(&of(&document), &other).len();
            assert_eq!(differences(&other, &of(&document)).len(), differ);
            differ
        };
        assert_eq!(count("\"title\":\"A\"", "\"title\":\"B\""), 0);
        assert_eq!(count("[\"x\",\"y\"]", "[\"y\",\"x\"]"), 0);
        assert_eq!(count("[\"x\",\"y\"]", "[\"x\"]"), 1);
        assert_eq!(count("\"maximum\":10", "\"maximum\":20"), 1);
        assert_eq!(count("{\"o\":[\"b\"]}", "{\"o\":[\"c\"]}"), 4, "one alternative is gone and one has come");
        assert_eq!(count("\"required\":[\"title\"]", "\"required\":[]"), 1);
    }
}
