//! `crm webhooks`: receives and sends webhooks.

mod addresses;
mod keys;
mod listen;
mod post;
mod samples;
mod send;

use clap::{Arg, ArgMatches, Command};

use crate::failure::Failure;
use crate::options::{Opt, Options};
use crate::profile::Profile;

/// The vendors that send webhooks.
const VENDORS: [&str; 3] = ["hubspot", "hoopai", "hatch"];

pub(super) fn command() -> Command {
    Command::new("webhooks")
        .about("Receive webhooks at this machine, or send signed ones for tests")
        .after_help(keys::HELP)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommand(listen::command().arg(vendor()).after_help(keys::HELP))
        .subcommand(send::command().arg(vendor()).after_help(keys::HELP))
}

fn vendor() -> Arg {
    let vendors = clap::builder::PossibleValuesParser::new(VENDORS);
    Arg::new("vendor").value_name("VENDOR").required(true).index(1).value_parser(vendors)
}

pub(super) async fn run(matches: ArgMatches, options: Options) -> Result<(), Failure> {
    let Some((name, matches)) = matches.subcommand() else { return Err(Failure::usage("name listen or send")) };
    let vendor = matches.get_one::<String>("vendor").map(String::as_str).unwrap_or_default();
    let profile = Profile::read(options.profile.as_deref())?;
    match name {
        "listen" => {
            options.refuse("webhooks listen", &[Opt::All, Opt::DryRun, Opt::Fake, Opt::Format])?;
            listen::run(vendor, &profile, matches).await
        }
        _ => {
            options.refuse("webhooks send", &[Opt::All, Opt::Fake])?;
            send::run(vendor, &profile, matches, &options).await
        }
    }
}
