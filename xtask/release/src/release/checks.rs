//! Checks before a release. Only cheap ones: the rest is `cargo xtask test`.

use std::path::Path;

use anyhow::Result;

use super::judges::Judges;
use super::plan::Plan;
use codegen::diff::{Class, few};
use codegen::generate;
use xtask::git;

/// One thing that was looked at.
pub(super) struct Check {
    pub(super) what: String,
    /// The problem and its remedy; `None` if there is none.
    pub(super) wrong: Option<String>,
    /// True if a release must wait for it.
    pub(super) needed: bool,
}

/// Looks at everything.
pub(super) fn all(root: &Path, plan: &Plan, judges: &Judges) -> Result<Vec<Check>> {
    let mut found = vec![clean(root)?, drift(root)?];
    found.extend(of_judges(root, judges, false));
    for release in plan.going() {
        found.extend(manifest(root, release));
        let path = release.changelog_path();
        let (empty, written) = (release.changelog.entries().is_empty(), release.changelog.has(&release.next));
        let wrong = if !root.join(&path).is_file() {
            Some("is missing; begin it with `# Changelog` and `## Unreleased`".to_owned())
        } else if empty && !written {
            Some("says nothing of what changed; write it below `## Unreleased`".to_owned())
        } else if written && !empty {
            Some(format!("has entries below `## Unreleased`, and {} is written: move them there", release.next))
        } else {
            None
        };
        found.push(Check { what: path.display().to_string(), wrong, needed: true });
        if release.class == Some(Class::Breaking) && !release.changelog.has_migration(&release.next) {
            let wrong = "the release is breaking: write its migration note, as docs/migration-note.md says".to_owned();
            found.push(Check { what: path.display().to_string(), wrong: Some(wrong), needed: false });
        }
    }
    Ok(found)
}

/// Checks the judges themselves; a release that is published needs all of them.
pub(super) fn of_judges(root: &Path, judges: &Judges, publishes: bool) -> Vec<Check> {
    let texts = judges.texts().iter().map(|(name, text)| {
        let path = format!("docs/api/{name}.txt");
        let wrong = match std::fs::read_to_string(root.join(&path)) {
            Ok(known) if known == *text => None,
            Ok(_) => Some("is not current; run `cargo xtask api` and review the difference".to_owned()),
            Err(_) => Some("is missing; `cargo xtask api` writes it".to_owned()),
        };
        Check { what: path, wrong, needed: true }
    });
    let missing = "is not installed, and judges nothing; `cargo install cargo-semver-checks --locked`";
    let semver = Check {
        what: "cargo-semver-checks".to_owned(),
        wrong: (!judges.has_semver()).then(|| missing.to_owned()),
        needed: publishes,
    };
    texts.chain([semver]).collect()
}

/// Nothing that is not committed.
pub(super) fn clean(root: &Path) -> Result<Check> {
    let dirty = git::dirty(root)?;
    let wrong = (!dirty.is_empty()).then(|| format!("{} files are not committed: {}", dirty.len(), few(&dirty)));
    Ok(Check { what: "work tree".to_owned(), wrong, needed: true })
}

fn drift(root: &Path) -> Result<Check> {
    let (_, changes) = generate::plan(root, &[], &mut |_| {})?;
    let wrong = (!changes.files.is_empty()).then(|| generate::drift(root, &changes).trim_end().to_owned());
    Ok(Check { what: "generated code".to_owned(), wrong, needed: true })
}

/// Checks the members that a registry shows of a crate.
fn manifest(root: &Path, release: &super::plan::Release) -> [Check; 2] {
    let package = &release.package;
    let readme = package.readme.as_ref().is_some_and(|readme| root.join(&release.folder).join(readme).is_file());
    let said = [
        ("licence", package.license.is_some()),
        ("description", package.description.is_some()),
        ("rust-version", package.rust_version.is_some()),
        ("README", readme),
        ("keywords", !package.keywords.is_empty()),
        ("categories", !package.categories.is_empty()),
    ];
    let missing: Vec<&str> = said.into_iter().filter(|(_, there)| !there).map(|(name, _)| name).collect();
    let path = release.folder.join("Cargo.toml").display().to_string();
    [
        Check {
            what: path.clone(),
            wrong: (!missing.is_empty()).then(|| format!("lacks {}", missing.join(", "))),
            needed: true,
        },
        // The registry does not ask for it, and it may not be known yet.
        Check {
            what: path,
            wrong: package.repository.is_none().then(|| "says no `repository`".to_owned()),
            needed: false,
        },
    ]
}
