//! The day a vendor changed something, on real documents: HoopAI's version 3 in the place of version 2.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::sync;
use crate::generate;
use codegen::tree;
use crm_testkit::specs::Specs;
use xtask::diff;

/// A workspace that has generated three of HoopAI's APIs at version 2.
fn workspace() -> Specs {
    let specs = Specs::of(&["v2/calendars.json", "v2/links.json", "v2/surveys.json"]);
    specs.edit("vendor.json", |file| drop(file.as_object_mut().unwrap().remove("features")));
    std::fs::create_dir_all(specs.root().join("crates/hoopai-client")).unwrap();
    generate::plan(specs.root(), &[], false).unwrap().0.write().unwrap();
    specs
}

/// The same three at version 3, as a checkout has them.
fn sent() -> tempfile::TempDir {
    let sent = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(sent.path().join("docs/apps")).unwrap();
    std::fs::write(sent.path().join("docs/package.json"), "{}").unwrap();
    for name in ["calendars.json", "links.json", "surveys.json"] {
        let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/hoopai/v3").join(name);
        std::fs::copy(real, sent.path().join("docs/apps").join(name)).unwrap();
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
    let (stale, changes) = sync(workspace.root(), "hoopai", sent.path(), None, Some("version 3")).unwrap();
    let stale: Vec<String> = stale.iter().map(super::Stale::said).collect();
    insta::assert_snapshot!(format!("{}\n\n{}", stale.join("\n"), diff::shown(&changes)));

    assert!(generate::plan(workspace.root(), &[], false).unwrap().1.files.is_empty(), "what is generated is current");
    let lock = std::fs::read_to_string(workspace.root().join("specs/hoopai/lock.json")).unwrap();
    assert_eq!(lock.matches("\"version 3\"").count(), 3, "{lock}");
    let after = tree(workspace.root());
    let (stale, changes) = sync(workspace.root(), "hoopai", sent.path(), Some("v2"), None).unwrap();
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
        let error = sync(workspace.root(), "hoopai", sent.path(), None, None).err().expect(name);
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
        edit(sent.join("docs/apps/links.json"), "schemas/LinkSchema", "schemas/Lost");
    });
    refused("a document of another time", &|sent| edit(sent.join("docs/apps/links.json"), "\"3.0.", "\"3.1."));
    refused("half a document", &|sent| std::fs::write(sent.join("docs/apps/links.json"), "{").unwrap());
    refused("one document twice", &|sent| {
        std::fs::create_dir(sent.join("old")).unwrap();
        std::fs::copy(sent.join("docs/apps/links.json"), sent.join("old/links.json")).unwrap();
    });
    refused("a position that nobody pages by", &|sent| {
        edit(sent.join("docs/apps/links.json"), "\"name\": \"locationId\"", "\"name\": \"nextCursor\"");
    });
    insta::assert_snapshot!(told);
}
