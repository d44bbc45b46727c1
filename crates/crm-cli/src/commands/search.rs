//! `crm search` and `crm count`: records that filters find, also more of them than a search of the vendor returns.

mod ask;
mod filter;
mod question;

use clap::{Arg, ArgAction, ArgMatches, Command};
use crm_core::Error;
use hubspot_client::types::SearchRequest;
use serde_json::Value;

use self::ask::{Found, Search};
use self::question::{HUBSPOT_PAGE, Question, associated, is_one};
use super::records::{self, Kind, Records};
use crate::failure::Failure;
use crate::options::Options;
use crate::output::{self, Format};
use crate::rows;
use crate::session::Session;
pub(super) use filter::FORMS;

pub(super) fn command() -> Command {
    let number = clap::value_parser!(u64).range(1..);
    asking(Command::new("search"))
        .about("Search for records by filters, also more than 10,000 of them")
        .arg(
            Arg::new("sort")
                .long("sort")
                .value_name("PROPERTY")
                .allow_hyphen_values(true)
                .help("Property to sort by; with - before it in descending order [default: in the order of creation]"),
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
    let (kind, limit, descends) = (question.kind.clone(), question.limit, question.descends());
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let Some(search) = checked(question, &session, &options).await? else { return Ok(()) };
    let input = search.input();
    let failed = |error: &Error| kind.failed("search", error).without(&input);
    let (mut found, format) = (search.found(descends), Format::of(options.format));
    if is_one(&matches) {
        return one(found, format, failed).await;
    }
    let next = async || Some(found.next().await?.map_err(|error| failed(&error)));
    rows::write(next, limit, format).await
}

pub(super) async fn count(matches: ArgMatches, options: Options) -> Result<(), Failure> {
    let mut question = Question::read(&matches, &options)?;
    question.limit = Some(1);
    let kind = question.kind.clone();
    let session = Session::open(options.profile.as_deref(), options.fake.as_deref())?;
    let Some(search) = checked(question, &session, &options).await? else { return Ok(()) };
    let input = search.input();
    match search.total().await.map_err(|error| kind.failed("search", &error).without(&input))? {
        Some(total) => output::value(&total.into(), Format::Jsonl),
        None => Err(Failure::other("the vendor returned no total; count the lines of: crm search")),
    }
}

/// Returns the search of a question, whose properties exist, or `None` after a dry run.
async fn checked(question: Question, session: &Session, options: &Options) -> Result<Option<Search>, Failure> {
    let records = question.kind.open(session).await?;
    if options.dry_run {
        return Search::of(question, records).preview(options.format).await.map(|()| None);
    }
    records.expect(&question.kind, &question.asked()).await?;
    Ok(Some(Search::of(question, records)))
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
    let search = Search::HubSpot(objects, request);
    let input = search.input();
    let mut found = search.found(false);
    let mut ids = Vec::new();
    while let Some(record) = found.next().await {
        let record: Value = record.map_err(|error| kind.failed("search", &error).without(&input))?;
        ids.extend(record["id"].as_str().map(str::to_owned));
    }
    ids.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    Ok(ids)
}
