//! All records of a type of object, by several walks at once.

mod ask;
mod borders;
mod stored;
mod walks;

use std::fmt::{self, Display};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crm_core::page::{List, Pace, Started};
use crm_core::{Cursor, Error, ErrorKind, Pipeline, Sent};
use futures_core::Stream;

use crate::objects::Objects;
use crate::operations::OBJECTS_LIST;
use crate::types::ObjectWithAssociations;
use ask::{Ask, Way};
use borders::{Borders, Found};
use stored::Counts;
use walks::{Page, Walks};

/// How many pages lie between the beginnings of two walks.
const PAGES_A_WALK: u64 = 10;

/// A page with the time that it took.
type Timed = (Result<Page<ObjectWithAssociations>, Error>, Duration);

impl Objects {
    /// Reads all records of the type, in no particular order, as fast as the quota allows.
    ///
    /// [`list`](Self::list) reads one page after the other, so each page takes the time of a round trip: of 190 requests
    /// in 10 seconds it uses a fifth. An export reads at several places at once; the number of places follows from the
    /// limit of the client and from the measured time per page.
    ///
    /// Each record that exists during the whole export is returned once. A record that is created or archived meanwhile may
    /// come or not. Memory does not grow with the number of records.
    ///
    /// | | |
    /// |---|---|
    /// | documented by HubSpot | pages of the list, 100 records each; searches by `hs_object_id`, which find where walks can begin (one for 1,000 records) |
    /// | observed only | the list is in the order of ids, and its cursor is the last id plus one |
    ///
    /// What is only observed decides the speed and not the result: the export passes over what a walk from such a cursor has
    /// read only if HubSpot's own cursors lead to that walk. If a page is not as observed, it goes on by one walk, and
    /// reports that as an event of the level `WARN`. [`documented_only`](Export::documented_only) does without.
    ///
    /// ```no_run
    /// # async fn example(client: hubspot_client::Client) -> Result<(), hubspot_client::Error> {
    /// let mut contacts = client.contacts().export().properties(["email"]).resume_or_begin(load()?)?;
    /// while let Some(contact) = contacts.next().await {
    ///     println!("{:?} ({} of {:?})", contact?.property("email"), contacts.done(), contacts.total());
    ///     if contacts.done() % 1_000 == 0 {
    ///         save(&contacts.cursor()); // a run that is stopped continues here
    ///     }
    /// }
    /// save(&contacts.cursor()); // the end: tomorrow's run begins anew
    /// # Ok(()) }
    /// # fn load() -> Result<Option<hubspot_client::Cursor>, hubspot_client::Error> { Ok(None) }
    /// # fn save(_: &hubspot_client::Cursor) {}
    /// ```
    pub fn export(&self) -> Export {
        Export::new(self.clone(), Way::List)
    }
}

/// All records of a type of object as a stream. See [`Objects::export`].
#[must_use = "an export sends nothing unless it is read"]
pub struct Export {
    objects: Objects,
    pipeline: Pipeline,
    ask: Ask,
    pace: Pace,
    counts: Counts,
    walks: Walks<ObjectWithAssociations>,
    borders: Borders,
    fetching: Vec<(u64, Started<Timed>)>,
    searching: Option<Started<Result<Found, Error>>>,
    failed: Option<Error>,
    ended: bool,
}

impl Export {
    fn new(objects: Objects, way: Way) -> Self {
        let ask = Ask::new(way);
        Self {
            walks: Walks::new(way.guess()),
            borders: Borders::new(0, PAGES_A_WALK * ask.limit),
            pipeline: objects.call::<()>(&OBJECTS_LIST).pipeline().clone(),
            objects,
            ask,
            pace: Pace::new(1.0),
            counts: Counts::default(),
            fetching: Vec::new(),
            searching: None,
            failed: None,
            ended: false,
        }
    }

    /// The properties to read, in place of HubSpot's usual few.
    pub fn properties(mut self, names: impl IntoIterator<Item = impl Display>) -> Self {
        self.ask.properties = names.into_iter().map(|name| name.to_string()).collect();
        self
    }

    /// Reads the links to records of these types too, for example `companies`. [`documented_only`](Self::documented_only)
    /// cannot read them.
    pub fn associations(mut self, types: impl IntoIterator<Item = impl Display>) -> Self {
        self.ask.associations = types.into_iter().map(|name| name.to_string()).collect();
        self
    }

    /// The number of records per page: 100 if not set, or 200 with [`documented_only`](Self::documented_only), which are
    /// HubSpot's largest pages. Walks begin ten pages apart.
    pub fn limit(mut self, records: u16) -> Self {
        self.ask.limit = u64::from(records);
        self.borders = Borders::new(self.walks.through(), PAGES_A_WALK * self.ask.limit.max(1));
        self
    }

    /// Uses this part of the limit, for example `0.5`, and leaves the rest to other calls and programs.
    pub fn share(mut self, share: f64) -> Self {
        self.pace = Pace::new(share);
        self
    }

    /// Reads by searches on `hs_object_id` only, which HubSpot documents: at most 1,000 records per second, because five
    /// searches are allowed, and without associations. A record that was created a few seconds before the export may be
    /// missing, because HubSpot's searches lag behind. Set it before [`resume`](Self::resume): its cursors are its own.
    pub fn documented_only(self) -> Self {
        let limit = if self.ask.limit == Way::List.most() { Way::Search.most() } else { self.ask.limit };
        let mut export = Self { pace: self.pace, ..Self::new(self.objects, Way::Search) };
        export.ask = Ask { limit, way: Way::Search, ..self.ask };
        export.borders = Borders::new(0, PAGES_A_WALK * limit.max(1));
        export
    }

    /// The number of records that came, those of earlier runs that were resumed included.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.counts.done
    }

    /// The number of records as a search counted them at the beginning: for a display of progress. `None` until it is
    /// known; a list of one page is not counted.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.counts.total
    }

    /// Returns the position of the export, a few kilobytes: the places of its walks. It can be read at any time, also after
    /// an error.
    ///
    /// Store it now and then, and once more after the end. It belongs to the type of object, whatever the page size,
    /// the properties and the associations are.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.list().cursor(stored::save(&self.walks, self.counts), 0)
    }

    /// Continues at a stored cursor of an export of the same type of object.
    ///
    /// No record is lost. What was returned after the cursor was stored is returned again. Where two walks meet, up to a page of records
    /// can come again too if records were created or archived there, because not all ids that were read are stored.
    ///
    /// An export that is resumed at its end gives nothing: use [`resume_or_begin`](Self::resume_or_begin) for a program
    /// that runs again and again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`] if the cursor belongs to another type of object or to another list. Begin without a
    /// cursor.
    pub fn resume(mut self, cursor: Cursor) -> Result<Self, Error> {
        let called = self.ask.called(&self.objects);
        let labelled = |error: Error| error.with_operation(&called);
        let (position, _) = self.list().open(cursor).map_err(labelled)?;
        let (counts, walks) = stored::load(position)
            .ok_or_else(|| labelled(Error::validation("the cursor is not at a position of an export")))?;
        self.counts = counts;
        self.walks = Walks::of(self.ask.way.guess(), walks);
        self.borders = Borders::new(self.walks.through(), PAGES_A_WALK * self.ask.limit.max(1));
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

    /// The next record, or `None` at the end. The same as the stream, without needing its extension traits.
    pub async fn next(&mut self) -> Option<Result<ObjectWithAssociations, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// What the cursors belong to.
    fn list(&self) -> List {
        self.ask.identity(&self.objects).walked_by("objects.export")
    }

    /// How many pages may be sent in a second, if that is known.
    fn rate(&self) -> Option<f64> {
        self.pipeline.rate(self.ask.way.limit_class())
    }

    /// Fetches a page in a task, when the share of the limit allows it.
    fn fetch(&mut self, at: Option<String>) -> Started<Timed> {
        let clock = self.pipeline.clock();
        let pause = self.pace.pause(self.rate(), clock.now());
        let (objects, ask) = (self.objects.clone(), self.ask.clone());
        Started::new(move || {
            let (objects, ask, at, clock) = (objects.clone(), ask.clone(), at.clone(), clock.clone());
            Box::pin(async move {
                if pause > Duration::ZERO {
                    clock.sleep(pause).await;
                }
                let began = clock.now();
                let page = ask.page(&objects, at).await;
                (page, clock.now().saturating_sub(began))
            })
        })
    }

    /// Sends what is due and takes what has arrived. Returns true if anything arrived.
    fn drive(&mut self, cx: &mut Context<'_>) -> Result<bool, Error> {
        let most = self.pace.places(self.rate());
        for (key, at) in self.walks.due(most) {
            let fetching = self.fetch(at);
            self.fetching.push((key, fetching));
        }
        if self.searching.is_none() && !self.borders.is_at_end() && self.walks.wants_borders(most) {
            let (borders, objects) = (self.borders, self.objects.clone());
            self.searching = Some(Started::new(move || Box::pin(borders.find(objects.clone()))));
        }
        Ok(self.poll_search(cx) | self.poll_pages(cx)?)
    }

    fn poll_search(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(Poll::Ready(found)) = self.searching.as_mut().map(|search| search.poll(cx)) else { return false };
        self.searching = None;
        match found {
            Ok(found) => {
                if self.borders.counts_all() && self.counts.total.is_none() {
                    self.counts.total = found.total;
                }
                if let Some(id) = self.borders.advance(&found) {
                    self.walks.add_border(id);
                }
            }
            Err(error) => {
                tracing::debug!(kind = ?error.kind(), "no further walks of the export: a search failed");
                self.borders.end();
            }
        }
        true
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
            self.take(key, page)?;
            self.fetching.retain(|(key, ..)| self.walks.has(*key));
            index = 0;
        }
        Ok(any)
    }

    fn take(&mut self, key: u64, page: Result<Page<ObjectWithAssociations>, Error>) -> Result<(), Error> {
        let together = !self.walks.is_alone();
        let moved = match page {
            Ok(page) => self.walks.arrive(key, page),
            // The vendor does not take the cursor that was guessed.
            Err(error)
                if !self.walks.is_proven(key)
                    && matches!(error.kind(), ErrorKind::Validation | ErrorKind::NotFound) =>
            {
                self.walks.refuse(key)
            }
            Err(error) => return Err(error),
        };
        moved.map_err(|fault| {
            let error = Error::new(ErrorKind::Paging, fault).with_sent(Sent::Answered);
            error.with_operation(self.ask.called(&self.objects))
        })?;
        if together && self.walks.is_alone() {
            tracing::warn!("the list is not in the order that was observed: the export goes on by one walk");
        }
        Ok(())
    }

    fn mistake(&self) -> Option<Error> {
        let fault = self.pace.mistake().map(Into::into).or_else(|| self.ask.mistake())?;
        Some(Error::validation(fault).with_operation(self.ask.called(&self.objects)))
    }
}

impl Stream for Export {
    type Item = Result<ObjectWithAssociations, Error>;

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
            let arrived = match &this.failed {
                None => this.drive(cx),
                Some(_) => Ok(false),
            };
            let arrived = arrived.unwrap_or_else(|error| {
                // What has been read comes before the error.
                this.failed = Some(error);
                true
            });
            if let Some(record) = this.walks.pop() {
                this.counts.done += 1;
                return Poll::Ready(Some(Ok(record)));
            }
            let failed = this.failed.take();
            if failed.is_some() || this.walks.is_over() {
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

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export")
            .field("done", &self.counts.done)
            .field("total", &self.counts.total)
            .field("pages_under_way", &self.fetching.len())
            .finish_non_exhaustive()
    }
}
