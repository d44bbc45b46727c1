//! `cargo xtask features`: every feature compiles alone, without a warning.

use std::path::Path;

use anyhow::{Context, Result, bail};

use codegen::read::vendor::{self, Vendor};
use xtask::cargo::{cargo, published};

/// Checks the crates of all vendors that have features, one feature at a time; `false` if one fails.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let packages = published(root)?;
    let mut failed = 0;
    for name in vendor::all(root)? {
        let vendor = Vendor::read(root, &name)?;
        if vendor.file.features.is_none() {
            continue;
        }
        let package = &vendor.file.crate_name;
        let described = packages.iter().find(|described| described.name == *package);
        let Some(features) = described.and_then(|described| described.features.get("full")) else {
            bail!("{package} has no feature `full`; run `cargo xtask generate`");
        };
        // Code that belongs to one API is compiled only together with its resources.
        let apis: String =
            vendor.file.apis.iter().filter_map(|api| api.feature.as_ref()).map(|api| format!(",{api}")).collect();
        println!("{package}: {} features, each alone{}", features.len(), apis.replace(',', " with "));
        for feature in features {
            // `oauth` is one of them and needs cryptography.
            if !compiles(root, package, &format!("{feature}{apis},ring"))? {
                println!("  {feature} does not compile alone");
                failed += 1;
            }
        }
    }
    if failed > 0 {
        println!("{failed} features do not compile alone");
    }
    Ok(failed == 0)
}

fn compiles(root: &Path, package: &str, features: &str) -> Result<bool> {
    let mut command = cargo(root);
    command.args(["rustc", "--quiet", "--lib", "--profile", "check", "--package", package, "--no-default-features"]);
    command.args(["--features", features, "--", "--deny", "warnings"]);
    Ok(command.status().context("cargo could not be run")?.success())
}
