//! Programs that cargo builds, and measurements that its tests print.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use xtask::cargo::cargo;
use xtask::program::output;

/// Builds one program and gives its place.
pub(super) fn program(root: &Path, arguments: &[&str]) -> Result<PathBuf> {
    let mut command = cargo(root);
    let (verb, rest) = arguments.split_first().context("cargo needs a command")?;
    let printed = output(command.args([verb, "--quiet", "--message-format=json-render-diagnostics"]).args(rest))?;
    let messages = printed.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let places: Vec<Value> = messages.map(|mut message| message["executable"].take()).collect();
    let place = places.iter().rev().find_map(Value::as_str);
    place.map(PathBuf::from).with_context(|| format!("`cargo {}` made no program", arguments.join(" ")))
}

/// Returns the size of a program of a package in bytes, without symbols.
pub(super) fn stripped(root: &Path, package: &str, name: &str) -> Result<f64> {
    let arguments = ["rustc", "--release", "--package", package, "--bin", name, "--", "-C", "strip=symbols"];
    Ok(std::fs::metadata(program(root, &arguments)?)?.len() as f64)
}

/// Runs one test of a package, and returns its output.
pub(super) fn printed(root: &Path, package: &[&str], name: &str) -> Result<Printed> {
    let mut command = cargo(root);
    command.args(["test", "--quiet"]).args(package);
    let text = output(command.args(["--", "--exact", name, "--nocapture"]))?;
    Ok(Printed { test: name.to_owned(), text })
}

/// Output of a test.
pub(super) struct Printed {
    test: String,
    text: String,
}

impl Printed {
    /// The number in its line "measured NAME: NUMBER".
    pub(super) fn measured(&self, name: &str) -> Result<f64> {
        let mut lines = self.text.lines().rev();
        let number = lines.find_map(|line| line.strip_prefix("measured ")?.strip_prefix(name)?.strip_prefix(": "));
        let number = number.and_then(|number| number.trim().parse().ok());
        number.with_context(|| format!("{} did not print: {name}", self.test))
    }
}
