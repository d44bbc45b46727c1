//! A check of advisories that could not be made is not passed.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

/// Runs the check with a cargo-deny that ends like this.
fn advisories(folder: &Path, deny: &str, without: &str) -> bool {
    let program = folder.join("cargo-deny");
    fs::write(&program, format!("#!/bin/sh\n[ \"$2\" = --version ] || {deny}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let path = std::env::join_paths([folder.to_owned()].into_iter().chain(std::env::split_paths(&path))).unwrap();
    let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
    xtask.args(["supply", "--advisories"]).env("PATH", path).env("CRM_WITHOUT_DENY", without);
    xtask.output().unwrap().status.success()
}

#[test]
fn advisories_that_cannot_be_checked_are_not_passed() {
    let folder = tempfile::tempdir().unwrap();
    assert!(advisories(folder.path(), "exit 0", ""), "nothing was found");
    assert!(!advisories(folder.path(), "exit 1", ""), "the database cannot be had");
    assert!(!advisories(folder.path(), "exit 0", "1"), "nobody is to be asked");
}
