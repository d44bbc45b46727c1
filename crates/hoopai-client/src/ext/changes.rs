//! The contacts of a location that were created or changed since a time.

use std::fmt;
use std::future::ready;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crm_core::page::{Changed, List, Run, RunPage, seen_until, since};
use crm_core::reexport::futures_core::Stream;
use crm_core::reexport::serde_json::{Value, json};
use crm_core::{BoxFuture, Call, Called, Cursor, Error, ErrorKind, Pipeline, Sent, Timestamp};

use super::following::Walked;
use crate::contacts::Contacts;
use crate::operations::CONTACTS_SEARCH;
use crate::types::{ContactFilter, ContactFilterOperator, ContactSearch, ContactSort, FoundContact, FoundContacts};

const CHANGED: &str = "dateUpdated";
/// The order of the pages: unlike the time of the last change, it stays the same.
const ADDED: &str = "dateAdded";
const MOST: u16 = 500;
const OVERLAP: i64 = 5 * 60 * 1_000;

impl<C> Contacts<C> {
    /// Returns the contacts of a location that were created or changed at this time or later, and continues from there in
    /// the next run. A number is in milliseconds since 1970.
    ///
    /// They are read by searches with a range of `dateUpdated`, 500 contacts per request.
    ///
    /// **Not reported:** deleted and merged contacts, because the vendor has no list of them. Its webhooks report deletions,
    /// and an [`export`](Self::export) from time to time finds both.
    ///
    /// **What comes again:** searches lag behind writes by seconds. Therefore a run begins before the last change that
    /// the previous run could see, by the [`overlap`](ContactChanges::overlap), and a contact that was changed in that time
    /// comes again with the same `id` and `date_updated`. If the overlap is longer than the lag, no change is lost: it is
    /// reported by the first run that begins after searches find it, or earlier.
    ///
    /// ```no_run
    /// # async fn example(client: hoopai_client::Client) -> Result<(), hoopai_client::Error> {
    /// let changes = client.contacts().changes("location", "2026-01-31T00:00:00Z")?;
    /// let mut changes = changes.resume_or_begin(load()?)?;
    /// while let Some(contact) = changes.next().await {
    ///     println!("{:?}", contact?.email);
    ///     save(&changes.cursor()); // a run that is stopped continues here
    /// }
    /// save(&changes.cursor()); // the next run begins here
    /// # Ok(()) }
    /// # fn load() -> Result<Option<hoopai_client::Cursor>, hoopai_client::Error> { Ok(None) }
    /// # fn save(_: &hoopai_client::Cursor) {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`] if the text is not a point in time.
    pub fn changes(&self, location_id: impl Into<String>, time: impl Into<Timestamp>) -> Result<ContactChanges, Error> {
        let pipeline = self.call::<()>(&CONTACTS_SEARCH).pipeline().clone();
        let ask = Ask { pipeline, location: location_id.into(), limit: MOST, overlap: OVERLAP };
        let begin = since(&time.into()).map_err(|error| error.with_operation(ask.called()))?;
        Ok(ContactChanges { run: Run::new(ask, Place::beginning(begin)) })
    }
}

/// The changes of a location's contacts as a stream. See [`Contacts::changes`].
#[must_use = "nothing is read before the changes are"]
pub struct ContactChanges {
    run: Run<Ask>,
}

impl ContactChanges {
    /// Sets the number of contacts per request, from 1 to 500. The default is 500, the vendor's maximum. With another
    /// number the stream returns [`ErrorKind::Validation`].
    pub fn limit(mut self, contacts: u16) -> Self {
        self.run.changed.limit = contacts;
        self
    }

    /// Sets how long before the last change of this run the next run begins: five minutes if not set, to the millisecond.
    /// It must be longer than searches lag behind writes.
    pub fn overlap(mut self, overlap: Duration) -> Self {
        self.run.changed.overlap = i64::try_from(overlap.as_millis()).unwrap_or(i64::MAX);
        self
    }

    /// Returns the position of the run, or that of the next run after the end. It can be read at any time, also after an
    /// error. Store it now and then, and once more after the end. It belongs to the location.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.run.cursor()
    }

    /// Continues at a stored cursor of the same location, whatever time was given to [`changes`](Contacts::changes). No
    /// change is lost; what was returned after the cursor was stored is returned again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`] if the cursor belongs to another location or to another list.
    pub fn resume(self, cursor: Cursor) -> Result<Self, Error> {
        Ok(Self { run: self.run.resume(cursor)? })
    }

    /// Continues at a stored cursor, or begins at the given time if nothing is stored.
    ///
    /// # Errors
    ///
    /// Those of [`resume`](Self::resume).
    pub fn resume_or_begin(self, stored: Option<Cursor>) -> Result<Self, Error> {
        match stored {
            Some(cursor) => self.resume(cursor),
            None => Ok(self),
        }
    }

    /// Returns the next contact, or `None` at the end of the run and after an error. The same as the stream, without needing
    /// its extension traits.
    pub async fn next(&mut self) -> Option<Result<FoundContact, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl Stream for ContactChanges {
    type Item = Result<FoundContact, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().run.poll(cx, Ok)
    }
}

impl fmt::Debug for ContactChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactChanges").field("buffered", &self.run.buffered()).finish_non_exhaustive()
    }
}

/// The position of a run. All times are the vendor's, in milliseconds since 1970.
///
/// Changes that the searches of a run do not see were made less than the lag before the search, so after `until` minus the lag,
/// because `until` is a time of change that was read before all pages, and not in the future. Therefore the next run may begin at `until` minus
/// an overlap that is longer than the lag.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    since: i64,
    /// The greatest time of change that was found before the pages were read; `None` at the beginning of a run.
    until: Option<i64>,
    /// The sort values of the contact that was returned last.
    after: Option<Vec<Value>>,
    /// The number of contacts that were returned.
    number: u64,
    /// The number of contacts of the largest page.
    largest: usize,
}

impl Place {
    fn beginning(since: i64) -> Self {
        Self { since, until: None, after: None, number: 0, largest: 0 }
    }

    fn save(&self) -> Value {
        let Self { since, until, after, number, largest } = self;
        json!({"since": since, "until": until, "after": after, "number": number, "largest": largest})
    }

    fn load(place: &Value) -> Option<Self> {
        let until = match place.get("until")? {
            Value::Null => None,
            until => Some(until.as_i64()?),
        };
        let after = match place.get("after")? {
            Value::Null => None,
            after => Some(after.as_array()?.clone()),
        };
        let number = place.get("number").and_then(Value::as_u64).unwrap_or(0);
        let largest =
            place.get("largest").and_then(Value::as_u64).and_then(|number| number.try_into().ok()).unwrap_or(0);
        Some(Self { since: place.get("since")?.as_i64()?, until, after, number, largest })
    }
}

type Page = RunPage<FoundContact, Place>;

#[derive(Clone)]
struct Ask {
    pipeline: Pipeline,
    location: String,
    limit: u16,
    /// In milliseconds.
    overlap: i64,
}

impl Ask {
    fn search(&self, place: &Place, limit: u16, sort: ContactSort) -> ContactSearch {
        let since = Timestamp::from_unix_millis(place.since).to_string();
        let filter = ContactFilter::on(CHANGED, ContactFilterOperator::Range, json!({"gte": since}));
        ContactSearch::new(&self.location, i64::from(limit)).filters([filter]).sort([sort])
    }

    /// The request for the page at this place, or for the last change if that is not known yet.
    fn request(&self, place: &Place) -> Result<ContactSearch, Error> {
        if !(1..=MOST).contains(&self.limit) {
            let fault = format!("a page of changes holds 1 to {MOST} contacts");
            return Err(Error::validation(fault).with_operation(self.called()));
        }
        if place.until.is_none() {
            return Ok(self.search(place, 1, ContactSort::descending(CHANGED)));
        }
        let mut request = self.search(place, self.limit, ContactSort::ascending(ADDED));
        request.search_after.clone_from(&place.after);
        Ok(request)
    }

    fn read(&self, place: Place, found: FoundContacts) -> Result<Page, Error> {
        let FoundContacts { contacts, total, .. } = found;
        let Some(until) = place.until else { return self.last_change(&place, contacts.first()) };
        let walked = Walked {
            page: &contacts,
            limit: self.limit.into(),
            counted: total.and_then(|total| u64::try_from(total).ok()),
            number: place.number.saturating_add(contacts.len() as u64),
            largest: place.largest,
            after: place.after.as_ref(),
        };
        let (number, largest) = (walked.number, place.largest.max(contacts.len()));
        let (next, is_last) = match walked.following().map_err(|fault| self.astray(fault))? {
            Some(after) => (Place { after: Some(after), number, largest, ..place.clone() }, false),
            None => (Place::beginning(until.saturating_sub(self.overlap).max(place.since)), true),
        };
        let mut behind = place;
        let placed = contacts.into_iter().map(|contact| {
            if !contact.search_after.is_empty() {
                behind.after = Some(contact.search_after.clone());
                behind.number += 1;
            }
            (contact, behind.clone())
        });
        Ok(Page { items: placed.collect(), next, is_last })
    }

    /// Takes the time of the last change. If there is none, the next run begins where this one does.
    fn last_change(&self, place: &Place, last: Option<&FoundContact>) -> Result<Page, Error> {
        let Some(last) = last else {
            return Ok(Page { items: Vec::new(), next: place.clone(), is_last: true });
        };
        let last = last.date_updated.as_deref().and_then(|time| Timestamp::from(time).unix_millis());
        let last = last.ok_or_else(|| self.astray("a contact has no time of its last change"))?;
        let until = Some(seen_until(&self.pipeline, place.since, last));
        Ok(Page { items: Vec::new(), next: Place { until, ..place.clone() }, is_last: false })
    }

    fn astray(&self, fault: &'static str) -> Error {
        Error::new(ErrorKind::Paging, fault).with_sent(Sent::Answered).with_operation(self.called())
    }
}

impl Changed for Ask {
    type Item = FoundContact;
    type Place = Place;

    fn called(&self) -> Called {
        Call::<()>::new(&self.pipeline, &CONTACTS_SEARCH).called()
    }

    fn list(&self) -> List {
        let search = ContactSearch::new(&self.location, i64::from(MOST)).sort([ContactSort::ascending(ADDED)]);
        let contacts = Contacts::<crate::Client>::new(&self.pipeline);
        List::of(&Call::<FoundContacts>::from(contacts.search(search))).walked_by("contacts.changes")
    }

    fn save(place: &Place) -> Value {
        place.save()
    }

    fn load(stored: &Value) -> Option<Place> {
        Place::load(stored)
    }

    fn page(self, place: Place) -> BoxFuture<'static, Result<Page, Error>> {
        let request = match self.request(&place) {
            Ok(request) => request,
            Err(error) => return Box::pin(ready(Err(error))),
        };
        // Through `pages`, because the page must have its list: otherwise it cannot be the last one.
        let pages = Contacts::<crate::Client>::new(&self.pipeline).search(request).pages();
        pages.first(move |found| self.read(place, found.unwrap_or_default()))
    }
}
