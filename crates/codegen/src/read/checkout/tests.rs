//! Small copies of the vendors' layouts, with documents of our own in them.

use std::fs;
use std::path::Path;

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::{Checkout, Same, verify};
use crate::read::document::object;
use crate::read::lock::Lock;
use crate::read::vendor::Vendor;

/// A workspace with the `source` of a real vendor, and a checkout of the vendor's repository.
struct Place {
    workspace: tempfile::TempDir,
    checkout: tempfile::TempDir,
    vendor: &'static str,
}

impl Place {
    /// Lists documents with their settings in `vendor.json`.
    fn of(vendor: &'static str, documents: &Value) -> Self {
        let this = Self { workspace: tempfile::tempdir().unwrap(), checkout: tempfile::tempdir().unwrap(), vendor };
        let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs").join(vendor).join("vendor.json");
        let real: Value = serde_json::from_str(&fs::read_to_string(real).unwrap()).unwrap();
        let (beta, own): (Map<_, _>, Map<_, _>) =
            documents.as_object().unwrap().clone().into_iter().partition(|(name, _)| name.starts_with("beta/"));
        let apis = json!([
            {"name": vendor, "client": "Client", "documents": own},
            {"name": "beta", "client": "Beta", "documents": beta},
        ]);
        let file = json!({"title": real["title"], "crate": "a", "source": real["source"], "apis": apis});
        put(this.workspace.path(), &format!("specs/{vendor}/vendor.json"), &file.to_string());
        this
    }

    /// Puts files into the checkout.
    fn with(self, files: &[(&str, &str)]) -> Self {
        files.iter().for_each(|(path, text)| put(self.checkout.path(), path, text));
        self
    }

    fn vendor(&self) -> Vendor {
        Vendor::read(self.workspace.path(), self.vendor).unwrap()
    }

    fn read(&self) -> Result<Checkout> {
        Checkout::read(&self.vendor(), self.checkout.path(), &mut |_, _, _, _| {})
    }

    /// Returns the file of each document, or the error, as text.
    fn said(&self) -> String {
        let lines = match self.read() {
            Ok(found) => {
                let files = found.documents.iter().map(|(one, file)| {
                    let repairs: String = one.repairs.keys().map(|kind| format!(", without: {kind}")).collect();
                    format!("{} = {file}{repairs}", one.document.name)
                });
                let others = found.others.iter().map(|name| format!("not listed: {name}"));
                let missing = found.missing.iter().map(|name| format!("stays: {name}"));
                let empty = found.empty.iter().map(|file| format!("no operations: {file}"));
                files.chain(others).chain(missing).chain(empty).collect::<Vec<_>>().join("\n")
            }
            Err(error) => format!("error: {error:#}"),
        };
        let lines = lines.replace(&self.checkout.path().display().to_string(), "<checkout>");
        lines.lines().map(|line| format!("    {line}\n")).collect()
    }
}

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A document with one operation that refers to a schema, and with schemas of its own.
fn document(reference: &str, schemas: &Value) -> String {
    let reply =
        json!({"200": {"description": "prose", "content": {"application/json": {"schema": {"$ref": reference}}}}});
    let paths = json!({"/a": {"get": {"operationId": "get-a", "responses": reply}}});
    json!({"openapi": "3.0.0", "info": {}, "paths": paths, "components": {"schemas": schemas}}).to_string()
}

fn plain() -> String {
    document("#/components/schemas/A", &json!({"A": {"type": "object"}}))
}

const EMPTY: &str = r#"{"openapi": "3.0.0", "info": {}, "paths": {}}"#;
const COMMON: &str = "../common/common-schemas.json#/components/schemas/Bad";

/// Returns `common-schemas.json`, with or without prose.
fn common(prose: bool) -> String {
    let schema = if prose { json!({"type": "object", "description": "prose"}) } else { json!({"type": "object"}) };
    json!({"openapi": "3.0.0", "components": {"schemas": {"Bad": schema}}}).to_string()
}

#[test]
fn each_document_is_the_file_that_vendor_json_says() {
    let mut table = String::new();
    let mut row = |name: &str, place: &Place| table.push_str(&format!("{name}\n{}", place.said()));
    let a = plain();
    let a = a.as_str();
    let hoopai = |files: &[(&str, &str)]| Place::of("hoopai", &json!({"v2/a.json": {}, "v3/a.json": {}})).with(files);
    let both = [("apps/a.json", a), ("apps/v3/a-v3.json", a)];
    row(
        "two versions of an API",
        &hoopai(&both).with(&[("apps/b.json", a), ("package.json", "{}"), ("toc.json", "[")]),
    );
    let one = hoopai(&both[..1]);
    row("one of them alone, the other was never imported", &one);
    let lock = json!({"repository": "", "commit": "", "documents": {"v3/a.json": {"file": "", "sha256": ""}}});
    put(one.workspace.path(), "specs/hoopai/lock.json", &lock.to_string());
    row("one of them alone", &one);
    row("a part of the repository", &hoopai(&[("a-v3.json", a)]));
    row("hidden folders", &hoopai(&[(".apps/a.json", a), ("apps/.a.json", a)]));

    let folder = "PublicApiSpecs/CRM/Line Items/Rollouts/424";
    let hubspot = |files: &[(&str, &str)]| {
        let place = Place::of("hubspot", &json!({"crm/line-items.json": {}}));
        files.iter().for_each(|(path, text)| put(place.checkout.path(), &format!("{folder}/{path}"), text));
        place
    };
    row(
        "the preferred version",
        &hubspot(&[("v3/lineItems.json", a), ("2026-03/lineItems.json", a), ("2026-09/lineItems.json", a)]),
    );
    row(
        "the preferred version is a placeholder",
        &hubspot(&[("v3/lineItems.json", a), ("2026-03/lineItems.json", EMPTY)]),
    );
    row("placeholders alone", &hubspot(&[("v3/lineItems.json", EMPTY), ("2026-03/lineItems.json", EMPTY)]));
    row("no version that is wanted", &hubspot(&[("2027-03-beta/lineItems.json", a)]));
    row(
        "other files next to the document",
        &hubspot(&[("v3/lineItems.json", a), ("v3/Collection/Line Items.json", "{}")]),
    );
    let twice = [("v3/lineItems.json", a), ("../500/v3/lineItems.json", a)];
    row("two files for a document", &hubspot(&twice));
    let pinned = json!({"crm/line-items.json": {"file": "PublicApiSpecs/CRM/Line Items/Rollouts/500/v3/{file}.json"}});
    let place = Place::of("hubspot", &pinned).with(&[(&format!("{folder}/v3/lineItems.json"), a)]);
    row("a pinned file that is not there", &place);
    let place = place.with(&[("PublicApiSpecs/CRM/Line Items/Rollouts/500/v3/lineItems.json", a)]);
    row("a pinned file", &place);
    row("a pattern that is not one", &Place::of("hubspot", &json!({"crm/a.json": {"file": "a/{b}{c}"}})));
    insta::assert_snapshot!(table);
}

#[test]
fn a_document_takes_only_what_the_root_does_not_have_in_any_version() {
    let operation = |schema: &str| json!({"responses": {"200": {"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}}}}});
    let of = |version: &str, more: &[(&str, &str)]| {
        let mut paths = json!({});
        for (path, method) in [("/things", "get"), ("/things/{id}", "get")].iter().chain(more) {
            paths[format!("/crm/{version}{path}")][*method] = operation(if *method == "get" { "Old" } else { "New" });
        }
        let schemas = json!({"Old": {"type": "object"}, "New": {"type": "object"}});
        json!({"openapi": "3.0.0", "info": {}, "paths": paths, "components": {"schemas": schemas}}).to_string()
    };
    let settings = json!({"crm/things.json": {}, "beta/crm/things.json": {"only_new": true}});
    let place = Place::of("hubspot", &settings);
    let folder = "PublicApiSpecs/CRM/Things/Rollouts/1";
    let beta = of("2026-09-beta", &[("/things/{thingId}", "put"), ("/things", "post")]);
    put(place.checkout.path(), &format!("{folder}/2026-09-beta/things.json"), &beta);
    put(place.checkout.path(), &format!("{folder}/v3/things.json"), &of("v3", &[("/things", "post")]));
    let taken = || {
        let read = place.read().unwrap();
        let (beta, _) = read.documents.into_iter().find(|(one, _)| one.document.name.starts_with("beta/")).unwrap();
        let schemas: Vec<String> =
            object(&beta.document.value["components"], "schemas").map(|(name, _)| name.clone()).collect();
        (beta.document.operations(), schemas)
    };
    let put_thing = || vec![("/crm/2026-09-beta/things/{thingId}".to_owned(), "put")];
    assert_eq!(taken(), (put_thing(), vec!["New".to_owned()]));
    // The root's document is read from the specs if the checkout does not contain it.
    fs::remove_file(place.checkout.path().join(folder).join("v3/things.json")).unwrap();
    put(place.workspace.path(), "specs/hubspot/crm/things.json", &of("v1", &[("/things", "post")]));
    assert_eq!(taken().0, put_thing());
}

#[test]
fn what_cannot_be_read_is_one_error_each_and_what_can_is_read() {
    let mut table = String::new();
    let mut row = |name: &str, files: &[(&str, &str)]| {
        let place = Place::of("hoopai", &json!({"v3/a.json": {}, "v3/b.json": {}}));
        let place = place.with(&[("apps/v3/a-v3.json", &plain()), ("apps/v3/b-v3.json", &plain())]).with(files);
        table.push_str(&format!("{name}\n{}", place.said()));
    };
    let a = "apps/v3/a-v3.json";
    row("a byte order mark", &[(a, &format!("\u{feff}{}", plain()))]);
    row("YAML", &[(a, "openapi: 3.0.0\npaths: {}\n")]);
    row("a comment and YAML", &[(a, "# words\nopenapi: 3.0.0\n")]);
    row("no text", &[(a, " \n")]);
    row("a page in HTML", &[(a, "<!doctype html>\n<title>404: not found</title>\n")]);
    row("half a document", &[(a, &plain()[..40])]);
    row("no document", &[(a, r#"{"name": "a"}"#)]);
    row("Swagger 2", &[(a, r#"{"swagger": "2.0", "paths": {}}"#)]);
    row("OpenAPI 3.1", &[(a, r#"{"openapi": "3.1.0", "paths": {}}"#)]);
    row("two documents that are wrong", &[(a, "["), ("apps/v3/b-v3.json", "{")]);
    row("nesting without an end", &[(a, &"[".repeat(100_000))]);

    let other = document(COMMON, &json!({}));
    let both = [(a, other.as_str()), ("apps/v3/b-v3.json", other.as_str())];
    row("a file that documents refer to is missing", &both);
    row("it is where they say", &[both[0], ("apps/common/common-schemas.json", &common(true))]);
    row("it is next to them", &[both[0], ("apps/v3/common/common-schemas.json", &common(true))]);
    row("it is no JSON", &[both[0], ("apps/v3/common/common-schemas.json", "Bad:")]);
    let own = |schema: Value| document(COMMON, &json!({"Bad": schema}));
    let beside = ("apps/v3/common/common-schemas.json", common(true));
    let beside = (beside.0, beside.1.as_str());
    row("the document has the same with other prose", &[(a, &own(json!({"type": "object", "title": "Bad"}))), beside]);
    row("the document has another one of that name", &[(a, &own(json!({"type": "string"}))), beside]);
    let outside = document("../../../../../etc/hostname#/components/schemas/Bad", &json!({}));
    row("a file outside of the checkout", &[(a, &outside)]);

    let paths = |paths: Value| json!({"openapi": "3.0.0", "info": {}, "paths": paths}).to_string();
    let get = json!({"operationId": "get-a", "responses": {"204": {"description": ""}}});
    row(
        "a path that refers to another one",
        &[(a, &paths(json!({"/a": {"get": get}, "/b": {"$ref": "#/paths/~1a"}})))],
    );
    row("a path that refers to itself", &[(a, &paths(json!({"/a": {"get": get}, "/b": {"$ref": "#/paths/~1b"}})))]);
    row("a path that refers to nothing", &[(a, &paths(json!({"/a": {"get": get}, "/b": {"$ref": "#/paths/~1c"}})))]);
    row("a path that is none", &[(a, &paths(json!({"/a": {"get": get}, "/b": 1})))]);
    let body =
        json!({"operationId": "post-a", "requestBody": {"$ref": "#/components/requestBodies/A"}, "responses": {}});
    row("a body that refers to nothing", &[(a, &paths(json!({"/a": {"get": get, "post": body}})))]);
    let reply = json!({"operationId": "post-a", "responses": {"200": {"$ref": "#/components/responses/A"}}});
    row("a reply that refers to nothing", &[(a, &paths(json!({"/a": {"get": get, "post": reply}})))]);
    let circle = json!({"A": {"$ref": "#/components/responses/B"}, "B": {"$ref": "#/components/responses/A"}});
    let circle =
        json!({"openapi": "3.0.0", "info": {}, "paths": {"/a": {"post": reply}}, "components": {"responses": circle}});
    row("replies that refer to one another", &[(a, &circle.to_string())]);
    row("a reference that is not a text", &[(a, &paths(json!({"/a": {"get": get}, "/b": {"$ref": 1}})))]);
    row("paths that are none", &[(a, &paths(json!([])))]);
    let array = json!({"A": {"type": "array"}});
    row("a mistake that means one thing", &[(a, &document("#/components/schemas/A", &array))]);
    insta::assert_snapshot!(table);
}

#[test]
fn paths_are_read_with_what_they_say_for_all_operations() {
    let get = json!({"operationId": "get-a", "responses": {"204": {"description": ""}}});
    let mut own = get.clone();
    own["servers"] = json!([{"url": "https://a", "description": "prose"}]);
    // Failures stay references, because many operations share them.
    let to_reply = json!({"$ref": "#/components/responses/E"});
    let reply = json!({"content": {"text/plain": {}}, "description": ""});
    let document = json!({
        "openapi": "3.0.0", "info": {}, "servers": [{"url": "https://a"}],
        "paths": {
            "/a": {"get": own, "servers": [{"url": "https://a"}], "x-note": {"get": 1}, "summary": "prose", "parameters": []},
            "/b": {"$ref": "#/paths/~1a", "parameters": [{"name": "b", "in": "query", "schema": {"type": "string"}}]},
            "/c": {"get": get, "servers": [{"url": "https://c"}]},
            "/d": {"post": {"requestBody": {"$ref": "#/components/requestBodies/D"}}},
            "/e": {"get": {
                "responses": {"200": to_reply, "201": to_reply, "400": to_reply, "x-note": {"content": {"a": "prose"}}},
                "callbacks": {"done": {"{$url}": {"post": {"description": "prose"}}}},
            }},
            "x-note": {"get": {"description": "prose"}},
        },
        "components": {
            "requestBodies": {"D": {"description": "prose", "content": {"text/plain": {}}}},
            "responses": {"E": {"$ref": "#/components/responses/F"}, "F": {"content": {"text/plain": {}}, "links": {"a": "prose"}}},
        },
    });
    let place = Place::of("hoopai", &json!({"v2/a.json": {}})).with(&[("apps/a.json", &document.to_string())]);
    let paths = &place.read().unwrap().documents[0].0.document.value["paths"];
    let expected = json!({
        "/a": {"get": get},
        "/b": {"get": get, "parameters": [{"name": "b", "in": "query", "schema": {"type": "string"}}]},
        "/c": {"get": get, "servers": [{"url": "https://c"}]},
        "/d": {"post": {"requestBody": {"content": {"text/plain": {}}}}},
        "/e": {"get": {"responses": {"200": reply, "201": reply, "400": to_reply}}},
    });
    assert_eq!(*paths, expected);
}

#[test]
fn the_lock_names_the_vendors_own_files_and_verifying_finds_those_that_differ() {
    let place = Place::of("hoopai", &json!({"v2/a.json": {}, "v3/a.json": {}, "v3/b.json": {}}));
    let other = document(COMMON, &json!({}));
    let place = place.with(&[
        ("apps/a.json", &plain()),
        ("apps/v3/a-v3.json", &other),
        ("apps/v3/b-v3.json", &plain()),
        ("apps/v3/common/common-schemas.json", &common(true)),
    ]);
    let lock = place.read().unwrap().lock("https://a", "one", None);
    let shown = |lock: &Lock| {
        let all = verify(lock, place.checkout.path()).unwrap().into_iter();
        all.map(|(name, same)| format!("{name} {same:?}")).collect::<Vec<_>>()
    };
    let all = ["v2/a.json", "v3/a.json", "v3/b.json", "apps/v3/common/common-schemas.json"];
    assert_eq!(shown(&lock), all.map(|name| format!("{name} {:?}", Same::Yes)));
    // Without its prose the file has the same facts, but its bytes differ.
    put(place.checkout.path(), "apps/v3/common/common-schemas.json", &common(false));
    put(place.checkout.path(), "apps/a.json", &format!("{} ", plain()));
    fs::remove_file(place.checkout.path().join("apps/v3/b-v3.json")).unwrap();
    let states = ["No", "Yes", "Missing", "No"];
    assert_eq!(shown(&lock), [0, 1, 2, 3].map(|at| format!("{} {}", all[at], states[at])));

    // A document that the vendor withdrew keeps the commit from which it was imported.
    put(place.workspace.path(), "specs/hoopai/lock.json", &lock.text().unwrap());
    let known = || Lock::read(&place.workspace.path().join("specs/hoopai")).unwrap();
    for (commit, gone) in [("one", None), ("two", Some("one")), ("three", Some("one"))] {
        let lock = place.read().unwrap().lock("https://a", commit, known());
        put(place.workspace.path(), "specs/hoopai/lock.json", &lock.text().unwrap());
        assert_eq!(lock.commit, commit);
        assert_eq!(lock.documents["v3/b.json"].commit.as_deref(), gone);
        assert_eq!(lock.documents["v3/a.json"].commit, None);
    }
}
