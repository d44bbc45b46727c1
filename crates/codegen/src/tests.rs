//! The generator as a whole, on its own workspace: accepted documents, refused documents, and the check that
//! nothing drifts.

mod descriptions;
mod legal;
mod names;
mod told;
mod versions;

use std::path::Path;

use serde_json::{Value, json};

use crate::apis;
use crate::generate;
use crate::model::Shape;
use crate::read::import;
use crate::read::vendor::Vendor;
use crate::write::Changes;

const AWKWARD: &str = include_str!("../fixtures/awkward.json");

/// A workspace with one vendor, `acme`, and one document.
pub(crate) struct Workspace(tempfile::TempDir);

impl Workspace {
    pub(crate) fn new(document: &Value) -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir_all(this.root().join("specs/acme")).unwrap();
        std::fs::create_dir_all(this.root().join("crates/acme-client")).unwrap();
        this.put("specs/acme/vendor.json", &vendor());
        this.put("specs/acme/awkward.json", document);
        this
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn put(&self, path: &str, value: &Value) {
        self.put_text(path, &serde_json::to_string_pretty(value).unwrap());
    }

    pub(crate) fn put_text(&self, path: &str, text: &str) {
        std::fs::write(self.root().join(path), text).unwrap();
    }

    pub(crate) fn plan(&self) -> anyhow::Result<Changes> {
        Ok(generate::plan(self.root(), &[], &mut |_| {})?.1)
    }

    /// Returns the error that a user reads, without the temporary folder.
    pub(crate) fn refusal(&self) -> String {
        let error = self.plan().err().expect("the document is refused");
        format!("{error:#}").replace(&self.root().display().to_string(), "")
    }

    pub(crate) fn generated(&self, file: &str) -> String {
        generate::plan(self.root(), &[], &mut |_| {}).unwrap().0.write().unwrap();
        std::fs::read_to_string(self.root().join("crates/acme-client/src/generated").join(file)).unwrap()
    }
}

fn vendor() -> Value {
    json!({
        "title": "Acme", "crate": "acme-client",
        "apis": [{"name": "acme", "client": "Client", "documents": {"awkward.json": {"resource": "things", "bind": ["objectType"]}}}],
    })
}

fn imported() -> Value {
    import::facts(&serde_json::from_str(AWKWARD).unwrap())
}

pub(crate) fn awkward() -> Value {
    let mut document = imported();
    let paths = &mut document["paths"];
    paths["/crm/things/2026-03/{objectType}"]["get"]["x-crm-paging"] = json!({
        "kind": "token", "param": "after", "limit": "limit", "items": "results", "next": "paging.next.after",
    });
    paths["/crm/things/2026-03/{objectType}/{id}/file"]["post"]["x-crm-name"] = json!("upload_file");
    paths["/crm/things/2026-03/{objectType}/token"]["post"]["x-crm-name"] = json!("request_token");
    document
}

#[test]
fn the_extensions_of_a_vendor_change_nothing() {
    let said = Workspace::new(&awkward());
    let files = ["things.rs", "types/things.rs", "operations/things.rs", "schemas.json"];
    let expected = files.map(|file| said.generated(file));
    // The keys that the generator reads, as the vendor would write them.
    let theirs = |prefix: &str, mut document: Value| {
        let put = |value: &mut Value, notes: Value| {
            for (key, note) in notes.as_object().unwrap() {
                value[format!("{prefix}{key}")] = note.clone();
            }
        };
        for item in document["paths"].as_object_mut().unwrap().values_mut() {
            for (_, operation) in item.as_object_mut().unwrap().iter_mut().filter(|(_, value)| value.is_object()) {
                put(
                    operation,
                    json!({
                        "name": "theirs", "limit-class": "theirs", "version": "theirs", "document": "theirs", "batch-max": 3,
                        "paging": {"kind": "token", "param": "limit", "items": "", "next": "x"}, "unpaged": "theirs",
                        "idempotent": true, "long-running": true, "no-auth": true, "scopes": ["theirs"], "bind": ["id"],
                    }),
                );
                for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
                    put(parameter, json!({"const": "theirs", "slashes": true}));
                }
            }
        }
        for schema in document["components"]["schemas"].as_object_mut().unwrap().values_mut() {
            put(schema, json!({"union": "joined"}));
        }
        put(&mut document, json!({"version": "theirs", "keep-schemas": ["Orphan"]}));
        document
    };
    let workspace = Workspace::new(&theirs("x-", awkward()));
    assert_eq!(files.map(|file| workspace.generated(file)), expected);
    let told = tempfile::tempdir().unwrap();
    let path = told.path().join("a.json");
    std::fs::write(&path, theirs("x-crm-", imported()).to_string()).unwrap();
    let mut files = crate::read::foreign::Files::of(told.path()).unwrap();
    let read = import::Imported::read(&path, "a.json", &mut files).unwrap();
    assert!(read.document.value == imported(), "keys that begin like ours are not imported");
    let report = read.report().unwrap();
    assert!(report.starts_with("a.json: without the vendor's x-crm-batch-max, x-crm-bind, "), "{report}");
}

#[test]
fn importing_drops_prose_and_keeps_members_that_are_called_like_it() {
    let facts = imported();
    assert!(!facts.to_string().contains("prose\""), "{facts:#}");
    let members = facts["components"]["schemas"]["Thing"]["properties"].as_object().unwrap();
    for name in ["description", "title", "example", "required", "type", "properties"] {
        assert!(members.contains_key(name), "{name}");
    }
    assert_eq!(import::facts(&facts), facts, "importing twice changes nothing");
}

#[test]
fn every_awkward_construct_is_generated() {
    let workspace = Workspace::new(&awkward());
    insta::assert_snapshot!("awkward_resource", workspace.generated("things.rs"));
    insta::assert_snapshot!("awkward_types", workspace.generated("types/things.rs"));
    insta::assert_snapshot!("awkward_operations", workspace.generated("operations/things.rs"));
}

#[test]
fn members_without_a_name_keep_their_type() {
    let mut document = awkward();
    document["components"]["schemas"]["Node"]["additionalProperties"] = json!({"type": "integer"});
    let types = Workspace::new(&document).generated("types/things.rs");
    assert!(types.contains("pub fn others(&self) -> impl Iterator<Item = (&str, Option<i64>)>"), "{types}");
}

#[test]
fn a_convention_pages_like_the_operation_itself() {
    let said = Workspace::new(&awkward()).generated("things.rs");
    let mut document = awkward();
    let list = document["paths"]["/crm/things/2026-03/{objectType}"]["get"].as_object_mut().unwrap();
    let convention = list.remove("x-crm-paging").unwrap();
    let workspace = Workspace::new(&document);
    let mut file = vendor();
    file["apis"][0]["paging"] = json!([convention]);
    workspace.put("specs/acme/vendor.json", &file);
    assert_eq!(workspace.generated("things.rs"), said);
}

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
    assert!(first.contains("pub struct Orders {") && first.contains("`Next` sends it with version `v2`"), "{first}");
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

#[test]
fn generating_is_deterministic_and_drift_is_shown() {
    let workspace = Workspace::new(&awkward());
    let first = workspace.generated("things.rs");
    assert!(workspace.plan().unwrap().files.is_empty(), "nothing differs after writing");
    assert_eq!(workspace.generated("things.rs"), first);

    workspace.put_text("crates/acme-client/src/generated/owners.rs", "// left over\n");
    workspace.put_text(
        "crates/acme-client/src/generated/things.rs",
        &first.replace("Operations on things", "Edited by hand"),
    );
    let changes = workspace.plan().unwrap();
    let shown: String = changes.files.iter().map(|change| change.diff(workspace.root())).collect();
    assert_eq!(changes.files.len(), 2, "{shown}");
    assert!(
        shown.contains("-/// Edited by hand")
            && shown.contains("+/// Operations on things")
            && shown.contains("-// left over"),
        "{shown}"
    );
    let on_disk = std::fs::read_to_string(workspace.root().join("crates/acme-client/src/generated/things.rs")).unwrap();
    assert!(on_disk.contains("Edited by hand"), "checking writes nothing");
}

#[test]
fn a_changed_path_without_generating_is_told_with_the_files_and_the_command() {
    let workspace = Workspace::new(&awkward());
    workspace.generated("things.rs");
    let text = serde_json::to_string_pretty(&awkward()).unwrap();
    workspace.put_text("specs/acme/awkward.json", &text.replace("/crm/things/", "/crm/items/"));
    let said = generate::drift(workspace.root(), &workspace.plan().unwrap());
    insta::assert_snapshot!(said);
}

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
    row("no word of security", &|d| drop(d.as_object_mut().unwrap().remove("security")));
    row("a parameter that cannot be sent", &|d| {
        d["paths"]["/crm/things/2026-03/{objectType}"]["get"]["parameters"][1]["in"] = json!("body");
    });
    insta::assert_snapshot!(table);
}

const DELETE: &str = "DELETE /crm/things/2026-03/{objectType}/{id}";
const LIST: &str = "GET /crm/things/2026-03/{objectType}";

#[test]
fn what_one_api_has_of_its_own_takes_precedence_there() {
    let workspace = Workspace::new(&awkward());
    let put = |file: &str, entry: Value| {
        let path = workspace.root().join("specs/acme/surface").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, json!({"operations": {LIST: entry}}).to_string()).unwrap();
    };
    put("things.json", json!({"name": "list_all", "summary": "Lists all things."}));
    assert!(workspace.generated("operations/things.rs").contains("\"things.list_all\""));
    put("acme/things.json", json!({"summary": "Lists the things of Acme."}));
    let generated = workspace.generated("things.rs");
    assert!(generated.contains("Lists the things of Acme.") && generated.contains("pub fn list_all("), "{generated}");
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
    row("evidence is missing", &|w| {
        let mut file = vendor();
        file["evidence"] = json!(true);
        w.put("specs/acme/vendor.json", &file);
    });
    insta::assert_snapshot!(table);
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
