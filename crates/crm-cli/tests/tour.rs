//! The tour of the README: each line is run, and what it writes is compared.

#![cfg(unix)]

use std::path::Path;
use std::process::Command;

const README: &str = include_str!("../README.md");

#[test]
fn the_tour_writes_what_it_shows() {
    let tour = README.split("<!-- tour -->\n```console\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_crm")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut run = 0;
    for step in tour.split("$ ").filter(|step| !step.is_empty()) {
        let (line, shown) = step.split_once('\n').unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", &format!("({line}) 2>&1")]).current_dir(folder.path());
        let ended = command.env_clear().env("PATH", &path).env("CRM_PROFILES", "none").output().unwrap();
        assert_eq!(String::from_utf8(ended.stdout).unwrap(), shown, "{line}");
        run += 1;
    }
    assert_eq!(run, 13);
    assert_eq!(run, 13);
}
