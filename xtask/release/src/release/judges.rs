//! The judges of a release other than the documents: the public items as they are now, and cargo-semver-checks.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

use codegen::diff::Class;
use xtask::cargo::cargo;

use crate::api;

/// The available judges.
#[derive(Default)]
pub(super) struct Judges {
    /// The current public items of each crate. If they are missing, the texts in `docs/api` count.
    pub(super) items: BTreeMap<String, String>,
    /// True if cargo-semver-checks is installed.
    pub(super) has_semver: bool,
}

impl Judges {
    /// Reads the public items, and checks if cargo-semver-checks is installed.
    pub(super) fn of(root: &Path) -> Result<Self> {
        let mut command = cargo(root);
        let version = command.args(["semver-checks", "--version"]).output().context("cargo could not be run")?;
        Ok(Self { items: api::texts(root)?, has_semver: version.status.success() })
    }

    /// Returns the verdict of cargo-semver-checks on a crate, compared with a commit, or `None` if it is not installed.
    pub(super) fn semver(&self, root: &Path, name: &str, commit: &str) -> Result<Option<Verdict>> {
        if !self.has_semver {
            return Ok(None);
        }
        let mut command = cargo(root);
        // A patch allows no change of the API, so the output contains the required version.
        command.args(["semver-checks", "check-release", "--package", name, "--baseline-rev", commit]);
        command.args(["--release-type", "patch", "--all-features", "--color", "never"]);
        let output = command.output().context("cargo could not be run")?;
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Verdict::read(&said, output.status.success())
            .map(Some)
            .with_context(|| format!("cargo-semver-checks of {name}"))
    }
}

/// The verdict of cargo-semver-checks.
#[derive(Debug, PartialEq)]
pub(super) struct Verdict {
    pub(super) class: Option<Class>,
    pub(super) said: String,
}

impl Verdict {
    /// Reads the summary, which contains the required version.
    fn read(output: &str, success: bool) -> Result<Self> {
        let summary = output.lines().map(str::trim).rfind(|line| line.starts_with("Summary"));
        let class = match summary {
            _ if success => None,
            Some(summary) if summary.contains("new major version") => Some(Class::Breaking),
            Some(summary) if summary.contains("new minor version") => Some(Class::Minor),
            _ => bail!("it failed: {}", output.trim()),
        };
        let said = summary.and_then(|summary| summary.strip_prefix("Summary")).unwrap_or("no difference").trim();
        Ok(Self { class, said: format!("cargo-semver-checks: {said}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_the_class() {
        let class = |said: &str, success: bool| Verdict::read(said, success).map(|verdict| verdict.class).ok();
        let major =
            "     Summary semver requires new major version: 1 major and 0 minor checks failed\n    Finished [ 1s] a";
        assert_eq!(class(major, false), Some(Some(Class::Breaking)));
        assert_eq!(class(&major.replace("major version", "minor version"), false), Some(Some(Class::Minor)));
        assert_eq!(class("     Summary no semver update required", true), Some(None));
        assert_eq!(class("error: no such package", false), None, "a failure is no verdict");
    }
}
