//! The requests of a run of changes.

use crm_core::page::{Changed, List, RunPage, seen_until};
use crm_core::reexport::serde_json::Value;
use crm_core::{BoxFuture, Call, Called, Error, ErrorKind, Sent, Timestamp, events};

use super::super::order::ascend;
use super::Change;
use super::place::{At, Place};
use crate::objects::{self, Objects};
use crate::operations::OBJECTS_SEARCH;
use crate::types::{Filter, Object, ObjectPage, SearchReply, SearchRequest};

pub(super) const ID: &str = "hs_object_id";
const MERGED: &str = "hs_merged_object_ids";
/// The maximum number of records per page of a search, and of a list.
const MOST: u16 = 200;
const MOST_LISTED: u16 = 100;
const OVERLAP: i64 = 5 * 60 * 1_000;

type Page = RunPage<Change, Place>;

/// The parameters of each page.
#[derive(Clone)]
pub(super) struct Ask {
    pub(super) objects: Objects,
    pub(super) properties: Option<Vec<String>>,
    pub(super) limit: u16,
    /// In milliseconds.
    pub(super) overlap: i64,
    pub(super) archived: bool,
}

impl Ask {
    pub(super) fn new(objects: Objects) -> Self {
        Self { objects, properties: None, limit: MOST, overlap: OVERLAP, archived: true }
    }

    /// Reads a page. The only asynchronous function: each costs the compiler as much as many others.
    async fn read(self, place: Place) -> Result<Page, Error> {
        if !(1..=MOST).contains(&self.limit) {
            let fault = format!("a page of changes holds 1 to {MOST} records");
            return Err(Error::validation(fault).with_operation(self.called()));
        }
        // Through `pages`, because the page must have its list of records: otherwise it cannot be the last one.
        let search = |request| self.objects.search(request).pages().first(Ok);
        match &place.at {
            // The place was stored by a run that read the archived records.
            At::Archived(..) if !self.archived => Ok(page_of(Vec::new(), place.next_run(self.overlap))),
            At::Beginning => self.last_change(&place, search(self.last(&place)).await?),
            At::Changed(behind) => {
                let mut request = self.since(&place);
                request.properties.clone_from(&self.properties);
                self.changed(&place, behind.as_deref(), search(self.by_id(request, behind.as_deref())).await?)
            }
            At::Merged(behind) => {
                let request = self.since(&place).and(Filter::known(MERGED)).properties([MERGED]);
                self.merged(&place, behind.as_deref(), search(self.by_id(request, behind.as_deref())).await)
            }
            At::Archived(cursor, behind) => {
                let found = self.archived_behind(cursor.as_deref()).pages().first(Ok).await?;
                self.archived(&place, cursor.as_deref(), behind.as_deref(), found)
            }
        }
    }

    fn since(&self, place: &Place) -> SearchRequest {
        SearchRequest::default().and(Filter::gte(self.objects.last_modified_property(), place.since))
    }

    /// The search for the time of the last change.
    fn last(&self, place: &Place) -> SearchRequest {
        let property = self.objects.last_modified_property();
        self.since(place).sort_by_descending(property).properties([property]).limit(1)
    }

    fn last_change(&self, place: &Place, found: Option<SearchReply>) -> Result<Page, Error> {
        let property = self.objects.last_modified_property();
        let found = self.page_of_search(found)?.results;
        let Some(last) = found.first() else {
            return Ok(page_of(Vec::new(), self.behind_merged(place)));
        };
        let last = last.time(property).and_then(|time| time.unix_millis());
        let last = last.ok_or_else(|| self.astray("a record has no time of its last change"))?;
        let pipeline = self.objects.call::<()>(&OBJECTS_SEARCH).pipeline().clone();
        let until = seen_until(&pipeline, place.since, last);
        Ok(page_of(Vec::new(), Place { until, ..place.at(At::Changed(None)) }))
    }

    /// A search in the order of ids: HubSpot can find a record by an old time and return it with a new one, so
    /// a walk in the order of times could jump over others.
    fn by_id(&self, request: SearchRequest, behind: Option<&str>) -> SearchRequest {
        let request = request.sort_by(ID).limit(self.limit);
        match behind {
            Some(id) => request.and(Filter::gt(ID, id)),
            None => request,
        }
    }

    fn page_of_search(&self, found: Option<SearchReply>) -> Result<SearchReply, Error> {
        found.ok_or_else(|| self.astray("the search returned no page"))
    }

    /// The records of a search in the order of ids, and true if there are more.
    fn rows(&self, behind: Option<&str>, found: Option<SearchReply>) -> Result<(Vec<(String, Object)>, bool), Error> {
        let page = self.page_of_search(found)?;
        let more = page.paging.and_then(|paging| paging.next?.after).is_some_and(|after| !after.is_empty());
        let mut rows = Vec::with_capacity(page.results.len());
        for record in page.results {
            let id = record.id.clone().ok_or_else(|| self.astray("a record of the search has no id"))?;
            rows.push((id, record));
        }
        if !ascend(rows.iter().map(|(id, _)| Some(id.as_str())), behind) {
            return Err(self.astray("the ids of the search do not ascend, although it is sorted by them"));
        }
        Ok((rows, more))
    }

    fn changed(&self, place: &Place, behind: Option<&str>, found: Option<SearchReply>) -> Result<Page, Error> {
        let (rows, more) = self.rows(behind, found)?;
        let next = match rows.last() {
            Some((id, _)) if more => place.at(At::Changed(Some(id.clone()))),
            _ => place.at(At::Merged(None)),
        };
        let is_new = |record: &Object| {
            record.created_at.as_ref().and_then(Timestamp::unix_millis).is_some_and(|created| created >= place.since)
        };
        let changes = rows.into_iter().map(|(id, record)| {
            let change = if is_new(&record) { Change::Created(record) } else { Change::Changed(record) };
            (change, place.at(At::Changed(Some(id))))
        });
        Ok(page_of(changes.collect(), next))
    }

    fn merged(
        &self,
        place: &Place,
        behind: Option<&str>,
        found: Result<Option<SearchReply>, Error>,
    ) -> Result<Page, Error> {
        let (rows, more) = match found {
            Err(error) if is_unknown(&error, MERGED) => {
                events::changes_differ(
                    "merged records are not reported, because records of this type have no property of merged ids",
                );
                (Vec::new(), false)
            }
            found => self.rows(behind, found?)?,
        };
        let next = match rows.last() {
            Some((id, _)) if more => place.at(At::Merged(Some(id.clone()))),
            _ => self.behind_merged(place),
        };
        let changes = rows.into_iter().map(|(new, record)| {
            let place = place.at(At::Merged(Some(new.clone())));
            (Change::Merged { old: gone(record.choices(MERGED), &new), new }, place)
        });
        Ok(page_of(changes.collect(), next))
    }

    fn behind_merged(&self, place: &Place) -> Place {
        if self.archived { place.at(At::Archived(None, None)) } else { place.next_run(self.overlap) }
    }

    /// The list of archived records from this position.
    fn archived_behind(&self, cursor: Option<&str>) -> objects::List {
        let list = self.objects.list().archived(true).limit(self.limit.min(MOST_LISTED)).properties([MERGED]);
        match cursor {
            Some(cursor) => list.after(cursor),
            None => list,
        }
    }

    fn archived(
        &self,
        place: &Place,
        cursor: Option<&str>,
        behind: Option<&str>,
        found: Option<ObjectPage>,
    ) -> Result<Page, Error> {
        let page = found.ok_or_else(|| self.astray("the list of archived records returned no page"))?;
        let next = page.paging.and_then(|paging| paging.next?.after).filter(|after| !after.is_empty());
        if next.is_some() && next.as_deref() == cursor {
            return Err(self.astray("the vendor returned the same cursor again"));
        }
        // All of the page if that record is not there any more.
        let returned = page.results.iter().position(|record| record.id.is_some() && record.id.as_deref() == behind);
        let mut changes = Vec::new();
        for record in page.results.into_iter().skip(returned.map_or(0, |index| index + 1)) {
            if !may_be_since(record.archived_at.as_ref(), record.updated_at.as_ref(), place.since) {
                continue;
            }
            let id = record.id.clone().ok_or_else(|| self.astray("an archived record has no id"))?;
            let merged = gone(record.choices(MERGED), &id);
            let here = place.at(At::Archived(cursor.map(str::to_owned), Some(id.clone())));
            changes.push((Change::Archived { id, merged, at: record.archived_at }, here));
        }
        let next = match next {
            Some(cursor) => place.at(At::Archived(Some(cursor), None)),
            None => place.next_run(self.overlap),
        };
        Ok(page_of(changes, next))
    }

    fn astray(&self, fault: &'static str) -> Error {
        Error::new(ErrorKind::Paging, fault).with_sent(Sent::Answered).with_operation(self.called())
    }
}

impl Changed for Ask {
    type Item = Change;
    type Place = Place;

    fn called(&self) -> Called {
        self.objects.call::<()>(&OBJECTS_SEARCH).called()
    }

    fn list(&self) -> List {
        let search = self.objects.search(SearchRequest::default().sort_by(ID));
        List::of(&Call::<SearchReply>::from(search)).walked_by("objects.changes")
    }

    fn save(place: &Place) -> Value {
        place.save()
    }

    fn load(stored: &Value) -> Option<Place> {
        Place::load(stored)
    }

    fn page(self, place: Place) -> BoxFuture<'static, Result<Page, Error>> {
        Box::pin(self.read(place))
    }
}

/// The last page is the one that leads to the beginning of the next run.
fn page_of(items: Vec<(Change, Place)>, next: Place) -> Page {
    Page { is_last: next.is_beginning(), items, next }
}

/// Returns true if HubSpot refused a search because the type does not have this property.
fn is_unknown(error: &Error, property: &str) -> bool {
    let Some(detail) = error.vendor().filter(|_| error.kind() == ErrorKind::Validation) else { return false };
    let codes = detail.fields.iter().map(|field| &field.code).chain([&detail.code]).flatten();
    let texts = detail.fields.iter().map(|field| &field.message).chain(&detail.message);
    codes.into_iter().any(|code| code == "PROPERTY_DOESNT_EXIST")
        || texts.into_iter().any(|text| {
            let text = text.to_lowercase();
            text.contains(property)
                && ["does not exist", "doesn't exist", "unknown"].iter().any(|said| text.contains(said))
        })
}

/// The ids that were merged into a record, without its own.
fn gone<'a>(ids: impl Iterator<Item = &'a str>, own: &str) -> Vec<String> {
    ids.filter(|id| *id != own).map(str::to_owned).collect()
}

/// Returns false if the record was archived before `since` for certain.
///
/// HubSpot used to return the time of the last change as `archivedAt`, and did so for contacts when it corrected the other
/// types (`developers.hubspot.com/changelog/new-definition-for-archivedat`). Such a time can be long before the archiving.
fn may_be_since(archived: Option<&Timestamp>, updated: Option<&Timestamp>, since: i64) -> bool {
    let archived = archived.and_then(Timestamp::unix_millis);
    let updated = updated.and_then(Timestamp::unix_millis);
    archived.is_none_or(|archived| archived >= since || updated.is_some_and(|updated| archived <= updated))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archived_record_is_left_out_only_if_its_time_is_known() {
        let may = |archived: Option<i64>, updated: Option<i64>| {
            let time = |millis: Option<i64>| millis.map(Timestamp::from_unix_millis);
            may_be_since(time(archived).as_ref(), time(updated).as_ref(), 100)
        };
        let cases = [may(Some(100), Some(5)), may(None, Some(5)), may(Some(50), Some(50)), may(Some(50), Some(60))];
        assert_eq!(cases, [true; 4]);
        assert_eq!([may(Some(99), Some(5)), may(Some(99), None)], [false; 2]);
        assert!(may_be_since(Some(&Timestamp::from("soon")), None, 100));
    }
}
