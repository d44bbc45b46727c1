//! `crm mcp`: serves the operations to an agent.

use clap::Command;

use crate::cli::Options;
use crate::failure::Failure;
use crate::mcp;

pub(super) fn command() -> Command {
    Command::new("mcp")
        .about("Serve the operations to an agent over standard input and output (Model Context Protocol)")
        .long_about(
            "Serve the operations to an agent over standard input and output (Model Context Protocol). Writes are refused \
             unless --yes or the profile allows them.",
        )
}

pub(super) async fn run(options: Options) -> Result<(), Failure> {
    mcp::serve(&options).await
}
