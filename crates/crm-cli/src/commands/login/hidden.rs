//! A secret from standard input, which a terminal does not show.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use crm_core::Secret;

use crate::failure::Failure;

/// The maximum length of a line in bytes.
const MOST_BYTES: u64 = 64 * 1024;

/// Reads a line. On a terminal it is asked for, and not shown.
pub(super) fn line(question: &str) -> Result<Secret, Failure> {
    let terminal = io::stdin().is_terminal();
    if terminal {
        let mut errors = io::stderr();
        let _ = write!(errors, "{question}").and_then(|()| errors.flush());
    }
    let echo = terminal.then(Quiet::begin);
    let mut text = String::new();
    let mut input = io::stdin().lock().take(MOST_BYTES);
    // A file may have lines other than the token, of which none is to be stored by mistake.
    let read = if terminal { input.read_line(&mut text) } else { input.read_to_string(&mut text) };
    drop(echo);
    read.map_err(|error| Failure::usage(format!("standard input cannot be read: {error}")))?;
    match text.trim() {
        "" => Err(Failure::usage("standard input has no token; for example: crm login hubspot --token < file")),
        text if text.contains(['\n', '\r']) => Err(Failure::usage(
            "standard input has more than one line; give the token alone, for example with: head -n 1",
        )),
        token => Ok(Secret::new(token)),
    }
}

/// A terminal that does not show what is typed.
struct Quiet {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

#[cfg(unix)]
impl Quiet {
    fn begin() -> Self {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(io::stdin()).ok();
        if let Some(mut modes) = before.clone() {
            modes.local_modes.remove(LocalModes::ECHO);
            let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &modes);
        }
        Self { before }
    }
}

#[cfg(unix)]
impl Drop for Quiet {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Flush, before);
            let _ = writeln!(io::stderr());
        }
    }
}

/// Other systems show it.
#[cfg(not(unix))]
impl Quiet {
    fn begin() -> Self {
        Self {}
    }
}
