//! `crm whoami`: the account behind a credential.

use clap::{Arg, ArgMatches, Command};

use crate::apis::{self, APIS, ApiEntry};
use crate::failure::Failure;
use crate::identity;
use crate::options::Options;
use crate::output::{self, Format};
use crate::session::Session;

pub(super) fn command() -> Command {
    let vendors = clap::builder::PossibleValuesParser::new(apis::vendors());
    Command::new("whoami")
        .about("Show the account, the scopes, the expiry and the calls left today of a vendor's credentials")
        .arg(Arg::new("vendor").value_name("VENDOR").required(true).value_parser(vendors))
}

pub(super) async fn run(matches: ArgMatches, options: Options) -> Result<(), Failure> {
    options.refuse("whoami", &["all", "dry-run"])?;
    let vendor = matches.get_one::<String>("vendor").cloned().unwrap_or_default();
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    // The first API of each credential.
    let mut apis: Vec<&'static ApiEntry> = APIS.iter().filter(|api| api.vendor == vendor).collect();
    apis.dedup_by_key(|api| api.profile);
    let format = Format::of(options.format);
    if let [api] = apis.as_slice() {
        return output::value(&identity::of(&session, api).await?, format);
    }
    let (with, without): (Vec<_>, Vec<_>) = apis.into_iter().partition(|api| session.has_credential(api));
    if let ([], [missing, ..]) = (with.as_slice(), without.as_slice()) {
        return session.credential(missing).await.map(drop);
    }
    let mut rows = output::Rows::new(format);
    for api in with {
        rows.push(identity::of(&session, api).await?)?;
    }
    rows.end()
}
