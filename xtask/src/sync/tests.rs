//! The day a vendor changed something, on real documents: HoopAI's version 3 in the place of version 2.

mod layout;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::sync;
use crate::generate;
use codegen::read::lock::Lock;
use codegen::tree;
use crm_testkit::specs::Specs;
use serde_json::{Value, json};
use xtask::diff;

/// A workspace that has generated three of HoopAI's APIs at version 2.
fn workspace() -> Specs {
    let specs = Specs::of(&["v2/calendars.json", "v2/links.json", "v2/surveys.json"]);
    specs.edit("vendor.json", |file| drop(file.as_object_mut().unwrap().remove("features")));
    std::fs::create_dir_all(specs.root().join("crates/hoopai-client")).unwrap();
    generate::plan(specs.root(), &[], &mut |_| {}).unwrap().0.write().unwrap();
    specs
}

/// The same three at version 3, as a checkout has them.
fn sent() -> tempfile::TempDir {
    let sent = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(sent.path().join("apps")).unwrap();
    std::fs::write(sent.path().join("package.json"), "{}").unwrap();
    for name in ["calendars.json", "links.json", "surveys.json"] {
        let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/hoopai/v3").join(name);
        std::fs::copy(real, sent.path().join("apps").join(name)).unwrap();
    }
    sent
}

fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    tree::files(root).unwrap().into_iter().map(|name| (name.clone(), std::fs::read(root.join(name)).unwrap())).collect()
}

#[test]
fn version_3_in_the_place_of_version_2_ends_with_what_breaks() {
    let workspace = workspace();
    let sent = sent();
    // The names of what is new are added beforehand, and do not disturb the comparison with the old documents.
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/hoopai/surface/calendars.json");
    std::fs::copy(real, workspace.root().join("specs/hoopai/surface/calendars.json")).unwrap();
    let (stale, changes) = sync(workspace.root(), "hoopai", sent.path(), Some("version 3")).unwrap();
    insta::assert_snapshot!(format!("{}\n\n{}", stale.join("\n"), diff::shown(&changes)));

    let changes = generate::plan(workspace.root(), &[], &mut |_| {}).unwrap().1;
    let differing: Vec<_> = changes.files.iter().map(|change| &change.path).collect();
    assert!(differing.is_empty(), "what is generated is current: {differing:?}");
    let lock = Lock::read(&workspace.root().join("specs/hoopai")).unwrap().unwrap();
    assert_eq!((lock.commit.as_str(), lock.documents.len()), ("version 3", 3));
    let after = tree(workspace.root());
    let (stale, changes) = sync(workspace.root(), "hoopai", sent.path(), Some("version 3")).unwrap();
    assert!(stale.is_empty() && changes.is_empty(), "the second time there is nothing to do");
    assert_eq!(tree(workspace.root()), after);
}

#[test]
fn documents_that_cannot_be_taken_leave_everything_as_it_was() {
    let workspace = workspace();
    let before = tree(workspace.root());
    let mut told = String::new();
    let mut refused = |name: &str, change: &dyn Fn(&Path)| {
        let sent = sent();
        change(sent.path());
        let error = sync(workspace.root(), "hoopai", sent.path(), Some("next")).expect_err(name);
        let here = sent.path().display().to_string();
        let error = format!("{error:#}").replace(&here, "").replace(&workspace.root().display().to_string(), "");
        told += &format!("{name}\n    {error}\n");
        assert_eq!(tree(workspace.root()), before, "{name}");
    };
    let edit = |path: PathBuf, from: &str, to: &str| {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        std::fs::write(path, text.replace(from, to)).unwrap();
    };
    refused("a reference to nothing", &|sent| {
        edit(sent.join("apps/links.json"), "schemas/LinkSchema", "schemas/Lost");
    });
    refused("a document of another time", &|sent| edit(sent.join("apps/links.json"), "\"3.0.", "\"3.1."));
    refused("half a document", &|sent| std::fs::write(sent.join("apps/links.json"), "{").unwrap());
    refused("a document that is gone, and no other", &|sent| {
        std::fs::remove_dir_all(sent.join("apps")).unwrap();
    });
    refused("a position that nobody pages by", &|sent| {
        edit(sent.join("apps/links.json"), "\"name\": \"locationId\"", "\"name\": \"nextCursor\"");
    });
    insta::assert_snapshot!(told);
}

/// HoopAI's links with one more list, whose reply the document does not describe.
fn with_clicks() -> tempfile::TempDir {
    let sent = tempfile::tempdir().unwrap();
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/hoopai/v2/links.json");
    let mut document: Value = serde_json::from_str(&std::fs::read_to_string(real).unwrap()).unwrap();
    let mut clicks = document["paths"]["/links/"]["get"].clone();
    clicks["operationId"] = json!("get-clicks");
    clicks["parameters"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "cursor", "in": "query", "schema": {"type": "string"}}));
    clicks["responses"]["200"]["content"]["application/json"]["schema"] = json!({});
    document["paths"]["/links/clicks"] = json!({"get": clicks});
    std::fs::create_dir(sent.path().join("apps")).unwrap();
    std::fs::write(sent.path().join("apps/links.json"), document.to_string()).unwrap();
    sent
}

/// Corrects the new list, gives it its paging and renames another method.
fn correct(workspace: &Specs) {
    let folder = workspace.root().join("specs/hoopai");
    workspace.edit("corrections.json", |file| {
        let page = json!({"type": "object", "properties": {
            "clicks": {"type": "array", "items": {"type": "string"}}, "nextCursor": {"type": "string"},
        }});
        let at = "/responses/200/content/application~1json/schema";
        let correction = json!({
            "document": "v2/links.json", "operation": "GET /links/clicks", "at": at, "set": page, "evidence": "a page",
        });
        file["corrections"].as_array_mut().unwrap().push(correction);
    });
    workspace.edit("surface/links.json", |file| {
        let paging = json!({"kind": "token", "param": "cursor", "items": "clicks", "next": "nextCursor"});
        file["operations"]["GET /links/clicks"] = json!({"name": "list_clicks", "paging": paging});
        file["operations"]["DELETE /links/{linkId}"]["name"] = json!("remove");
    });
    assert!(folder.join("names.json").is_file());
}

/// Returns the changes that a sync reports, worst first.
fn changed(workspace: &Specs, sent: &Path) -> Vec<String> {
    let (stale, changes) = sync(workspace.root(), "hoopai", sent, Some("more")).unwrap();
    assert!(stale.is_empty());
    changes.iter().map(|change| format!("{} {}: {}", change.class.name(), change.item, change.what)).collect()
}

#[test]
fn a_new_list_is_taken_once_it_is_corrected_and_each_side_has_its_own_corrections() {
    let sent = with_clicks();
    let added = "minor links.list_clicks: new: `GET /links/clicks`, with the type `LinksListClicksResponse`";
    let renamed = "breaking links.delete: renamed to `links.remove`";
    let workspace = || {
        let workspace = Specs::of(&["v2/links.json"]);
        workspace.edit("vendor.json", |file| drop(file.as_object_mut().unwrap().remove("features")));
        std::fs::create_dir_all(workspace.root().join("crates/hoopai-client")).unwrap();
        generate::plan(workspace.root(), &[], &mut |_| {}).unwrap().0.write().unwrap();
        workspace
    };

    let here = workspace();
    let error = sync(here.root(), "hoopai", sent.path(), Some("more")).err().unwrap();
    assert!(format!("{error:#}").contains("takes `cursor` and does not page"), "{error:#}");
    correct(&here);
    let said = changed(&here, sent.path());
    assert!(said.contains(&added.to_owned()), "{said:#?}");
    assert!(changed(&here, sent.path()).is_empty(), "the second time there is nothing to do");

    // In git the old documents are read with what was committed beside them.
    let here = workspace();
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "."],
        &["-c", "user.name=a", "-c", "user.email=a@localhost", "commit", "--quiet", "--message", "before"],
    ] {
        let done = std::process::Command::new("git").current_dir(here.root()).args(arguments).status().unwrap();
        assert!(done.success());
    }
    correct(&here);
    assert_eq!(changed(&here, sent.path()), [renamed, added]);
}

#[test]
fn documents_from_before_our_corrections_are_read_without_them_and_the_report_says_so() {
    let before = Specs::of(&["v2/links.json"]);
    std::fs::copy(with_clicks().path().join("apps/links.json"), before.root().join("specs/hoopai/v2/links.json"))
        .unwrap();
    before.edit("corrections.json", |file| {
        let gone = json!({"document": "v2/links.json", "at": "/info/gone", "remove": true, "evidence": "a page"});
        file["corrections"].as_array_mut().unwrap().push(gone);
    });
    let mut said = Vec::new();
    let now = Specs::of(&["v2/links.json"]);
    let changes = diff::between(before.root(), now.root(), &mut |line| said.push(line.to_owned())).unwrap();
    let gone = changes.iter().find(|change| change.what.starts_with("removed: `GET /links/clicks`")).unwrap();
    assert_eq!(gone.item, "links.get_clicks");
    let read = "the documents as they were are read without this: ";
    assert_eq!(said.len(), 3, "{said:#?}");
    assert!(said[1].starts_with(read) && said[1].contains("matches nothing"), "{said:#?}");
    assert!(said[2].starts_with(read) && said[2].contains("takes `cursor` and does not page"), "{said:#?}");
}
