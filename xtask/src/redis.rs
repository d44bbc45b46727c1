//! The server that the tests of shared quotas and of shared tokens talk to.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

/// Leaves the tests of Redis out: they are listed as ignored.
const WITHOUT: &str = "CRM_WITHOUT_REDIS";

/// Makes sure that there is a `redis-server`, unless the tests are to be run without it. Installs
/// Debian's, after saying so.
pub(crate) fn provide() -> Result<()> {
    if std::env::var_os(WITHOUT).is_some_and(|value| !value.is_empty()) {
        println!("── {WITHOUT} is set: tests of Redis are listed as ignored\n");
        return Ok(());
    }
    if std::env::var_os("CRM_REDIS_SERVER").is_some() || found() {
        return Ok(());
    }
    if is_root() {
        println!("── redis-server is missing: installing it with apt-get; set {WITHOUT}=1 to do without\n");
        let installed = apt(&["update", "-qq"]) && apt(&["install", "-y", "-qq", "redis-server"]);
        if installed && found() {
            return Ok(());
        }
    }
    bail!(
        "redis-server is missing: install it (Debian: apt-get install redis-server), \
         or set {WITHOUT}=1, which lists the tests of Redis as ignored"
    );
}

fn found() -> bool {
    quiet(Command::new("redis-server").arg("--version"))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// Without questions, and without starting the system's own server.
fn apt(arguments: &[&str]) -> bool {
    quiet(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1"))
}

fn quiet(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
