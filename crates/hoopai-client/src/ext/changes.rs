//! The contacts of a location that were created or changed since a time.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crm_core::page::List;
use crm_core::reexport::futures_core::Stream;
use crm_core::reexport::serde_json::{Value, json};
use crm_core::{BoxFuture, Call, Called, Cursor, Error, ErrorKind, Pipeline, Position, Sent, Timestamp};

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
    /// comes again with the same `id` and `date_updated`. If the lag is shorter than the overlap, a change is reported at
    /// the latest by the first run that begins after the lag.
    ///
    /// ```no_run
    /// # async fn example(client: hoopai_client::Client) -> Result<(), hoopai_client::Error> {
    /// let changes = client.contacts().changes("location", "2026-01-31T00:00:00Z");
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
    pub fn changes(&self, location_id: impl Into<String>, since: impl Into<Timestamp>) -> ContactChanges {
        let pipeline = self.call::<()>(&CONTACTS_SEARCH).pipeline().clone();
        let ask = Ask { pipeline, location: location_id.into(), limit: MOST, overlap: OVERLAP };
        let since = since.into();
        let place = since.unix_millis().map(Place::beginning).ok_or_else(|| {
            let fault = "the time given to changes is not a point in time; give RFC 3339 or milliseconds since 1970";
            Error::validation(fault).with_operation(ask.called())
        });
        ContactChanges { ask, place, page: VecDeque::new(), next: None, fetching: None, ended: false }
    }
}

/// The changes of a location's contacts as a stream. See [`Contacts::changes`].
#[must_use = "nothing is read before the changes are"]
pub struct ContactChanges {
    ask: Ask,
    /// The place up to what was returned, or the reason why there is none.
    place: Result<Place, Error>,
    page: VecDeque<FoundContact>,
    /// The place behind the page.
    next: Option<Place>,
    fetching: Option<BoxFuture<'static, Result<Page, Error>>>,
    ended: bool,
}

impl ContactChanges {
    /// The number of contacts per request: 500 if not set, which is the vendor's largest page.
    pub fn limit(mut self, contacts: u16) -> Self {
        self.ask.limit = contacts;
        self
    }

    /// Sets how long before the last change of this run the next run begins: five minutes if not set, to the millisecond.
    /// It must be longer than searches lag behind writes.
    pub fn overlap(mut self, overlap: Duration) -> Self {
        self.ask.overlap = i64::try_from(overlap.as_millis()).unwrap_or(i64::MAX);
        self
    }

    /// Returns the position of the run, or that of the next run after the end. It can be read at any time, also after an
    /// error. Store it now and then, and once more after the end. It belongs to the location.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.ask.list().cursor(self.place.as_ref().map_or(Position::Start, Place::save), 0)
    }

    /// Continues at a stored cursor of the same location, whatever time was given to [`changes`](Contacts::changes). No
    /// change is lost; what was returned after the cursor was stored is returned again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`] if the cursor belongs to another location or to another list.
    pub fn resume(mut self, cursor: Cursor) -> Result<Self, Error> {
        let labelled = |error: Error| error.with_operation(self.ask.called());
        let (position, _) = self.ask.list().open(cursor).map_err(labelled)?;
        let place = Place::load(position)
            .ok_or_else(|| labelled(Error::validation("the cursor is not at a position of changes")))?;
        self.place = Ok(place);
        self.page.clear();
        self.next = None;
        self.fetching = None;
        self.ended = false;
        Ok(self)
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

    /// The next contact, or `None` at the end of the run. The same as the stream, without needing its extension traits.
    pub async fn next(&mut self) -> Option<Result<FoundContact, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Takes a contact out of the page and moves the place behind it.
    fn pop(&mut self) -> Option<FoundContact> {
        let contact = self.page.pop_front()?;
        // The run ends when it returns `None`.
        let next = if self.page.is_empty() && !self.ended { self.next.take() } else { None };
        if let Some(next) = next {
            self.place = Ok(next);
        } else if let Ok(place) = &mut self.place
            && !contact.search_after.is_empty()
        {
            place.after = Some(contact.search_after.clone());
        }
        Some(contact)
    }

    fn poll_contact(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<FoundContact, Error>>> {
        loop {
            if let Some(contact) = self.pop() {
                return Poll::Ready(Some(Ok(contact)));
            }
            if let Some(next) = self.next.take() {
                self.place = Ok(next);
            }
            let place = self.place.clone()?;
            if self.ended {
                return Poll::Ready(None);
            }
            let fetching = self.fetching.get_or_insert_with(|| Box::pin(self.ask.clone().page(place)));
            let page = ready!(fetching.as_mut().poll(cx));
            self.fetching = None;
            let page = page?;
            // The beginning of the next run.
            self.ended = page.next.until.is_none();
            self.page = page.contacts.into();
            self.next = Some(page.next);
        }
    }
}

impl Stream for ContactChanges {
    type Item = Result<FoundContact, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.ended && this.page.is_empty() && this.next.is_none() {
            return Poll::Ready(None);
        }
        let contact = ready!(this.poll_contact(cx));
        this.ended |= matches!(contact, Some(Err(_)));
        Poll::Ready(contact)
    }
}

impl fmt::Debug for ContactChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactChanges").field("buffered", &self.page.len()).finish_non_exhaustive()
    }
}

/// The position of a run. All times are the vendor's, in milliseconds since 1970.
///
/// Changes that the searches of a run do not see were made less than the lag before the search, so after `until` minus the lag,
/// because `until` is a time of change that was read before all pages. Therefore the next run may begin at `until` minus
/// an overlap that is longer than the lag.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    since: i64,
    /// The greatest time of change that was found before the pages were read; `None` at the beginning of a run.
    until: Option<i64>,
    /// The sort values of the contact that was returned last.
    after: Option<Vec<Value>>,
}

impl Place {
    fn beginning(since: i64) -> Self {
        Self { since, until: None, after: None }
    }

    fn save(&self) -> Position {
        Position::Values(vec![json!({"since": self.since, "until": self.until, "after": self.after})])
    }

    fn load(position: Position) -> Option<Self> {
        let Position::Values(values) = position else { return None };
        let [place] = values.as_slice() else { return None };
        let until = match place.get("until")? {
            Value::Null => None,
            until => Some(until.as_i64()?),
        };
        let after = match place.get("after")? {
            Value::Null => None,
            after => Some(after.as_array()?.clone()),
        };
        Some(Self { since: place.get("since")?.as_i64()?, until, after })
    }
}

struct Page {
    contacts: Vec<FoundContact>,
    next: Place,
}

#[derive(Clone)]
struct Ask {
    pipeline: Pipeline,
    location: String,
    limit: u16,
    /// In milliseconds.
    overlap: i64,
}

impl Ask {
    fn called(&self) -> Called {
        Call::<()>::new(&self.pipeline, &CONTACTS_SEARCH).called()
    }

    /// The identity of the list, for its cursors.
    fn list(&self) -> List {
        let search = ContactSearch::new(&self.location, i64::from(MOST)).sort([ContactSort::ascending(ADDED)]);
        let contacts = Contacts::<crate::Client>::new(&self.pipeline);
        List::of(&Call::<FoundContacts>::from(contacts.search(search))).walked_by("contacts.changes")
    }

    fn search(&self, place: &Place, limit: u16, sort: ContactSort) -> ContactSearch {
        let since = Timestamp::from_unix_millis(place.since).to_string();
        let filter = ContactFilter::on(CHANGED, ContactFilterOperator::Range, json!({"gte": since}));
        ContactSearch::new(&self.location, i64::from(limit)).filters([filter]).sort([sort])
    }

    async fn send(&self, request: ContactSearch) -> Result<Vec<FoundContact>, Error> {
        // Through `pages`, because the page must have its list: otherwise it cannot be the last one.
        let mut pages = Contacts::<crate::Client>::new(&self.pipeline).search(request).pages().max_pages(1);
        Ok(pages.next().await.transpose()?.map_or_else(Vec::new, |page| page.contacts))
    }

    async fn page(self, place: Place) -> Result<Page, Error> {
        if !(1..=MOST).contains(&self.limit) {
            let fault = format!("a page of changes holds 1 to {MOST} contacts");
            return Err(Error::validation(fault).with_operation(self.called()));
        }
        let Some(until) = place.until else { return self.last_change(&place).await };
        let mut request = self.search(&place, self.limit, ContactSort::ascending(ADDED));
        request.search_after.clone_from(&place.after);
        let contacts = self.send(request).await?;
        let next = match contacts.last() {
            Some(last) if contacts.len() >= usize::from(self.limit) => {
                let after = Some(last.search_after.clone()).filter(|after| !after.is_empty());
                if after.is_none() {
                    return Err(self.astray("the last contact of a page has no searchAfter, though there are more"));
                }
                if after == place.after {
                    return Err(self.astray("the vendor returned the same cursor again"));
                }
                Place { after, ..place }
            }
            _ => Place::beginning(until.saturating_sub(self.overlap).max(place.since)),
        };
        Ok(Page { contacts, next })
    }

    /// Finds the time of the last change. If there is none, the next run begins where this one does.
    async fn last_change(&self, place: &Place) -> Result<Page, Error> {
        let found = self.send(self.search(place, 1, ContactSort::descending(CHANGED))).await?;
        let Some(last) = found.first() else { return Ok(Page { contacts: Vec::new(), next: place.clone() }) };
        let last = last.date_updated.as_deref().and_then(|time| Timestamp::from(time).unix_millis());
        let last = last.ok_or_else(|| self.astray("a contact has no time of its last change"))?;
        Ok(Page { contacts: Vec::new(), next: Place { until: Some(last.max(place.since)), ..place.clone() } })
    }

    fn astray(&self, fault: &'static str) -> Error {
        Error::new(ErrorKind::Paging, fault).with_sent(Sent::Answered).with_operation(self.called())
    }
}
