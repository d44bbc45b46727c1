//! All contacts of a location, by several walks at once.

mod windows;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crm_core::page::{List, Pace, Started};
use crm_core::reexport::futures_core::Stream;
use crm_core::{Call, Called, Cursor, Error, ErrorKind, Pipeline, Position, Sent};

use crate::contacts::Contacts;
use crate::operations::CONTACTS_SEARCH;
use crate::types::{ContactSearch, ContactSort, FoundContact, FoundContacts};
use windows::{FIELD, Place, Window, Windows};

/// The vendor's largest page.
const MOST: i64 = 500;
/// The number of contacts from one border to the next: ten pages.
const STEP: i64 = 5_000;

/// The contacts of a page with the sort values of each, and the time that it took.
type Timed = (Result<Vec<FoundContact>, Error>, Duration);

/// The time of a border, and how many contacts there are from the border before it.
type Found = Result<(Option<String>, Option<u64>), Error>;

impl<C> Contacts<C> {
    /// Reads all contacts of a location, in no particular order, as fast as the quota allows.
    ///
    /// The contacts are divided by the time at which they were added, 5,000 in each part, and several parts are read at
    /// once, 500 contacts per page; how many follows from the limit of the client and from the measured time per page.
    /// All of it is documented by the vendor: searches by ranges of `dateAdded`, sorted by it.
    ///
    /// Each contact that exists during the whole export is returned once. A contact that is created or deleted meanwhile may
    /// come or not. One that was created a few seconds before the export may be missing, because searches lag behind
    /// writes. Memory does not grow with the number of contacts.
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
        ContactExport {
            pipeline,
            location: location_id.into(),
            limit: MOST,
            pace: Pace::new(1.0),
            windows: Windows::new(),
            fetching: Vec::new(),
            searching: None,
            failed: None,
            ended: false,
        }
    }
}

/// All contacts of a location as a stream. See [`Contacts::export`].
#[must_use = "an export sends nothing unless it is read"]
pub struct ContactExport {
    pipeline: Pipeline,
    location: String,
    limit: i64,
    pace: Pace,
    windows: Windows<FoundContact>,
    fetching: Vec<(u64, Started<Timed>)>,
    searching: Option<Started<Found>>,
    failed: Option<Error>,
    ended: bool,
}

impl ContactExport {
    /// The number of contacts per page: 500 if not set, which is the vendor's largest page.
    pub fn limit(mut self, contacts: u16) -> Self {
        self.limit = i64::from(contacts);
        self
    }

    /// Uses this part of the limit, for example `0.5`, and leaves the rest to other calls and programs.
    pub fn share(mut self, share: f64) -> Self {
        self.pace = Pace::new(share);
        self
    }

    /// The number of contacts that came, those of earlier runs that were resumed included.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.windows.done
    }

    /// The number of contacts as a search counted them at the beginning: for a display of progress. `None` until it is
    /// known.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.windows.total
    }

    /// Returns the position of the export, less than a few kilobytes: the places of its walks. It can be read at any time,
    /// also after an error.
    ///
    /// Store it now and then, and once more after the end. It belongs to the location, whatever the page size is.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        let position = if self.windows.is_over() { Position::End } else { Position::Values(self.windows.save()) };
        self.list().cursor(position, 0)
    }

    /// Continues at a stored cursor of an export of the same location. No contact is lost; what was returned after the
    /// cursor was stored is returned again.
    ///
    /// An export that is resumed at its end gives nothing: use [`resume_or_begin`](Self::resume_or_begin) for a program
    /// that runs again and again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`] if the cursor belongs to another location or to another list. Begin without a cursor.
    pub fn resume(mut self, cursor: Cursor) -> Result<Self, Error> {
        let called = self.called();
        let (position, _) = self.list().open(cursor).map_err(|error| error.with_operation(&called))?;
        self.windows = match position {
            Position::Start => Some(Windows::new()),
            Position::End => Some(Windows::over()),
            Position::Values(values) => Windows::load(&values),
            _ => None,
        }
        .ok_or_else(|| Error::validation("the cursor is not at a position of an export").with_operation(called))?;
        self.fetching.clear();
        self.searching = None;
        self.failed = None;
        self.ended = false;
        Ok(self)
    }

    /// Continues a run that was interrupted, or begins a new one if nothing is stored or the stored run reached its end.
    ///
    /// # Errors
    ///
    /// As [`resume`](Self::resume).
    pub fn resume_or_begin(self, stored: Option<Cursor>) -> Result<Self, Error> {
        match stored {
            Some(cursor) if !cursor.is_end() => self.resume(cursor),
            _ => Ok(self),
        }
    }

    /// The next contact, or `None` at the end. The same as the stream, without needing its extension traits.
    pub async fn next(&mut self) -> Option<Result<FoundContact, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    fn called(&self) -> Called {
        Call::<()>::new(&self.pipeline, &CONTACTS_SEARCH).called()
    }

    fn search(&self, limit: i64) -> ContactSearch {
        ContactSearch::new(&self.location, limit).sort([ContactSort::ascending(FIELD)])
    }

    /// What the cursors belong to.
    fn list(&self) -> List {
        let contacts = Contacts::<crate::Client>::new(&self.pipeline);
        List::of(&Call::<FoundContacts>::from(contacts.search(self.search(MOST)))).walked_by("contacts.export")
    }

    fn rate(&self) -> Option<f64> {
        self.pipeline.rate(CONTACTS_SEARCH.limit_class)
    }

    fn fetch(&mut self, place: &Place) -> Started<Timed> {
        let clock = self.pipeline.clock();
        let pause = self.pace.pause(self.rate(), clock.now());
        let mut request = self.search(self.limit).filters(place.window.filters());
        request.search_after.clone_from(&place.after);
        let pipeline = self.pipeline.clone();
        Started::new(move || {
            let (pipeline, request, clock) = (pipeline.clone(), request.clone(), clock.clone());
            Box::pin(async move {
                if pause > Duration::ZERO {
                    clock.sleep(pause).await;
                }
                let began = clock.now();
                // Through `pages`, because the page must have its list: otherwise it cannot be the last one.
                let page = Contacts::<crate::Client>::new(&pipeline).search(request).pages().max_pages(1).next().await;
                let page = page.transpose().map(|page| page.map_or_else(Vec::new, |page| page.contacts));
                (page, clock.now().saturating_sub(began))
            })
        })
    }

    /// Asks for the time of the next border.
    fn find_border(&self) -> Started<Found> {
        let window = Window::Added { from: self.windows.border().map(str::to_owned), to: None };
        let request = self.search(1).page(STEP).filters(window.filters());
        let pipeline = self.pipeline.clone();
        Started::new(move || {
            let (pipeline, request) = (pipeline.clone(), request.clone());
            Box::pin(async move {
                let reply = Contacts::<crate::Client>::new(&pipeline).search(request).send().await?;
                let border = reply.contacts.into_iter().next().and_then(|contact| contact.date_added);
                Ok((border, reply.total.and_then(|total| u64::try_from(total).ok())))
            })
        })
    }

    /// Sends what is due and takes what has arrived. Returns true if anything arrived.
    fn drive(&mut self, cx: &mut Context<'_>) -> Result<bool, Error> {
        let places = self.pace.places(self.rate());
        if self.searching.is_none() && self.windows.wants_borders(places) {
            self.searching = Some(self.find_border());
        }
        for (key, place) in self.windows.due(places) {
            let fetching = self.fetch(&place);
            self.fetching.push((key, fetching));
        }
        Ok(self.poll_border(cx)? | self.poll_pages(cx)?)
    }

    fn poll_border(&mut self, cx: &mut Context<'_>) -> Result<bool, Error> {
        let Some(Poll::Ready(found)) = self.searching.as_mut().map(|search| search.poll(cx)) else { return Ok(false) };
        self.searching = None;
        let (border, total) = found?;
        self.windows.add_border(border, total);
        Ok(true)
    }

    fn poll_pages(&mut self, cx: &mut Context<'_>) -> Result<bool, Error> {
        let mut any = false;
        let mut index = 0;
        while let Some((key, fetching)) = self.fetching.get_mut(index) {
            let Poll::Ready((page, took)) = fetching.poll(cx) else {
                index += 1;
                continue;
            };
            any = true;
            let key = *key;
            self.fetching.swap_remove(index);
            self.pace.learn(took);
            let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
            let rows = page?.into_iter().map(|contact| (contact.search_after.clone(), contact)).collect();
            self.windows.arrive(key, rows, limit).map_err(|fault| {
                Error::new(ErrorKind::Paging, fault).with_sent(Sent::Answered).with_operation(self.called())
            })?;
        }
        Ok(any)
    }

    fn mistake(&self) -> Option<Error> {
        let size = (!(1..=MOST).contains(&self.limit)).then_some("a page of an export holds 1 to 500 contacts");
        let fault = self.pace.mistake().or(size)?;
        Some(Error::validation(fault).with_operation(self.called()))
    }
}

impl Stream for ContactExport {
    type Item = Result<FoundContact, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.ended {
            return Poll::Ready(None);
        }
        if let Some(mistake) = this.mistake() {
            this.ended = true;
            return Poll::Ready(Some(Err(mistake)));
        }
        loop {
            let arrived = if this.failed.is_none() { this.drive(cx) } else { Ok(false) };
            let arrived = arrived.unwrap_or_else(|error| {
                // What has been read comes before the error.
                this.failed = Some(error);
                true
            });
            if let Some(contact) = this.windows.pop() {
                return Poll::Ready(Some(Ok(contact)));
            }
            let failed = this.failed.take();
            if failed.is_some() || this.windows.is_over() {
                this.ended = true;
                this.fetching.clear();
                this.searching = None;
                return Poll::Ready(failed.map(Err));
            }
            if !arrived {
                return Poll::Pending;
            }
        }
    }
}

impl fmt::Debug for ContactExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactExport")
            .field("done", &self.windows.done)
            .field("total", &self.windows.total)
            .field("pages_under_way", &self.fetching.len())
            .finish_non_exhaustive()
    }
}
