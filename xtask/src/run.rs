//! Other programs, run one after the other.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::{generate, needs};
use xtask::cargo::cargo;
use xtask::program::code;

/// Builds and runs a program of this workspace.
pub(crate) fn program(root: &Path, package: &str, arguments: impl IntoIterator<Item = OsString>) -> Result<ExitCode> {
    let mut command = cargo(root);
    command.args(["run", "--quiet", "--package", package, "--"]).args(arguments);
    Ok(code(command.status().context("cargo could not be run")?))
}

/// Reports if the generated code is current, then runs the demonstration.
pub(crate) fn demo(root: &Path, live: bool) -> Result<ExitCode> {
    println!("Generating in memory …");
    let (_, changes) = generate::plan(root, &[], &mut |line| println!("  {line}"))?;
    if changes.files.is_empty() {
        println!("The checked-in code is current: {} files.\n", changes.total);
    } else {
        println!(
            "The checked-in code is NOT current: {} of {} files differ (`cargo xtask generate --check` shows how).\n",
            changes.files.len(),
            changes.total
        );
    }
    let shown = program(root, "crm-demo", live.then(|| "--live".into()))?;
    Ok(if changes.files.is_empty() { shown } else { ExitCode::FAILURE })
}

/// Builds the guide.
pub(crate) fn docs(root: &Path) -> Result<bool> {
    let status = needs::mdbook(root)?.arg("build").arg(root.join("docs/guide")).status();
    let built = status.context("mdbook could not be run")?.success();
    if built {
        println!("{}", root.join("target/guide/index.html").display());
    }
    Ok(built)
}

/// Features of `serde_json` that any crate of a program can enable.
const OTHERS: &str = "serde_json/preserve_order,serde_json/arbitrary_precision";

/// Every check, each with what it took; the first that fails ends the run.
pub(crate) fn test(root: &Path) -> Result<bool> {
    let steps: [(&str, &[&str]); 11] = [
        ("format", &["fmt", "--all", "--check"]),
        ("words", &["run", "--quiet", "--package", "xtask", "--", "words"]),
        ("clippy", &["clippy", "--workspace", "--all-targets", "--all-features", "--", "--deny", "warnings"]),
        ("drift", &["run", "--quiet", "--package", "xtask", "--", "generate", "--check"]),
        ("features", &["run", "--quiet", "--package", "xtask", "--", "features"]),
        ("dependencies", &["run", "--quiet", "--package", "xtask", "--", "supply"]),
        // With the features it asks for, not with all, as a new user builds it.
        ("demonstration", &["run", "--quiet", "--package", "xtask", "--", "demo"]),
        ("tests", &["test", "--workspace", "--all-features"]),
        // Stored cursors must not depend on what other crates of a program enable.
        ("cursors", &["test", "--package", "crm-core", "--test", "suite", "--features", OTHERS, "cursors::"]),
        ("public items", &["run", "--quiet", "--package", "xtask", "--", "api", "--check"]),
        ("documentation", &["doc", "--workspace", "--no-deps", "--all-features"]),
    ];
    needs::redis()?;
    needs::deny(root)?;
    needs::typos(root)?;
    for (name, arguments) in steps {
        println!("── {name}: cargo {}", arguments.join(" "));
        let started = Instant::now();
        let mut command = cargo(root);
        command.args(arguments);
        if name == "documentation" {
            command.env("RUSTDOCFLAGS", "--deny warnings");
        }
        // Snapshots are reviewed, never made in passing.
        command.env("INSTA_UPDATE", "no");
        // Many tests wait: for processes that they start, for servers that they stop.
        let threads = 2 * std::thread::available_parallelism().map_or(1, usize::from);
        command.env("RUST_TEST_THREADS", threads.to_string());
        let status = command.status().context("cargo could not be run")?;
        if !status.success() {
            println!("── {name} FAILED");
            return Ok(false);
        }
        println!("── {name} passed in {:.0} s\n", started.elapsed().as_secs_f64());
    }
    println!("All checks passed.");
    Ok(true)
}
