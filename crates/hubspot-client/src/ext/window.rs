//! The requests of a walk over all results of a search.
//!
//! Every page is a separate search that begins after the last record; no page is requested by
//! number. So records that are archived or created meanwhile shift nothing, and no search reaches
//! HubSpot's maximum number of results.
//!
//! | position | content of the page |
//! |---|---|
//! | `Token(id)`, by `hs_object_id` | records with a greater id, by id |
//! | `Token(value)`, by a property | records with a greater value, by value, without the last value of a full page, because more records may have it |
//! | `After { value, id }` | records with this value and a greater id, by id, if one value fills a whole page |
//! | `After` with an empty value | records without a value, by id |

use crm_core::{Error, ErrorKind, Position, Sent, Timestamp};

use super::names::same;
use super::order::ascend;
use crate::types::{Filter, FilterGroup, Object, SearchReply, SearchRequest, SearchSortDirection};

const ID: &str = "hs_object_id";
/// Properties that replies always contain.
const ALWAYS: [&str; 4] = [ID, "createdate", "lastmodifieddate", "hs_lastmodifieddate"];
const MOST_GROUPS: usize = 5;
const MOST_IN_A_GROUP: usize = 6;
const MOST_FILTERS: usize = 18;

/// A search, and the property that its results are sorted by.
#[derive(Clone)]
pub(super) struct Window {
    request: SearchRequest,
    /// `None` for the id.
    key: Option<String>,
}

impl Window {
    pub(super) fn new(mut request: SearchRequest) -> Result<Self, Error> {
        let key = match request.sorts.take().unwrap_or_default().as_slice() {
            [] => None,
            [sort] if sort.direction == Some(SearchSortDirection::Descending) => {
                return Err(refused("search_all sorts in ascending order only; use sort_by"));
            }
            [sort] => sort.property_name.clone().filter(|name| name != ID),
            _ => return Err(refused("a search is sorted by one property")),
        };
        if request.after.is_some() {
            return Err(refused("search_all uses its own positions; call resume instead of after"));
        }
        if request.limit.is_some_and(|limit| !(1..=200).contains(&limit)) {
            return Err(refused("the page size of a search must be from 1 to 200 records"));
        }
        check_room(request.filter_groups.as_deref().unwrap_or_default(), if key.is_some() { 2 } else { 1 })?;
        request.limit.get_or_insert(200);
        let mut window = Self { request, key };
        if let Some(names) = window.request.properties.take() {
            window.set_properties(names);
        } else if window.key.as_deref().is_some_and(|key| !ALWAYS.contains(&key)) {
            window.set_properties(Vec::new());
        }
        Ok(window)
    }

    /// Sets the properties to read; the key is always read.
    pub(super) fn set_properties(&mut self, mut names: Vec<String>) {
        names.extend(self.key.clone().filter(|key| !names.contains(key)));
        self.request.properties = Some(names);
    }

    /// The property, if it is not the id.
    pub(super) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Returns the search without the parts that do not affect a position: the properties that are read.
    pub(super) fn identity(&self) -> SearchRequest {
        let mut request = self.request.clone().sort_by(self.key.as_deref().unwrap_or(ID));
        request.properties = None;
        request
    }

    /// Returns true if a stored position can be one of this walk.
    pub(super) fn knows(&self, at: &Position) -> bool {
        match at {
            Position::Start | Position::Token(_) | Position::End => true,
            Position::After { .. } => self.key.is_some(),
            _ => false,
        }
    }

    /// Returns the search for the page at a position.
    pub(super) fn request(&self, at: &Position) -> SearchRequest {
        let key = self.key.as_deref();
        let by = key.unwrap_or(ID);
        let (filters, sort) = match at {
            Position::Token(value) => (vec![Filter::gt(by, bound(value))], by),
            Position::After { value, id } if value.is_empty() => (vec![Filter::unknown(by), Filter::gt(ID, id)], ID),
            Position::After { value, id } => (vec![Filter::eq(by, bound(value)), Filter::gt(ID, id)], ID),
            _ if key.is_some() => (vec![Filter::known(by)], by),
            _ => (Vec::new(), ID),
        };
        let mut request = self.request.clone().sort_by(sort);
        if !filters.is_empty() {
            let groups = request.filter_groups.get_or_insert_default();
            if groups.is_empty() {
                groups.push(FilterGroup::new([]));
            }
            for group in groups {
                group.filters.get_or_insert_default().extend_from_slice(&filters);
            }
        }
        request
    }

    /// Returns the records of a page that are new, and the next position.
    pub(super) fn advance(&self, at: &Position, page: SearchReply) -> Result<(Vec<Object>, Position), Error> {
        let more = page.paging.and_then(|paging| paging.next?.after).is_some_and(|after| !after.is_empty());
        let mut records = page.results;
        let behind = match at {
            Position::After { id, .. } => Some(Some(id.as_str())),
            Position::Token(id) if self.key.is_none() => Some(Some(id.as_str())),
            _ => self.key.is_none().then_some(None),
        };
        if behind.is_some_and(|behind| !ascend(records.iter().map(|record| record.id.as_deref()), behind)) {
            return Err(astray("the ids of the search do not ascend, although it is sorted by them"));
        }
        let last_id = || {
            let id = records.last().and_then(|record| record.id.clone());
            id.ok_or_else(|| astray("a page of the search has no last id, although there are more"))
        };
        let next = match (at, self.key()) {
            (Position::After { value, .. }, _) if more => Position::After { value: value.clone(), id: last_id()? },
            (Position::After { value, .. }, _) if value.is_empty() => Position::End,
            (Position::After { value, .. }, _) => Position::Token(value.clone()),
            (_, None) if more => Position::Token(last_id()?),
            (_, None) => Position::End,
            (_, Some(_)) if !more => Position::After { value: String::new(), id: "0".to_owned() },
            (_, Some(key)) => {
                let value = |record: &Object| record.property(key).map(str::to_owned);
                let last = records.iter().rev().find_map(value);
                let last = last.ok_or_else(|| astray("no record of the page has the property it is sorted by"))?;
                let tied = |record: &Object| record.property(key).is_some_and(|value| ties(value, &last));
                let whole = records.iter().position(tied).unwrap_or_default();
                records.truncate(whole);
                match records.iter().rev().find_map(value) {
                    Some(value) => Position::Token(value),
                    None => Position::After { value: last, id: "0".to_owned() },
                }
            }
        };
        if next == *at {
            return Err(astray("the search does not advance: its filter and its order do not agree"));
        }
        Ok((records, next))
    }
}

/// Returns true if HubSpot's filters treat two values as one, for example `1` and `1.0`.
pub(super) fn ties(one: &str, other: &str) -> bool {
    let (one, other) = (bound(one), bound(other));
    let number = |text: &str| text.trim().parse::<f64>().ok();
    same(&one, &other) || number(&one).is_some_and(|one| number(&other) == Some(one))
}

/// Converts a value to the form that filters accept: points in time as milliseconds.
fn bound(value: &str) -> String {
    let millis = value.contains('T').then(|| Timestamp::from(value).unix_millis()).flatten();
    millis.map_or_else(|| value.to_owned(), |millis| millis.to_string())
}

/// Checks that every group has room for some more filters.
fn check_room(groups: &[FilterGroup], own: usize) -> Result<(), Error> {
    if groups.len() > MOST_GROUPS {
        return Err(refused(format!(
            "a search can have at most {MOST_GROUPS} groups of filters, not {}",
            groups.len()
        )));
    }
    let mut all = 0;
    for (number, group) in groups.iter().enumerate() {
        let filters = group.filters.as_ref().map_or(0, Vec::len) + own;
        all += filters;
        if filters > MOST_IN_A_GROUP {
            let group = number + 1;
            return Err(refused(format!(
                "search_all adds up to {own} filters to each group, and group {group} would have {filters}; \
                 HubSpot takes {MOST_IN_A_GROUP}"
            )));
        }
    }
    if all > MOST_FILTERS {
        return Err(refused(format!(
            "search_all adds up to {own} filters to each group, and the search would have {all}; \
             HubSpot takes {MOST_FILTERS}"
        )));
    }
    Ok(())
}

fn refused(text: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::validation(text)
}

fn astray(text: &'static str) -> Error {
    Error::new(ErrorKind::Paging, text).with_sent(Sent::Answered)
}
