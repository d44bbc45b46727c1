//! The few questions that are asked of git.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::program::output;

/// Git in the workspace.
fn git(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.current_dir(root).args(arguments);
    command
}

fn said(root: &Path, arguments: &[&str]) -> Result<String> {
    output(&mut git(root, arguments))
}

/// The commit that a revision names.
pub fn commit(root: &Path, revision: &str) -> Result<String> {
    let name = format!("{revision}^{{commit}}");
    let found = said(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &name]);
    let Ok(found) = found else { bail!("git knows no revision `{revision}`") };
    Ok(found.trim().to_owned())
}

/// Writes all files, as they were at a commit, below `into`.
pub fn tree_at(root: &Path, commit: &str, into: &Path) -> Result<()> {
    folder_at(root, commit, "", into)
}

/// Writes a folder, as it was at a commit, below `into`. It uses a separate index, so that
/// the work tree and what is staged are not touched.
pub fn folder_at(root: &Path, commit: &str, folder: &str, into: &Path) -> Result<()> {
    let index = into.join("index");
    let prefix = format!("--prefix={}/", into.join(folder).display());
    let tree = format!("{commit}:{folder}");
    for arguments in [&["read-tree", &tree][..], &["checkout-index", "--all", &prefix]] {
        output(git(root, arguments).env("GIT_INDEX_FILE", &index))
            .with_context(|| format!("`{folder}` of {commit} could not be read"))?;
    }
    Ok(())
}

/// A file as it was at a commit; `None` where it was not there.
pub fn file_at(root: &Path, commit: &str, path: &str) -> Result<Option<String>> {
    let output = git(root, &["show", &format!("{commit}:{path}")]).output().context("git could not be run")?;
    Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// The files below a folder that are not as they were at a commit, untracked ones too.
pub fn changed(root: &Path, commit: &str, folder: &str) -> Result<Vec<String>> {
    let mut found = said(root, &["diff", "--name-only", commit, "--", folder])?;
    found += &said(root, &["ls-files", "--others", "--exclude-standard", "--", folder])?;
    Ok(found.lines().map(str::to_owned).collect())
}

/// The files that are changed or not tracked.
pub fn dirty(root: &Path) -> Result<Vec<String>> {
    let status = said(root, &["status", "--porcelain"])?;
    Ok(status.lines().filter_map(|line| line.get(3..)).map(str::to_owned).collect())
}

/// Returns the paths of all tracked files.
pub fn files(root: &Path) -> Result<Vec<String>> {
    Ok(said(root, &["ls-files"])?.lines().map(str::to_owned).collect())
}

/// All tags that begin so.
pub fn tags(root: &Path, start: &str) -> Result<Vec<String>> {
    let tags = said(root, &["tag", "--list", &format!("{start}*")])?;
    Ok(tags.lines().map(str::to_owned).collect())
}

/// Puts a tag on the current commit.
pub fn tag(root: &Path, name: &str) -> Result<()> {
    said(root, &["tag", name]).map(drop)
}
