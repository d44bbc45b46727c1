//! Constructs that OpenAPI 3.0 allows and few vendors use: each is generated, or refused with its place and the reason.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};

use super::{Workspace, awkward};

const LIST: &str = "/crm/things/2026-03/{objectType}";

#[test]
fn rare_constructs_are_generated_or_refused_with_their_place() {
    let mut table = String::new();
    let mut row = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut document = awkward();
        change(&mut document);
        let workspace = Workspace::new(&document);
        let said = match catch_unwind(AssertUnwindSafe(|| workspace.plan())) {
            Ok(Ok(_)) => "generated".to_owned(),
            Ok(Err(_)) => workspace.refusal(),
            Err(_) => "PANIC".to_owned(),
        };
        table.push_str(&format!("{name}\n    {said}\n"));
    };
    let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    row("members of a path that are no operations", &|d| {
        d["paths"][LIST]["x-note"] = json!({"get": true});
        d["paths"][LIST]["x-notes"] = json!(["a"]);
        d["paths"][LIST]["summary"] = json!("words");
    });
    row("parameters of a path", &|d| {
        d["paths"][LIST]["parameters"] = json!([{"name": "all", "in": "query", "schema": {"type": "boolean"}}]);
    });
    row("parameters of a path that are none", &|d| d["paths"][LIST]["parameters"] = json!({"all": true}));
    row("a server of a path", &|d| d["paths"][LIST]["servers"] = json!([{"url": "https://other"}]));
    row("a server of an operation", &|d| d["paths"][LIST]["get"]["servers"] = json!([{"url": "https://other"}]));
    row("a path without a slash", &|d| d["paths"]["a"] = json!({"get": {}}));
    row("a path with a query", &|d| d["paths"]["/a?b=1"] = json!({"get": {}}));
    row("a path whose parameter does not end", &|d| d["paths"]["/a/{b"] = json!({"get": {}}));
    row("a path whose parameter has no name", &|d| d["paths"]["/a/{}"] = json!({"get": {}}));
    row("a path whose parameter does not begin", &|d| d["paths"]["/a/{b}c}"] = json!({"get": {}}));
    row("an operation of a verb in capitals", &|d| d["paths"][LIST]["POST"] = d["paths"][LIST]["get"].clone());
    row("a path that is no object", &|d| d["paths"]["/a"] = json!("a"));
    row("a schema whose name is a path", &|d| d["components"]["schemas"]["A/B"] = json!({"type": "object"}));
    row("a schema whose name is no type", &|d| {
        d["components"]["schemas"]["1st"] = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        d["components"]["schemas"]["Node"]["properties"]["child"] = to("1st");
    });
    row("schemas that are each twice all of the next", &|d| {
        let schemas = &mut d["components"]["schemas"];
        (0..60).for_each(|n| {
            schemas[format!("N{n}")] = json!({"allOf": [to(&format!("N{}", n + 1)), to(&format!("N{}", n + 1))]})
        });
        schemas["N60"] = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        schemas["Node"]["properties"]["child"] = to("N0");
    });
    row("a schema that stands for itself", &|d| d["components"]["schemas"]["Node"] = to("Node"));
    row("schemas that stand for one another", &|d| {
        d["components"]["schemas"]["Node"] = json!({"allOf": [to("A")]});
        d["components"]["schemas"]["A"] = json!({"oneOf": [{"type": "object"}, to("B")]});
        d["components"]["schemas"]["B"] = json!({"anyOf": [to("Node")]});
    });
    row("a schema that is all of itself and more", &|d| {
        let more = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        d["components"]["schemas"]["Node"] = json!({"allOf": [more, to("Node")]});
    });
    row("schemas that stand for one another and nobody uses", &|d| {
        d["components"]["schemas"]["A"] = to("B");
        d["components"]["schemas"]["B"] = to("A");
    });
    row("a thousand schemas in a row", &|d| {
        (0..1000).for_each(|n| d["components"]["schemas"][format!("N{n}")] = to(&format!("N{}", n + 1)));
        d["components"]["schemas"]["N1000"] = json!({"type": "object"});
    });
    row("a member that is a schema of its own kind", &|d| {
        d["components"]["schemas"]["Node"]["properties"]["child"] = to("Node");
        d["components"]["schemas"]["Node"]["properties"]["children"] = json!({"type": "array", "items": to("Node")});
    });
    row("a list of lists of itself", &|d| {
        d["components"]["schemas"]["Node"]["properties"]["child"] = to("Nodes");
        d["components"]["schemas"]["Nodes"] = json!({"type": "array", "items": to("Nodes")});
    });
    row("a map of itself", &|d| {
        d["components"]["schemas"]["Node"]["properties"]["child"] = to("Nodes");
        d["components"]["schemas"]["Nodes"] = json!({"type": "object", "additionalProperties": to("Nodes")});
    });
    row("a reference into a schema", &|d| {
        d["components"]["schemas"]["Node"]["properties"]["name"] = json!({"type": "string"});
        d["components"]["schemas"]["Node"]["properties"]["child"] = to("Node/properties/name");
    });
    row("a reference to a path", &|d| {
        d["components"]["schemas"]["Node"]["properties"]["child"] =
            json!({"$ref": "#/paths/~1crm~1things~12026-03~1{objectType}/get"});
    });
    row("a parameter that refers to itself", &|d| {
        d["components"]["parameters"]["A"] = json!({"$ref": "#/components/parameters/A"});
        d["paths"][LIST]["parameters"] = json!([{"$ref": "#/components/parameters/A"}]);
    });
    row("a reply that refers to itself", &|d| {
        d["components"]["responses"]["A"] = json!({"$ref": "#/components/responses/A"});
        d["paths"][LIST]["get"]["responses"]["400"] = json!({"$ref": "#/components/responses/A"});
    });
    row("an operation that is none", &|d| d["paths"][LIST]["patch"] = json!(true));
    row("an operation without replies", &|d| {
        drop(d["paths"][LIST]["get"].as_object_mut().unwrap().remove("responses"))
    });
    row("operations of other verbs", &|d| d["paths"][LIST]["trace"] = d["paths"][LIST]["get"].clone());
    row("a schema that is no object", &|d| d["components"]["schemas"]["Node"]["properties"]["child"] = json!(true));
    row("an enum without values", &|d| {
        d["components"]["schemas"]["Node"]["properties"]["child"] = json!({"type": "string", "enum": []})
    });
    row("an allOf without parts", &|d| {
        d["components"]["schemas"]["Node"]["properties"]["child"] = json!({"allOf": []})
    });
    assert!(!table.contains("PANIC"), "{table}");
    insta::assert_snapshot!(table);
}
