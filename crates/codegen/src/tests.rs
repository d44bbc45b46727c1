//! The generator as a whole, on its own workspace: accepted documents, and the check that nothing drifts.

mod descriptions;
mod fold;
mod legal;
mod names;
mod refused;
mod told;
mod types;
mod versions;
mod workspace;

use std::path::Path;

use serde_json::{Value, json};

use crate::generate;
use crate::read::import;
use crate::write::Changes;

const AWKWARD: &str = include_str!("../fixtures/awkward.json");

/// The list of the awkward document.
const LIST: &str = "GET /crm/things/2026-03/{objectType}";

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
                        "idempotent": true, "effect": "destroys", "long-running": true, "no-auth": true, "scopes": ["theirs"],
                        "bind": ["id"],
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
fn a_remark_is_in_the_documentation_of_the_method_alone() {
    let workspace = Workspace::new(&awkward());
    std::fs::create_dir(workspace.root().join("specs/acme/surface")).unwrap();
    let entry =
        json!({"summary": "Lists things, e.g. new ones.", "remark": "[`thing`](crate::thing) returns one of them."});
    workspace.put("specs/acme/surface/things.json", &json!({"operations": {LIST: entry}}));
    let changes = workspace.plan().unwrap();
    let with = |said: &str| -> Vec<&Path> {
        let has = changes.files.iter().filter(|change| change.new.as_ref().is_some_and(|text| text.contains(said)));
        has.map(|change| change.path.strip_prefix(workspace.root()).unwrap()).collect()
    };
    let method = Path::new("crates/acme-client/src/generated/things.rs");
    assert_eq!(with("crate::thing) returns"), [method]);
    let others = ["crates/crm-cli/catalogue/acme.json", "crates/crm-fake/specs/acme.json"];
    assert_eq!(with("Lists things, e.g. new ones"), [method, Path::new(others[0]), Path::new(others[1])]);
}
