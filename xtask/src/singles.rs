//! `cargo xtask features`: every feature compiles alone, without a warning.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cargo::cargo;
use crate::specs::document::{list, object, text};
use crate::specs::vendor::{self, Vendor};

/// Checks the crates of all vendors that have features, one feature at a time; gives the number of
/// those that fail.
pub(crate) fn run(root: &Path) -> Result<usize> {
    let metadata = metadata(root)?;
    let mut failed = 0;
    for name in vendor::all(root)? {
        let vendor = Vendor::read(root, &name)?;
        if vendor.file.features.is_none() {
            continue;
        }
        let package = &vendor.file.crate_name;
        let described = list(&metadata, "packages").find(|described| text(described, "name") == Some(package));
        let Some((_, all)) =
            described.and_then(|described| object(described, "features").find(|(name, _)| *name == "full"))
        else {
            bail!("{package} has no feature `full`; run `cargo xtask generate`");
        };
        // What an API has to itself only shows beside its resources.
        let apis: String =
            vendor.file.apis.iter().filter_map(|api| api.feature.as_ref()).map(|api| format!(",{api}")).collect();
        let features: Vec<&str> = all.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        println!("{package}: {} features, each alone{}", features.len(), apis.replace(',', " with "));
        for feature in features {
            if !compiles(root, package, &format!("{feature}{apis}"))? {
                println!("  {feature} does not compile alone");
                failed += 1;
            }
        }
    }
    Ok(failed)
}

fn metadata(root: &Path) -> Result<Value> {
    let output = cargo(root).args(["metadata", "--no-deps", "--format-version", "1"]).output()?;
    serde_json::from_slice(&output.stdout).context("`cargo metadata` cannot be read")
}

fn compiles(root: &Path, package: &str, features: &str) -> Result<bool> {
    let mut command = cargo(root);
    command.args(["rustc", "--quiet", "--lib", "--profile", "check", "--package", package, "--no-default-features"]);
    command.args(["--features", features, "--", "--deny", "warnings"]);
    Ok(command.status().context("cargo could not be run")?.success())
}
