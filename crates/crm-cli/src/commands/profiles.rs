//! `crm profiles`: lists the profiles and their APIs.

use clap::{ArgMatches, Command};
use serde_json::json;

use crate::failure::Failure;
use crate::options::{Opt, Options};
use crate::output::{Format, Rows};
use crate::profile::Profile;

pub(super) fn command() -> Command {
    Command::new("profiles").about("List the profiles and their APIs, without secrets")
}

pub(super) async fn run(_: ArgMatches, options: Options) -> Result<(), Failure> {
    options.refuse("profiles", &[Opt::All, Opt::DryRun, Opt::Fake, Opt::Profile])?;
    let mut rows = Rows::new(Format::of(options.format));
    for profile in Profile::all(false)? {
        for (api, entry) in &profile.apis {
            rows.push(json!({
                "profile": profile.name,
                "api": api,
                "credential": entry.kind(),
                "allow_writes": profile.allow_writes,
                "base_url": entry.base_url,
            }))?;
        }
    }
    rows.end()
}
