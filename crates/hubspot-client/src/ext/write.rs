//! Creating, changing and archiving many records.

use std::collections::HashSet;

use crm_core::{ChunkOutcome, Error};

use super::Many;
use super::check::{check_ids, check_rows};
use super::pairing::Chunk;
use super::rows::{Reply, Row};
use crate::objects::Objects;
use crate::operations;
use crate::types::{BatchArchive, BatchCreateRow, BatchUpdateRow, BatchUpsertRow, Object, ObjectId, UpsertObject};

/// Batches of any size. Each is divided into requests of a hundred records, which are sent one after the
/// other, and returns a report with every record by its index in the input.
///
/// HubSpot answers a mixed result with 207 and identifies the rows by `objectWriteTraceId`; rows
/// without one get one. A row that the reply does not contain, whose reply was lost, or for which the reply has a record
/// and an error, is in the report's `unknown`: check it before you send it again.
///
/// If HubSpot reports errors of single rows, the other rows of the request are written. If it refuses the whole request, all
/// its rows are in `failed`; [`bisect`](Many::bisect), which is off by default, finds the invalid ones and sends the others.
/// After an error of the credential, a permission, a quota or the configuration, the remaining rows are not sent and are in
/// `failed` too.
///
/// HubSpot refuses a whole request if it contains a record twice. Such a row, a row with
/// an empty id, and a row whose `objectWriteTraceId` another row of the request has, are refused alone
/// and before anything is sent, with [`ErrorKind::Validation`](crate::ErrorKind::Validation).
impl Objects {
    /// Creates any number of records, a hundred in each request, and reports the result of each.
    /// [`batch_create`](Self::batch_create) is a single request without the report.
    ///
    /// The client sends a trace id with each row. If HubSpot does not return them, created records are matched by their
    /// values.
    pub fn create_many(
        &self,
        rows: impl IntoIterator<Item = impl Into<BatchCreateRow>>,
    ) -> Many<BatchCreateRow, Object> {
        self.write_many(rows.into_iter().map(Into::into))
    }

    /// Updates any number of records, a hundred in each request, and reports the result of each. The records are given by
    /// id or by a unique property. HubSpot refused `email` here in 2024 as not unique
    /// (`hubspot-api-nodejs`, issue 548); [`upsert_many`](Self::upsert_many) accepts it.
    /// [`batch_update`](Self::batch_update) is a single request without the report.
    pub fn update_many(&self, rows: impl IntoIterator<Item = BatchUpdateRow>) -> Many<BatchUpdateRow, Object> {
        self.write_many(rows)
    }

    /// Creates any number of records, or updates those that exist, a hundred in each request, and reports the result of
    /// each. The records are given by a unique property, which [`id_property`](BatchUpsertRow::id_property) names. Each
    /// result has a member `new`, which is true if the record was created. The record's id is not a unique property: use
    /// [`update_many`](Self::update_many) for records that exist. [`batch_upsert`](Self::batch_upsert) is a single request
    /// without the report.
    ///
    /// HubSpot does not support partial upserts of contacts by `email`, and does not document what happens to properties
    /// that are not named. Name all properties that are written, or use a unique property of the account's own.
    ///
    /// ```no_run
    /// # async fn example(client: hubspot_client::Client) {
    /// use hubspot_client::types::BatchUpsertRow;
    ///
    /// let row = BatchUpsertRow::new("ada@example.com", [("firstname", "Ada")]).id_property("email");
    /// let report = client.contacts().upsert_many([row]).await;
    /// println!("{} written, {} refused, {} unknown", report.ok.len(), report.failed.len(), report.unknown.len());
    /// # }
    /// ```
    pub fn upsert_many(&self, rows: impl IntoIterator<Item = BatchUpsertRow>) -> Many<BatchUpsertRow, UpsertObject> {
        self.write_many(rows)
    }

    /// Archives any number of records, a hundred in each request. HubSpot does not report which of them existed.
    /// [`batch_archive`](Self::batch_archive) is a single request without the report.
    pub fn archive_many(&self, ids: impl IntoIterator<Item = impl Into<String>>) -> Many<String, ()> {
        let objects = self.clone();
        let op = &operations::OBJECTS_BATCH_ARCHIVE;
        let called = self.call::<()>(op).called();
        let check = move |ids, _| check_ids(&called, ids);
        Many::new(most(op), ids.into_iter().map(Into::into), check, move |ids: Vec<String>| {
            let rows = ids.len();
            let mut seen = HashSet::new();
            let once = ids.into_iter().filter(|id| seen.insert(id.trim().to_owned()));
            let call = objects.batch_archive(BatchArchive::new(once.map(ObjectId::new).collect::<Vec<_>>()));
            Box::pin(async move {
                call.send().await?;
                Ok(ChunkOutcome::in_order(std::iter::repeat_n((), rows)))
            })
        })
    }

    fn write_many<R: Row>(&self, rows: impl IntoIterator<Item = R>) -> Many<R, R::Written> {
        let (checked, objects) = (self.clone(), self.clone());
        let most = most(R::call(self, Vec::new()).op());
        let check = move |rows, chunk| check_rows(&checked, rows, chunk);
        Many::new(most, rows, check, move |rows| Box::pin(write_chunk(objects.clone(), rows)))
    }
}

/// Returns the maximum number of rows per request.
pub(super) fn most(op: &crm_core::OpMeta) -> usize {
    op.batch_max.and_then(|most| usize::try_from(most).ok()).unwrap_or(100)
}

/// Sends one request and returns the result of each of its rows.
async fn write_chunk<R: Row>(objects: Objects, mut rows: Vec<R>) -> Result<ChunkOutcome<R::Written>, Error> {
    let mut chunk = Chunk::new(&mut rows);
    let call = R::call(&objects, rows);
    let op = &call.called();
    let reply = call.send_raw().await?;
    let read: R::Reply = reply.decode().map_err(|error| error.with_operation(op))?;
    if read.has_errors() {
        chunk.take_errors(op, &reply);
    }
    chunk.take_records(read.into_records());
    Ok(chunk.tell(op, &reply))
}
