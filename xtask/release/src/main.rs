//! Publishing: `cargo xtask api`, `cargo xtask package` and `cargo xtask release`.

mod api;
mod package;
mod release;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

/// Exit codes: 0 all is well, 1 a check failed or something is wrong, 2 the command is not understood.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
enum Command {
    /// Writes the public items of each crate into docs/api, and checks whose types are in it
    Api {
        /// Write nothing; show the difference and exit with 1 if there is one
        #[arg(long)]
        check: bool,
    },
    /// Packs each crate, and checks, builds and tests the packages with nothing around them
    Package,
    /// Writes versions and changelogs for the changes, and tries to publish; publishes only with `--publish`
    Release {
        /// Only show versions, changelogs, the order, and the failing checks
        #[arg(long)]
        plan: bool,
        /// Commit of the last release; by default each crate's newest tag, for example `crm-core-v0.1.0`
        #[arg(long)]
        since: Option<String>,
        /// Publish what a run before has written and somebody has committed
        #[arg(long, conflicts_with_all = ["plan", "since"])]
        publish: bool,
    },
}

fn main() -> ExitCode {
    if let Some(code) = api::wrapped() {
        return code;
    }
    xtask::end(run(Command::parse()))
}

/// Runs a command. Returns true if there are no findings.
fn run(command: Command) -> Result<bool> {
    let root = xtask::root();
    match command {
        Command::Api { check } => api::run(&root, check),
        Command::Package => package::run(&root),
        Command::Release { plan: true, since, .. } => release::plan(&root, since.as_deref()),
        Command::Release { publish: true, .. } => release::publish(&root),
        Command::Release { since, .. } => release::apply(&root, since.as_deref()),
    }
}
