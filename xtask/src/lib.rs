//! Shared parts of the workspace's tools: cargo, git and other programs, the documents of a revision, the exit of a run.

pub mod cargo;
pub mod diff;
pub mod git;
pub mod program;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

/// Returns the workspace.
#[must_use]
pub fn root() -> PathBuf {
    // The value of this run takes precedence, because workspaces may share build results.
    let told = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let manifest = told.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let whole = manifest.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
    whole.unwrap_or(&manifest).to_owned()
}

/// Ends a program: 0 if all is well, 1 if a check failed or something is wrong.
#[must_use]
pub fn end(outcome: Result<bool>) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
