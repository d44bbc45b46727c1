//! The next release of each crate, and the reason for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use semver::Version;
use toml_edit::DocumentMut;

use super::api::Api;
use super::changelog::Changelog;
use super::judges::Judges;
use super::{order, version};
use codegen::diff::{self, Change, Class, Section};
use xtask::cargo::{self, Package};
use xtask::diff::At;
use xtask::git;

/// All crates, in the order in which they are published.
pub(super) struct Plan {
    pub(super) crates: Vec<Release>,
}

/// One crate.
pub(super) struct Release {
    pub(super) package: Package,
    /// Relative to the workspace.
    pub(super) folder: PathBuf,
    /// The version that is out, if one is.
    pub(super) released: Option<Version>,
    pub(super) next: Version,
    /// `None` if there is nothing to release.
    pub(super) class: Option<Class>,
    pub(super) reasons: Vec<String>,
    /// Its changelog, with the entries of this release.
    pub(super) changelog: Changelog,
}

/// The last release and its commit.
struct Baseline {
    version: Version,
    commit: String,
    name: String,
}

impl Plan {
    /// Compares the work tree with what was released last: by tags, or `since` a revision.
    pub(super) fn make(root: &Path, since: Option<&str>, judges: &Judges) -> Result<Self> {
        let mut crates: Vec<Release> = Vec::new();
        let mut compared: BTreeMap<String, Vec<Change>> = BTreeMap::new();
        for package in order::sort(cargo::published(root)?)? {
            let name = package.name.clone();
            let release = match baseline(root, &package, since)? {
                None => first(root, package),
                Some(baseline) => {
                    if !compared.contains_key(&baseline.commit) {
                        let before = At::read(root, &baseline.commit)?;
                        let changes = diff::between(before.root(), root, &mut xtask::diff::say)
                            .with_context(|| format!("comparing with {}", baseline.name))?;
                        compared.insert(baseline.commit.clone(), changes);
                    }
                    next(root, package, &baseline, &compared[&baseline.commit], &crates, judges)
                }
            };
            crates.push(release.with_context(|| name)?);
        }
        Ok(Self { crates })
    }

    /// The crates that have something to release.
    pub(super) fn going(&self) -> impl Iterator<Item = &Release> {
        self.crates.iter().filter(|release| release.goes())
    }
}

impl Release {
    /// Returns true if it is released.
    pub(super) fn goes(&self) -> bool {
        self.released.is_none() || self.class.is_some()
    }

    pub(super) fn changelog_path(&self) -> PathBuf {
        self.folder.join("CHANGELOG.md")
    }

    /// Its tag, once it is out.
    pub(super) fn tag(&self) -> String {
        format!("{}-v{}", self.package.name, self.next)
    }
}

/// The newest tag of a crate; or a revision, which is taken for a release.
fn baseline(root: &Path, package: &Package, since: Option<&str>) -> Result<Option<Baseline>> {
    if let Some(since) = since {
        let commit = git::commit(root, since)?;
        let folder = folder(root, package);
        let manifest = git::file_at(root, &commit, &format!("{}/Cargo.toml", folder.display()))?;
        let workspace = git::file_at(root, &commit, "Cargo.toml")?;
        let own = manifest.as_deref().and_then(|text| said(text, &["package", "version"]));
        let own =
            own.or_else(|| workspace.as_deref().and_then(|text| said(text, &["workspace", "package", "version"])));
        let Some(version) = own.filter(|_| manifest.is_some()) else { return Ok(None) };
        return Ok(Some(Baseline { version: version.parse()?, commit, name: since.to_owned() }));
    }
    let start = format!("{}-v", package.name);
    let tags = git::tags(root, &start)?;
    let newest =
        tags.into_iter().filter_map(|tag| Some((tag.strip_prefix(&start)?.parse::<Version>().ok()?, tag))).max();
    newest.map(|(version, name)| Ok(Baseline { version, commit: git::commit(root, &name)?, name })).transpose()
}

/// Returns the changelog entry of a crate that only serves documents.
fn served(files: &[String]) -> Option<String> {
    let names: Vec<&str> =
        files.iter().filter_map(|file| file.rsplit_once("/specs/")?.1.strip_suffix(".json")).collect();
    (!files.is_empty() && names.len() == files.len())
        .then(|| format!("It serves newer documents: {}.", names.join(", ")))
}

/// Returns the version at a place of a manifest.
fn said(manifest: &str, place: &[&str]) -> Option<String> {
    let manifest: DocumentMut = manifest.parse().ok()?;
    let found = place.iter().try_fold(manifest.as_item(), |item, key| item.get(key))?;
    found.as_str().map(str::to_owned)
}

fn folder(root: &Path, package: &Package) -> PathBuf {
    let folder = package.manifest_path.parent().unwrap_or(root);
    folder.strip_prefix(root).unwrap_or(folder).to_owned()
}

fn changelog(root: &Path, folder: &Path) -> Result<Changelog> {
    let path = folder.join("CHANGELOG.md");
    let text = std::fs::read_to_string(root.join(&path)).ok();
    Changelog::read(text.as_deref()).with_context(|| path.display().to_string())
}

fn first(root: &Path, package: Package) -> Result<Release> {
    let folder = folder(root, &package);
    let mut changelog = changelog(root, &folder)?;
    let next: Version = package.version.parse()?;
    if changelog.released().is_empty() && !changelog.has(&next) {
        changelog.released().add(Section::Added, "The first release.");
    }
    let reasons = vec![format!("no tag `{}-v…`: it was never released, and keeps its version", package.name)];
    Ok(Release { folder, released: None, next, class: None, reasons, changelog, package })
}

fn next(
    root: &Path,
    package: Package,
    baseline: &Baseline,
    changes: &[Change],
    before: &[Release],
    judges: &Judges,
) -> Result<Release> {
    let folder = folder(root, &package);
    let mut reasons = Vec::new();
    let mut class: Option<Class> = None;

    let own: Vec<&Change> = changes.iter().filter(|change| change.krate == package.name).collect();
    if let Some(worst) = own.iter().map(|change| change.class).max() {
        reasons.push(format!("differences of the documents: {}, the worst {}", own.len(), worst.name()));
        class = class.max(Some(worst));
    }
    let mut files = git::changed(root, &baseline.commit, &folder.display().to_string())?;
    files.retain(|file| !file.ends_with("CHANGELOG.md"));
    if !files.is_empty() {
        reasons.push(format!("files changed since {}: {}", baseline.name, files.len()));
        let now = judges.items.get(&package.name);
        let api = Api::compare(root, &baseline.commit, &baseline.name, &package.name, now)?;
        reasons.push(api.said());
        class = class.max(Some(Class::Patch)).max(api.class());
        if let Some(verdict) = judges.semver(root, &package.name, &baseline.commit)? {
            reasons.push(verdict.said);
            class = class.max(verdict.class);
        }
    }
    let mut on: Vec<String> = served(&files).into_iter().collect();
    for needed in before.iter().filter(|needed| order::shows(&package).any(|name| name == needed.package.name)) {
        let Some(theirs) = needed.class else { continue };
        let (name, version) = (&needed.package.name, &needed.next);
        reasons.push(format!("{name} is {version} ({})", theirs.name()));
        // Its types are part of the public items here.
        let breaks = theirs == Class::Breaking;
        class = class.max(Some(if breaks { Class::Breaking } else { Class::Patch }));
        on.push(format!("{}It is on `{name}` {version}.", if breaks { "**Breaking:** " } else { "" }));
    }
    let current: Version = package.version.parse()?;
    let next = class.map_or_else(|| baseline.version.clone(), |class| version::next(&baseline.version, class));
    // A version that was raised by hand stays.
    let next = next.max(current);
    let mut changelog = changelog(root, &folder)?;
    if !changelog.has(&next) {
        changelog.released().tell(own);
        on.iter().for_each(|text| changelog.released().add(Section::Changed, text));
    }
    Ok(Release { folder, released: Some(baseline.version.clone()), next, class, reasons, changelog, package })
}
