//! Programs that the tools run.

use std::process::{Command, ExitCode, ExitStatus};

use anyhow::{Context, Result, bail};

/// Runs a program and returns its output. A failure is an error with the program's message.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("`{}` could not be run", said(command)))?;
    if !output.status.success() {
        bail!("`{}` failed: {}", said(command), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Returns a command as a person would enter it.
#[must_use]
pub fn said(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let program = program.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    command.get_args().fold(program, |said, argument| said + " " + &argument.to_string_lossy())
}

/// Returns the exit code of a program, which has printed its error.
#[must_use]
pub fn code(status: ExitStatus) -> ExitCode {
    status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}
