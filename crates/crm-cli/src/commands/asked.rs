//! The options of all commands, as far as a command takes them.

use crate::cli::Options;
use crate::failure::Failure;

/// Refuses the options that have no effect on a command.
pub(super) fn refuse(options: &Options, command: &str, refused: &[&str]) -> Result<(), Failure> {
    let given = |name: &&&str| match **name {
        "all" => options.all,
        "dry-run" => options.dry_run,
        "fake" => options.fake.is_some(),
        "format" => options.format.is_some(),
        "profile" => options.profile.is_some(),
        _ => false,
    };
    match refused.iter().find(given) {
        Some(name) => Err(Failure::usage(format!("--{name} has no effect on crm {command}; leave it out"))),
        None => Ok(()),
    }
}
