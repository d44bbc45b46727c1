//! The lowest versions that the manifests allow are enough: without this check, a user whose lock file
//! holds an older version finds out.

use std::fs;

use anyhow::Result;

use super::Packed;
use xtask::cargo::cargo;

/// Checks the packages with the lowest versions of what they name themselves.
pub(super) fn check(packed: &Packed, wrong: &mut Vec<String>) -> Result<()> {
    let lock = packed.folder.join("Cargo.lock");
    fs::remove_file(&lock)?;
    let mut command = cargo(&packed.folder);
    // Not stable; only this choice of versions needs it, and what it writes is an ordinary lock file.
    command.args(["update", "-Z", "direct-minimal-versions"]).env("RUSTC_BOOTSTRAP", "1");
    println!("with the lowest versions:");
    packed.step(wrong, &mut command)?;
    packed.step(wrong, cargo(&packed.folder).args(["check", "--workspace", "--all-features"]))
}
