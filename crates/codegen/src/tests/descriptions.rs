//! A description is only documentation: it does not change the generated code or the requests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;

use proc_macro2::{TokenStream, TokenTree};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Workspace, awkward, vendor};
use crate::emit::catalogue;
use crate::generate;

/// Texts that once decided something, or that could.
const TELLING: [&str; 14] = [
    "Always `lowercase`: the name of the source.",
    "One of `a`, `b`.",
    "<details><summary>JSON schema</summary></details>",
    "\u{1f}nullable readOnly",
    "`name`",
    "@@",
    "placeholder_0!();",
    "pub mod operations;",
    "*/ pub struct Other; /*",
    "```",
    "#[deprecated]",
    "a\rb\r\nc\n\nd",
    "{\"$ref\": \"#/components/schemas/Lead\"}",
    "",
];

/// The keys whose members have names of the vendor's.
const NAMED: [&str; 9] = [
    "content",
    "headers",
    "parameters",
    "paths",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "securitySchemes",
];

/// Describes everything that a document can describe.
fn describe(value: &mut Value, says: &mut impl FnMut() -> String) {
    let Value::Object(map) = value else { return };
    for (key, inner) in map.iter_mut() {
        match inner {
            Value::Object(members) if NAMED.contains(&key.as_str()) => {
                members.values_mut().for_each(|member| describe(member, says));
            }
            Value::Array(items) if matches!(key.as_str(), "parameters" | "allOf" | "anyOf" | "oneOf") => {
                items.iter_mut().for_each(|item| describe(item, says));
            }
            Value::Object(_) if !key.starts_with("x-") && !matches!(key.as_str(), "default" | "discriminator") => {
                describe(inner, says);
            }
            _ => {}
        }
    }
    map.insert("description".to_owned(), json!(says()));
}

/// Records that are sent: a constant, marks of members, a circle, one of several, a map.
fn leads() -> Value {
    let lead = json!({"$ref": "#/components/schemas/Lead"});
    let of = |schema: &Value| json!({"application/json": {"schema": schema}});
    json!({
        "openapi": "3.0.0", "info": {"title": "", "version": "1"}, "security": [{"key": []}],
        "paths": {"/leads": {"post": {
            "operationId": "create-lead",
            "parameters": [
                {"name": "order", "in": "query", "schema": {"$ref": "#/components/schemas/Order"}},
                {"name": "since", "in": "query", "schema": {"type": "string", "format": "date-time"}},
                {"name": "kind", "in": "query", "required": true, "schema": {"type": "array", "items": {"type": "string"}}},
            ],
            "requestBody": {"content": of(&lead)},
            "responses": {"200": {"description": "", "content": of(&lead)}},
        }}},
        "components": {"schemas": {
            "Order": {"type": "string", "enum": ["up", "down"]},
            "Lead": {"type": "object", "required": ["kind", "source", "id"], "properties": {
                "kind": {"type": "string", "enum": ["lead"]},
                "source": {"type": "string"},
                "id": {"type": "string", "readOnly": true},
                "note": {"type": "string", "nullable": true},
                "parent": {"$ref": "#/components/schemas/Lead"},
                "order": {"allOf": [{"$ref": "#/components/schemas/Order"}]},
                "owner": {"type": "object", "properties": {"name": {"type": "string", "default": "x", "maxLength": 3}}},
                "any": {"type": "object", "additionalProperties": {}},
                "sums": {"type": "object", "additionalProperties": {"type": "number"}},
                "branch": {"oneOf": [{"$ref": "#/components/schemas/And"}, {"$ref": "#/components/schemas/Or"}]},
            }},
            "And": {"type": "object", "properties": {"type": {"type": "string", "enum": ["and"]}}},
            "Or": {"type": "object", "properties": {"type": {"type": "string", "enum": ["or"]}}},
        }},
    })
}

/// Generated code if nothing is described.
static PLAIN: LazyLock<BTreeMap<PathBuf, String>> = LazyLock::new(|| generated(&[], false));

/// The names of everything that a dictionary can describe.
fn names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            let members = map.get("properties").and_then(Value::as_object).into_iter().flatten();
            found.extend(members.map(|(name, _)| name.clone()));
            found.extend(map.get("name").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| names(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| names(value, found)),
        _ => {}
    }
}

/// Generates code from two documents, in two versions each, with all these texts in the documents or in the dictionary.
/// Removes the texts from the result.
fn generated(texts: &[String], dictionary: bool) -> BTreeMap<PathBuf, String> {
    let mut documents = [awkward(), leads(), awkward(), leads()];
    documents[2..].iter_mut().for_each(|next| next["x-crm-version"] = json!("next"));
    let mut said = texts.iter().cycle().cloned();
    let mut words = BTreeMap::new();
    for document in documents.iter_mut().filter(|_| !texts.is_empty()) {
        if dictionary {
            let mut found = BTreeSet::new();
            names(document, &mut found);
            words.extend(found.into_iter().map(|name| (name, said.next().unwrap_or_default())));
        } else {
            describe(document, &mut || said.next().unwrap_or_default());
        }
    }
    let workspace = Workspace::new(&documents[0]);
    workspace.put("specs/acme/words.json", &json!({"members": words}));
    workspace.put("specs/acme/leads.json", &documents[1]);
    let mut file = vendor();
    file["apis"][0]["documents"]["leads.json"] = json!({"resource": "leads"});
    let mut next = json!({"name": "next", "client": "Next", "documents": {}});
    for (name, settings) in file["apis"][0]["documents"].as_object().unwrap() {
        next["documents"][format!("next-{name}")] = settings.clone();
    }
    file["apis"].as_array_mut().unwrap().push(next);
    workspace.put("specs/acme/next-awkward.json", &documents[2]);
    workspace.put("specs/acme/next-leads.json", &documents[3]);
    workspace.put("specs/acme/vendor.json", &file);
    let changes = generate::plan(workspace.root(), &[], &mut |_| {}).unwrap().1.files;
    let file = |change: crate::write::Change| {
        let path = change.path.strip_prefix(workspace.root()).unwrap().to_owned();
        let text = change.new.unwrap();
        let facts = match path.extension().and_then(|end| end.to_str()) {
            Some("rs") => code(text.parse().unwrap_or_else(|error| panic!("{error}: {text}"))),
            Some("json") if path.starts_with(catalogue::FOLDER) => {
                facts(&serde_json::from_str(&text).unwrap(), &["doc", "summary"]).to_string()
            }
            Some("json") => facts(&serde_json::from_str(&text).unwrap(), &["description"]).to_string(),
            _ => text,
        };
        (path, facts)
    };
    changes.into_iter().map(file).collect()
}

/// Code without its documentation.
fn code(tokens: TokenStream) -> String {
    let mut kept = Vec::new();
    for tree in tokens {
        let documentation = |stream: TokenStream| stream.to_string().starts_with("doc =");
        match tree {
            TokenTree::Group(group) if documentation(group.stream()) => {
                // With the `#` or `#!` before it.
                while kept.last().is_some_and(|last| last == "#" || last == "!") {
                    kept.pop();
                }
            }
            TokenTree::Group(group) => kept.push(format!("{:?}({})", group.delimiter(), code(group.stream()))),
            other => kept.push(other.to_string()),
        }
    }
    kept.join(" ")
}

/// JSON without its descriptions, which have one of these keys; a member of that name is an object. A described reference is
/// in an `allOf`.
fn facts(value: &Value, keys: &[&str]) -> Value {
    match value {
        Value::Object(map) => {
            let facts = map.iter().filter(|(key, value)| !keys.contains(&key.as_str()) || !value.is_string());
            let facts: Map<String, Value> = facts.map(|(key, value)| (key.clone(), self::facts(value, keys))).collect();
            match facts.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
                Some([one]) if facts.len() == 1 => one.clone(),
                _ => Value::Object(facts),
            }
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| facts(item, keys)).collect()),
        plain => plain.clone(),
    }
}

fn text() -> impl Strategy<Value = String> {
    let telling = proptest::sample::select(&TELLING[..]);
    prop_oneof![
        any::<String>(),
        telling.clone().prop_map(str::to_owned),
        (telling, "\\PC{0,20}").prop_map(|(a, b)| a.to_owned() + &b)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_descriptions_say_the_same_code_is_generated(
        texts in proptest::collection::vec(text(), 1..20),
        dictionary: bool,
    ) {
        let described = generated(&texts, dictionary);
        prop_assert_eq!(PLAIN.keys().collect::<Vec<_>>(), described.keys().collect::<Vec<_>>());
        for (path, plain) in PLAIN.iter() {
            prop_assert_eq!(plain, &described[path], "{}", path.display());
        }
    }
}

#[test]
fn versions_that_are_described_differently_have_all_in_common() {
    let generated = generated(&TELLING.map(str::to_owned), false);
    let file = |name: &str| generated.get(&PathBuf::from(format!("crates/acme-client/src/generated/next/{name}")));
    assert!(file("mod.rs").is_some_and(|text| text.contains("pub use crate : : leads ;")));
    assert_eq!((file("leads.rs"), file("things.rs")), (None, None));
    let types = file("types/leads.rs").expect("types");
    assert!(!types.contains("record"), "{types}");
}

#[test]
fn a_constant_is_sent_and_what_a_description_calls_one_is_asked_for() {
    let types = generated(&["Always `lowercase`: the name of the source.".to_owned()], false);
    let leads = &types[&PathBuf::from("crates/acme-client/src/generated/types/leads.rs")];
    assert!(leads.contains("kind : Some Parenthesis(\"lead\" . to_owned Parenthesis())"), "{leads}");
    assert!(leads.contains("source : Some Parenthesis(source . into Parenthesis())"), "{leads}");
    assert!(!leads.contains("lowercase"), "{leads}");
}
