//! `cargo xtask generate`: documents become clients.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;

pub(crate) use codegen::generate::{drift, plan};

/// Generates the crates of the named vendors, or of all; `false` with `check` if the checked-in files differ.
pub(crate) fn run(root: &Path, vendors: &[String], check: bool) -> Result<bool> {
    let started = Instant::now();
    let (files, changes) = plan(root, vendors, &mut |line| println!("  {line}"))?;
    if check {
        for change in &changes.files {
            println!("{}", change.diff(root));
        }
        if changes.files.is_empty() {
            println!("{} generated files are current ({:.1} s)", changes.total, started.elapsed().as_secs_f64());
            return Ok(true);
        }
        print!("{}", drift(root, &changes));
        return Ok(false);
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
    Ok(true)
}
