//! The cargo that runs this tool, and its metadata of the workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use crate::program::output;

/// The most bytes that a package may take, packed.
pub const MOST_BYTES: u64 = 3 << 20;

/// Returns cargo, in a project.
pub fn cargo(project: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(project);
    command
}

/// A package, from its manifest.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of a manifest")]
pub struct Package {
    pub name: String,
    pub version: String,
    pub manifest_path: PathBuf,
    pub description: Option<String>,
    pub license: Option<String>,
    pub readme: Option<String>,
    pub repository: Option<String>,
    pub rust_version: Option<String>,
    #[serde(default)]
    pub keywords: Vec<String>,
    #[serde(default)]
    pub categories: Vec<String>,
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
    #[serde(default)]
    pub features: BTreeMap<String, Vec<String>>,
    /// Metadata in the manifest for tools.
    #[serde(default)]
    pub metadata: Value,
    publish: Option<Vec<String>>,
}

/// A dependency of a package.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// The package.
    pub name: String,
    /// `dev` or `build`; nothing for what its users compile.
    pub kind: Option<String>,
    /// `*` if only the path is given.
    pub req: String,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    target_directory: PathBuf,
}

/// Returns the packages of a workspace, by name.
pub fn packages(workspace: &Path) -> Result<Vec<Package>> {
    let mut packages = metadata(workspace)?.packages;
    packages.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(packages)
}

/// Returns those that go to a registry.
pub fn published(root: &Path) -> Result<Vec<Package>> {
    let mut packages = packages(root)?;
    packages.retain(|package| package.publish.as_ref().is_none_or(|to| !to.is_empty()));
    Ok(packages)
}

/// Returns the folder in which cargo puts what it builds.
pub fn target(root: &Path) -> Result<PathBuf> {
    Ok(metadata(root)?.target_directory)
}

fn metadata(project: &Path) -> Result<Metadata> {
    let text = output(cargo(project).args(["metadata", "--quiet", "--no-deps", "--format-version", "1"]))?;
    serde_json::from_str(&text).context("`cargo metadata` cannot be read")
}

/// Packs the crates that go to a registry, and returns each with its file.
pub fn pack(root: &Path) -> Result<Vec<(PathBuf, Package)>> {
    let (target, packages) = (target(root)?, published(root)?);
    let mut command = cargo(root);
    command.args(["package", "--quiet", "--no-verify", "--allow-dirty"]);
    output(command.args(packages.iter().flat_map(|package| ["--package", &package.name])))?;
    let file = |package: &Package| format!("package/{}-{}.crate", package.name, package.version);
    let packed = |package: Package| (target.join(file(&package)), package);
    Ok(packages.into_iter().map(packed).collect())
}

/// Returns the number of crates that `cargo tree` lists with these arguments, without the first one itself.
pub fn needed(project: &Path, arguments: &[&str]) -> Result<usize> {
    let edges = ["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"];
    let listed = output(cargo(project).args(edges).args(arguments))?;
    let packages: BTreeSet<&str> = listed.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    Ok(packages.len() - 1)
}
