//! Checks before a release. Only cheap ones: the rest is `cargo xtask test`.

use std::path::Path;

use anyhow::Result;

use super::judges::Judges;
use super::plan::{Plan, Release};
use crate::package::missing;
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
        found.extend(manifest(release));
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
    let texts = judges.items.iter().map(|(name, text)| {
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
        wrong: (!judges.has_semver).then(|| missing.to_owned()),
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
fn manifest(Release { package, folder, .. }: &Release) -> [Check; 2] {
    let missing: Vec<&str> = missing(package).collect();
    let wrong = (!missing.is_empty()).then(|| format!("lacks {}", missing.join(", ")));
    let what = folder.join("Cargo.toml").display().to_string();
    // The registry does not ask for it, and it may not be known yet.
    let repository = package.repository.is_none().then(|| "says no `repository`".to_owned());
    [Check { what: what.clone(), wrong, needed: true }, Check { what, wrong: repository, needed: false }]
}
