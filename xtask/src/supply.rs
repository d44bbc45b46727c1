//! `cargo xtask supply`: what a user of each crate takes in, under which licences, and whether anything
//! is known against it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cargo::cargo;

/// The crates that are published.
const CRATES: [&str; 6] =
    ["crm-core", "hubspot-client", "hoopai-client", "hockeystack-client", "hatch-client", "crm-fake"];
/// Licences that ask for no more than their text.
const ALLOWED: [&str; 13] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "ISC",
    "0BSD",
    "Zlib",
    "CC0-1.0",
    "Unicode-3.0",
    "Unlicense",
];
/// The same on every host.
const TARGET: &str = "x86_64-unknown-linux-gnu";
const PAGE: &str = "docs/dependencies.md";
const INTRODUCTION: &str = "# What the crates depend on\n
Written by `cargo xtask supply --write`, which also checks every licence. Counted are the crates that are compiled on Linux
beside the crate itself, build scripts' included.\n\n";

/// Writes or compares the page, and checks licences and advisories; `false` where something is wrong.
pub(crate) fn run(root: &Path, write: bool) -> Result<bool> {
    let mut page = format!("{INTRODUCTION}| crate | default features | all features |\n|---|---:|---:|\n");
    let mut licences: BTreeMap<String, String> = BTreeMap::new();
    for name in CRATES {
        let (usual, all) = (tree(root, name, &[])?, tree(root, name, &["--all-features"])?);
        page += &format!("| `{name}` | {} | {} |\n", usual.len() - 1, all.len() - 1);
        licences.extend(all);
    }
    let wrong: Vec<_> = licences.iter().filter(|(_, licence)| !Expression(licence).holds()).collect();
    for (package, licence) in &wrong {
        println!("{package}: the licence `{licence}` is not on the list");
    }
    println!("{} packages, {} with a licence that is not on the list", licences.len(), wrong.len());
    let known = advisories(root)?;
    let file = root.join(PAGE);
    if write {
        std::fs::write(&file, &page).with_context(|| format!("{PAGE} cannot be written"))?;
    }
    let current = std::fs::read_to_string(&file).unwrap_or_default() == page;
    if !current {
        println!("{PAGE} is not current; `cargo xtask supply --write` makes it\n{page}");
    }
    Ok(current && wrong.is_empty() && known == 0)
}

/// The packages that a crate needs, itself included, and their licences.
fn tree(root: &Path, name: &str, features: &[&str]) -> Result<BTreeMap<String, String>> {
    let mut command = cargo(root);
    command.args(["tree", "--locked", "--package", name, "--edges", "normal,build", "--target", TARGET]);
    command.args(["--prefix", "none", "--format", "{p}\t{l}"]).args(features);
    let output = command.output().context("cargo could not be run")?;
    if !output.status.success() {
        bail!("`cargo tree` failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let listed = String::from_utf8_lossy(&output.stdout);
    let lines: BTreeSet<&str> = listed.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    let entry = |line: &str| {
        let (package, licence) = line.split_once('\t')?;
        // Name and version; where it lies is the machine's.
        let package: Vec<&str> = package.split(' ').take(2).collect();
        Some((package.join(" "), licence.to_owned()))
    };
    Ok(lines.into_iter().filter_map(entry).collect())
}

/// How many advisories are known; none where nobody can be asked.
fn advisories(root: &Path) -> Result<u64> {
    let output = cargo(root).args(["audit", "--json", "--quiet"]).output().context("cargo could not be run")?;
    let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) else {
        println!("advisories: skipped, as cargo-audit or its database cannot be reached");
        return Ok(0);
    };
    let count = report["vulnerabilities"]["count"].as_u64().unwrap_or(0);
    println!("advisories: {count} of {} packages", report["lockfile"]["dependency-count"]);
    for found in report["vulnerabilities"]["list"].as_array().into_iter().flatten() {
        println!("{} {}: {}", found["package"]["name"], found["advisory"]["id"], found["advisory"]["title"]);
    }
    Ok(count)
}

/// An SPDX expression, of which the licences on the list are enough or not.
struct Expression<'a>(&'a str);

impl Expression<'_> {
    fn holds(&self) -> bool {
        let text = self.0.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut rest = &words[..];
        !words.is_empty() && any(&mut rest) && rest.is_empty()
    }
}

/// `a OR b`: one is enough.
fn any(rest: &mut &[&str]) -> bool {
    let mut holds = all(rest);
    while take(rest, "OR") {
        holds |= all(rest);
    }
    holds
}

/// `a AND b`: both are needed.
fn all(rest: &mut &[&str]) -> bool {
    let mut holds = one(rest);
    while take(rest, "AND") {
        holds &= one(rest);
    }
    holds
}

fn one(rest: &mut &[&str]) -> bool {
    if take(rest, "(") {
        let holds = any(rest);
        return take(rest, ")") && holds;
    }
    let Some((name, after)) = rest.split_first() else { return false };
    *rest = after;
    let mut name = (*name).to_owned();
    if take(rest, "WITH")
        && let Some((exception, after)) = rest.split_first()
    {
        name = format!("{name} WITH {exception}");
        *rest = after;
    }
    ALLOWED.contains(&&*name)
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    let found = rest.first() == Some(&word);
    if found {
        *rest = &rest[1..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::Expression;

    #[test]
    fn licences_are_read_as_they_are_meant() {
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "GPL-3.0/MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
            "ISC AND (Apache-2.0 OR ISC) AND MIT",
        ] {
            assert!(Expression(good).holds(), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR Apache-2.0) AND GPL-3.0",
            "(MIT",
            "MIT)",
            "MIT Apache-2.0",
            "GPL-2.0 WITH LLVM-exception",
            "MIT AND",
            "MPL-2.0",
        ] {
            assert!(!Expression(bad).holds(), "{bad}");
        }
    }
}
