//! Checkouts in the vendors' layouts: a sync to the state that the lock names changes nothing.

use std::path::Path;
use std::process::Command;

use codegen::diff::Change;
use codegen::read::lock::Lock;
use serde_json::{Value, json};

use super::tree;
use crate::sync::{self, verify};

/// Returns a workspace with one vendor, which has the `source` of a real one and two documents.
fn workspace(vendor: &str, documents: [&str; 2]) -> tempfile::TempDir {
    let workspace = tempfile::tempdir().unwrap();
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs").join(vendor).join("vendor.json");
    let real: Value = serde_json::from_str(&std::fs::read_to_string(real).unwrap()).unwrap();
    let of = |name: &str, module: &str| json!({"name": module, "client": module, "documents": {name: {"resource": "things"}}});
    let apis = json!([of(documents[0], "First"), of(documents[1], "Second")]);
    let file = json!({"title": "Vendor", "crate": "vendor-client", "source": real["source"], "apis": apis});
    put(workspace.path(), &format!("specs/{vendor}/vendor.json"), &file);
    std::fs::create_dir_all(workspace.path().join("crates/vendor-client")).unwrap();
    workspace
}

fn put(root: &Path, path: &str, value: &Value) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, serde_json::to_string_pretty(value).unwrap() + "\n").unwrap();
}

/// Returns a document that requires a version: as the vendor publishes it, with prose, extensions and a mistake, or as
/// it is imported.
fn document(version: &str, theirs: bool) -> Value {
    let version = json!({"name": "Version", "in": "header", "schema": {"type": "string", "enum": [version]}});
    let count = if theirs {
        json!({"name": "count", "in": "query", "description": "prose", "default": 3, "schema": {"type": "integer"}})
    } else {
        json!({"name": "count", "in": "query", "schema": {"type": "integer", "default": 3}})
    };
    let replies = json!({"204": {"description": if theirs { "prose" } else { "" }}});
    let mut document = json!({
        "openapi": "3.0.0", "info": {"title": "Things", "version": "1"}, "security": [{"key": []}],
        "paths": {"/things/{id}": {"delete": {"operationId": "delete-thing", "parameters": [version, count], "responses": replies}}},
    });
    if theirs {
        document["info"]["description"] = json!("prose");
        document["x-tag-groups"] = json!(["prose"]);
        document["paths"]["/things/{id}"]["delete"]["responses"]["204"]["content"] = json!({});
    }
    document
}

fn synced(root: &Path, vendor: &str, checkout: &Path, source: Option<&str>) -> anyhow::Result<Vec<Change>> {
    Ok(sync::sync(root, vendor, checkout, source)?.1)
}

#[test]
fn what_the_lock_names_changes_nothing_and_each_version_stays_itself() {
    for (vendor, documents, files) in [
        ("hoopai", ["v2/things.json", "v3/things.json"], ["apps/things.json", "apps/v3/things-v3.json"]),
        (
            "hubspot",
            ["crm/line-items.json", "auth/oauth.json"],
            [
                "PublicApiSpecs/CRM/Line Items/Rollouts/424/2026-03/lineItems.json",
                "PublicApiSpecs/Auth/Oauth/Rollouts/1/v3/oauth.json",
            ],
        ),
    ] {
        let workspace = workspace(vendor, documents);
        let root = workspace.path();
        let checkout = tempfile::tempdir().unwrap();
        for (index, version) in ["2021-07-28", "v3"].into_iter().enumerate() {
            put(root, &format!("specs/{vendor}/{}", documents[index]), &document(version, false));
            put(checkout.path(), files[index], &document(version, true));
        }
        let folder = root.join("specs").join(vendor);
        let imported = || documents.map(|name| std::fs::read_to_string(folder.join(name)).unwrap());
        let before = imported();
        assert!(synced(root, vendor, checkout.path(), Some("one")).unwrap().is_empty());
        assert_eq!(imported(), before, "{vendor}");
        assert!(verify(root, vendor, checkout.path()).unwrap());
        let lock = Lock::read(&folder).unwrap().unwrap();
        assert_eq!(documents.map(|name| lock.documents[name].file.clone()), files);

        let after = tree(root);
        assert!(synced(root, vendor, checkout.path(), Some("one")).unwrap().is_empty());
        assert_eq!(tree(root), after, "{vendor}");

        // Another commit without a difference changes only the lock.
        assert!(synced(root, vendor, checkout.path(), Some("two")).unwrap().is_empty());
        let differing: Vec<_> = tree(root).into_iter().filter(|(name, text)| after.get(name) != Some(text)).collect();
        assert_eq!(differing.len(), 1, "{vendor}");
        assert!(differing[0].0.ends_with("lock.json"));
        put(checkout.path(), files[0], &document("2021-07-28", false));
        assert!(!verify(root, vendor, checkout.path()).unwrap());
    }
}

#[test]
fn the_commit_is_read_from_git_and_asked_for_without_it() {
    let workspace = workspace("hoopai", ["v2/things.json", "v3/things.json"]);
    let checkout = tempfile::tempdir().unwrap();
    let (root, here) = (workspace.path(), checkout.path());
    for (name, file, version) in
        [("v2/things.json", "apps/things.json", "v2"), ("v3/things.json", "apps/v3/things-v3.json", "v3")]
    {
        put(root, &format!("specs/hoopai/{name}"), &document(version, false));
        put(here, file, &document(version, true));
    }
    let before = tree(root);
    let refused = || {
        let error = format!("{:#}", synced(root, "hoopai", here, None).err().unwrap());
        assert_eq!(tree(root), before);
        error
    };
    assert!(refused().contains("not a git checkout; say with `--source`"), "{}", refused());
    let git = |arguments: &[&str]| {
        let output = Command::new("git").current_dir(here).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["-c", "user.name=a", "-c", "user.email=a@localhost", "commit", "--quiet", "--message", "one"]);
    put(here, "apps/things.json", &document("v4", true));
    assert!(refused().contains("1 files differ from the commit (apps/things.json)"), "{}", refused());
    git(&["checkout", "--quiet", "."]);
    synced(root, "hoopai", here, None).unwrap();
    let lock = Lock::read(&root.join("specs/hoopai")).unwrap().unwrap();
    assert_eq!(lock.commit, git(&["rev-parse", "HEAD"]));
    // A folder inside the checkout is accepted instead of the checkout.
    let after = tree(root);
    assert!(synced(root, "hoopai", &here.join("apps/v3"), None).unwrap().is_empty());
    assert_eq!(tree(root), after);
    assert!(verify(root, "hoopai", &here.join("apps/v3")).unwrap());
    assert_eq!(lock.repository, "https://github.com/GoHighLevel/highlevel-api-docs");
}

#[test]
fn a_vendor_without_a_repository_is_edited_by_hand() {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for vendor in ["hatch", "hockeystack"] {
        let error = format!("{:#}", synced(&real, vendor, &real, Some("one")).err().unwrap());
        assert!(error.contains("publishes no documents: those in specs/") && error.contains("by hand"), "{error}");
        assert!(verify(&real, vendor, &real).is_err());
    }
}
