//! `crm search` and `crm count`: records that filters find, also more of them than a search of the vendor returns.

mod filter;
mod question;

use clap::{Arg, ArgAction, ArgMatches, Command};
use crm_core::{Call, Error, Paginator};
use hubspot_client::SearchAll;
use hubspot_client::types::SearchRequest;
use serde::Serialize;
use serde_json::Value;

use super::records::{self, Kind, Records, row};
use crate::check::Input;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::options::Options;
use crate::output::{self, Format};
use crate::session::Session;
pub(super) use filter::FORMS;
use question::{HUBSPOT_PAGE, Question, associated, is_one};

pub(super) fn command() -> Command {
    let number = clap::value_parser!(u64).range(1..);
    asking(Command::new("search"))
        .about("Search for records by filters, also more than 10,000 of them")
        .arg(
            Arg::new("sort")
                .long("sort")
                .value_name("PROPERTY")
                .allow_hyphen_values(true)
                .help("Sort by a property, greatest first with - before it [default: in the order of creation]"),
        )
        .arg(
            Arg::new("limit").long("limit").value_name("NUMBER").value_parser(number).help("At most this many records"),
        )
        .arg(
            Arg::new("one")
                .long("one")
                .action(ArgAction::SetTrue)
                .conflicts_with_all(["limit", "sort"])
                .help("Return the only record that is found; exit code 4 if there is none, 5 if there are several"),
        )
        .arg(records::properties())
}

pub(super) fn count_command() -> Command {
    asking(Command::new("count")).about("Count the records that filters find")
}

fn asking(command: Command) -> Command {
    let query = "Only records with this text in one of the properties that the vendor searches by default";
    command
        .args(records::arguments())
        .arg(Arg::new("filters").value_name("FILTER").num_args(0..).help("See below"))
        .arg(Arg::new("query").long("query").value_name("TEXT").help(query))
        .after_help(FORMS)
}

pub(super) async fn run(matches: ArgMatches, options: Options) -> Result<(), Failure> {
    let question = Question::read(&matches, &options)?;
    let (limit, descends) = (question.limit, question.descends());
    let kind = question.kind.clone();
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let records = kind.open(&session).await?;
    if !options.dry_run {
        records.expect(&kind, &question.asked()).await?;
    }
    let (input, found) = match records {
        Records::HubSpot(objects, _) => {
            let request = question.hubspot();
            let input = input(&request);
            if options.dry_run {
                return output::preview(&Call::from(objects.search(request)), options.format).await;
            }
            let found = match descends {
                true => Found::Descending(objects.search(request).items()),
                false => Found::All(Box::new(objects.search_all(request))),
            };
            (input, found)
        }
        Records::HoopAi(contacts, location) => {
            let request = question.hoopai(&location);
            let input = input(&request);
            if options.dry_run {
                return output::preview(&Call::from(contacts.search(request)), options.format).await;
            }
            (input, Found::Contacts(contacts.search(request).items()))
        }
    };
    let format = Format::of(options.format);
    let failed = |error: &Error| kind.failed("search", error);
    let written =
        if is_one(&matches) { one(found, format, failed).await } else { write(found, limit, format, failed).await };
    written.map_err(|failure| failure.without(&input))
}

/// The records that are found.
enum Found {
    All(Box<SearchAll>),
    Descending(Paginator<hubspot_client::objects::Search>),
    Contacts(Paginator<hoopai_client::contacts::Search>),
}

impl Found {
    async fn next(&mut self) -> Option<Result<Value, Error>> {
        match self {
            Self::All(records) => Some(records.next().await?.map(row)),
            Self::Descending(records) => Some(records.next().await?.map(row)),
            Self::Contacts(contacts) => Some(contacts.next().await?.map(row)),
        }
    }
}

/// Writes the only record that is found.
async fn one(mut found: Found, format: Format, failed: impl Fn(&Error) -> Failure) -> Result<(), Failure> {
    let Some(record) = found.next().await.transpose().map_err(|error| failed(&error))? else {
        return Err(Failure::none("no record was found; remove a filter, or correct its value"));
    };
    match found.next().await.transpose().map_err(|error| failed(&error))? {
        None => output::value(&record, format),
        Some(_) => {
            Err(Failure::several("more than one record was found; add a filter, or leave out --one to see them"))
        }
    }
}

/// Writes the records, at most `limit`. Those that arrived before a failure are written nevertheless.
async fn write(
    mut found: Found,
    limit: Option<u64>,
    format: Format,
    failed: impl Fn(&Error) -> Failure,
) -> Result<(), Failure> {
    let mut interrupt = Interrupt::new();
    let mut rows = output::Rows::new(format);
    let mut ended = Ok(());
    let mut left = limit.unwrap_or(u64::MAX);
    while left > 0 {
        match interrupt.or(found.next()).await {
            Some(Some(Ok(record))) => rows.push(record)?,
            Some(Some(Err(error))) => {
                ended = Err(failed(&error));
                break;
            }
            Some(None) => break,
            None => {
                ended = Err(Failure::other("interrupted; the records found so far are written"));
                break;
            }
        }
        left -= 1;
    }
    rows.end()?;
    ended
}

/// Returns the ids of the records of HubSpot that filters find, in order.
pub(super) async fn ids(segment: &str, filters: &[String], session: &Session) -> Result<Vec<String>, Failure> {
    let groups = filter::read(filters)?;
    associated(&groups)?;
    let kind = Kind::HubSpot(segment.to_owned());
    let records = kind.open(session).await?;
    let asked: Vec<_> = filter::properties(&groups).map(|name| ("filter", name)).collect();
    records.expect(&kind, &asked).await?;
    let Records::HubSpot(objects, _) = records else {
        return Ok(Vec::new());
    };
    let mut request = SearchRequest::default().limit(HUBSPOT_PAGE.cast_signed());
    request.filter_groups = Some(filter::hubspot(groups));
    request.properties = Some(vec!["hs_object_id".to_owned()]);
    let input = input(&request);
    let mut found = objects.search_all(request);
    let mut ids = Vec::new();
    while let Some(record) = found.next().await {
        ids.extend(record.map_err(|error| kind.failed("search", &error).without(&input))?.id);
    }
    ids.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    Ok(ids)
}

pub(super) async fn count(matches: ArgMatches, options: Options) -> Result<(), Failure> {
    let mut question = Question::read(&matches, &options)?;
    question.limit = Some(1);
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let kind = question.kind.clone();
    let vendor = match kind {
        Kind::HubSpot(_) => "HubSpot",
        Kind::HoopAi { .. } => "HoopAI",
    };
    let records = kind.open(&session).await?;
    if !options.dry_run {
        records.expect(&kind, &question.asked()).await?;
    }
    let (input, total) = match records {
        Records::HubSpot(objects, _) => {
            let request = question.hubspot();
            let (input, search) = (input(&request), objects.search(request));
            if options.dry_run {
                return output::preview(&Call::from(search), options.format).await;
            }
            (input, search.send().await.map(|reply| reply.total))
        }
        Records::HoopAi(contacts, location) => {
            let request = question.hoopai(&location);
            let (input, search) = (input(&request), contacts.search(request));
            if options.dry_run {
                return output::preview(&Call::from(search), options.format).await;
            }
            (input, search.send().await.map(|reply| reply.total))
        }
    };
    match total.map_err(|error| kind.failed("search", &error).without(&input))? {
        Some(total) => output::value(&total.into(), Format::Jsonl),
        None => Err(Failure::other(format!("{vendor} returned no total; count the lines of: crm search"))),
    }
}

/// The input of a search, whose texts are hidden in errors.
fn input(request: &impl Serialize) -> Input {
    Input { body: serde_json::to_value(request).ok(), ..Input::default() }
}
