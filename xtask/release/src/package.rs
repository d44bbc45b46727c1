//! `cargo xtask package`: what goes to a registry is complete, and works with nothing around it.

mod contents;
mod minimal;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::api::unstable;
pub(crate) use contents::missing;
use xtask::cargo::{MOST_BYTES, Package, cargo, pack, packages, target};
use xtask::program::{output, said};

/// The feature that the tests of a crate need, where it has one: a registry does not take a crate that
/// depends on itself for its tests.
const OF_TESTS: &str = "test-util";

/// The packages, unpacked beside each other in a separate workspace.
struct Packed {
    folder: PathBuf,
    target: PathBuf,
    packages: Vec<Package>,
}

/// Packs, unpacks, looks, builds and tests; `false` where something is wrong.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let packed = Packed::new(root)?;
    let mut wrong = contents::check(root, &packed)?;
    for package in &packed.packages {
        let name = package.name.as_str();
        for features in [&["--no-default-features"][..], &[], &["--all-features"]] {
            packed.step(&mut wrong, packed.cargo("check", name).args(features))?;
        }
        let mut tests = packed.cargo("test", name);
        tests.args(["--lib", "--bins", "--tests"]);
        if package.features.contains_key(OF_TESTS) {
            tests.args(["--features", OF_TESTS]);
        }
        packed.step(&mut wrong, &mut tests)?;
        packed.step(&mut wrong, packed.cargo("check", name).args(["--examples", "--all-features"]))?;
        // Those of the generated code are many, and the tests of the workspace run them.
        packed.step(&mut wrong, packed.cargo("test", name).args(["--doc", "--", "--skip", "src/generated"]))?;
        // The same as docs.rs does.
        let mut docs = packed.cargo("doc", name);
        docs.args(["--no-deps", "--all-features"]).env("RUSTDOCFLAGS", "--cfg docsrs --deny warnings");
        packed.step(&mut wrong, unstable(&mut docs)?)?;
    }
    minimal::check(&packed, &mut wrong)?;
    for line in &wrong {
        println!("{line}");
    }
    println!("{} packages, {} things wrong", packed.packages.len(), wrong.len());
    Ok(wrong.is_empty())
}

impl Packed {
    fn new(root: &Path) -> Result<Self> {
        let target = target(root)?;
        let packed = pack(root)?;
        let folder = target.join("packed");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be removed", folder.display()))?;
        }
        fs::create_dir_all(&folder)?;
        let mut members = String::new();
        let mut patches = String::new();
        for (file, Package { name, version, .. }) in &packed {
            let size = fs::metadata(file).with_context(|| format!("{} is missing", file.display()))?.len();
            if size > MOST_BYTES {
                bail!("{name} takes {size} bytes, packed; at most {MOST_BYTES} are allowed");
            }
            // With the current time: in a package all files have the same date in 2006, and cargo would treat the
            // build of an earlier one as current.
            output(Command::new("tar").arg("-xzmf").arg(file).arg("-C").arg(&folder))?;
            members += &format!("    \"{name}-{version}\",\n");
            patches += &format!("{name} = {{ path = \"{name}-{version}\" }}\n");
        }
        let manifest =
            format!("[workspace]\nresolver = \"3\"\nmembers = [\n{members}]\n\n[patch.crates-io]\n{patches}");
        fs::write(folder.join("Cargo.toml"), manifest)?;
        // The versions that the workspace was tested with.
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        let packages = packages(&folder)?;
        Ok(Self { folder, target: target.join("packed-build"), packages })
    }

    /// Cargo, for one of the packages.
    fn cargo(&self, verb: &str, package: &str) -> Command {
        let mut command = cargo(&self.folder);
        command.args([verb, "--package", package]);
        command
    }

    /// Runs cargo; a failure is taken down.
    fn step(&self, wrong: &mut Vec<String>, command: &mut Command) -> Result<()> {
        let said = said(command);
        let started = Instant::now();
        command.env("CARGO_TARGET_DIR", &self.target).env("CARGO_TERM_QUIET", "true");
        let output = command.output().context("cargo could not be run")?;
        if output.status.success() {
            println!("{said}: {:.0} s", started.elapsed().as_secs_f64());
            return Ok(());
        }
        let texts = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
        println!("{said} FAILED\n{}{}", texts[0], texts[1]);
        wrong.push(format!("`{said}` fails"));
        Ok(())
    }
}
