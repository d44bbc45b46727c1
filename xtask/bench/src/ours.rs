//! Our own side: the contents of the clients, and how long they take to generate.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use super::measure::Bench;
use super::report::Profile;
use codegen::apis::{self, Refined};
use codegen::read::vendor::{self, Vendor};
use codegen::tree;

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

/// The number of lines in the Rust files below a folder.
pub(super) fn rust_lines(folder: &Path) -> Result<usize> {
    let files = tree::files(folder)?.into_iter().filter(|file| file.extension().is_some_and(|end| end == "rs"));
    files.map(|file| Ok(std::fs::read_to_string(folder.join(file))?.lines().count())).sum()
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
