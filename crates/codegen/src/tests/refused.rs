//! Documents and files of ours that are refused, each with its place and the remedy.

use serde_json::{Value, json};

use super::{LIST, Workspace, awkward, vendor};
use crate::generate;

const DELETE: &str = "DELETE /crm/things/2026-03/{objectType}/{id}";

#[test]
fn a_wrong_document_is_refused_with_its_place_and_what_to_do() {
    let mut table = String::new();
    let mut row = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut document = awkward();
        change(&mut document);
        table.push_str(&format!("{name}\n    {}\n", Workspace::new(&document).refusal()));
    };
    row("swagger 2", &|d| *d = json!({"swagger": "2.0", "paths": {}}));
    row("openapi 3.1", &|d| d["openapi"] = json!("3.1.0"));
    row("no openapi", &|d| *d = json!({"paths": {}}));
    row("no paths", &|d| drop(d.as_object_mut().unwrap().remove("paths")));
    row("dangling reference", &|d| {
        d["components"]["schemas"]["Node"]["properties"]["child"]["$ref"] = json!("#/components/schemas/Gone")
    });
    row("external reference", &|d| {
        d["components"]["schemas"]["Node"]["properties"]["child"]["$ref"] = json!("../common.json#/Node")
    });
    row("a time without a unit", &|d| {
        let parameter = json!({"name": "startTime", "in": "query", "schema": {"type": "integer"}});
        d["paths"]["/crm/things/2026-03/{objectType}"]["get"]["parameters"].as_array_mut().unwrap().push(parameter);
    });
    row("a unit that is not one", &|d| {
        let schema = json!({"type": "integer", "x-crm-unit": "fortnights"});
        let parameter = json!({"name": "startTime", "in": "query", "schema": schema});
        d["paths"]["/crm/things/2026-03/{objectType}"]["get"]["parameters"].as_array_mut().unwrap().push(parameter);
    });
    row("members without a name that are records", &|d| {
        let node = &mut d["components"]["schemas"]["Node"];
        node["additionalProperties"] = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    });
    row("two operations with one id", &|d| {
        d["paths"]["/crm/things/2026-03/{objectType}/{id}"]["get"]["operationId"] = json!("post");
    });
    row("two operations with one name", &|d| {
        d["paths"]["/crm/things/2026-03/{objectType}"]["get"]["x-crm-name"] = json!("look");
        d["paths"]["/crm/things/2026-03/{objectType}/{id}"]["get"]["x-crm-name"] = json!("look");
    });
    row("paging over a member that is not there", &|d| {
        d["paths"]["/crm/things/2026-03/{objectType}"]["get"]["x-crm-paging"]["next"] = json!("paging.later.after");
    });
    row("paging by a parameter that is not there", &|d| {
        d["paths"]["/crm/things/2026-03/{objectType}"]["get"]["x-crm-paging"]["param"] = json!("later");
    });
    row("a page size in a parameter that is not there", &|d| {
        d["paths"]["/crm/things/2026-03/{objectType}"]["get"]["x-crm-paging"]["limit"] = json!("size");
    });
    row("a position in a body that is not sent", &|d| {
        d["paths"]["/crm/things/2026-03/{objectType}"]["get"]["x-crm-paging"]["in"] = json!("body");
    });
    row("paging with a typo", &|d| {
        d["paths"]["/crm/things/2026-03/{objectType}"]["get"]["x-crm-paging"]["nxt"] = json!("x")
    });
    row("a position without paging", &|d| {
        let list = d["paths"]["/crm/things/2026-03/{objectType}"]["get"].as_object_mut().unwrap();
        list.remove("x-crm-paging");
    });
    row("a schema that is called like the type of a member", &|d| {
        let schemas = &mut d["components"]["schemas"];
        schemas["Node"]["properties"]["state"] = json!({"type": "string", "enum": ["on", "off"]});
        schemas["Node"]["properties"]["other"] = json!({"$ref": "#/components/schemas/NodeState"});
        schemas["NodeState"] = json!({"type": "object", "properties": {"since": {"type": "string"}}});
    });
    row("two members that no underscore tells apart", &|d| {
        let members = json!({"state": {"type": "string"}, "State": {"type": "string"}});
        d["components"]["schemas"]["Node"]["properties"]["inner"] = json!({"type": "object", "properties": members});
    });
    row("a member whose name is a mark", &|d| {
        d["components"]["schemas"]["Node"]["properties"][" required"] = json!({"type": "string"});
    });
    row("no word of security", &|d| drop(d.as_object_mut().unwrap().remove("security")));
    row("a parameter that cannot be sent", &|d| {
        d["paths"]["/crm/things/2026-03/{objectType}"]["get"]["parameters"][1]["in"] = json!("body");
    });
    insta::assert_snapshot!(table);
}

#[test]
fn a_wrong_file_of_ours_is_refused_with_its_line() {
    let mut table = String::new();
    let mut row = |name: &str, change: &dyn Fn(&Workspace)| {
        let workspace = Workspace::new(&awkward());
        change(&workspace);
        table.push_str(&format!("{name}\n    {}\n", workspace.refusal()));
    };
    let correct = |workspace: &Workspace, correction: Value| {
        workspace.put("specs/acme/corrections.json", &json!({"corrections": [correction]}))
    };
    let surface = |workspace: &Workspace, file: &str, operation: &str, entry: Value| {
        let path = workspace.root().join("specs/acme/surface").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = serde_json::to_string_pretty(&json!({"operations": {operation: entry}})).unwrap();
        std::fs::write(path, text).unwrap();
    };
    row("a listed document is missing", &|w| std::fs::remove_file(w.root().join("specs/acme/awkward.json")).unwrap());
    row("the document is not JSON", &|w| w.put_text("specs/acme/awkward.json", "openapi: 3.0.0\n"));
    row("a typo in vendor.json", &|w| {
        w.put_text("specs/acme/vendor.json", "{\n  \"title\": \"Acme\",\n  \"crat\": \"acme-client\"\n}\n")
    });
    row("a way to page with a typo", &|w| {
        let mut file = vendor();
        file["apis"][0]["paging"] = json!([{"kind": "token", "in": "query", "param": "after", "item": "results"}]);
        w.put("specs/acme/vendor.json", &file);
    });
    row("no resource", &|w| {
        let mut file = vendor();
        file["apis"][0]["documents"]["awkward.json"] = json!({});
        w.put("specs/acme/vendor.json", &file);
    });
    row("a correction of a document that is not listed", &|w| {
        correct(w, json!({"document": "other.json", "at": "/info", "set": 1, "evidence": "page"}));
    });
    row("a correction that matches nothing", &|w| {
        correct(
            w,
            json!({"document": "awkward.json", "operation": "GET /gone", "merge": {"x-crm-no-auth": true}, "evidence": "page"}),
        );
    });
    row("a correction that changes nothing", &|w| {
        correct(
            w,
            json!({"document": "awkward.json", "at": "/info", "merge": {"version": "2026-03"}, "evidence": "page"}),
        );
    });
    row("a correction without evidence", &|w| {
        correct(w, json!({"document": "awkward.json", "at": "/info/version", "remove": true, "evidence": " "}));
    });
    row("a correction with two effects", &|w| {
        correct(
            w,
            json!({"document": "awkward.json", "at": "/info/version", "remove": true, "set": 1, "evidence": "page"}),
        );
    });
    row("a correction that addresses a parameter by its position", &|w| {
        let at = "/parameters/1/schema";
        correct(w, json!({"document": "awkward.json", "operation": LIST, "at": at, "set": {}, "evidence": "page"}));
    });
    row("a correction that names an operation", &|w| {
        let name = json!({"x-crm-name": "all"});
        correct(w, json!({"document": "awkward.json", "operation": LIST, "merge": name, "evidence": "page"}));
    });
    row("a surface entry for an operation that is not there", &|w| {
        surface(w, "things.json", "GET /gone", json!({"name": "all"}));
    });
    row("a surface entry for a method that does not exist", &|w| {
        surface(w, "things.json", "FETCH /gone", json!({"name": "all"}));
    });
    row("a surface entry with a typo", &|w| surface(w, "things.json", LIST, json!({"nmae": "all"})));
    row("a surface entry with an unknown effect", &|w| surface(w, "things.json", LIST, json!({"effect": "erases"})));
    row("a surface entry with a condition on a member that the body lacks", &|w| {
        surface(w, "things.json", LIST, json!({"idempotent_with": ["gone"]}));
    });
    row("a surface file of an API that is not there", &|w| {
        surface(w, "v9/things.json", LIST, json!({"name": "all"}));
    });
    row("two surface entries for one operation", &|w| {
        surface(w, "things.json", LIST, json!({"name": "all"}));
        surface(w, "others.json", LIST, json!({"name": "all"}));
    });
    row("a surface entry that archives without a source", &|w| {
        surface(w, "things.json", DELETE, json!({"name": "archive"}));
    });
    row("names outside the vocabulary", &|w| {
        surface(w, "things.json", LIST, json!({"name": "get_all"}));
        surface(w, "others.json", DELETE, json!({"name": "bulk_delete"}));
    });
    row("a surface entry without a name in the file of another resource", &|w| {
        surface(w, "others.json", LIST, json!({"idempotent": false}));
    });
    row("a surface entry without a name, and its document without a resource", &|w| {
        let mut file = vendor();
        file["apis"][0]["documents"]["awkward.json"] = json!({});
        w.put("specs/acme/vendor.json", &file);
        surface(w, "things.json", LIST, json!({"idempotent": false}));
    });
    row("evidence is missing", &|w| {
        let mut file = vendor();
        file["evidence"] = json!(true);
        w.put("specs/acme/vendor.json", &file);
    });
    insta::assert_snapshot!(table);
}

#[test]
fn a_replacement_that_is_no_operation_in_use_of_the_resource_is_refused() {
    const GET: &str = "GET /crm/things/2026-03/{objectType}/{id}";
    // The method that replaces the deletion, the operations that are deprecated, and the resource of `find`.
    let workspace = |by: &str, deprecated: &[&str], resource: &str| {
        let mut document = awkward();
        for method in deprecated {
            document["paths"]["/crm/things/2026-03/{objectType}/{id}"][*method]["deprecated"] = json!(true);
        }
        let workspace = Workspace::new(&document);
        std::fs::create_dir_all(workspace.root().join("specs/acme/surface")).unwrap();
        let entries = [("things", DELETE, json!({"replaced_by": by})), (resource, GET, json!({"name": "find"}))];
        for file in ["things", resource] {
            let own = entries.iter().filter(|entry| entry.0 == file);
            let operations: serde_json::Map<String, Value> =
                own.map(|entry| (entry.1.into(), entry.2.clone())).collect();
            workspace.put(&format!("specs/acme/surface/{file}.json"), &json!({"operations": operations}));
        }
        workspace
    };
    workspace("find", &["delete"], "things").plan().unwrap();
    for (case, by, deprecated, resource) in [
        ("does not exist", "gone", &["delete"][..], "things"),
        ("is of another resource", "find", &["delete"], "others"),
        ("is deprecated", "find", &["delete", "get"], "things"),
        ("is the operation itself", "delete", &["delete"], "things"),
    ] {
        let refusal = workspace(by, deprecated, resource).refusal();
        let reason =
            format!("`replaced_by` must name another operation of `things` that is not deprecated, not `{by}`");
        assert!(refusal.contains(&reason), "{case}: {refusal}");
    }
    let refusal = workspace("find", &[], "things").refusal();
    assert!(refusal.contains("remove `replaced_by` from its surface entry"), "{refusal}");
}

#[test]
fn the_operations_table_is_written_and_a_row_without_operation_or_test_is_refused() {
    let workspace = Workspace::new(&awkward());
    std::fs::create_dir_all(workspace.root().join("tests/tests")).unwrap();
    workspace.put_text("tests/tests/things.rs", "#[tokio::test]\nasync fn lists() {}\n\nfn helper() {}\n");
    let row = |change: Value| {
        let mut row = json!({
            "vendor": "acme", "seed": "List things", "call": "client.things(\"boats\").list()",
            "operation": ["things.list"], "test": "things.rs::lists",
        });
        row.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        workspace.put("specs/operations.json", &json!({"operations": [row]}));
    };
    row(json!({}));
    let (files, _) = generate::plan(workspace.root(), &[], &mut |_| {}).unwrap();
    files.write().unwrap();
    let page = std::fs::read_to_string(workspace.root().join("docs/operations.md")).unwrap();
    let line = "| 1 | List things | `client.things(\"boats\").list()` | `GET /crm/things/2026-03/boats` | `things.rs::lists` |";
    assert!(page.contains(line), "{page}");
    assert!(workspace.plan().unwrap().files.is_empty());

    let mut table = String::new();
    for (name, change) in [
        ("a vendor that is not there", json!({"vendor": "emca"})),
        ("an operation that is not there", json!({"operation": ["things.lost"]})),
        ("no test", json!({"test": ""})),
        ("a file that is not there", json!({"test": "gone.rs::lists"})),
        ("a test that is not there", json!({"test": "things.rs::list"})),
        ("a function that is no test", json!({"test": "things.rs::helper"})),
        ("a typo", json!({"tset": "things.rs::lists"})),
    ] {
        row(change);
        table.push_str(&format!("{name}\n    {}\n", workspace.refusal()));
    }
    insta::assert_snapshot!(table);
}
