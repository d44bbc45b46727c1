//! Records that refer to each other, in one version of an API and in several.

use serde_json::{Value, json};

use super::{Workspace, vendor};
use crate::apis;
use crate::generate;
use crate::model::Shape;
use crate::read::vendor::Vendor;

/// A document with a record that leads to others.
fn orders(change: impl FnOnce(&mut Value)) -> Value {
    let mut schemas = json!({
        "Order": {"type": "object", "properties": {
            "buyer": {"$ref": "#/components/schemas/Buyer"}, "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
        }},
        "Buyer": {"type": "object", "properties": {"name": {"type": "string"}}},
        "Line": {"type": "object", "properties": {"price": {"type": "number"}}},
    });
    change(&mut schemas);
    let reply = json!({"200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}});
    json!({
        "openapi": "3.0.0", "info": {"title": "", "version": "1"}, "components": {"schemas": schemas}, "security": [{"key": []}],
        "paths": {"/orders": {"get": {"operationId": "get-order", "responses": reply}}},
    })
}

#[test]
fn another_version_has_the_types_of_the_first_where_they_and_all_below_are_the_same() {
    let types = |change: fn(&mut Value)| {
        let workspace = Workspace::new(&orders(|_| {}));
        workspace.put("specs/acme/next.json", &orders(change));
        let mut vendor = vendor();
        vendor["apis"] = json!([
            {"name": "acme", "client": "Client", "documents": {"awkward.json": {"resource": "orders"}}},
            {"name": "next", "client": "Next", "documents": {"next.json": {"resource": "orders"}}},
        ]);
        workspace.put("specs/acme/vendor.json", &vendor);
        let text = workspace.generated("next/types/orders.rs");
        let own: Vec<&str> = ["Buyer", "Line", "Order"]
            .into_iter()
            .filter(|name| text.contains(&format!("pub struct {name} {{")))
            .collect();
        assert_eq!(text.contains("pub use crate::types::"), own.len() < 3, "{text}");
        own.join(" ")
    };
    assert_eq!(types(|_| {}), "");
    assert_eq!(types(|schemas| schemas["Line"]["properties"]["tax"] = json!({"type": "number"})), "Line Order");
    let bound = |schemas: &mut Value| schemas["Line"]["properties"]["price"]["minimum"] = json!(0);
    assert_eq!(types(bound), "Line Order", "one JSON Schema cannot stand for both");
    assert_eq!(types(|schemas| schemas["Line"]["x-crm-note"] = json!("ours")), "");
}

/// The files of a resource in two versions of an API, of which the second is changed.
fn versions(change: fn(&mut Value)) -> [String; 4] {
    let document = |version: &str| {
        let mut document = orders(|_| {});
        let version = json!({"name": "Version", "in": "header", "schema": {"type": "string", "enum": [version]}});
        let hard = json!({"name": "hard", "in": "query", "schema": {"type": "boolean"}});
        let mut get = document["paths"]["/orders"]["get"].take();
        get["parameters"] = json!([version]);
        let gone = json!({"204": {"description": ""}});
        let delete = json!({"operationId": "delete-order", "parameters": [version, hard], "responses": gone});
        document["paths"] = json!({"/orders/{id}": {"get": get, "delete": delete}});
        document
    };
    let workspace = Workspace::new(&document("v1"));
    let mut next = document("v2");
    change(&mut next["paths"]["/orders/{id}"]);
    workspace.put("specs/acme/next.json", &next);
    let mut vendor = vendor();
    vendor["apis"] = json!([
        {"name": "acme", "client": "Client", "documents": {"awkward.json": {"resource": "orders"}}},
        {"name": "next", "client": "Next", "documents": {"next.json": {"resource": "orders"}}},
    ]);
    workspace.put("specs/acme/vendor.json", &vendor);
    generate::plan(workspace.root(), &[], &mut |_| {}).unwrap().0.write().unwrap();
    let generated = workspace.root().join("crates/acme-client/src/generated");
    let file = |name: &str| std::fs::read_to_string(generated.join(name)).unwrap_or_default();
    ["orders.rs", "next/mod.rs", "next/orders.rs", "next/operations/orders.rs"].map(file)
}

#[test]
fn a_resource_that_is_the_same_in_another_version_is_that_of_the_first() {
    let [first, next, handle, table] = versions(|path| path["get"]["summary"] = json!("Described differently"));
    assert!(
        first.contains("pub struct Orders {") && first.contains("; `v2` if it is called through `client.next()`"),
        "{first}"
    );
    assert!(next.contains("pub use crate::orders;") && next.contains("VERSION: &str = \"v2\""), "{next}");
    assert_eq!(handle + &table, "");
}

#[test]
fn another_version_of_a_resource_writes_out_the_operations_that_differ() {
    let [first, next, handle, table] = versions(|path| path["get"]["deprecated"] = json!(true));
    let (common, own) = first.split_once("\nimpl Orders {").expect("operations of this version alone");
    assert!(common.contains("impl<C> Orders<C> {") && common.contains("pub fn delete("), "{common}");
    assert!(own.contains("pub fn get(") && !own.contains("pub fn delete("), "{own}");
    assert!(next.contains("pub mod orders;") && next.contains("VERSION: &str = \"v2\""), "{next}");
    assert!(handle.contains("pub type Orders = crate::orders::Orders<crate::Next>;"), "{handle}");
    assert!(handle.contains("pub use crate::orders::Delete;") || handle.contains("orders::{Delete}"), "{handle}");
    assert!(handle.contains("pub fn get(") && !handle.contains("pub fn delete("), "{handle}");
    assert!(table.contains("static ORDERS_GET: OpMeta") && !table.contains("static ORDERS_DELETE: OpMeta"), "{table}");
}

#[test]
fn operations_of_an_api_that_asks_for_several_versions_are_its_own() {
    let [first, next, handle, _] = versions(|path| path["get"]["parameters"][0]["schema"]["enum"] = json!(["v3"]));
    assert!(first.contains("pub struct Orders {") && handle.contains("pub struct Orders {"), "{first}{handle}");
    assert!(next.contains("pub mod orders;") && !next.contains("VERSION"), "{next}");
}

/// Returns the fields of a record in the model of the emitted code.
fn fields(document: &Value, record: &str) -> Vec<(String, String, bool, bool)> {
    let workspace = Workspace::new(document);
    let mut file = vendor();
    file["apis"][0]["documents"]["awkward.json"] = json!({"resource": "orders"});
    workspace.put("specs/acme/vendor.json", &file);
    let vendor = Vendor::read(workspace.root(), "acme").unwrap();
    let apis = apis::vendor(&vendor).unwrap();
    let Shape::Record { fields, .. } = &apis[0].model.types[record].shape else { panic!("{record} is no record") };
    fields.iter().map(|field| (field.wire.clone(), field.ident.clone(), field.nullable, field.read_only)).collect()
}

#[test]
fn two_members_of_one_name_in_rust_are_both_fields() {
    let document = orders(|schemas| {
        schemas["Line"]["properties"] = json!({
            "_id": {"type": "string"}, "id": {"type": "string"},
            "field_value": {"type": "string"}, "fieldValue": {"type": "string"},
        });
    });
    let names: Vec<(String, String)> =
        fields(&document, "Line").into_iter().map(|(wire, ident, ..)| (wire, ident)).collect();
    let expected = [
        ("fieldValue", "field_value"),
        ("id", "id"),
        ("field_value", "underscore_field_value"),
        ("_id", "underscore_id"),
    ];
    assert_eq!(names, expected.map(|(wire, ident)| (wire.to_owned(), ident.to_owned())));
}

#[test]
fn a_reply_in_one_shape_or_another_is_a_record_with_the_members_of_both() {
    let document = orders(|schemas| {
        schemas["Price"] =
            json!({"type": "object", "properties": {"price": {"type": "number"}}, "required": ["price"]});
        let wrapped = json!({"type": "object", "properties": {"line": {"$ref": "#/components/schemas/Price"}}});
        schemas["Line"] = json!({"anyOf": [wrapped, {"$ref": "#/components/schemas/Price"}], "x-crm-union": "joined"});
        let short =
            json!({"oneOf": [{"$ref": "#/components/schemas/Price"}, {"type": "string"}], "x-crm-union": "record"});
        schemas["Buyer"] = json!({"type": "object", "properties": {"limit": short}});
    });
    let names =
        |record: &str| -> Vec<String> { fields(&document, record).into_iter().map(|(wire, ..)| wire).collect() };
    assert_eq!(names("Line"), ["line", "price"]);
    assert_eq!(names("Buyer"), ["limit"]);
    assert_eq!(names("Price"), ["price"], "the short form is the record");
}

#[test]
fn a_request_says_what_may_be_null_and_what_only_the_vendor_sets() {
    let mut document = orders(|schemas| {
        schemas["Buyer"]["properties"] = json!({
            "name": {"type": "string", "nullable": true, "description": "The name."},
            "address": {"$ref": "#/components/schemas/Address"},
            "id": {"type": "string", "readOnly": true},
            "note": {"type": "string"},
        });
        schemas["Address"] = json!({"type": "object", "nullable": true, "properties": {"city": {"type": "string"}}});
    });
    let marks = |document: &Value| -> Vec<(String, bool, bool)> {
        fields(document, "Buyer")
            .into_iter()
            .map(|(wire, _, nullable, read_only)| (wire, nullable, read_only))
            .collect()
    };
    let plain = ["address", "id", "name", "note"].map(|wire| (wire.to_owned(), false, false));
    assert_eq!(marks(&document), plain, "of a reply nothing is said");
    document["paths"]["/orders"]["post"] = json!({
        "operationId": "create-order", "responses": {"204": {"description": ""}},
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
    });
    let expected = [("address", true, false), ("id", false, true), ("name", true, false), ("note", false, false)];
    assert_eq!(marks(&document), expected.map(|(wire, nullable, read_only)| (wire.to_owned(), nullable, read_only)));
    assert!(!Workspace::new(&document).generated("types/things.rs").contains('\u{1f}'));
}
