//! `cargo xtask generate`: documents become clients.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;

pub(crate) use codegen::generate::{drift, plan};

/// How a run ended.
pub(crate) enum Outcome {
    /// Everything is as it should be.
    Current,
    /// With `--check`: what is checked in differs from what would be generated.
    Drift,
}

/// Generates the crates of the named vendors, or of all.
pub(crate) fn run(root: &Path, vendors: &[String], check: bool) -> Result<Outcome> {
    let started = Instant::now();
    let (files, changes) = plan(root, vendors, true)?;
    if check {
        for change in &changes.files {
            println!("{}", change.diff(root));
        }
        if changes.files.is_empty() {
            println!("{} generated files are current ({:.1} s)", changes.total, started.elapsed().as_secs_f64());
            return Ok(Outcome::Current);
        }
        print!("{}", drift(root, &changes));
        return Ok(Outcome::Drift);
    }
    files.write()?;
    for change in &changes.files {
        println!("  wrote {}", change.path.strip_prefix(root).unwrap_or(&change.path).display());
    }
    println!(
        "{} of {} generated files changed ({:.1} s)",
        changes.files.len(),
        changes.total,
        started.elapsed().as_secs_f64()
    );
    Ok(Outcome::Current)
}
