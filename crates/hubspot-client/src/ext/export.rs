//! All records of a type of object, by several walks at the same time.

mod ask;
mod borders;
#[cfg(feature = "associations")]
mod linked;
mod places;
mod stored;
mod walks;

use std::fmt::{self, Display};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crm_core::page::{List, Parallel, Places};
use crm_core::{Cursor, Error, ErrorKind, Sent};
use futures_core::Stream;

use crate::objects::Objects;
use crate::operations::OBJECTS_LIST;
use crate::types::ObjectWithAssociations;
use ask::{Ask, Way};
use borders::{Borders, MOST_RESULTS};
use places::{Read, Walking};
use stored::{Counts, Stored};
use walks::{Next, Walk};

/// The number of pages between the beginnings of two walks.
const PAGES_A_WALK: u64 = 10;

impl Objects {
    /// Reads all records of the type, in no particular order, as fast as the quota allows.
    ///
    /// [`list`](Self::list) reads one page after the other. If a page takes 250 ms, it uses a fifth of 190 requests in
    /// 10 seconds. An export divides the list into sections of about 1,000 records, which are read at the same time; the
    /// number of sections that are read at once follows from the limit of the client and from the measured time per
    /// page.
    ///
    /// Each record that exists during the whole export is returned once. A record that is created or archived meanwhile
    /// may be returned or not. Memory does not grow with the number of records.
    ///
    /// | | |
    /// |---|---|
    /// | documented by HubSpot | pages of the list, 100 records each; searches by `hs_object_id`, which find the id at which each section begins (one search per 1,000 records) |
    /// | observed only | the list is in the order of ids, and its cursor is the last id plus one |
    ///
    /// The observation affects the speed and not the result. The cursor of a section's first page is derived from
    /// that id, in the form of HubSpot's cursors that was observed. A section counts only if the cursors that HubSpot returned for the section before it lead to its start;
    /// otherwise its records are read again in the ordinary way. If a page is not as observed, the export continues with
    /// one page after the other and reports that as an event of the level `WARN`.
    /// [`documented_only`](Export::documented_only) does not use the observation.
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
        Export::new(self.clone(), Ok)
    }
}

/// All records of a type of object as a stream. See [`Objects::export`].
#[must_use = "an export sends nothing unless it is read"]
pub struct Export<R = ObjectWithAssociations> {
    reading: Parallel<Walking<R>>,
    /// A record could not be read.
    failed: bool,
}

impl<R> Unpin for Export<R> {}

impl<R> Export<R> {
    pub(super) fn new(objects: Objects, read: Read<R>) -> Self {
        let pipeline = objects.call::<()>(&OBJECTS_LIST).pipeline().clone();
        Self { reading: Parallel::new(pipeline, Walking::new(objects, Way::List, read)), failed: false }
    }

    fn ask(&mut self) -> &mut Ask {
        &mut self.reading.places.ask
    }

    /// Sets the properties to read. If not set, HubSpot returns its default ones.
    pub fn properties(mut self, names: impl IntoIterator<Item = impl Display>) -> Self {
        self.ask().properties = names.into_iter().map(|name| name.to_string()).collect();
        self
    }

    /// Also reads the associations with records of these types, for example `companies`.
    /// [`documented_only`](Self::documented_only) cannot read them.
    ///
    /// HubSpot's list returns at most 100 of a type with each record. The export reads the others with one more request for
    /// 500 of them, and returns their ids without the kind of the association. Requires the feature `associations`.
    #[cfg(feature = "associations")]
    pub fn associations(mut self, types: impl IntoIterator<Item = impl Display>) -> Self {
        self.ask().associations = types.into_iter().map(|name| name.to_string()).collect();
        self
    }

    /// Sets the number of records per page. The default is HubSpot's maximum: 100, or 200 with
    /// [`documented_only`](Self::documented_only). With 0 or a number above the maximum, the stream returns
    /// [`ErrorKind::Validation`]. A section has ten pages.
    pub fn limit(mut self, records: u16) -> Self {
        self.reading.places.limit(u64::from(records));
        self
    }

    /// Uses this part of the limit, for example `0.5`, and leaves the rest to other calls and programs. The part is above
    /// 0 and at most 1; with another number the stream returns [`ErrorKind::Validation`].
    pub fn share(mut self, share: f64) -> Self {
        self.reading.share(share);
        self
    }

    /// Reads by searches on `hs_object_id` only, which HubSpot documents: at most 1,000 records per second, because
    /// five searches are allowed, and without associations. A record that was created a few seconds before the export
    /// may be missing, because HubSpot's searches lag behind. Set it before [`resume`](Self::resume): its cursors
    /// cannot be used without it.
    pub fn documented_only(mut self) -> Self {
        if self.ask().way == Way::Search {
            return self;
        }
        let Walking { objects, ask, read, .. } = &self.reading.places;
        let limit = if ask.limit == Way::List.most() { Way::Search.most() } else { ask.limit };
        let mut places = Walking::new(objects.clone(), Way::Search, *read);
        places.ask = Ask { way: Way::Search, to: None, ..ask.clone() };
        places.limit(limit);
        self.reading.restart(places);
        self.failed = false;
        self
    }

    /// The number of records returned so far, including those of earlier runs that were resumed.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.reading.places.counts.done
    }

    /// Returns the total number of records, to display the progress. It is `None` until a search has counted the records,
    /// and stays `None` if the export reads one page after the other, or the list has only one page.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.reading.places.counts.total
    }

    /// Returns the position of the export, a few kilobytes: the positions in its sections. It can be read at any time, also
    /// after an error.
    ///
    /// Store it now and then, and once more after the end. It belongs to the type of object, regardless of the page
    /// size, the properties and the associations. After a record that could not be read into the type of
    /// [`typed`](Objects::typed), it is before that record: an export without a type continues there.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.cursor_of(&self.reading.places)
    }

    /// Continues at a stored cursor of an export of the same type of object.
    ///
    /// No record is lost. What was returned after the cursor was stored is returned again. Where two sections meet, up to
    /// a page of records can be returned again too, because not all ids that were read are stored.
    ///
    /// An export that is resumed at its end returns no items. Use [`resume_or_begin`](Self::resume_or_begin) in a
    /// program that runs repeatedly.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if the cursor belongs to another type of object or to
    /// another list. Begin without a cursor.
    pub fn resume(mut self, cursor: Cursor) -> Result<Self, Error> {
        let places = &self.reading.places;
        let labelled = |error: Error| error.with_operation(places.called());
        let (position, _) = self.list().open(cursor).map_err(labelled)?;
        let stored = stored::load(position)
            .ok_or_else(|| labelled(Error::validation("the cursor is not at a position of an export")))?;
        let places = places.at(stored);
        self.reading.restart(places);
        self.failed = false;
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

    /// Returns the next record, or `None` at the end and after an error. The same as the stream, without needing its
    /// extension traits.
    pub async fn next(&mut self) -> Option<Result<R, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Divides the export into parts that several processes can read: cursors, each for [`resume`](Self::resume), which
    /// together return each record once. A part has up to 10,000 records and takes a search to find. Set
    /// [`documented_only`](Self::documented_only) before, here and where a part is read, because only a search can end at
    /// an id.
    ///
    /// Store the cursors where all processes find them, for example in a directory or in Redis. A process claims a part
    /// and stores its cursor together with what it wrote; if the process ends, another one claims the part and continues.
    /// Continue with `resume`: [`resume_or_begin`](Self::resume_or_begin) would begin with all records after the end of a
    /// part.
    ///
    /// ```no_run
    /// # async fn example(client: hubspot_client::Client) -> Result<(), hubspot_client::Error> {
    /// for part in client.contacts().export().documented_only().parts().await? {
    ///     let mut contacts = client.contacts().export().documented_only().resume(part)?; // in any process
    ///     while let Some(contact) = contacts.next().await {
    ///         println!("{:?}", contact?.id);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) without `documented_only`,
    /// [`ErrorKind::Paging`](crate::ErrorKind::Paging) if the ids that parts end at do not ascend, and the errors of
    /// searches.
    pub async fn parts(&self) -> Result<Vec<Cursor>, Error> {
        let places = &self.reading.places;
        if places.ask.way != Way::Search {
            let fault = "parts of an export are read by searches; call documented_only before parts";
            return Err(Error::validation(fault).with_operation(places.called()));
        }
        let mut parts = Vec::new();
        let mut borders = Borders::new(0, MOST_RESULTS);
        let mut from = 0;
        loop {
            let found = borders.find(places.objects.clone(), None).await?;
            let to = borders.advance(&found);
            let counts = Counts { done: 0, total: found.total.map(|total| total.min(MOST_RESULTS)) };
            let walk = Walk::new(from, Next::At((from > 0).then(|| from.to_string())));
            parts.push(self.cursor_of(&places.at(Stored { counts, to, walks: vec![walk] })));
            match to {
                Some(id) if id > from => from = id,
                Some(_) => {
                    let fault = "the borders of the parts do not ascend";
                    let error = Error::new(ErrorKind::Paging, fault).with_sent(Sent::Answered);
                    return Err(error.with_operation(places.called()));
                }
                None => return Ok(parts),
            }
        }
    }

    fn cursor_of(&self, places: &Walking<R>) -> Cursor {
        self.list().cursor(stored::save(&places.walks, places.counts, places.ask.to), 0)
    }

    /// The identity of the list, for its cursors.
    fn list(&self) -> List {
        self.reading.places.ask.identity(&self.reading.places.objects).walked_by("objects.export")
    }
}

impl<R> Stream for Export<R> {
    type Item = Result<R, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.failed {
            return Poll::Ready(None);
        }
        let record = ready!(this.reading.poll(cx)).map(|record| record?);
        this.failed = matches!(record, Some(Err(_)));
        if this.failed {
            this.reading.stop();
        }
        Poll::Ready(record)
    }
}

impl<R> fmt::Debug for Export<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export")
            .field("done", &self.reading.places.counts.done)
            .field("total", &self.reading.places.counts.total)
            .field("pages_under_way", &self.reading.under_way())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
