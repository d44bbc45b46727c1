//! Versions and changelogs, written once all of them are known.

use std::path::Path;

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, Item};

use super::plan::{Plan, Release};
use codegen::write::Files;

/// Applies the plan and returns the number of files written.
pub(super) fn write(root: &Path, plan: &Plan) -> Result<usize> {
    let mut files = Files::default();
    let mut workspace = read(root, Path::new("Cargo.toml"))?;
    let day = today();
    for release in plan.going() {
        let manifest = release.folder.join("Cargo.toml");
        let text = read(root, &manifest)?;
        if release.package.version != release.next.to_string() {
            let text = own(&text, release).with_context(|| manifest.display().to_string())?;
            files.add(root.join(manifest), text);
        }
        workspace = required(&workspace, release).context("Cargo.toml")?;
        if !release.changelog.has(&release.next) {
            let text = release.changelog.release(&release.next, &day);
            files.add(root.join(release.changelog_path()), text);
        }
    }
    files.add(root.join("Cargo.toml"), workspace);
    let changes = files.changes()?;
    files.write()?;
    Ok(changes.files.len())
}

/// The day, in UTC.
pub(super) fn today() -> String {
    chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).format("%Y-%m-%d").to_string()
}

fn read(root: &Path, path: &Path) -> Result<String> {
    std::fs::read_to_string(root.join(path)).with_context(|| format!("{} cannot be read", path.display()))
}

/// The manifest of a crate with its version.
fn own(manifest: &str, release: &Release) -> Result<String> {
    let mut manifest: DocumentMut = manifest.parse()?;
    let package = manifest["package"].as_table_like_mut().context("`[package]` is missing")?;
    let mut version = Item::from(release.next.to_string());
    // `version.workspace = true` is a table; the text around it is kept.
    if let (Some(known), Some(version)) = (package.get("version").and_then(Item::as_value), version.as_value_mut()) {
        *version.decor_mut() = known.decor().clone();
    }
    package.insert("version", version);
    Ok(manifest.to_string())
}

/// The workspace's manifest with the version that others of it ask for.
fn required(manifest: &str, release: &Release) -> Result<String> {
    let mut manifest: DocumentMut = manifest.parse()?;
    let name = &release.package.name;
    let needed = manifest.get_mut("workspace").and_then(|workspace| workspace.get_mut("dependencies"));
    let needed = needed.and_then(|all| all.get_mut(name)).and_then(|one| one.get_mut("version"));
    let known = needed.and_then(Item::as_value_mut);
    let known = known.with_context(|| format!("`[workspace.dependencies]` has no `{name}` with a `version`"))?;
    let decor = known.decor().clone();
    *known = release.next.to_string().into();
    *known.decor_mut() = decor;
    Ok(manifest.to_string())
}
