//! A document that repeats the operations of all objects for one type.

use serde_json::{Value, json};

use super::Workspace;
use crate::diff::{self, Class, Kind};

fn document(paths: &[&str]) -> Value {
    let list = |path: &str| json!({"get": {"operationId": path, "responses": {"204": {"description": ""}}}});
    let paths: Value = paths.iter().map(|path| ((*path).to_owned(), list(path))).collect();
    json!({"openapi": "3.0.0", "info": {}, "security": [{"key": []}], "paths": paths})
}

/// A workspace with the documents of all objects and of boats, each with these lists.
fn workspace(all: &[&str], boats: &[&str]) -> Workspace {
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
fn a_type_has_the_scopes_that_its_document_names_and_not_those_of_all_types() {
    let path = |of: &str, record: &str| format!("/crm/objects/v1/{of}{record}");
    let (list, one) = (path("{objectType}", ""), path("{objectType}", "/{objectId}"));
    let folded = workspace(&[&list, &one], &[&path("boats", ""), &path("boats", "/{boatId}")]);
    let mut all = document(&[&list, &one]);
    let mut boats = document(&[&path("boats", ""), &path("boats", "/{boatId}")]);
    let security = |scopes: &[&str]| scopes.iter().map(|scope| json!({"key": [scope]})).collect::<Value>();
    for path in [&list, &one] {
        all["paths"][path]["get"]["security"] = security(&["boats.read", "cars.read"]);
    }
    boats["paths"][path("boats", "")]["get"]["security"] = security(&["boats.sail"]);
    boats["paths"][path("boats", "/{boatId}")]["get"]["security"] = security(&["cars.read", "boats.read"]);
    folded.put("specs/acme/awkward.json", &all);
    folded.put("specs/acme/boats.json", &boats);
    let types = folded.generated("object_types.rs");
    assert!(types.contains(r#"scopes: &[("objects.list", &["boats.sail"])]"#), "{types}");
    let known = folded.generated("operations/mod.rs");
    assert!(known.contains(r#"&["boats.read", "boats.sail", "cars.read"]"#), "{known}");
    let client = folded.generated("mod.rs");
    assert!(client.contains("Returns the operations on boats. Scope: `boats.sail` to read."), "{client}");
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

#[test]
fn an_operation_of_another_resource_is_not_one_of_the_type_whose_document_has_it() {
    let with = |boats: &[&str]| {
        let workspace = workspace(&["/crm/objects/v1/{objectType}"], boats);
        let path = workspace.root().join("specs/acme/vendor.json");
        let mut vendor: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        vendor["apis"][0]["documents"]["ties.json"] = json!({"resource": "ties"});
        workspace.put("specs/acme/vendor.json", &vendor);
        workspace.put("specs/acme/ties.json", &document(&["/crm/objects/v1/{objectType}/{objectId}/ties/{to}"]));
        workspace
    };
    let now = with(&["/crm/objects/v1/boats"]);
    let expected = now.generated("object_types.rs");
    let before = with(&["/crm/objects/v1/boats", "/crm/objects/v1/boats/{boatId}/ties/{to}"]);
    std::fs::copy(now.root().join("specs/acme/names.json"), before.root().join("specs/acme/names.json")).unwrap();
    assert_eq!(before.generated("object_types.rs"), expected);
    let changes = diff::between(before.root(), now.root(), &mut |_| {}).unwrap();
    let [change] = &changes[..] else { panic!("{changes:#?}") };
    assert_eq!((change.class, change.kind, change.item.as_str()), (Class::Patch, Kind::Document, "boats.json"));
    assert!(change.what.starts_with("no longer describes"), "{change:?}");
}
