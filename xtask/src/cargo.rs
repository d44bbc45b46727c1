//! The cargo that runs this tool.

use std::path::Path;
use std::process::Command;

/// Cargo, in a project.
pub(crate) fn cargo(project: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(project);
    command
}
