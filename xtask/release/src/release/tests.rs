//! Plans of a workspace with a history: tags, documents, dependents.

use std::path::Path;
use std::process::Command;

use super::judges::Judges;
use super::plan::Plan;
use super::{apply, shown, written};
use crm_testkit::specs::Specs;

/// A workspace in git with HoopAI's links, its client and the core, both released once.
struct Workspace(Specs);

impl Workspace {
    fn released() -> Self {
        let this = Self(Specs::of(&["v2/links.json"]));
        this.put(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n[workspace.package]\nversion = \"0.1.0\"\n\n[workspace.dependencies]\n\
             crm-core = { path = \"crates/crm-core\", version = \"0.1.0\", default-features = false }\n\
             hoopai-client = { path = \"crates/hoopai-client\", version = \"0.1.0\" }\n",
        );
        let manifest = |name: &str, needs: &str| {
            format!(
                "[package]\nname = \"{name}\"\nversion.workspace = true\nedition = \"2024\"\n\n[dependencies]\n{needs}"
            )
        };
        this.put("crates/crm-core/Cargo.toml", &manifest("crm-core", ""));
        this.put("crates/hoopai-client/Cargo.toml", &manifest("hoopai-client", "crm-core.workspace = true\n"));
        for name in ["crm-core", "hoopai-client"] {
            this.put(&format!("crates/{name}/src/lib.rs"), "//! Code.\n");
            this.put(&format!("docs/api/{name}.txt"), "struct Thing\n  fn a()\n");
            this.put(
                &format!("crates/{name}/CHANGELOG.md"),
                "# Changelog\n\n## Unreleased\n\n## 0.1.0 - 2026-01-01\n\n### Added\n\n- All.\n",
            );
        }
        this.git(&["init", "--quiet"]);
        this.commit();
        this.git(&["tag", "crm-core-v0.1.0"]);
        this.git(&["tag", "hoopai-client-v0.1.0"]);
        this
    }

    fn root(&self) -> &Path {
        self.0.root()
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).unwrap()
    }

    fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "-c", "commit.gpgsign=false"]);
        assert!(command.current_dir(self.root()).args(arguments).output().unwrap().status.success());
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "all"]);
    }

    fn plan(&self) -> Plan {
        Plan::make(self.root(), None, &Judges::default()).unwrap()
    }
}

#[test]
fn nothing_changed_is_nothing_to_release() {
    let workspace = Workspace::released();
    insta::assert_snapshot!(shown(&workspace.plan()));
}

#[test]
fn documents_and_public_items_decide_the_version_and_a_breaking_core_breaks_its_dependents() {
    let workspace = Workspace::released();
    workspace.0.edit("v2/links.json", |d| d["paths"]["/links/"]["post"]["deprecated"] = true.into());
    let documents = shown(&workspace.plan());

    workspace.put("crates/crm-core/src/lib.rs", "//! Better code.\n");
    workspace.put(
        "crates/crm-core/CHANGELOG.md",
        "# Changelog\n\n## Unreleased\n\n### Fixed\n\n- A pause is not an end.\n\n## 0.1.0 - 2026-01-01\n",
    );
    let patch = shown(&workspace.plan());

    workspace.put("docs/api/crm-core.txt", "struct Thing\n  fn b()\n");
    let breaking = shown(&workspace.plan());
    insta::assert_snapshot!(format!("{documents}\n{patch}\n{breaking}"));
}

#[test]
fn a_crate_that_only_serves_documents_tells_of_newer_ones() {
    let workspace = Workspace::released();
    workspace.put("crates/crm-core/specs/hoopai.json", "{}");
    let plan = workspace.plan();
    assert_eq!(plan.crates[0].changelog.entries().text(), "\n### Changed\n\n- It serves newer documents: hoopai.\n");
}

#[test]
fn versions_and_changelogs_are_written_once_and_the_next_plan_knows_them() {
    let workspace = Workspace::released();
    workspace.put("crates/crm-core/src/lib.rs", "//! Better code.\n");
    workspace.put("docs/api/crm-core.txt", "struct Thing\n");
    workspace.put(
        "crates/crm-core/CHANGELOG.md",
        "# Changelog\n\n## Unreleased\n\n### Removed\n\n- `a`.\n\n## 0.1.0 - 2026-01-01\n",
    );
    let refused = written(workspace.root(), &workspace.plan()).err().expect("what is not written is not published");
    assert!(refused.to_string().starts_with("crm-core 0.2.0 is not written yet"), "{refused}");
    assert_eq!(apply::write(workspace.root(), &workspace.plan()).unwrap(), 5);
    let said = ["Cargo.toml", "crates/crm-core/Cargo.toml", "crates/hoopai-client/CHANGELOG.md"]
        .map(|path| format!("━━ {path}\n{}", workspace.read(path)));
    insta::assert_snapshot!(said.join("\n").replace(&apply::today(), "(today)"));

    workspace.commit();
    let again = workspace.plan();
    let tags = || -> Vec<String> {
        let plan = workspace.plan();
        written(workspace.root(), &plan).unwrap().into_iter().map(|release| release.tag()).collect()
    };
    assert_eq!(tags(), ["crm-core-v0.2.0", "hoopai-client-v0.2.0"], "not raised twice");
    assert_eq!(apply::write(workspace.root(), &again).unwrap(), 0, "nothing is left to write");

    workspace.git(&["tag", "crm-core-v0.2.0"]);
    assert_eq!(tags(), ["hoopai-client-v0.2.0"], "what is out is not published again");
}

#[test]
fn a_crate_without_a_tag_keeps_its_version() {
    let workspace = Workspace::released();
    workspace.git(&["tag", "--delete", "hoopai-client-v0.1.0"]);
    insta::assert_snapshot!(shown(&workspace.plan()));
}
