//! `crm search` and `crm count`: records that filters find, also more of them than a search of the vendor returns.

mod filter;

use clap::{Arg, ArgAction, ArgMatches, Command};
use crm_core::{Call, Error, Paginator};
use hoopai_client::types::{ContactSearch, ContactSort};
use hubspot_client::SearchAll;
use hubspot_client::types::{SearchRequest, SearchSort};
use serde::Serialize;
use serde_json::Value;

use super::records::{self, Kind, Records, names, refuse, row};
use crate::check::Input;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::options::Options;
use crate::output::{self, Format};
use crate::session::Session;
use filter::Condition;
pub(super) use filter::FORMS;

/// The maximum number of records per page.
const HUBSPOT_PAGE: u64 = 200;
const HOOPAI_PAGE: u64 = 500;
/// The maximum number of records that HubSpot returns for one search.
const MOST: u64 = 10_000;

pub(super) fn command() -> Command {
    let number = clap::value_parser!(u64).range(1..);
    question(Command::new("search"))
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
    question(Command::new("count")).about("Count the records that filters find")
}

fn question(command: Command) -> Command {
    let query = "Only records with this text in one of the properties that the vendor searches by default";
    command
        .args(records::arguments())
        .arg(Arg::new("filters").value_name("FILTER").num_args(0..).help("See below"))
        .arg(Arg::new("query").long("query").value_name("TEXT").help(query))
        .after_help(FORMS)
}

/// The records that a command line asks for.
struct Question {
    kind: Kind,
    groups: Vec<Vec<Condition>>,
    query: Option<String>,
    sort: Option<String>,
    limit: Option<u64>,
    properties: Vec<String>,
}

impl Question {
    fn read(matches: &ArgMatches, options: &Options) -> Result<Self, Failure> {
        refuse(&[("--all", options.all)], "all records are read")?;
        let text = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
        let filters = matches.get_many::<String>("filters").into_iter().flatten();
        let question = Self {
            kind: Kind::read(matches, "search")?,
            groups: filter::read(filters)?,
            query: text("query"),
            sort: text("sort"),
            limit: if is_one(matches) { Some(2) } else { matches.try_get_one::<u64>("limit").ok().flatten().copied() },
            properties: names(matches, "properties"),
        };
        if matches!(question.kind, Kind::HubSpot(_)) {
            associated(&question.groups)?;
        }
        match &question.kind {
            Kind::HubSpot(_) if question.descends() && question.limit.is_none_or(|limit| limit > MOST) => {
                Err(Failure::usage(format!(
                    "greatest first, HubSpot returns at most {MOST} records; add --limit {MOST}, or sort smallest first"
                )))
            }
            Kind::HoopAi { .. } if !question.properties.is_empty() => {
                Err(Failure::usage("HoopAI returns all properties; leave out --properties"))
            }
            _ => Ok(question),
        }
    }

    /// The properties that the question names, each with its place. A filter can also name associations.
    fn asked(&self) -> Vec<(&str, &str)> {
        let sort = self.sort.as_deref().map(|sort| ("--sort", sort.strip_prefix('-').unwrap_or(sort)));
        let filters = filter::properties(&self.groups).map(|name| ("filter", name));
        records::asked(&self.properties).into_iter().chain(sort).chain(filters).collect()
    }

    fn descends(&self) -> bool {
        self.sort.as_ref().is_some_and(|sort| sort.starts_with('-'))
    }

    /// The number of records per page.
    fn page(&self, most: u64) -> u64 {
        self.limit.map_or(most, |limit| limit.min(most))
    }

    /// Returns HubSpot's search.
    fn hubspot(self) -> SearchRequest {
        let mut request = SearchRequest::default().limit(self.page(HUBSPOT_PAGE).cast_signed());
        request.query = self.query;
        request.filter_groups = Some(filter::hubspot(self.groups)).filter(|groups| !groups.is_empty());
        request.properties = Some(self.properties).filter(|names| !names.is_empty());
        request.sorts = self.sort.map(|sort| vec![SearchSort::from(sort.as_str())]);
        request
    }

    /// Returns HoopAI's search.
    fn hoopai(self, location: &str) -> ContactSearch {
        let mut search = ContactSearch::new(location, self.page(HOOPAI_PAGE).cast_signed());
        let sort = match self.sort.as_deref().map(|sort| sort.strip_prefix('-').ok_or(sort)) {
            Some(Ok(field)) => ContactSort::descending(field),
            Some(Err(field)) => ContactSort::ascending(field),
            None => ContactSort::ascending("dateAdded"),
        };
        search.query = self.query;
        search.filters = Some(filter::hoopai(self.groups)).filter(|filters| !filters.is_empty());
        search.sort([sort])
    }
}

/// Checks the types of object that filters on associated records name.
fn associated(groups: &[Vec<Condition>]) -> Result<(), Failure> {
    filter::associated(groups).try_for_each(|object| records::associated(object).map(drop))
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
                return output::preview(&Call::from(objects.search(request))).await;
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
                return output::preview(&Call::from(contacts.search(request))).await;
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

/// Returns true if exactly one record is to be found.
fn is_one(matches: &ArgMatches) -> bool {
    matches.try_get_one::<bool>("one").ok().flatten().copied().unwrap_or_default()
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
    let question = Question { limit: Some(1), ..Question::read(&matches, &options)? };
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
                return output::preview(&Call::from(search)).await;
            }
            (input, search.send().await.map(|reply| reply.total))
        }
        Records::HoopAi(contacts, location) => {
            let request = question.hoopai(&location);
            let (input, search) = (input(&request), contacts.search(request));
            if options.dry_run {
                return output::preview(&Call::from(search)).await;
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
