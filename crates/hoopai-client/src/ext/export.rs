//! All contacts of a location, by several concurrent walks.

mod windows;

use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use crm_core::page::{Fetch, List, Parallel, Places};
use crm_core::reexport::futures_core::Stream;
use crm_core::{Call, Called, Cursor, Error, ErrorKind, Pipeline, Position, Sent};

use crate::contacts::Contacts;
use crate::operations::CONTACTS_SEARCH;
use crate::types::{ContactSearch, ContactSort, FoundContact, FoundContacts};
use windows::{FIELD, Found, Place, Window, Windows};

/// The maximum number of contacts per page.
const MOST: i64 = 500;
/// The maximum number of contacts up to which pages are read by number.
const NUMBERED: i64 = 10_000;

impl<C> Contacts<C> {
    /// Reads all contacts of a location, in no particular order, as fast as the quota allows.
    ///
    /// The contacts are divided by the time at which they were added, almost 10,000 in each part, and several parts are
    /// read at the same time, 500 contacts per page; their number follows from the limit of the client and from the measured
    /// time per page. The search that finds the end of a part returns its last 500 contacts. The vendor documents searches
    /// by ranges of `dateAdded`, sorted by it. It does not document how precisely they compare times; the client therefore
    /// compares times by the second.
    ///
    /// Each contact that exists during the whole export is returned once. A contact that is created or deleted
    /// meanwhile may be returned or not. One that was created a few seconds before the export may be missing, because
    /// searches lag behind writes. Memory does not grow with the number of contacts.
    ///
    /// ```no_run
    /// # async fn example(client: hoopai_client::Client) -> Result<(), hoopai_client::Error> {
    /// let mut contacts = client.contacts().export("location").resume_or_begin(load()?)?;
    /// while let Some(contact) = contacts.next().await {
    ///     println!("{:?} ({} of {:?})", contact?.email, contacts.done(), contacts.total());
    ///     if contacts.done() % 1_000 == 0 {
    ///         save(&contacts.cursor()); // a run that is stopped continues here
    ///     }
    /// }
    /// save(&contacts.cursor()); // the end: tomorrow's run begins anew
    /// # Ok(()) }
    /// # fn load() -> Result<Option<hoopai_client::Cursor>, hoopai_client::Error> { Ok(None) }
    /// # fn save(_: &hoopai_client::Cursor) {}
    /// ```
    pub fn export(&self, location_id: impl Into<String>) -> ContactExport {
        let pipeline = self.call::<()>(&CONTACTS_SEARCH).pipeline().clone();
        let location = location_id.into();
        let places = Added { pipeline: pipeline.clone(), location, limit: MOST, windows: Windows::new() };
        ContactExport { reading: Parallel::new(pipeline, places) }
    }
}

/// All contacts of a location as a stream. See [`Contacts::export`].
#[must_use = "an export sends nothing unless it is read"]
pub struct ContactExport {
    reading: Parallel<Added>,
}

impl ContactExport {
    /// Sets the number of contacts per page, from 1 to 500. The default is 500, the vendor's maximum. With another number
    /// the stream returns [`ErrorKind::Validation`].
    pub fn limit(mut self, contacts: u16) -> Self {
        self.reading.places.limit = i64::from(contacts);
        self
    }

    /// Uses this part of the limit, for example `0.5`, and leaves the rest to other calls and programs. The part is above
    /// 0 and at most 1; with another number the stream returns [`ErrorKind::Validation`].
    pub fn share(mut self, share: f64) -> Self {
        self.reading.share(share);
        self
    }

    /// The number of contacts returned so far, including those of earlier runs that were resumed.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.reading.places.windows.done
    }

    /// The number of contacts as a search counted them at the beginning: for a display of progress. `None` until it is
    /// known.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.reading.places.windows.total
    }

    /// Returns the position of the export, less than a few kilobytes: the positions in its parts. It can be read at any
    /// time, also after an error.
    ///
    /// Store it now and then, and once more after the end. It belongs to the location, regardless of the page size.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        let Added { windows, .. } = &self.reading.places;
        let position = if windows.is_over() { Position::End } else { Position::Values(windows.save()) };
        self.reading.places.list().cursor(position, 0)
    }

    /// Continues at a stored cursor of an export of the same location. No contact is lost; what was returned after the
    /// cursor was stored is returned again. If the vendor compares times by the second, contacts that were added in the
    /// same second can be returned again too.
    ///
    /// An export that is resumed at its end returns no items. Use [`resume_or_begin`](Self::resume_or_begin) in a
    /// program that runs repeatedly.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`] if the cursor belongs to another location or to another list. Begin without a cursor.
    pub fn resume(mut self, cursor: Cursor) -> Result<Self, Error> {
        let places = &self.reading.places;
        let (position, _) = places.list().open(cursor).map_err(|error| error.with_operation(places.called()))?;
        let windows = match position {
            Position::Start => Some(Windows::new()),
            Position::End => Some(Windows::over()),
            Position::Values(values) => Windows::load(&values),
            _ => None,
        };
        let fault = "the cursor is not at a position of an export";
        let windows = windows.ok_or_else(|| Error::validation(fault).with_operation(places.called()))?;
        let places = Added { windows, location: places.location.clone(), pipeline: places.pipeline.clone(), ..*places };
        self.reading.restart(places);
        Ok(self)
    }

    /// Continues a run that was interrupted, or begins a new one if nothing is stored or the stored run reached its
    /// end.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`resume`](Self::resume).
    pub fn resume_or_begin(self, stored: Option<Cursor>) -> Result<Self, Error> {
        match stored {
            Some(cursor) if !cursor.is_end() => self.resume(cursor),
            _ => Ok(self),
        }
    }

    /// Returns the next contact, or `None` at the end and after an error. Does the same as the stream, without its extension
    /// traits.
    pub async fn next(&mut self) -> Option<Result<FoundContact, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

/// The windows of an export with their requests.
struct Added {
    pipeline: Pipeline,
    location: String,
    limit: i64,
    windows: Windows,
}

impl Added {
    fn search(&self, limit: i64) -> ContactSearch {
        ContactSearch::new(&self.location, limit).sort([ContactSort::ascending(FIELD)])
    }

    /// The number and the size of the page that ends a part. It is smaller by one contact than the other pages, so that
    /// the last of those before it is not full, and no further request is needed to see that nothing follows.
    fn border_page(&self) -> (i64, i64) {
        (NUMBERED / self.limit.max(1), (self.limit - 1).max(1))
    }

    /// The identity of the list, for its cursors.
    fn list(&self) -> List {
        let contacts = Contacts::<crate::Client>::new(&self.pipeline);
        List::of(&Call::<FoundContacts>::from(contacts.search(self.search(MOST)))).walked_by("contacts.export")
    }

    fn fetch(&self, place: &Place) -> Fetch<Option<FoundContacts>> {
        let mut request = self.search(self.limit).filters(place.window.filters());
        request.search_after.clone_from(&place.after);
        let contacts = Contacts::<crate::Client>::new(&self.pipeline);
        // Through `pages`, because the page must have its list: otherwise it cannot be the last one.
        Box::new(move || contacts.search(request.clone()).pages().first(Ok))
    }
}

impl From<FoundContacts> for Found {
    fn from(page: FoundContacts) -> Self {
        Self { contacts: page.contacts, counted: page.total.and_then(|total| u64::try_from(total).ok()) }
    }
}

impl Places for Added {
    type Item = FoundContact;
    type Page = Option<FoundContacts>;
    /// The contacts at the end of a part, and the number of contacts from the border before it.
    type Border = FoundContacts;

    fn mistake(&self) -> Option<Cow<'static, str>> {
        (!(1..=MOST).contains(&self.limit))
            .then_some("the page size of an export must be from 1 to 500 contacts".into())
    }

    fn called(&self) -> Called {
        Call::<()>::new(&self.pipeline, &CONTACTS_SEARCH).called()
    }

    fn limit_class(&self) -> &'static str {
        CONTACTS_SEARCH.limit_class
    }

    fn due(&mut self, most: usize) -> Vec<(u64, Fetch<Self::Page>)> {
        self.windows.due(most).into_iter().map(|(key, place)| (key, self.fetch(&place))).collect()
    }

    fn border(&mut self, most: usize) -> Option<Fetch<FoundContacts>> {
        if !self.windows.wants_borders(most) {
            return None;
        }
        let window = Window::Added { from: self.windows.border().map(str::to_owned), to: None };
        let (number, size) = self.border_page();
        let request = self.search(size).page(number).filters(window.filters());
        let contacts = Contacts::<crate::Client>::new(&self.pipeline);
        Some(Box::new(move || contacts.search(request.clone()).send()))
    }

    fn arrived(&mut self, key: u64, page: Result<Self::Page, Error>) -> Result<(), Error> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let page = page?.map_or(Found { contacts: Vec::new(), counted: None }, Found::from);
        self.windows.arrive(key, page, limit).map_err(|fault| {
            Error::new(ErrorKind::Paging, fault).with_sent(Sent::Answered).with_operation(self.called())
        })
    }

    fn found(&mut self, border: Result<FoundContacts, Error>) -> Result<(), Error> {
        let (number, size) = self.border_page();
        self.windows.add_border(border?.into(), (number * size).unsigned_abs());
        Ok(())
    }

    fn is_wanted(&self, _: u64) -> bool {
        true
    }

    fn pop(&mut self) -> Option<FoundContact> {
        self.windows.pop()
    }

    fn is_over(&self) -> bool {
        self.windows.is_over()
    }
}

impl Stream for ContactExport {
    type Item = Result<FoundContact, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().reading.poll(cx)
    }
}

impl fmt::Debug for ContactExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactExport")
            .field("done", &self.done())
            .field("total", &self.total())
            .field("pages_under_way", &self.reading.under_way())
            .finish_non_exhaustive()
    }
}
