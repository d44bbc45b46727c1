//! Reading many records.

use std::collections::HashMap;
use std::fmt;
use std::future::IntoFuture;

use crm_core::{Batch, BatchReport, BoxFuture, Call, ChunkOutcome, Error};

use super::pairing::{ids_of, missing};
use super::row_errors::{row_error, row_errors};
use super::rows::Reply;
use crate::objects::Objects;
use crate::operations;
use crate::types::{BatchRead, BatchReply, Object, ObjectId};

/// The most records of one request that asks for histories.
const MOST_WITH_HISTORY: usize = 50;

/// Records to be read in batches. Await it for a [`BatchReport`]: an id that HubSpot does not
/// know has failed with [`ErrorKind::NotFound`](crate::ErrorKind::NotFound).
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
    /// Reads records by id, or by the values of a unique property, a hundred in each request.
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

    /// The property that the given values are of. It is then read as well, to tell the records
    /// apart; without [`properties`](Self::properties) it is the only one.
    pub fn id_property(mut self, property: impl Into<String>) -> Self {
        self.request = self.request.id_property(property);
        self
    }

    /// The properties to read, in place of HubSpot's usual few.
    pub fn properties(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.request = self.request.properties(names);
        self
    }

    /// The properties to read with their earlier values. One request then takes 50 records.
    pub fn properties_with_history(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.request = self.request.properties_with_history(names);
        self.batch = self.batch.chunk(MOST_WITH_HISTORY);
        self
    }

    /// Reads archived records only.
    pub fn archived(mut self, archived: bool) -> Self {
        self.archived = Some(archived);
        self
    }

    /// How many requests may be under way at once. One if not set.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.batch = self.batch.concurrency(requests);
        self
    }

    fn call(&self, ids: &[String]) -> Call<BatchReply> {
        let mut request = self.request.clone();
        request.inputs = Some(ids.iter().map(ObjectId::new).collect());
        if let Some(property) = self.by_property() {
            let names = request.properties.get_or_insert_default();
            if !names.iter().any(|name| name == property) {
                names.push(property.to_owned());
            }
        }
        let call = self.objects.batch_read(request);
        match self.archived {
            Some(archived) => call.archived(archived).into(),
            None => call.into(),
        }
    }

    /// The property that the ids are values of, unless they are ids.
    fn by_property(&self) -> Option<&str> {
        self.request.id_property.as_deref().filter(|name| !name.is_empty() && *name != "hs_object_id")
    }

    async fn read(&self, ids: Vec<String>) -> Result<ChunkOutcome<R>, Error> {
        let call = self.call(&ids);
        let op = call.op();
        let reply = call.send_raw().await?;
        let read: BatchReply = reply.decode().map_err(|error| error.with_operation(op))?;
        let key = |value: &str| match self.by_property() {
            Some(_) => value.trim().to_lowercase(),
            None => value.to_owned(),
        };
        let mut errors: HashMap<String, Error> = HashMap::new();
        let mut stray = None;
        if read.has_errors() {
            for value in row_errors(&reply) {
                let error = row_error(&value, op, &reply);
                let named = ids_of(&value);
                if named.is_empty() {
                    stray.get_or_insert_with(|| error.clone());
                }
                errors.extend(named.iter().map(|id| (key(id), error.clone())));
            }
        }
        let records = read.into_records();
        let found: HashMap<String, &Object> = records
            .iter()
            .filter_map(|record| {
                let name = match self.by_property() {
                    Some(property) => record.property(property),
                    None => record.id.as_deref(),
                };
                Some((key(name?), record))
            })
            .collect();
        let mut outcome = ChunkOutcome::new();
        for (index, id) in ids.iter().enumerate() {
            let id = key(id);
            match (found.get(&id), errors.get(&id).or(stray.as_ref())) {
                (Some(record), _) => match (self.as_type)((*record).clone()) {
                    Ok(record) => outcome.ok(index, record),
                    Err(error) => outcome.failed(index, error.with_operation(op)),
                },
                (None, Some(error)) => outcome.failed(index, error.clone()),
                (None, None) => outcome.failed(index, missing(op)),
            }
        }
        Ok(outcome)
    }
}

impl<R: Send + 'static> IntoFuture for ReadMany<R> {
    type Output = BatchReport<R>;
    type IntoFuture = BoxFuture<'static, BatchReport<R>>;

    fn into_future(mut self) -> Self::IntoFuture {
        let ids = std::mem::take(&mut self.ids);
        Box::pin(async move { self.batch.run(ids, |chunk| self.read(chunk)).await })
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
