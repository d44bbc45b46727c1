//! Reading many records.

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Display};
use std::future::IntoFuture;

use crm_core::{Batch, BatchReport, BoxFuture, Call, ChunkOutcome, Error, ErrorKind, Sent};

use super::check::check_ids;
use super::found::Found;
use super::names;
use super::pairing::{ids_of, missing};
use super::row_errors::{row_error, row_errors};
use super::rows::Reply;
use super::silence::{silence, unpaired};
use crate::objects::Objects;
use crate::operations;
use crate::types::{BatchRead, BatchReply, Object, ObjectId};

/// Maximum number of records in a request for histories.
const MOST_WITH_HISTORY: usize = 50;

/// Records to be read in batches. Await it for a [`BatchReport`]: an id that does not exist
/// fails with [`ErrorKind::NotFound`](crate::ErrorKind::NotFound). An id is unknown if the reply
/// was lost or had no list of results; read it again.
///
/// The old id of a merged record, and a contact's secondary address, return the record under its
/// present name. Without [`properties`](Self::properties) the old ids are not in the reply; if
/// several of them are read together, they are unknown.
#[derive(Clone)]
#[must_use = "nothing is sent before it is awaited"]
pub struct ReadMany<R = Object> {
    objects: Objects,
    as_type: fn(Object) -> Result<R, Error>,
    ids: Vec<String>,
    request: BatchRead,
    archived: Option<bool>,
    batch: Batch,
}

impl Objects {
    /// Reads any number of records by id, or by the values of a unique property, a hundred in each request, and reports the
    /// result of each. [`batch_read`](Self::batch_read) is a single request without the report.
    ///
    /// ```no_run
    /// # async fn example(client: hubspot_client::Client) {
    /// let addresses = ["ada@example.com", "grace@example.com"];
    /// let report = client.contacts().read_many(addresses).id_property("email").properties(["phone"]).await;
    /// # let _ = report;
    /// # }
    /// ```
    pub fn read_many(&self, ids: impl IntoIterator<Item = impl Into<String>>) -> ReadMany {
        ReadMany::new(self.clone(), ids, Ok)
    }
}

impl<R> ReadMany<R> {
    pub(super) fn new(
        objects: Objects,
        ids: impl IntoIterator<Item = impl Into<String>>,
        as_type: fn(Object) -> Result<R, Error>,
    ) -> Self {
        Self {
            objects,
            as_type,
            ids: ids.into_iter().map(Into::into).collect(),
            request: BatchRead::new([]),
            archived: None,
            batch: Batch::of(&operations::OBJECTS_BATCH_READ),
        }
    }

    /// Sets the property that the given values belong to. The property is then read too, to distinguish the
    /// records; without [`properties`](Self::properties) it is the only one.
    pub fn id_property(mut self, property: impl Into<String>) -> Self {
        self.request = self.request.id_property(property);
        self
    }

    /// Sets the properties to read. If not set, HubSpot returns its default ones.
    pub fn properties(mut self, names: impl IntoIterator<Item = impl Display>) -> Self {
        self.request = self.request.properties(names.into_iter().map(|name| name.to_string()));
        self
    }

    /// Sets the properties to read with their earlier values. One request then contains up to 50 records.
    pub fn properties_with_history(mut self, names: impl IntoIterator<Item = impl Display>) -> Self {
        self.request = self.request.properties_with_history(names.into_iter().map(|name| name.to_string()));
        self.batch = self.batch.chunk(MOST_WITH_HISTORY);
        self
    }

    /// Reads archived records only.
    pub fn archived(mut self, archived: bool) -> Self {
        self.archived = Some(archived);
        self
    }

    /// Sets the maximum number of concurrent requests. The default is one.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.batch = self.batch.concurrency(requests);
        self
    }

    fn call(&self, ids: &[String]) -> Call<BatchReply> {
        let mut request = self.request.clone();
        let property = self.by_property();
        let mut seen = HashSet::new();
        let once = ids.iter().filter(|id| seen.insert(names::key(property, id)));
        request.inputs = Some(once.map(ObjectId::new).collect());
        request.id_property = property.map(str::to_owned);
        let names = property.into_iter().chain(self.unasked());
        for name in names {
            let asked = request.properties.get_or_insert_default();
            if !asked.iter().any(|known| known == name) {
                asked.push(name.to_owned());
            }
        }
        let call = self.objects.batch_read(request);
        match self.archived {
            Some(archived) => call.archived(archived).into(),
            None => call.into(),
        }
    }

    /// Returns the property that the ids are values of, unless they are record ids.
    fn by_property(&self) -> Option<&str> {
        self.request.id_property.as_deref().and_then(names::unique)
    }

    /// Returns the property that is read only to distinguish the records, without being requested.
    ///
    /// `None` if no properties are given, because HubSpot would then omit its default ones.
    fn unasked(&self) -> Option<&'static str> {
        let named = self.request.properties.as_deref();
        let further = names::further(self.by_property())?;
        let wanted = named.is_some_and(|names| names.iter().any(|name| name == further));
        let usual = named.is_none() && self.by_property().is_none();
        (!wanted && !usual).then_some(further)
    }

    async fn read(&self, ids: Vec<String>) -> Result<ChunkOutcome<R>, Error> {
        let call = self.call(&ids);
        let op = &call.called();
        let reply = match call.send_raw().await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(self.without_list(&ids, &error)),
            reply => reply?,
        };
        let read: BatchReply = reply.decode().map_err(|error| error.with_operation(op))?;
        let property = self.by_property();
        let mut errors: HashMap<String, Error> = HashMap::new();
        let mut stray = None;
        if read.has_errors() {
            for value in row_errors(&reply) {
                let error = row_error(&value, op, &reply);
                let named = ids_of(&value);
                if named.is_empty() {
                    stray.get_or_insert_with(|| error.clone());
                }
                errors.extend(named.iter().map(|id| (names::key(property, id), error.clone())));
            }
        }
        let asked: Vec<String> = ids.iter().map(|id| names::key(property, id)).collect();
        let mut found = Found::new(read.into_records(), property);
        let left = found.eliminate(&asked, |name| errors.contains_key(name));
        // The error of a record that is neither in the reply nor in its errors.
        let mut otherwise = None;
        let mut outcome = ChunkOutcome::new();
        for (index, name) in asked.iter().enumerate() {
            match (found.get(name), errors.get(name)) {
                (Some(record), _) => match (self.as_type)(self.as_asked(record.clone())) {
                    Ok(record) => outcome.ok(index, record),
                    Err(error) => outcome.failed(index, error.with_operation(op)),
                },
                (None, Some(error)) => outcome.failed(index, error.clone()),
                (None, None) => {
                    let error = otherwise.get_or_insert_with(|| match (silence(op, &reply), stray.take()) {
                        (None, Some(stray)) => stray,
                        (None, None) if left => unpaired(names::further(property), op, &reply),
                        (None, None) => missing(op),
                        (Some(_), Some(stray)) => stray.with_sent(Sent::Maybe),
                        (Some(silence), None) => silence,
                    });
                    outcome.failed(index, error.clone());
                }
            }
        }
        Ok(outcome)
    }

    /// Returns the result of a 404, which may be about one of the records or about the address.
    fn without_list<T>(&self, ids: &[String], error: &Error) -> ChunkOutcome<T> {
        let told = error.vendor().and_then(|vendor| vendor.category.as_deref()) == Some("OBJECT_NOT_FOUND");
        let body = serde_json::from_slice(error.body()).unwrap_or_default();
        let property = self.by_property();
        let named: HashSet<String> = ids_of(&body).iter().map(|id| names::key(property, id)).collect();
        let mut outcome = ChunkOutcome::new();
        for (index, id) in ids.iter().enumerate() {
            let absent = told && (named.is_empty() || named.contains(&names::key(property, id)));
            let error = error.clone();
            outcome.failed(index, if absent { error } else { error.with_sent(Sent::Maybe) });
        }
        outcome
    }

    /// Returns the record without the property that was not requested.
    fn as_asked(&self, mut record: Object) -> Object {
        if let Some(unasked) = self.unasked() {
            record.properties.remove(unasked);
        }
        record
    }
}

impl<R: Send + 'static> IntoFuture for ReadMany<R> {
    type Output = BatchReport<R>;
    type IntoFuture = BoxFuture<'static, BatchReport<R>>;

    fn into_future(mut self) -> Self::IntoFuture {
        let called = self.objects.call::<()>(&operations::OBJECTS_BATCH_READ).called();
        let ids = check_ids(&called, std::mem::take(&mut self.ids));
        Box::pin(async move { ids.run(&self.batch, |chunk| self.read(chunk)).await })
    }
}

impl<R> fmt::Debug for ReadMany<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadMany")
            .field("ids", &self.ids.len())
            .field("request", &self.request)
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}
