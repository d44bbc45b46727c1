//! Runs the command: a plan whose judges find a change that `docs/api` does not contain, and a complete release to a
//! registry on loopback.

mod registry;
mod workspace;

use registry::Registry;
use workspace::Workspace;

#[test]
fn a_renamed_public_method_breaks_although_nobody_wrote_docs_api() {
    let workspace = Workspace::released(None);
    workspace.put("crates/base/src/lib.rs", &workspace::code("renamed"));
    workspace.commit();
    let (text, right) = workspace.run(&["release", "--plan"]);
    assert!(!right, "{text}");
    assert!(text.contains("━━ base 0.1.0 → 0.2.0: breaking"), "{text}");
    assert!(text.contains("━━ client 0.1.0 → 0.2.0: breaking"), "{text}");
    assert!(text.contains("FAILS  docs/api/base.txt: is not current; run `cargo xtask api`"), "{text}");
    assert!(text.contains("note   cargo-semver-checks: is not installed"), "{text}");
}

#[test]
fn cargo_semver_checks_is_asked_where_it_is_and_the_highest_class_counts() {
    let workspace = Workspace::released(None);
    workspace.put("crates/base/src/lib.rs", &format!("{}// A comment.\n", workspace::code("first")));
    workspace.commit();
    let plan = |verdict: &str| {
        workspace.semver_checks(verdict);
        workspace.run(&["release", "--plan"]).0
    };
    let patch = plan("exit 0");
    assert!(patch.contains("━━ base 0.1.0 → 0.1.1: patch"), "{patch}");
    let major = "echo '     Summary semver requires new major version: 1 major and 0 minor checks failed' >&2; exit 1";
    let breaking = plan(major);
    assert!(breaking.contains("━━ base 0.1.0 → 0.2.0: breaking"), "{breaking}");
    let failed = plan("echo 'error: it broke' >&2; exit 101");
    assert!(failed.contains("cargo-semver-checks of base: it failed: error: it broke"), "{failed}");
}

#[test]
fn a_release_is_published_and_tagged_in_the_order_of_the_crates() {
    let registry = Registry::start();
    let workspace = Workspace::released(Some(&registry));
    workspace.put("crates/base/src/lib.rs", &workspace::code("renamed"));
    workspace.put(
        "crates/base/CHANGELOG.md",
        "# Changelog\n\n## Unreleased\n\n### Removed\n\n- `first`.\n\n## 0.1.0 - 2026-01-01\n\n### Added\n\n- All.\n",
    );
    workspace.run(&["api"]);
    workspace.commit();
    let (refused, right) = workspace.run(&["release", "--publish"]);
    assert!(!right && refused.contains("FAILS  cargo-semver-checks: is not installed"), "{refused}");

    workspace.semver_checks("exit 0");
    let (written, right) = workspace.run(&["release"]);
    assert!(right, "{written}");
    workspace.commit();
    assert_eq!(registry.published(), [] as [&str; 0], "a release that is written is not published");
    registry.refuse("client");
    let (half, right) = workspace.run(&["release", "--publish"]);
    assert!(!right && half.contains("client was not published, and nothing after it. Run it again"), "{half}");
    assert_eq!(registry.published(), ["base 0.2.0"]);
    let (published, right) = workspace.run(&["release", "--publish"]);
    assert!(right && !published.contains("for base"), "{published}");
    assert_eq!(registry.published(), ["base 0.2.0", "client 0.2.0"]);
    assert_eq!(workspace.git(&["tag"]), "base-v0.1.0\nbase-v0.2.0\nclient-v0.1.0\nclient-v0.2.0\n");
    let (again, right) = workspace.run(&["release", "--publish"]);
    assert!(right && again.contains("There is nothing to publish."), "{again}");
}
