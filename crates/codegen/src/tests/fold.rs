//! A document that repeats the operations of all objects for one type.

use serde_json::{Value, json};

use super::Workspace;

/// A workspace with the documents of all objects and of boats, each with these lists.
fn workspace(all: &[&str], boats: &[&str]) -> Workspace {
    let document = |paths: &[&str]| {
        let list = |path: &str| json!({"get": {"operationId": path, "responses": {"204": {"description": ""}}}});
        let paths: Value = paths.iter().map(|path| ((*path).to_owned(), list(path))).collect();
        json!({"openapi": "3.0.0", "info": {}, "security": [{"key": []}], "paths": paths})
    };
    let workspace = Workspace::new(&document(all));
    workspace.put("specs/acme/boats.json", &document(boats));
    let objects = json!({"resource": "objects", "bind": ["objectType"]});
    let mut of_boats = objects.clone();
    of_boats["object"] = json!("boats");
    let fold =
        json!({"resource": "objects", "prefix": "/crm/objects/", "parameter": "objectType", "record": "objectId"});
    let api = json!({
        "name": "acme", "client": "Client", "fold": fold, "documents": {"awkward.json": objects, "boats.json": of_boats},
    });
    workspace.put("specs/acme/vendor.json", &json!({"title": "Acme", "crate": "acme-client", "apis": [api]}));
    workspace
}

#[test]
fn the_record_has_the_name_it_has_in_all_types_and_other_parameters_keep_theirs() {
    let all = ["/crm/objects/v1/{objectType}", "/crm/objects/v1/{objectType}/{objectId}/crew/{rank}"];
    let boats = ["/crm/objects/v1/boats", "/crm/objects/v1/boats/{boatId}/crew/{rank}"];
    let folded = workspace(&all, &boats);
    assert_eq!(folded.generated("operations/objects.rs"), workspace(&all, &[]).generated("operations/objects.rs"));
    let types = folded.generated("object_types.rs");
    assert_eq!(types.matches("\"objects.").count(), 2, "{types}");
}

#[test]
fn an_operation_with_a_name_of_its_own_is_not_that_of_all_types() {
    let all = ["/crm/objects/v1/{objectType}", "/crm/objects/v1/{objectType}/{objectId}/crew/{rank}"];
    let workspace = workspace(&all, &["/crm/objects/v1/boats", "/crm/objects/v1/boats/{boatId}/crew/{rank}"]);
    std::fs::create_dir(workspace.root().join("specs/acme/surface")).unwrap();
    let entry = json!({"GET /crm/objects/v1/boats/{boatId}/crew/{rank}": {"name": "list_sailors"}});
    workspace.put("specs/acme/surface/objects.json", &json!({"operations": entry}));
    assert!(workspace.generated("operations/objects.rs").contains("objects.list_sailors"));
}
