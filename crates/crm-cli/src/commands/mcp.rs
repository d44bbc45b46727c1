//! `crm mcp`: serves the operations to an agent.

use clap::{Arg, ArgMatches, Command};

use crate::failure::Failure;
use crate::mcp;
use crate::options::Options;

pub(super) fn command() -> Command {
    let files = Arg::new("files").long("files").value_name("DIR").help("Folder for whole lists and other files");
    let http = Arg::new("http").long("http").value_name("ADDRESS").help(
        "Serve over HTTP at a port of this computer, or at HOST:PORT; CRM_MCP_TOKEN is the bearer token of clients",
    );
    Command::new("mcp")
        .about("Serve the operations to an agent over standard input and output (Model Context Protocol)")
        .long_about(
            "Serve the operations to an agent over standard input and output (Model Context Protocol). Writes are refused \
             unless --yes or the profile allows them.",
        )
        .args([files, http])
}

pub(super) async fn run(matches: ArgMatches, options: Options) -> Result<(), Failure> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    mcp::serve(&options, text("files"), text("http")).await
}
