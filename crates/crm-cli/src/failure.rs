//! Failures, as one line and an exit code.

mod hidden;

use std::fmt;
use std::process::ExitCode;

use crm_core::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::catalogue::Found;
use crate::check::Input;
use crate::note;
use hidden::hidden;

/// A failure of a command.
#[derive(Debug)]
pub(crate) struct Failure {
    line: String,
    code: u8,
}

/// The maximum length of a line in characters.
const MOST_CHARACTERS: usize = 2_000;

/// The exit codes, as `crm help` lists them.
pub(crate) const CODES: &str = "\
Exit codes:
  0  done
  1  failed otherwise
  2  wrong command, argument or body; the vendor changed nothing
  3  credential missing, refused or without the permission
  4  not found
  5  conflict with the vendor's data, or several records where one was required
  6  a limit of the vendor; repeat later
  7  vendor or network unavailable; nothing was changed, repeat later
  8  the write may have happened; look before you repeat it
  9  the output was closed before the end";

impl Failure {
    /// The command is wrong, and the vendor changed nothing.
    pub(crate) fn usage(line: impl Into<String>) -> Self {
        Self { line: line.into(), code: 2 }
    }

    /// The credential is missing or cannot be used.
    pub(crate) fn credential(line: impl Into<String>) -> Self {
        Self { line: line.into(), code: 3 }
    }

    /// Nothing was found.
    pub(crate) fn none(line: impl Into<String>) -> Self {
        Self { line: line.into(), code: 4 }
    }

    /// More than one record was found where one was required.
    pub(crate) fn several(line: impl Into<String>) -> Self {
        Self { line: line.into(), code: 5 }
    }

    /// The network or the other side is not available, and nothing was changed.
    pub(crate) fn unavailable(line: impl Into<String>) -> Self {
        Self { line: line.into(), code: 7 }
    }

    pub(crate) fn other(line: impl Into<String>) -> Self {
        Self { line: line.into(), code: 1 }
    }

    /// A write may have happened.
    pub(crate) fn doubt(line: impl Into<String>) -> Self {
        Self { line: line.into(), code: 8 }
    }

    /// Returns true if the code does not say that the vendor changed nothing.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.code, 1 | 8 | 9)
    }

    /// Returns true if a write may have happened.
    pub(crate) fn is_doubt(&self) -> bool {
        self.code == 8
    }

    /// Adds words to the line.
    pub(crate) fn and(mut self, words: &str) -> Self {
        self.line.push_str(words);
        self
    }

    /// The caller cancelled the call.
    pub(crate) fn cancelled(writes: bool) -> Self {
        match writes {
            true => Self { line: "cancelled; a write that was sent may have happened".to_owned(), code: 8 },
            false => Self::other("cancelled"),
        }
    }

    /// Output could not be written.
    pub(crate) fn output(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => {
                Self { line: "the output was closed before the end; the rest was not written".to_owned(), code: 9 }
            }
            _ => Self::other(format!("the output cannot be written: {error}")),
        }
    }

    /// A call failed. The text of a core error contains no secret and no personal data, and says whether a write may
    /// have been carried out. `writes` is true if the operation changes data: reads are never in doubt.
    pub(crate) fn call(error: &Error, writes: bool) -> Self {
        let doubt = writes && error.may_have_happened() && error.kind() != ErrorKind::Pending;
        let code = if doubt { 8 } else { code(error.kind()) };
        let login = if error.needs_consent() { "; to log in again: crm login" } else { "" };
        Self { line: format!("{}{login}", error.to_string().replace(['\n', '\r'], " ")), code }
    }

    /// A call of an operation failed. If a permission is missing, the line names the scope. A web page is not the vendor's
    /// answer: a proxy or a gateway may forbid the address.
    pub(crate) fn operation(found: &Found, error: &Error) -> Self {
        let failure = Self::call(error, !found.operation.reads());
        let missing = error.kind() == ErrorKind::Permission && !is_web_page(error);
        match found.scopes().sentence().filter(|_| missing) {
            Some(scope) => failure.and(&format!("; {} requires {scope}", found.words())),
            None => failure,
        }
    }

    /// Hides the texts and numbers of an input, which a vendor's message may repeat.
    pub(crate) fn without(mut self, input: &Input) -> Self {
        // The vendor's message is after the name of the operation.
        let Some(name) = self.line.find("): ") else { return self };
        let rest = hidden(&self.line.split_off(name), &input.texts());
        self.line.push_str(&rest);
        self
    }

    /// The failure for a program.
    pub(crate) fn as_json(&self) -> Value {
        json!({"error": self.short(), "kind": self.kind(), "may_have_happened": self.code == 8})
    }

    /// The line, cut to its maximum length.
    fn short(&self) -> String {
        self.line.chars().take(MOST_CHARACTERS).collect()
    }

    /// The kind for a program, one for each exit code.
    pub(crate) fn kind(&self) -> &'static str {
        match self.code {
            2 => "wrong input",
            3 => "credential",
            4 => "not found",
            5 => "conflict",
            6 => "limit",
            7 => "unavailable",
            8 => "unknown outcome",
            _ => "other",
        }
    }

    /// Writes the line to standard error and returns the exit code.
    pub(crate) fn report(self) -> ExitCode {
        note::say(&self.short());
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

/// Returns true if the reply of a failed call is a web page, by the test of the core.
fn is_web_page(error: &Error) -> bool {
    let kind = error.vendor().and_then(|vendor| vendor.content_type.as_deref()).unwrap_or_default();
    kind.to_ascii_lowercase().contains("html") || error.body().trim_ascii_start().starts_with(b"<")
}

fn code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Config | ErrorKind::Validation => 2,
        ErrorKind::Auth | ErrorKind::Permission | ErrorKind::Token => 3,
        ErrorKind::NotFound => 4,
        ErrorKind::Conflict => 5,
        ErrorKind::RateLimited | ErrorKind::QuotaExhausted | ErrorKind::LocalLimit => 6,
        ErrorKind::Timeout | ErrorKind::Connect | ErrorKind::Io | ErrorKind::Unavailable | ErrorKind::Server => 7,
        _ => 1,
    }
}
