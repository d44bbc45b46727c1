//! Messages on standard error, which leave standard output to data.

use std::io::Write as _;

/// Writes a line to standard error. A closed one is not an error.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "crm: {line}");
}
