//! `cargo xtask supply`: the number of dependencies of each crate, and the findings of cargo-deny.

use std::path::Path;

use anyhow::{Context, Result};

use crate::needs;
use xtask::cargo::{needed, published};

/// The same on every host.
const TARGET: &str = "x86_64-unknown-linux-gnu";
const PAGE: &str = "docs/dependencies.md";
const INTRODUCTION: &str = "# What the crates depend on\n
Written by `cargo xtask supply --write`, which also checks every licence. Counted are the crates that are compiled on Linux
beside the crate itself, build scripts' included.\n\n";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Put the counts into docs/dependencies.md
    #[arg(long)]
    write: bool,
    /// Check advisories alone, against their database on the internet
    #[arg(long, conflicts_with = "write")]
    advisories: bool,
}

/// Writes or compares the page, and checks the rules of `.cargo/deny.toml`; `false` if something is wrong.
pub(crate) fn run(root: &Path, options: &Options) -> Result<bool> {
    if options.advisories {
        return Ok(denied(root, &["advisories"])?.unwrap_or(false));
    }
    let current = page(root, options.write)?;
    let right = denied(root, &["licenses", "bans", "sources"])?.unwrap_or(true);
    println!("advisories: not checked here; `cargo xtask supply --advisories` does it");
    Ok(current && right)
}

/// Returns true if cargo-deny finds nothing, or `None` if it is not available.
fn denied(root: &Path, checks: &[&str]) -> Result<Option<bool>> {
    let Some(mut deny) = needs::deny(root)? else { return Ok(None) };
    let status = deny.args(["check", "--hide-inclusion-graph"]).args(checks).status();
    Ok(Some(status.context("cargo-deny could not be run")?.success()))
}

/// Writes the counts, or returns true if they are current.
fn page(root: &Path, write: bool) -> Result<bool> {
    let mut page = format!("{INTRODUCTION}| crate | default features | all features |\n|---|---:|---:|\n");
    let mut names: Vec<String> = published(root)?.into_iter().map(|package| package.name).collect();
    // The core first, the fakes last.
    names.sort_by_key(|name| (name != "crm-core", name == "crm-fake"));
    for name in names {
        let of = ["--locked", "--target", TARGET, "--package", &name];
        let (usual, all) = (needed(root, &of)?, needed(root, &[&of[..], &["--all-features"]].concat())?);
        page += &format!("| `{name}` | {usual} | {all} |\n");
    }
    let file = root.join(PAGE);
    if write {
        std::fs::write(&file, &page).with_context(|| format!("{PAGE} cannot be written"))?;
    }
    let current = std::fs::read_to_string(&file).unwrap_or_default() == page;
    if !current {
        println!("{PAGE} is not current; `cargo xtask supply --write` makes it\n{page}");
    }
    Ok(current)
}
