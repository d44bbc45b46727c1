//! Existing names do not change, whatever the vendor adds.

use serde_json::{Value, json};

use super::Workspace;
use crate::diff::{self, Class};
use crate::generate;

const SEARCH: &str = "/cms/site-search/2026-03/search";
const DATA: &str = "/cms/site-search/2026-03/indexed-data/{contentId}";

/// A document in which each operation answers a schema.
fn document(operations: &[(&str, &str)], schemas: Value) -> Value {
    let mut paths = json!({});
    for (path, schema) in operations {
        let reference = format!("#/components/schemas/{schema}");
        let reply =
            json!({"200": {"description": "", "content": {"application/json": {"schema": {"$ref": reference}}}}});
        paths[*path]["get"] = json!({"responses": reply});
    }
    json!({
        "openapi": "3.0.0", "info": {"title": "", "version": "1"}, "security": [{"key": []}],
        "paths": paths, "components": {"schemas": schemas},
    })
}

fn record(members: &[&str]) -> Value {
    let members: serde_json::Map<String, Value> =
        members.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
    json!({"type": "object", "properties": members})
}

/// A workspace that has generated its documents; those of `a.json` belong to `site_search`.
struct Vendor(Workspace);

impl Vendor {
    fn new(documents: &[(&str, Value)]) -> Self {
        let this = Self(Workspace::new(&json!({})));
        std::fs::remove_file(this.0.root().join("specs/acme/awkward.json")).unwrap();
        this.set(documents);
        this.generate();
        this
    }

    fn set(&self, documents: &[(&str, Value)]) {
        let mut vendor = super::vendor();
        let mut listed = json!({});
        for (name, document) in documents {
            listed[*name] =
                json!({"resource": if *name == "a.json" { "site_search" } else { name.trim_end_matches(".json") }});
            self.0.put(&format!("specs/acme/{name}"), document);
        }
        vendor["apis"][0]["documents"] = listed;
        self.0.put("specs/acme/vendor.json", &vendor);
    }

    /// The names that the vendor's new documents get.
    fn with(&self, documents: &[(&str, Value)]) -> Value {
        self.set(documents);
        self.generate();
        self.names()
    }

    fn generate(&self) {
        generate::plan(self.0.root(), &[], &mut |_| {}).unwrap().0.write().unwrap();
        assert!(self.0.plan().unwrap().files.is_empty(), "generating twice changes nothing");
    }

    fn names(&self) -> Value {
        let text = std::fs::read_to_string(self.0.root().join("specs/acme/names.json")).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["acme"].take()
    }

    fn forget(&self) {
        std::fs::remove_file(self.0.root().join("specs/acme/names.json")).unwrap();
    }
}

fn key(path: &str) -> String {
    format!("GET {path}")
}

#[test]
fn a_new_operation_renames_no_other_and_does_not_take_its_name() {
    let hits = || json!({"Hits": record(&["total"])});
    let vendor = Vendor::new(&[("a.json", document(&[(SEARCH, "Hits")], hits()))]);
    assert_eq!(vendor.names()["operations"][key(SEARCH)], "site_search.get");
    let one = "/cms/site-search/2026-03/{id}";
    let more = document(&[(SEARCH, "Hits"), (DATA, "Hits"), (one, "Hits")], hits());
    let names = vendor.with(&[("a.json", more)]);
    assert_eq!(names["operations"][key(SEARCH)], "site_search.get");
    assert_eq!(names["operations"][key(DATA)], "site_search.get_indexed_data");
    assert_eq!(names["operations"][key(one)], "site_search.get_site_search", "`get` is taken");
    vendor.forget();
    vendor.generate();
    assert_eq!(vendor.names()["operations"][key(SEARCH)], "site_search.search", "by itself it would be renamed");
    assert_eq!(vendor.names()["operations"][key(one)], "site_search.get");
}

#[test]
fn an_operation_that_returns_has_the_name_it_had() {
    let hits = || json!({"Hits": record(&["total"])});
    let vendor = Vendor::new(&[("a.json", document(&[(SEARCH, "Hits")], hits()))]);
    let names = vendor.with(&[("a.json", document(&[(DATA, "Hits")], hits()))]);
    assert_eq!(names["operations"][key(SEARCH)], Value::Null, "the new one has its name");
    assert_eq!(names["operations"][key(DATA)], "site_search.get");

    let vendor = Vendor::new(&[("a.json", document(&[(SEARCH, "Hits")], hits()))]);
    vendor.with(&[("a.json", document(&[(SEARCH, "Hits"), (DATA, "Hits")], hits()))]);
    let names = vendor.with(&[("a.json", document(&[(DATA, "Hits")], hits()))]);
    assert_eq!(names["operations"][key(SEARCH)], "site_search.get", "its entry stays");
    let names = vendor.with(&[("a.json", document(&[(SEARCH, "Hits"), (DATA, "Hits")], hits()))]);
    assert_eq!(names["operations"][key(SEARCH)], "site_search.get");
}

#[test]
fn the_next_version_of_a_path_has_the_name_of_the_one_before() {
    let hits = || json!({"Hits": record(&["total"])});
    let vendor = Vendor::new(&[("a.json", document(&[(SEARCH, "Hits")], hits()))]);
    let (search, data) = (SEARCH.replace("2026-03", "2026-09"), DATA.replace("2026-03", "2026-09"));
    let names = vendor.with(&[("a.json", document(&[(&search, "Hits"), (&data, "Hits")], hits()))]);
    assert_eq!(names["operations"][key(&search)], "site_search.get");
    assert_eq!(names["operations"][key(SEARCH)], Value::Null);
}

#[test]
fn a_new_schema_renames_no_other() {
    // A shorter name is free only as long as no schema has it.
    let vendor = Vendor::new(&[("a.json", document(&[(SEARCH, "HitsDto")], json!({"HitsDto": record(&["total"])})))]);
    assert_eq!(vendor.names()["schemas"]["a.json"]["HitsDto"], "Hits");
    let schemas = json!({"HitsDto": record(&["total"]), "Hits": record(&["more"])});
    let names = vendor.with(&[("a.json", document(&[(SEARCH, "HitsDto"), (DATA, "Hits")], schemas))]);
    assert_eq!(names["schemas"]["a.json"], json!({"HitsDto": "Hits", "Hits": "AHits"}));
}

#[test]
fn the_schemas_of_another_document_rename_no_other() {
    let own = || ("a.json", document(&[(SEARCH, "Hits")], json!({"Hits": record(&["total"])})));
    let other =
        |name: &'static str, path: &str| (name, document(&[(path, "Hits")], json!({"Hits": record(&["more"])})));
    let vendor = Vendor::new(&[own()]);
    let all = [own(), other("b.json", "/b/{id}"), other("c.json", "/c/{id}")];
    let names = vendor.with(&all);
    let hits = |names: &Value| ["a.json", "b.json", "c.json"].map(|name| names["schemas"][name]["Hits"].clone());
    assert_eq!(hits(&names), ["Hits", "BHits", "BHits"]);
    vendor.forget();
    vendor.generate();
    assert_eq!(hits(&vendor.names()), ["AHits", "Hits", "Hits"], "by itself the most common has the name");
}

#[test]
fn a_type_that_a_new_one_is_alike_keeps_its_name() {
    let of = |name: &str| {
        let mut record = record(&["id"]);
        record["properties"]["status"] = json!({"type": "string", "enum": ["open", "closed"]});
        (name.to_owned(), record)
    };
    let schemas = |names: &[&str]| Value::Object(names.iter().map(|name| of(name)).collect());
    let vendor = Vendor::new(&[("a.json", document(&[(SEARCH, "Task")], schemas(&["Task"])))]);
    assert_eq!(vendor.names()["types"], json!({"TaskStatus": "TaskStatus"}));
    let names = vendor.with(&[("a.json", document(&[(SEARCH, "Task"), (DATA, "Note")], schemas(&["Task", "Note"])))]);
    assert_eq!(names["types"], json!({"TaskStatus": "TaskStatus", "NoteStatus": "TaskStatus"}));
    vendor.forget();
    vendor.generate();
    assert_eq!(vendor.names()["types"]["TaskStatus"], "NoteStatus", "by itself the first has the name");
}

#[test]
fn types_that_became_one_stay_one_when_a_third_is_alike_and_keep_their_name_when_one_goes() {
    let item = || record(&["id", "price"]);
    let schemas = |names: &[&str]| -> Value {
        let mut all = json!({});
        for name in names {
            all[format!("{name}Reply")] = json!({"type": "object", "properties": {*name: item()}});
        }
        all
    };
    let two = [(SEARCH, "CreateReply"), (DATA, "GetReply")];
    let of = |names: &[&str]| {
        let mut all = schemas(names);
        for name in names {
            all[format!("{name}Reply")]["properties"] = json!({"invoiceItem": item(), *name: {"type": "string"}});
        }
        all
    };
    let vendor = Vendor::new(&[("a.json", document(&two, of(&["Create", "Get"])))]);
    let expected = json!({"CreateReplyInvoiceItem": "ReplyInvoiceItem", "GetReplyInvoiceItem": "ReplyInvoiceItem"});
    assert_eq!(vendor.names()["types"], expected);
    let mut third = of(&["Create", "Get"]);
    third["Other"] = json!({"type": "object", "properties": {"line": item()}});
    let names = vendor
        .with(&[("a.json", document(&[two[0], two[1], ("/cms/site-search/2026-03/others", "Other")], third.clone()))]);
    assert_eq!(names["types"]["CreateReplyInvoiceItem"], "ReplyInvoiceItem");
    assert_eq!(names["types"]["OtherLine"], "OtherLine", "it is another thing that looks the same");
    let names = vendor.with(&[("a.json", document(&two[..1], of(&["Create"])))]);
    assert_eq!(names["types"]["CreateReplyInvoiceItem"], "ReplyInvoiceItem");
    vendor.forget();
    vendor.set(&[("a.json", document(&[two[0], two[1], ("/cms/site-search/2026-03/others", "Other")], third))]);
    vendor.generate();
    let by_itself = vendor.names()["types"]["CreateReplyInvoiceItem"].clone();
    assert_eq!(by_itself, "CreateReplyInvoiceItem", "by itself the third would tear them apart");
}

#[test]
fn a_name_that_the_surface_gives_to_another_operation_is_refused_with_both_places() {
    let hits = || json!({"Hits": record(&["total"])});
    let both = document(&[(SEARCH, "Hits"), (DATA, "Hits")], hits());
    let vendor = Vendor::new(&[("a.json", both)]);
    std::fs::create_dir(vendor.0.root().join("specs/acme/surface")).unwrap();
    let surface = |path: &str, name: &str| {
        let text = serde_json::to_string_pretty(&json!({"operations": {key(path): {"name": name}}})).unwrap();
        vendor.0.put_text("specs/acme/surface/site_search.json", &text);
    };
    surface(DATA, "search");
    insta::assert_snapshot!(vendor.0.refusal());

    // The one that has the name may be renamed, which breaks its users.
    let before = tempfile::tempdir().unwrap();
    for name in crate::tree::files(vendor.0.root()).unwrap() {
        let target = before.path().join(&name);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(vendor.0.root().join(&name), target).unwrap();
    }
    surface(SEARCH, "find");
    std::fs::remove_file(before.path().join("specs/acme/surface/site_search.json")).unwrap();
    let changes = diff::between(before.path(), vendor.0.root(), &mut |_| {}).unwrap();
    let said: Vec<String> = changes.iter().map(|change| format!("{}: {}", change.item, change.what)).collect();
    assert_eq!(said, ["site_search.search: renamed to `site_search.find`"]);
    assert!(changes.iter().all(|change| change.class == Class::Breaking));
    assert_eq!(vendor.0.plan().unwrap().files.iter().filter(|file| file.path.ends_with("names.json")).count(), 1);
}

#[test]
fn a_lock_that_lacks_a_name_is_drift() {
    let hits = || json!({"Hits": record(&["total"])});
    let vendor = Vendor::new(&[("a.json", document(&[(SEARCH, "Hits")], hits()))]);
    let path = vendor.0.root().join("specs/acme/names.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"Hits\": \"Hits\"", "")).unwrap();
    let drift = generate::drift(vendor.0.root(), &vendor.0.plan().unwrap());
    assert!(drift.starts_with("  differs: specs/acme/names.json\n1 of "), "{drift}");
    vendor.forget();
    let drift = generate::drift(vendor.0.root(), &vendor.0.plan().unwrap());
    assert!(drift.starts_with("  differs: specs/acme/names.json\n1 of "), "{drift}");
}

#[test]
fn a_schema_that_is_called_like_a_union_is_refused() {
    let arm =
        |kind: &str| json!({"type": "object", "properties": {"filterBranchType": {"type": "string", "enum": [kind]}}});
    let arms = ["And", "Or"].map(|name| json!({"$ref": format!("#/components/schemas/{name}")}));
    let hits = json!({"type": "object", "properties": {"branch": {"oneOf": arms}}});
    let mut schemas = json!({"Hits": hits, "And": arm("AND"), "Or": arm("OR")});
    let vendor = Vendor::new(&[("a.json", document(&[(SEARCH, "Hits")], schemas.clone()))]);
    assert_eq!(vendor.names()["types"], json!({"FilterBranch": "FilterBranch"}));
    schemas["FilterBranch"] = record(&["id"]);
    vendor.set(&[("a.json", document(&[(SEARCH, "Hits"), (DATA, "FilterBranch")], schemas))]);
    let expected = "specs/acme: `FilterBranch` is the name of a union in names.json, and now also of a schema; give the schema \
                    another name under `types` in vendor.json";
    assert_eq!(vendor.0.refusal(), expected);
}

#[test]
fn a_setting_that_the_lock_leaves_without_effect_is_refused() {
    let hits = || json!({"Hits": record(&["total"])});
    let vendor = Vendor::new(&[("a.json", document(&[(SEARCH, "Hits")], hits()))]);
    let path = vendor.0.root().join("specs/acme/vendor.json");
    let before = std::fs::read_to_string(&path).unwrap();
    let set = |change: &dyn Fn(&mut Value)| {
        let mut file: Value = serde_json::from_str(&before).unwrap();
        change(&mut file["apis"][0]);
        vendor.0.put("specs/acme/vendor.json", &file);
    };
    let mut table = String::new();
    set(&|api| api["documents"]["a.json"]["resource"] = json!("searches"));
    table.push_str(&format!("another resource\n    {}\n", vendor.0.refusal()));
    set(&|api| {
        api["documents"]["a.json"]["resource"] = json!("searches");
        api["documents"]["c.json"] = json!({"resource": "site_search"});
    });
    vendor.0.put("specs/acme/c.json", &document(&[("/c", "Hits")], hits()));
    table.push_str(&format!("another resource, and another document has the old one\n    {}\n", vendor.0.refusal()));
    std::fs::remove_file(vendor.0.root().join("specs/acme/c.json")).unwrap();
    set(&|_| {});
    let other = || ("b.json", document(&[("/b/{id}", "Hits")], json!({"Hits": record(&["more"])})));
    let documents = [("a.json", document(&[(SEARCH, "Hits")], hits())), other()];
    assert_eq!(vendor.with(&documents)["schemas"]["b.json"]["Hits"], "BHits");
    let before = std::fs::read_to_string(&path).unwrap();
    let set = |change: &dyn Fn(&mut Value)| {
        let mut file: Value = serde_json::from_str(&before).unwrap();
        change(&mut file["apis"][0]);
        vendor.0.put("specs/acme/vendor.json", &file);
    };
    set(&|api| api["types"] = json!({"BHits": "Found", "Hist": "Gone"}));
    table.push_str(&format!("another name for a type\n    {}\n", vendor.0.refusal()));
    insta::assert_snapshot!(table);
    let names = vendor.0.root().join("specs/acme/names.json");
    let text = std::fs::read_to_string(&names).unwrap();
    std::fs::write(&names, text.replace("\"Hits\": \"BHits\"", "")).unwrap();
    vendor.generate();
    assert_eq!(vendor.names()["schemas"]["b.json"]["Hits"], "Found");
}
