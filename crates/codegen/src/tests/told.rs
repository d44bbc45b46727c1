//! Changes that a vendor makes to its documents, each with its report and its class.

use serde_json::{Value, json};

use super::Workspace;
use crate::diff::{self, Change, Section};
use crate::generate;

/// Notes and orders: an enum in a reply, a record that both resources use, and scopes.
fn documents() -> [(&'static str, Value); 2] {
    let reply = |name: &str| json!({"200": {"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}}});
    let body = |name: &str| json!({"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}});
    let version = || json!([{"name": "Version", "in": "header", "schema": {"type": "string", "enum": ["2024-01-01"]}}]);
    let scopes = |names: &[&str]| names.iter().map(|name| json!({"oauth2": [name]})).collect::<Value>();
    let person = json!({"type": "object", "properties": {"name": {"type": "string"}}});
    let note = json!({"type": "object", "properties": {
        "id": {"type": "string"}, "kind": {"type": "string", "enum": ["call", "mail"]}, "tone": {"type": "string", "enum": ["high", "low"]},
        "author": {"$ref": "#/components/schemas/Person"}, "tags": {"type": "array", "items": {"type": "string"}},
        "place": {"type": "object", "properties": {"north": {"type": "number"}}, "required": ["north"]},
    }});
    let part = |name: &str| json!({"type": "object", "properties": {(name): {"type": "number"}, "colour": {"type": "string"}}});
    let file = json!({"type": "object", "properties": {"file": {"type": "string", "format": "binary"}, "title": {"type": "string"}}});
    let form = json!({"content": {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/File"}, "encoding": {"file": {"contentType": "image/png"}}}}});
    let many = json!({"type": "object", "properties": {
        "a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "string"}, "d": {"type": "string"}, "e": {"type": "string"},
        "note": {"type": "string", "maxLength": 100}, "level": {"type": "integer", "enum": [1, 2, 3]},
        "mark": {"oneOf": [{"$ref": "#/components/schemas/Circle"}, {"$ref": "#/components/schemas/Square"}]},
    }, "required": ["a", "b", "c", "d", "e"]});
    let document = |paths: Value, schemas: Value| json!({"openapi": "3.0.0", "info": {"title": "", "version": "1"}, "components": {"schemas": schemas}, "paths": paths});
    let shared = || json!({"get": {"responses": reply("Person"), "security": scopes(&["people"])}});
    let notes = document(
        json!({
            "/v1/notes/{id}": {
                "get": {"responses": reply("Note"), "parameters": version(), "security": scopes(&["notes", "notes.read"])},
                "put": {"responses": reply("Note"), "requestBody": body("Many"), "security": scopes(&["notes"])},
            },
            "/v1/notes": {"post": {"responses": reply("Note"), "requestBody": form, "security": scopes(&["notes"])}},
            "/v1/people/{id}": shared(),
        }),
        json!({
            "Note": note, "Person": person, "Many": many, "File": file, "Circle": part("radius"), "Square": part("side"),
        }),
    );
    let orders = document(
        json!({
            "/v1/orders/{id}": {"get": {"responses": reply("Order"), "security": scopes(&["orders"])}},
            "/v1/people/{id}": shared(),
        }),
        json!({
            "Person": person, "Order": {"type": "object", "properties": {"id": {"type": "string", "maxLength": 100}, "buyer": {"$ref": "#/components/schemas/Person"}, "state": {"type": "integer", "enum": [1, 2]}}},
        }),
    );
    [("notes.json", notes), ("orders.json", orders)]
}

/// A workspace with both documents; names stay as they were, and each resource is a feature.
fn workspace(documents: &[(&str, Value)]) -> Workspace {
    let workspace = Workspace::new(&json!({}));
    std::fs::remove_file(workspace.root().join("specs/acme/awkward.json")).unwrap();
    let mut vendor = super::vendor();
    vendor["features"] = json!({"default": []});
    vendor["apis"][0]["documents"] =
        json!({"notes.json": {"resource": "notes"}, "orders.json": {"resource": "orders"}});
    workspace.put("specs/acme/vendor.json", &vendor);
    documents.iter().for_each(|(name, document)| workspace.put(&format!("specs/acme/{name}"), document));
    let marks = [
        ("Cargo.toml", "# Features: written by `cargo xtask generate`.\n# End of the written features.\n"),
        ("README.md", "<!-- features: written by `cargo xtask generate` -->\n<!-- end of the written features -->\n"),
    ];
    marks.iter().for_each(|(name, text)| workspace.put_text(&format!("crates/acme-client/{name}"), text));
    workspace
}

fn told(change: impl FnOnce(&mut Value, &mut Value)) -> Vec<Change> {
    let old = workspace(&documents());
    generate::plan(old.root(), &[], &mut |_| {}).unwrap().0.write().unwrap();
    let [(first, mut notes), (second, mut orders)] = documents();
    change(&mut notes, &mut orders);
    let new = workspace(&[(first, notes), (second, orders)]);
    let names = "specs/acme/names.json";
    std::fs::copy(old.root().join(names), new.root().join(names)).unwrap();
    diff::between(old.root(), new.root(), &mut |line| assert!(!line.contains("without"), "{line}")).unwrap()
}

fn lines(changes: &[Change]) -> String {
    let line = |change: &Change| {
        let felt = if change.section == Section::Behaviour { " (felt)" } else { "" };
        format!("  {}{felt}: {}: {}\n", change.class.name(), change.item, change.what)
    };
    changes.iter().map(line).collect()
}

type Case = (&'static str, &'static str, fn(&mut Value, &mut Value));

const CASES: &[Case] = &[
    ("version", "another `Version` header", |notes, _| {
        notes["paths"]["/v1/notes/{id}"]["get"]["parameters"][0]["schema"]["enum"] = json!(["2025-01-01"]);
    }),
    ("hidden", "a new value of one enum hides no other enum, and lists say what they have", |notes, _| {
        let members = &mut notes["components"]["schemas"]["Note"]["properties"];
        members["kind"]["enum"] = json!(["call", "mail", "chat"]);
        members["tags"]["items"]["enum"] = json!(["x", "y"]);
        members["tone"] = json!({"type": "string", "enum": ["high", "low", "none"]});
    }),
    ("hidden", "a new value of an enum hides none that Rust shows as a number", |notes, orders| {
        notes["components"]["schemas"]["Note"]["properties"]["kind"]["enum"] = json!(["call", "mail", "chat"]);
        orders["components"]["schemas"]["Order"]["properties"]["state"]["enum"] = json!([1, 2, 3]);
    }),
    ("hidden", "an operation is gone that another document still has", |notes, _| {
        notes["paths"].as_object_mut().unwrap().remove("/v1/people/{id}");
    }),
    ("hidden", "the copy in another document is described otherwise", |_, orders| {
        orders["paths"]["/v1/people/{id}"]["get"]["responses"]["404"] = json!({"description": ""});
    }),
    ("hidden", "an internal scope comes", |notes, _| {
        let security = &mut notes["paths"]["/v1/notes/{id}"]["get"]["security"];
        security.as_array_mut().unwrap().push(json!({"oauth2": ["ACCEPTANCE_TEST.visibility"]}));
    }),
    ("hidden", "a member of a type that has another name may be null", |notes, _| {
        let text = notes.to_string().replace("Note", "Remark");
        *notes = serde_json::from_str(&text).unwrap();
        notes["components"]["schemas"]["Remark"]["properties"]["id"]["nullable"] = json!(true);
    }),
    ("credentials", "one scope more loosens", |notes, _| {
        let security = &mut notes["paths"]["/v1/notes/{id}"]["get"]["security"];
        security.as_array_mut().unwrap().push(json!({"oauth2": ["notes.all"]}));
    }),
    ("credentials", "one scope fewer tightens", |notes, _| {
        notes["paths"]["/v1/notes/{id}"]["get"]["security"].as_array_mut().unwrap().pop();
    }),
    ("credentials", "another scope in the place of one tightens", |notes, _| {
        notes["paths"]["/v1/notes/{id}"]["put"]["security"] = json!([{"oauth2": ["notes.write"]}]);
    }),
    ("credentials", "a second scope must be there too", |notes, _| {
        notes["paths"]["/v1/notes/{id}"]["put"]["security"] = json!([{"oauth2": ["notes", "people"]}]);
    }),
    ("credentials", "another kind of credential is accepted", |notes, _| {
        let security = &mut notes["paths"]["/v1/notes/{id}"]["put"]["security"];
        security.as_array_mut().unwrap().push(json!({"private_apps": ["notes"]}));
    }),
    ("credentials", "each kind of credential requires another scope", |notes, _| {
        notes["paths"]["/v1/notes/{id}"]["get"]["security"] =
            json!([{"oauth2": ["notes"]}, {"private_apps": ["notes.read"]}]);
    }),
    ("features", "a type is there with fewer features", |_, orders| {
        orders["components"]["schemas"]["Order"]["properties"]["buyer"] = json!({"type": "string"});
        orders["paths"].as_object_mut().unwrap().remove("/v1/people/{id}");
    }),
    ("felt", "a member of a request that has many is required", |notes, _| {
        notes["components"]["schemas"]["Many"]["required"].as_array_mut().unwrap().push(json!("note"));
    }),
    ("felt", "a path moves", |notes, _| {
        let paths = notes["paths"].as_object_mut().unwrap();
        let item = paths.remove("/v1/notes/{id}").unwrap();
        paths.insert("/v2/notes/{id}".to_owned(), item);
    }),
    ("felt", "a text is one of some", |notes, _| {
        notes["components"]["schemas"]["Note"]["properties"]["id"]["enum"] = json!(["a", "b"]);
    }),
    ("felt", "a request may no longer contain a value that Rust shows as a number", |notes, _| {
        notes["components"]["schemas"]["Many"]["properties"]["level"]["enum"] = json!([1, 2, 4]);
    }),
    ("felt", "a request requires a member that Rust does not show", |notes, _| {
        notes["components"]["schemas"]["Circle"]["required"] = json!(["radius"]);
    }),
    ("felt", "a text may be less long in a request, and is less long in a reply", |notes, orders| {
        notes["components"]["schemas"]["Many"]["properties"]["note"]["maxLength"] = json!(50);
        orders["components"]["schemas"]["Order"]["properties"]["id"]["maxLength"] = json!(50);
    }),
    ("once", "the same difference of all copies of an operation", |notes, orders| {
        for document in [notes, orders] {
            document["components"]["schemas"]["Person"]["properties"]["mail"] = json!({"type": "string"});
            document["paths"]["/v1/people/{id}"]["get"]["responses"]["201"] = json!({"description": ""});
        }
    }),
    ("once", "members and values of one type", |notes, _| {
        let members = notes["components"]["schemas"]["Note"]["properties"].as_object_mut().unwrap();
        members.insert("start".to_owned(), json!({"type": "string"}));
        members.insert("end".to_owned(), json!({"type": "integer"}));
        members.remove("author");
        members.remove("tags");
        members["kind"]["enum"] = json!(["chat", "letter"]);
    }),
    ("once", "no member of a request is required any more", |notes, _| {
        notes["components"]["schemas"]["Many"].as_object_mut().unwrap().remove("required");
    }),
    ("once", "the parts of a form that a schema describes", |notes, _| {
        let form = &mut notes["components"]["schemas"]["File"];
        form["properties"]["pages"] = json!({"type": "integer"});
        form["properties"]["folder"] = json!({"type": "string"});
        form["required"] = json!(["folder"]);
    }),
    ("once", "a list in the place of a record", |notes, _| {
        notes["components"]["schemas"]["Note"]["properties"]["place"] =
            json!({"type": "array", "items": {"type": "number"}});
    }),
    ("felt", "a member is in no reply any more, and another one was in none", |notes, _| {
        notes["components"]["schemas"]["Note"]["properties"]["id"]["writeOnly"] = json!(true);
        notes["components"]["schemas"]["Many"]["properties"]["note"]["writeOnly"] = json!(true);
    }),
    ("felt", "a part of a form has another media type", |notes, _| {
        let form = &mut notes["paths"]["/v1/notes"]["post"]["requestBody"]["content"]["multipart/form-data"];
        form["encoding"]["file"]["contentType"] = json!("image/jpeg");
    }),
    ("felt", "a reply is a file", |notes, _| {
        notes["paths"]["/v1/notes/{id}"]["get"]["responses"]["200"]["content"] =
            json!({"application/pdf": {"schema": {"type": "string", "format": "binary"}}});
    }),
];

#[test]
fn what_a_vendor_changes_is_told_with_its_class() {
    assert_eq!(told(|_, _| {}), []);
    let said = CASES.iter().map(|(case, name, change)| format!("{case}: {name}\n{}", lines(&told(change))));
    insta::assert_snapshot!(said.collect::<Vec<_>>().join("\n"));
}
