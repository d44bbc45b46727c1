//! The user's browser.

use std::process::{Command, Stdio};

/// The programs that open an address, with their arguments before it.
const PROGRAMS: &[&[&str]] = if cfg!(target_os = "macos") {
    &[&["open"]]
} else if cfg!(windows) {
    &[&["rundll32", "url.dll,FileProtocolHandler"]]
} else {
    &[&["xdg-open"], &["wslview"]]
};

/// Opens an address in the browser. Returns false if no program could be started.
pub(super) fn open(address: &str) -> bool {
    PROGRAMS.iter().any(|words| {
        let Some((program, arguments)) = words.split_first() else { return false };
        let mut command = Command::new(program);
        command.args(arguments).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().is_ok()
    })
}
