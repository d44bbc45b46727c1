//! The question of a search: the records and how they are found, as each vendor takes it.

use clap::ArgMatches;
use hoopai_client::types::{ContactSearch, ContactSort};
use hubspot_client::types::{SearchRequest, SearchSort};

use super::filter::{self, Condition};
use crate::commands::records::{self, Kind, names};
use crate::failure::Failure;
use crate::options::{Opt, Options};

/// The maximum number of records per page.
pub(super) const HUBSPOT_PAGE: u64 = 200;
const HOOPAI_PAGE: u64 = 500;
/// The maximum number of records that HubSpot returns for one search.
const MOST: u64 = 10_000;

/// The records that a command line asks for.
pub(super) struct Question {
    pub(super) kind: Kind,
    groups: Vec<Vec<Condition>>,
    query: Option<String>,
    sort: Option<String>,
    pub(super) limit: Option<u64>,
    properties: Vec<String>,
}

impl Question {
    pub(super) fn read(matches: &ArgMatches, options: &Options) -> Result<Self, Failure> {
        options.without(Opt::All, "all records are read")?;
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
                    "in descending order, HubSpot returns at most {MOST} records; add --limit {MOST} or sort in ascending order"
                )))
            }
            Kind::HoopAi { .. } if !question.properties.is_empty() => {
                Err(Failure::usage("HoopAI returns all properties; leave out --properties"))
            }
            _ => Ok(question),
        }
    }

    /// The properties that the question names, each with its place. A filter can also name associations.
    pub(super) fn asked(&self) -> Vec<(&str, &str)> {
        let sort = self.sort.as_deref().map(|sort| ("--sort", sort.strip_prefix('-').unwrap_or(sort)));
        let filters = filter::properties(&self.groups).map(|name| ("filter", name));
        records::asked(&self.properties).into_iter().chain(sort).chain(filters).collect()
    }

    pub(super) fn descends(&self) -> bool {
        self.sort.as_ref().is_some_and(|sort| sort.starts_with('-'))
    }

    /// The number of records per page.
    fn page(&self, most: u64) -> u64 {
        self.limit.map_or(most, |limit| limit.min(most))
    }

    /// Returns HubSpot's search.
    pub(super) fn hubspot(self) -> SearchRequest {
        let mut request = SearchRequest::default().limit(self.page(HUBSPOT_PAGE).cast_signed());
        request.query = self.query;
        request.filter_groups = Some(filter::hubspot(self.groups)).filter(|groups| !groups.is_empty());
        request.properties = Some(self.properties).filter(|names| !names.is_empty());
        request.sorts = self.sort.map(|sort| vec![SearchSort::from(sort.as_str())]);
        request
    }

    /// Returns HoopAI's search.
    pub(super) fn hoopai(self, location: &str) -> ContactSearch {
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
pub(super) fn associated(groups: &[Vec<Condition>]) -> Result<(), Failure> {
    filter::associated(groups).try_for_each(|object| records::associated(object).map(drop))
}

/// Returns true if exactly one record is to be found.
pub(super) fn is_one(matches: &ArgMatches) -> bool {
    matches.try_get_one::<bool>("one").ok().flatten().copied().unwrap_or_default()
}
