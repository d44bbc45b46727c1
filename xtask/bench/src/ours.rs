//! Our own side: the metadata of the crates, their contents and their packages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::measure::Bench;
use super::report::Profile;
use codegen::apis::{self, Refined};
use codegen::read::vendor::{self, Vendor};

/// Output of `cargo metadata` for a project.
#[derive(Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
}

#[derive(Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    version: String,
    features: BTreeMap<String, Vec<String>>,
    /// The registries it may go to; no list means any.
    publish: Option<Vec<String>>,
    manifest_path: PathBuf,
}

impl Metadata {
    /// Of the members of a workspace, or with `all` of everything they depend on.
    pub(super) fn read(bench: &Bench, project: &Path, all: bool) -> Result<Self> {
        let mut arguments = vec!["metadata", "--quiet", "--format-version", "1"];
        if !all {
            arguments.push("--no-deps");
        }
        Ok(serde_json::from_str(&bench.cargo(project, &arguments, &[])?)?)
    }

    pub(super) fn package(&self, name: &str) -> Result<&Package> {
        self.packages.iter().find(|package| package.name == name).with_context(|| format!("there is no package {name}"))
    }
}

impl Package {
    /// Returns the wanted features that exist, and a note about the others.
    pub(super) fn features<'a>(&self, wanted: &[&'a str]) -> (Vec<&'a str>, Option<String>) {
        let (here, missing): (Vec<&str>, Vec<&str>) =
            wanted.iter().partition(|feature| self.features.contains_key(**feature));
        let lacks =
            (!missing.is_empty()).then(|| format!("{} has no feature `{}` yet", self.name, missing.join("`, `")));
        (here, lacks)
    }

    /// The number of lines in its Rust files.
    pub(super) fn lines(&self) -> Result<usize> {
        rust_lines(&self.manifest_path.with_file_name("src"))
    }
}

/// Returns the contents of the generated clients.
pub(super) fn profile(root: &Path) -> Result<Vec<Profile>> {
    let mut found = Vec::new();
    for name in vendor::all(root)? {
        let vendor = Vendor::read(root, &name)?;
        for Refined { file, api, model } in apis::vendor(&vendor)? {
            let folder = vendor.generated(root);
            // The root of the crate also contains the folders of the others.
            let lines = if vendor.is_root(file) {
                let others = vendor.file.apis.iter().filter(|other| other.name != file.name);
                let theirs: usize = others.map(|other| rust_lines(&folder.join(other.module()))).sum::<Result<_>>()?;
                rust_lines(&folder)? - theirs
            } else {
                rust_lines(&folder.join(file.module()))?
            };
            found.push(Profile {
                vendor: name.clone(),
                api: file.name.clone(),
                apart: file.feature.is_some(),
                operations: api.operations.len(),
                methods: model.operations.len(),
                types: model.types.len() - model.common.len(),
                lines,
            });
        }
    }
    Ok(found)
}

fn rust_lines(folder: &Path) -> Result<usize> {
    let mut lines = 0;
    let mut open = vec![folder.to_owned()];
    while let Some(here) = open.pop() {
        for entry in std::fs::read_dir(&here).with_context(|| format!("{} cannot be read", here.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                lines += std::fs::read_to_string(&path)?.lines().count();
            }
        }
    }
    Ok(lines)
}

/// Seconds that a release build of this program takes to generate everything, without writing it.
pub(super) fn generate(bench: &Bench) -> Result<f64> {
    bench.cargo(&bench.root, &["build", "--quiet", "--release", "--package", "xtask"], &[])?;
    let program = bench.target.join("release/xtask").with_extension(std::env::consts::EXE_EXTENSION);
    let started = Instant::now();
    let output = Command::new(program).args(["generate", "--check"]).output()?;
    let took = started.elapsed().as_secs_f64();
    // Only a run that did not end is an error here, not drift.
    if !String::from_utf8_lossy(&output.stdout).contains("generated files") {
        bail!("`xtask generate --check` failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(took)
}

/// The packed size of every crate that is published, in bytes.
pub(super) fn packed(bench: &Bench, metadata: &Metadata) -> Result<Vec<(String, f64)>> {
    let published: Vec<&Package> =
        metadata.packages.iter().filter(|package| package.publish.as_ref().is_none_or(|to| !to.is_empty())).collect();
    let mut arguments = vec!["package", "--quiet", "--no-verify", "--allow-dirty"];
    for package in &published {
        arguments.extend(["--package", &package.name]);
    }
    bench.cargo(&bench.root, &arguments, &[])?;
    published
        .iter()
        .map(|package| {
            let file = bench.target.join(format!("package/{}-{}.crate", package.name, package.version));
            let size = std::fs::metadata(&file).with_context(|| format!("{} is missing", file.display()))?.len();
            Ok((package.name.clone(), size as f64))
        })
        .collect()
}
