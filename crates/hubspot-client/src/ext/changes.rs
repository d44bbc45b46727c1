//! Changes of the records of a type since a time.

mod ask;
mod place;

use std::fmt::{self, Display};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crm_core::page::{Changed, Run, since};
use crm_core::{Cursor, Error, Timestamp};
use futures_core::Stream;

use crate::objects::Objects;
use crate::types::Object;
use ask::Ask;
use place::Place;

impl Objects {
    /// Returns what was created, changed, merged and archived at this time or later, and continues from there in the next
    /// run. A number is in milliseconds since 1970.
    ///
    /// | change | read by |
    /// |---|---|
    /// | created, changed | searches by [`last_modified_property`](Self::last_modified_property), in the order of ids, 200 records per request |
    /// | merged | a search for changed records that have `hs_merged_object_ids`. If the type does not have this property, an event of the level `WARN` is reported and the run continues |
    /// | archived | the list of archived records, 100 per request. HubSpot keeps them for 90 days and cannot filter them by time, so each run reads all of them; [`without_archived`](Changes::without_archived) does not |
    ///
    /// Nothing is limited to 10,000 results, and memory does not grow with the number of changes.
    ///
    /// **Not reported:** associations, because HubSpot's searches do not return them (read them with
    /// [`associations`](crate::Client::associations)); a permanent deletion; a restored record until it changes. An
    /// [`export`](Self::export) from time to time finds these.
    ///
    /// **What comes again:** HubSpot's search index lags behind writes. Therefore a run begins before the last change that
    /// the previous run could see, by the [`overlap`](Changes::overlap). A record that was changed in that time comes again,
    /// with the same id and `updated_at`; ids that were merged or archived come again too. If the overlap is longer than
    /// the lag, no change is lost: it is reported by the first run that begins after the search index contains it, or
    /// earlier. Until then a run can return an earlier version of a record, or a record that is archived already, and a
    /// later run corrects it. So handle changes idempotently, by id.
    ///
    /// To keep a copy of all records: store the current time minus some minutes, because clocks differ,
    /// [`export`](Self::export) all records, and start `changes` at the stored time.
    ///
    /// ```no_run
    /// # async fn example(client: hubspot_client::Client) -> Result<(), hubspot_client::Error> {
    /// use hubspot_client::Change;
    ///
    /// let changes = client.contacts().changes("2026-01-31T00:00:00Z")?.properties(["email"]);
    /// let mut changes = changes.resume_or_begin(load()?)?;
    /// while let Some(change) = changes.next().await {
    ///     match change? {
    ///         Change::Created(contact) | Change::Changed(contact) => println!("{:?}", contact.property("email")),
    ///         Change::Merged { old, new } => println!("{old:?} are now {new}"),
    ///         Change::Archived { id, merged, .. } => println!("{id} is archived, and {merged:?} with it"),
    ///         _ => {}
    ///     }
    ///     save(&changes.cursor()); // a run that is stopped continues here
    /// }
    /// save(&changes.cursor()); // the next run begins here
    /// # Ok(()) }
    /// # fn load() -> Result<Option<hubspot_client::Cursor>, hubspot_client::Error> { Ok(None) }
    /// # fn save(_: &hubspot_client::Cursor) {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if the text is not a point in time.
    pub fn changes(&self, since: impl Into<Timestamp>) -> Result<Changes, Error> {
        Changes::new(self.clone(), &since.into(), Ok)
    }

    /// Returns the property that holds the time of a record's last change: contacts have one of their own.
    #[must_use]
    pub fn last_modified_property(&self) -> &'static str {
        match self.object_type() {
            "contacts" | "contact" | "0-1" => "lastmodifieddate",
            _ => "hs_lastmodifieddate",
        }
    }
}

/// A change of a record. See [`Objects::changes`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change<R = Object> {
    /// The record was created at or after the time from which the run reports changes, and may have been changed since.
    Created(R),
    /// The record existed before, and was changed.
    Changed(R),
    /// Records were merged into another, or together into a new one. It comes whenever `new` changes, with the ids of
    /// earlier merges too.
    Merged {
        /// The ids of the records that are gone.
        old: Vec<String>,
        /// The id of the record that holds its data.
        new: String,
    },
    /// The record was archived. It comes in every run if HubSpot does not return the time of archiving.
    Archived {
        /// The id of the record.
        id: String,
        /// The ids of the records that were merged into it, which are gone too.
        merged: Vec<String>,
        /// The time of archiving as HubSpot returns it: for some types it may be the time of the last change.
        at: Option<Timestamp>,
    },
}

/// The changes of a type of object as a stream. See [`Objects::changes`].
#[must_use = "nothing is read before the changes are"]
pub struct Changes<R = Object> {
    run: Run<Ask>,
    read: fn(Object) -> Result<R, Error>,
}

impl<R> Unpin for Changes<R> {}

impl<R> Changes<R> {
    pub(super) fn new(objects: Objects, time: &Timestamp, read: fn(Object) -> Result<R, Error>) -> Result<Self, Error> {
        let ask = Ask::new(objects);
        let begin = since(time).map_err(|error| error.with_operation(ask.called()))?;
        Ok(Self { run: Run::new(ask, Place::beginning(begin)), read })
    }

    /// The properties to read. If none are given, HubSpot returns a few default ones.
    pub fn properties(mut self, names: impl IntoIterator<Item = impl Display>) -> Self {
        self.run.changed.properties = Some(names.into_iter().map(|name| name.to_string()).collect());
        self
    }

    /// Sets the number of records per request, from 1 to 200. The default is 200, HubSpot's maximum. With another number the
    /// stream returns [`ErrorKind::Validation`](crate::ErrorKind::Validation). Of archived records at most 100 are read per
    /// request.
    pub fn limit(mut self, records: u16) -> Self {
        self.run.changed.limit = records;
        self
    }

    /// Sets how long before the last change of this run the next run begins: five minutes if not set, to the millisecond.
    ///
    /// It must be longer than HubSpot's search index lags behind, for which HubSpot publishes no number. Seconds are usual,
    /// and a minute after updates was reported.
    pub fn overlap(mut self, overlap: Duration) -> Self {
        self.run.changed.overlap = i64::try_from(overlap.as_millis()).unwrap_or(i64::MAX);
        self
    }

    /// Omits archived records, and with them the requests for the list of archived records.
    pub fn without_archived(mut self) -> Self {
        self.run.changed.archived = false;
        self
    }

    /// Returns the position of the run, or that of the next run after the end. It can be read at any time, also after an
    /// error.
    ///
    /// Store it now and then, and once more after the end. It belongs to the type of object, whatever is read of it. After a
    /// record that could not be read into the type of [`typed`](Objects::typed), it is before that record: changes without a
    /// type continue there.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.run.cursor()
    }

    /// Continues at a stored cursor of the same type of object, whatever time was given to
    /// [`changes`](Objects::changes). No change is lost; what was returned after the cursor was stored is returned again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if the cursor belongs to another type of object or to
    /// another list.
    pub fn resume(self, cursor: Cursor) -> Result<Self, Error> {
        Ok(Self { run: self.run.resume(cursor)?, ..self })
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

    /// Returns the next change, or `None` at the end of the run and after an error. The same as the stream, without needing
    /// its extension traits.
    pub async fn next(&mut self) -> Option<Result<Change<R>, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<R> Stream for Changes<R> {
    type Item = Result<Change<R>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { run, read } = self.get_mut();
        run.poll(cx, |change| {
            Ok(match change {
                Change::Created(record) => Change::Created(read(record)?),
                Change::Changed(record) => Change::Changed(read(record)?),
                Change::Merged { old, new } => Change::Merged { old, new },
                Change::Archived { id, merged, at } => Change::Archived { id, merged, at },
            })
        })
    }
}

impl<R> fmt::Debug for Changes<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes")
            .field("cursor", &self.cursor())
            .field("buffered", &self.run.buffered())
            .finish_non_exhaustive()
    }
}
