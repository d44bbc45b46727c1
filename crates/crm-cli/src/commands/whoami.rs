//! `crm whoami`: the account behind a credential.

use clap::{ArgMatches, Command};

use crate::apis;
use crate::failure::Failure;
use crate::identity;
use crate::options::{Opt, Options};
use crate::output::{self, Format};
use crate::session::Session;

pub(super) fn command() -> Command {
    Command::new("whoami")
        .about("Show the account, the scopes, the expiry and the calls left today of a vendor's credentials")
        .arg(apis::vendor_argument())
}

pub(super) async fn run(matches: ArgMatches, options: Options) -> Result<(), Failure> {
    options.refuse("whoami", &[Opt::All, Opt::DryRun])?;
    let vendor = matches.get_one::<String>("vendor").cloned().unwrap_or_default();
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let apis: Vec<_> = apis::credentials(&vendor).collect();
    let format = Format::of(options.format);
    if let [api] = apis.as_slice() {
        return output::value(&identity::of(&session, api).await?, format);
    }
    let (mut with, mut missing) = (Vec::new(), None);
    for api in apis {
        match session.credential(api).await {
            Ok(_) => with.push(api),
            Err(failure) => drop(missing.get_or_insert(failure)),
        }
    }
    if let Some(failure) = missing.filter(|_| with.is_empty()) {
        return Err(failure);
    }
    let mut rows = output::Rows::new(format);
    for api in with {
        rows.push(identity::of(&session, api).await?)?;
    }
    rows.end()
}
