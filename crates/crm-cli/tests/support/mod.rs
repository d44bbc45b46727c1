//! Starts the program.

#![allow(dead_code, reason = "each test uses a part")]

pub(crate) mod vendor;

use std::io::Read as _;
use std::process::{Command, Stdio};

/// The result of a run.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) output: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) errors: String,
}

/// A file that is removed at the end.
pub(crate) struct File(tempfile::NamedTempFile);

impl File {
    pub(crate) fn path(&self) -> &str {
        self.0.path().to_str().unwrap()
    }
}

/// Writes a file that only its owner can read.
pub(crate) fn seed(text: &str) -> File {
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    std::fs::write(file.path(), text).unwrap();
    File(file)
}

/// Runs a line without any credential.
pub(crate) fn crm(line: &str) -> Ran {
    run(&mut command(line, "/nowhere/profiles.json"))
}

/// Runs a line with a file of profiles.
pub(crate) fn crm_at(profiles: &File, line: &str) -> Ran {
    run(&mut command(line, profiles.path()))
}

/// Runs a line whose output is closed after the first bytes.
pub(crate) fn closed(line: &str) -> Ran {
    let mut child = command(line, "/nowhere").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    output.read_exact(&mut [0; 10]).unwrap();
    drop(output);
    let ended = child.wait_with_output().unwrap();
    Ran {
        code: ended.status.code().unwrap_or(-1),
        output: String::new(),
        bytes: Vec::new(),
        errors: String::from_utf8(ended.stderr).unwrap(),
    }
}

/// Returns the command of a line, without any credential of the environment.
pub(crate) fn command(line: &str, profiles: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crm"));
    command.args(line.split(' ')).env_clear().env("CRM_PROFILES", profiles).stdin(Stdio::null());
    command
}

pub(crate) fn run(command: &mut Command) -> Ran {
    let ended = command.output().unwrap();
    Ran {
        code: ended.status.code().unwrap_or(-1),
        output: String::from_utf8_lossy(&ended.stdout).into_owned(),
        bytes: ended.stdout,
        errors: String::from_utf8(ended.stderr).unwrap(),
    }
}
