//! `crm webhooks send`: sends a signed webhook to a server of the user.

use std::time::SystemTime;

use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use super::post::Place;
use super::{keys, samples};
use crate::arguments;
use crate::failure::Failure;
use crate::options::Options;
use crate::output::{self, Format};
use crate::profile::Profile;

pub(super) fn command() -> Command {
    Command::new("send")
        .about("Send a signed webhook to a server of yours, for tests")
        .arg(Arg::new("url").value_name("URL").help("For example http://127.0.0.1:8975/").required(true).index(2))
        .arg(
            Arg::new("event")
                .long("event")
                .value_name("KIND")
                .help("Kind of the sample, for example contact.propertyChange (HubSpot) or ContactCreate (HoopAI)"),
        )
        .arg(
            arguments::data_argument()
                .help("The body to send instead of a sample; @FILE reads it from a file, - from standard input")
                .conflicts_with("event"),
        )
}

pub(super) async fn run(
    vendor: &str,
    profile: &Profile,
    matches: &ArgMatches,
    options: &Options,
) -> Result<(), Failure> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let place = Place::read(text("url").unwrap_or_default(), "URL")?;
    let body = match text("data") {
        Some(data) => arguments::data(data)?,
        None => samples::of(vendor, text("event"), SystemTime::now())?,
    };
    let signed = keys::signer(vendor, profile)?.sign(&place.address(), &body);
    if options.dry_run {
        let headers =
            signed.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().into()));
        let headers: serde_json::Map<String, Value> = headers.collect();
        let shown = json!({"method": "POST", "url": signed.uri, "headers": headers, "body": body});
        return output::plan(&shown, options.format);
    }
    let (status, answer) = place.post("/", signed.headers, signed.body.into()).await?;
    let shown = json!({"status": status.as_u16(), "answer": String::from_utf8_lossy(&answer).trim(), "sent": body});
    output::value(&shown, Format::of(options.format))?;
    if status.is_success() {
        return Ok(());
    }
    Err(Failure::other(format!("the server refused the webhook with {}", status.as_u16())))
}
