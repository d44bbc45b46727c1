//! An operation whose path has another version is the same operation for our files.

use serde_json::{Value, json};

use super::Workspace;
use crate::correct::stale;

/// A document with one list, in a version.
fn document(version: &str) -> Value {
    let list = json!({"operationId": "list", "security": [{"token": []}], "responses": {"204": {"description": ""}}});
    json!({"openapi": "3.0.0", "info": {}, "paths": {format!("/crm/{version}/things/{{thing}}"): {"get": list}}})
}

/// A workspace with a correction and a surface entry of the list in version 1.
fn workspace(version: &str) -> Workspace {
    let workspace = Workspace::new(&document(version));
    let api = json!({"name": "acme", "client": "Client", "documents": {"awkward.json": {"resource": "things"}}});
    workspace.put("specs/acme/vendor.json", &json!({"title": "Acme", "crate": "acme-client", "apis": [api]}));
    let correction = json!({
        "document": "awkward.json", "operation": "GET /crm/v1/things/{id}", "at": "/deprecated", "set": true, "evidence": "a page",
    });
    workspace.put("specs/acme/corrections.json", &json!({"corrections": [correction]}));
    std::fs::create_dir(workspace.root().join("specs/acme/surface")).unwrap();
    let entry = json!({"name": "get_one", "summary": "Returns a thing."});
    workspace.put("specs/acme/surface/things.json", &json!({"operations": {"GET /crm/v1/things/{id}": entry}}));
    workspace
}

fn read(workspace: &Workspace, file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(workspace.root().join("specs/acme").join(file)).unwrap()).unwrap()
}

#[test]
fn an_entry_of_the_surface_serves_all_versions_of_an_operation() {
    let workspace = workspace("2026-09-beta");
    std::fs::remove_file(workspace.root().join("specs/acme/corrections.json")).unwrap();
    let handle = workspace.generated("things.rs");
    assert!(handle.contains("pub fn get_one") && handle.contains("Returns a thing."), "{handle}");
    assert!(handle.contains("* Beta: the vendor may change or withdraw it without notice."), "{handle}");
    assert!(workspace.generated("operations/things.rs").contains("beta: true"));
}

#[test]
fn what_is_said_of_an_operation_moves_with_it_to_another_version() {
    let workspace = workspace("v2");
    assert!(stale::mend(workspace.root(), "acme").unwrap().is_empty());
    let now = "GET /crm/v2/things/{thing}";
    assert_eq!(read(&workspace, "corrections.json")["corrections"][0]["operation"], now);
    let operations = read(&workspace, "surface/things.json")["operations"].clone();
    assert_eq!(operations.as_object().unwrap().keys().collect::<Vec<_>>(), [now]);
    assert!(workspace.generated("things.rs").contains("#[deprecated"));

    // It goes if no version of the operation is left.
    let gone = workspace_without();
    assert_eq!(stale::mend(gone.root(), "acme").unwrap().len(), 2);
}

#[test]
fn two_entries_that_become_those_of_one_operation_are_refused_with_their_lines() {
    let workspace = workspace("v2");
    let entries = |second: &str| {
        let entry = |name: &str| json!({"name": name});
        let operations =
            json!({"GET /crm/v1/things/{id}": entry("get_one"), "GET /crm/v2/things/{thing}": entry(second)});
        workspace.put("specs/acme/surface/things.json", &json!({"operations": operations}));
        read(&workspace, "surface/things.json")
    };
    let before = entries("get");
    let refusal = stale::mend(workspace.root(), "acme").err().unwrap().to_string();
    assert_eq!(
        refusal,
        "surface/things.json:3 and surface/things.json:6: both are entries of `GET /crm/v2/things/{thing}` now; remove the one \
         that does not apply to it"
    );
    assert_eq!(read(&workspace, "surface/things.json"), before, "nothing is written");
    entries("get_one");
    assert!(stale::mend(workspace.root(), "acme").unwrap().is_empty(), "nothing is lost if they are the same");
}

/// The same with a document that has another operation.
fn workspace_without() -> Workspace {
    let workspace = workspace("v1");
    let mut other = document("v1");
    other["paths"] = json!({"/crm/v1/others": other["paths"]["/crm/v1/things/{thing}"]});
    workspace.put("specs/acme/awkward.json", &other);
    workspace
}
