//! `crm export`: all records of a type, or all rows of a list, in a file.

mod file;
mod form;
mod ids;
mod progress;
mod question;
mod source;

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use tokio::time::Instant;

use super::records::{self, Records};
use crate::apis;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::note;
use crate::options::{Opt, Options};
use crate::session::Session;
use file::Target;
use ids::Ids;
use progress::Progress;
use question::Question;
use source::{Access, Source};

/// The rows and the time after which the position is stored.
const ROWS: u64 = 1_000;
const TIME: Duration = Duration::from_secs(2);

pub(super) fn command() -> Command {
    let list = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("NAME,…").value_delimiter(',').help(help)
    };
    let words =
        "A type of object of HubSpot, contacts of HoopAI, or any list: its resource, its operation and NAME=VALUE";
    Command::new("export")
        .about("Write all records of a type, or all rows of a list, to a file")
        .arg(apis::vendor_argument())
        .arg(Arg::new("words").value_name("OBJECT").required(true).num_args(1..).help(words))
        .arg(records::location())
        .arg(Arg::new("to").long("to").value_name("FILE").required(true).help("The file; .jsonl or .csv by its ending"))
        .arg(list("properties", "The properties to read, of HubSpot; the columns of a .csv file"))
        .arg(
            Arg::new("all-properties")
                .long("all-properties")
                .action(ArgAction::SetTrue)
                .conflicts_with("properties")
                .help("Read all properties, also those of the account"),
        )
        .arg(list("associations", "Also read the ids of associated records of these types, of HubSpot; without labels"))
        .after_help(
            "An export that is interrupted continues if the same command is run again: its position is in FILE.position \
             until the end. Of HubSpot's types of object, no row is lost and none is written twice. Of HoopAI's contacts, \
             those that were added in the same second may then be in the file twice. Rows of another list may be repeated or \
             missed if the list changes meanwhile.\n\nExamples:\n  \
             crm export hubspot deals --to deals.csv --properties dealname,amount --associations companies\n  \
             crm export hoopai contacts --location-id ID --to contacts.jsonl\n  \
             crm export hoopai opportunities search locationId=ID --to opportunities.jsonl",
        )
}

pub(super) async fn run(matches: ArgMatches, options: Options) -> Result<(), Failure> {
    options.refuse("export", &[Opt::Jq])?;
    options.without(Opt::All, "an export reads all pages")?;
    options.without(Opt::DryRun, "an export sends more than one request")?;
    let question = Question::read(&matches, &options)?;
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let access = Access::open(&question, &session).await?;
    access.expect(&question).await?;
    let described = question.describe(&session.account(question.api()?));
    let (mut target, place) = Target::open(&question.path, &described)?;
    let is_resumed = place.is_some();
    let (properties, cursor) = match place {
        Some(place) => (place.properties, place.cursor),
        None if question.all_properties => (access.all_properties().await?, None),
        None => (question.properties.clone(), None),
    };
    let form = question.form(&properties);
    let ids = match (&access, is_resumed) {
        (Access::Records(Records::HubSpot(..)), true) => target.ids(question.csv)?,
        _ => Ids::default(),
    };
    if is_resumed {
        note::say(&format!("the export continues; records in {}: {}", question.path.display(), target.rows));
    } else {
        target.head(&form.head())?;
        target.store(&described, &properties, None)?;
    }
    let source = Source::open(&question, access, &properties, cursor);
    let mut source = source.map_err(|error| Failure::usage(format!("{error}; {}", target.anew())))?;
    let mut progress = Progress::new(target.rows);
    let mut interrupt = Interrupt::new();
    let (mut stored_rows, mut stored) = (target.rows, Instant::now());
    let ended = loop {
        match interrupt.or(source.next()).await {
            Some(Some(Ok(record))) if ids.has(&record) => {}
            Some(Some(Ok(record))) => target.row(&form.line(&record)?)?,
            Some(Some(Err(error))) => break Err(question.failed(&error)),
            Some(None) => break Ok(()),
            None => break Err(Failure::other("interrupted")),
        }
        progress.show(target.rows, source.total());
        if target.rows - stored_rows >= ROWS || stored.elapsed() >= TIME {
            target.store(&described, &properties, Some(source.cursor()))?;
            (stored_rows, stored) = (target.rows, Instant::now());
        }
    };
    let (rows, path) = (target.rows, question.path.display());
    match ended {
        Ok(()) => {
            target.finish()?;
            note::say(&format!("records in {path}: {rows}"));
            Ok(())
        }
        Err(failure) => {
            target.store(&described, &properties, Some(source.cursor()))?;
            note::say(&format!("records in {path}: {rows}; the same command continues after them"));
            Err(failure)
        }
    }
}
