//! rustdoc's JSON of the published crates. It is not stable; so cargo calls this program instead of
//! rustdoc and allows it there, and everything else is built as usual.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use xtask::cargo::{cargo, target};
use xtask::program::code;

/// Set if this program replaces rustdoc.
const STANDS_FOR: &str = "XTASK_RUSTDOC";
const FLAGS: &str = "-Z unstable-options --output-format json";

/// Documents the crates with all features; gives the folder of the files.
pub(super) fn run(root: &Path, names: &[&str]) -> Result<PathBuf> {
    let mut command = cargo(root);
    command.args(["doc", "--no-deps", "--all-features"]);
    command.args(names.iter().flat_map(|name| ["--package", name])).env("RUSTDOCFLAGS", FLAGS);
    if !unstable(&mut command)?.status().context("cargo could not be run")?.success() {
        bail!("`cargo doc` of {} failed", names.join(", "));
    }
    Ok(target(root)?.join("doc"))
}

/// Lets a `cargo doc` ask rustdoc for what is not stable.
pub(crate) fn unstable(command: &mut Command) -> Result<&mut Command> {
    let rustdoc = std::env::var_os("RUSTDOC").unwrap_or_else(|| "rustdoc".into());
    Ok(command.env("RUSTDOC", std::env::current_exe()?).env(STANDS_FOR, rustdoc))
}

/// Runs rustdoc instead of cargo, if cargo calls this program; `None` in every other run.
pub(crate) fn wrapped() -> Option<ExitCode> {
    let rustdoc = std::env::var_os(STANDS_FOR)?;
    let status = Command::new(&rustdoc)
        .args(std::env::args_os().skip(1))
        .env_remove(STANDS_FOR)
        .env("RUSTC_BOOTSTRAP", "1")
        .status();
    Some(match status {
        Ok(status) => code(status),
        Err(error) => {
            eprintln!("error: {} could not be run: {error}", rustdoc.display());
            ExitCode::FAILURE
        }
    })
}
