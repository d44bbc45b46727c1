//! A search that is sent to its vendor.

use crm_core::{Call, Error, Paginator};
use hoopai_client::contacts::Contacts;
use hoopai_client::types::ContactSearch;
use hubspot_client::SearchAll;
use hubspot_client::objects::Objects;
use hubspot_client::types::SearchRequest;
use serde_json::Value;

use super::question::Question;
use crate::check::Input;
use crate::commands::records::{Records, row};
use crate::failure::Failure;
use crate::output::{self, Format};

/// A search in the form that its vendor takes.
pub(super) enum Search {
    HubSpot(Objects, SearchRequest),
    HoopAi(Contacts, ContactSearch),
}

impl Search {
    /// Returns the search of a question.
    pub(super) fn of(question: Question, records: Records) -> Self {
        match records {
            Records::HubSpot(objects, _) => Self::HubSpot(objects, question.hubspot()),
            Records::HoopAi(contacts, location) => Self::HoopAi(contacts, question.hoopai(&location)),
        }
    }

    /// The input, whose texts are hidden in errors.
    pub(super) fn input(&self) -> Input {
        let body = match self {
            Self::HubSpot(_, request) => serde_json::to_value(request),
            Self::HoopAi(_, request) => serde_json::to_value(request),
        };
        Input { body: body.ok(), ..Input::default() }
    }

    /// Writes the request as it would be sent.
    pub(super) async fn preview(self, format: Option<Format>) -> Result<(), Failure> {
        match self {
            Self::HubSpot(objects, request) => output::preview(&Call::from(objects.search(request)), format).await,
            Self::HoopAi(contacts, request) => output::preview(&Call::from(contacts.search(request)), format).await,
        }
    }

    /// Returns the records. HubSpot returns at most 10,000 of them if they `descend`.
    pub(super) fn found(self, descend: bool) -> Found {
        match self {
            Self::HubSpot(objects, request) if descend => Found::Descending(objects.search(request).items()),
            Self::HubSpot(objects, request) => Found::All(Box::new(objects.search_all(request))),
            Self::HoopAi(contacts, request) => Found::Contacts(contacts.search(request).items()),
        }
    }

    /// Returns the number of records, if the vendor returns it.
    pub(super) async fn total(self) -> Result<Option<i64>, Error> {
        match self {
            Self::HubSpot(objects, request) => objects.search(request).send().await.map(|reply| reply.total),
            Self::HoopAi(contacts, request) => contacts.search(request).send().await.map(|reply| reply.total),
        }
    }
}

/// The records that are found.
pub(super) enum Found {
    All(Box<SearchAll>),
    Descending(Paginator<hubspot_client::objects::Search>),
    Contacts(Paginator<hoopai_client::contacts::Search>),
}

impl Found {
    pub(super) async fn next(&mut self) -> Option<Result<Value, Error>> {
        match self {
            Self::All(records) => Some(records.next().await?.map(row)),
            Self::Descending(records) => Some(records.next().await?.map(row)),
            Self::Contacts(contacts) => Some(contacts.next().await?.map(row)),
        }
    }
}
