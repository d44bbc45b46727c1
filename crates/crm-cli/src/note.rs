//! Messages on standard error, which leave standard output to data.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

/// True if the line of [`status`] is on the terminal.
static SHOWN: AtomicBool = AtomicBool::new(false);

/// The sequence that clears the line of the cursor.
const CLEAR: &str = "\r\x1b[2K";

/// Writes a line to standard error. A closed one is not an error.
pub(crate) fn say(line: &str) {
    let before = if SHOWN.swap(false, Ordering::Relaxed) { CLEAR } else { "" };
    let _ = writeln!(std::io::stderr(), "{before}crm: {line}");
}

/// Shows a line on a terminal until the next message replaces it.
pub(crate) fn status(line: &str) {
    SHOWN.store(true, Ordering::Relaxed);
    let _ = write!(std::io::stderr(), "{CLEAR}crm: {line}");
}
