//! Versions and changelogs, written once all of them are known.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::plan::{Plan, Release};
use codegen::write::Files;

/// Writes what the plan says; the number of files.
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
    let version = format!("version = \"{}\"", release.next);
    one_line(manifest, |line| {
        let own = line == "version.workspace = true" || line.starts_with("version = \"");
        own.then(|| version.clone())
    })
}

/// The workspace's manifest with the version that others of it ask for.
fn required(manifest: &str, release: &Release) -> Result<String> {
    let start = format!("{} = {{", release.package.name);
    one_line(manifest, |line| {
        let rest = line.strip_prefix(&start)?;
        let (before, rest) = rest.split_once("version = \"")?;
        let (_, after) = rest.split_once('"')?;
        Some(format!("{start}{before}version = \"{}\"{after}", release.next))
    })
    .with_context(|| format!("`{start} … version = \"…\" }}`"))
}

/// A text with another line in the place of one.
fn one_line(text: &str, change: impl Fn(&str) -> Option<String>) -> Result<String> {
    let mut changed = 0;
    let lines: String = text
        .lines()
        .map(|line| match change(line) {
            Some(new) => {
                changed += 1;
                format!("{new}\n")
            }
            None => format!("{line}\n"),
        })
        .collect();
    match changed {
        1 => Ok(lines),
        none_or_many => bail!("the line with the version stands there {none_or_many} times, once is needed"),
    }
}
