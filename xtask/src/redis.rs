//! The server that the tests of shared quotas talk to.

use std::process::{Command, Stdio};

/// Makes the tests fail where the server is missing, in place of skipping.
pub(crate) const REQUIRE: &str = "CRM_REQUIRE_REDIS";

/// Whether there is a `redis-server`; installs Debian's where it can, and says so where it cannot.
pub(crate) fn ready() -> bool {
    if found() || (is_root() && apt(&["update", "-qq"]) && apt(&["install", "-y", "-qq", "redis-server"]) && found()) {
        return true;
    }
    println!("── redis-server is missing: tests of shared quotas are skipped (Debian: apt-get install redis-server)\n");
    false
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
