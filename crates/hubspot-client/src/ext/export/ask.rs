//! The requests of an export.

use std::borrow::Cow;

use crm_core::page::List as Identity;
use crm_core::{Call, Called, Error, ErrorKind, Map, Sent};

use super::super::order::ascend;
use super::borders::ID;
#[cfg(feature = "associations")]
use super::linked;
use super::walks::Page;
use crate::objects::Objects;
use crate::operations::{OBJECTS_LIST, OBJECTS_SEARCH};
use crate::types::{Filter, Object, ObjectPage, ObjectWithAssociations, SearchReply, SearchRequest};

/// The operation that returns the pages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Way {
    List,
    Search,
}

impl Way {
    /// The cursor of the page behind an id.
    pub(super) fn guess(self) -> fn(u64) -> String {
        match self {
            Self::List => |id| id.saturating_add(1).to_string(),
            Self::Search => |id| id.to_string(),
        }
    }

    /// The maximum number of records per page.
    pub(super) fn most(self) -> u64 {
        match self {
            Self::List => 100,
            Self::Search => 200,
        }
    }

    pub(super) fn limit_class(self) -> &'static str {
        match self {
            Self::List => OBJECTS_LIST.limit_class,
            Self::Search => OBJECTS_SEARCH.limit_class,
        }
    }
}

/// The parameters of each page.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) way: Way,
    pub(super) limit: u64,
    pub(super) properties: Vec<String>,
    pub(super) associations: Vec<String>,
    /// The last id of a part of the list.
    pub(super) to: Option<u64>,
}

impl Ask {
    pub(super) fn new(way: Way) -> Self {
        Self { way, limit: way.most(), properties: Vec::new(), associations: Vec::new(), to: None }
    }

    /// Returns the reason why the parameters cannot be combined.
    pub(super) fn mistake(&self) -> Option<Cow<'static, str>> {
        let most = self.way.most();
        if !(1..=most).contains(&self.limit) {
            return Some(format!("the page size of this export must be from 1 to {most} records").into());
        }
        let linked = self.way == Way::Search && !self.associations.is_empty();
        linked.then(|| "a search returns no associations; remove documented_only or associations".into())
    }

    /// The operation, for errors.
    pub(super) fn called(&self, objects: &Objects) -> Called {
        match self.way {
            Way::List => objects.call::<()>(&OBJECTS_LIST).called(),
            Way::Search => objects.call::<()>(&OBJECTS_SEARCH).called(),
        }
    }

    /// The list, without the properties and associations that are read.
    pub(super) fn identity(&self, objects: &Objects) -> Identity {
        match self.way {
            Way::List => Identity::of(&Call::<ObjectPage>::from(objects.list())),
            Way::Search => {
                Identity::of(&Call::<SearchReply>::from(objects.search(SearchRequest::default().sort_by(ID))))
            }
        }
    }

    pub(super) async fn page(
        &self,
        objects: &Objects,
        at: Option<String>,
    ) -> Result<Page<ObjectWithAssociations>, Error> {
        match self.way {
            Way::List => self.listed(objects, at).await,
            Way::Search => self.searched(objects, at).await,
        }
    }

    async fn listed(&self, objects: &Objects, at: Option<String>) -> Result<Page<ObjectWithAssociations>, Error> {
        let mut list = objects.list().limit(self.limit);
        if !self.properties.is_empty() {
            list = list.properties(&self.properties);
        }
        if !self.associations.is_empty() {
            list = list.associations(&self.associations);
        }
        if let Some(cursor) = at {
            list = list.after(cursor);
        }
        // Through `pages`, because the page must have its list of records: otherwise it cannot be the last one.
        let Some(page) = list.pages().first(Ok).await? else { return Ok(nothing()) };
        #[cfg(feature = "associations")]
        let (page, further) = {
            let mut page = page;
            let further = linked::complete(objects, &self.associations, &mut page.results).await?;
            (page, further)
        };
        #[cfg(not(feature = "associations"))]
        let further = 0_u32;
        let next = page.paging.and_then(|paging| paging.next?.after).filter(|after| !after.is_empty());
        let rows = page.results.into_iter().map(|record| (number(record.id.as_deref()), record)).collect();
        Ok(Page { rows, next, requests: further.saturating_add(1) })
    }

    async fn searched(&self, objects: &Objects, behind: Option<String>) -> Result<Page<ObjectWithAssociations>, Error> {
        let mut request = SearchRequest::default().sort_by(ID).limit(self.limit.cast_signed());
        if !self.properties.is_empty() {
            request = request.properties(&self.properties);
        }
        if let Some(id) = &behind {
            request = request.and(Filter::gt(ID, id));
        }
        if let Some(id) = self.to {
            request = request.and(Filter::lte(ID, id));
        }
        let Some(page) = objects.search(request).pages().first(Ok).await? else { return Ok(nothing()) };
        let more = page.paging.and_then(|paging| paging.next?.after).is_some_and(|after| !after.is_empty());
        let astray =
            |fault| Error::new(ErrorKind::Paging, fault).with_sent(Sent::Answered).with_operation(self.called(objects));
        if !ascend(page.results.iter().map(|record| record.id.as_deref()), behind.as_deref()) {
            return Err(astray("the ids of the search do not ascend, although it is sorted by them"));
        }
        let last = page.results.last().and_then(|record| record.id.clone());
        if more && last.is_none() {
            return Err(astray("the last record of a page has no id, although there are more"));
        }
        let rows = page.results.into_iter().map(|record| (number(record.id.as_deref()), listed(record))).collect();
        Ok(Page { rows, next: last.filter(|_| more), requests: 1 })
    }
}

fn nothing<R>() -> Page<R> {
    Page { rows: Vec::new(), next: None, requests: 1 }
}

fn number(id: Option<&str>) -> Option<u64> {
    id?.parse().ok()
}

/// Converts a record of a search to the form of the list.
fn listed(record: Object) -> ObjectWithAssociations {
    ObjectWithAssociations {
        archived: record.archived,
        archived_at: record.archived_at,
        associations: Map::new(),
        created_at: record.created_at,
        id: record.id,
        object_write_trace_id: record.object_write_trace_id,
        properties: record.properties,
        properties_with_history: record.properties_with_history,
        updated_at: record.updated_at,
        url: record.url,
        warnings: record.warnings,
        extra: record.extra,
    }
}
