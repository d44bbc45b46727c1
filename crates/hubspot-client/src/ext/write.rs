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

/// Batches of any size. Each is cut into requests of a hundred records, sent one after the
/// other, and ends in a report of every record, by its index in what was given.
///
/// HubSpot answers a mixed result with 207 and tells the rows apart by `objectWriteTraceId`; rows
/// without one get one. A row that the answer does not mention, or whose answer was lost, is in the
/// report's `unknown`: look before sending it again.
///
/// HubSpot refuses a request that names a record twice, with all that is in it. Such a row, one with
/// an empty id, and one whose `objectWriteTraceId` another row of the request has, is refused alone
/// and before anything is sent, with [`ErrorKind::Validation`](crate::ErrorKind::Validation).
impl Objects {
    /// Creates records. One bad record does not keep the others from being created.
    ///
    /// Where HubSpot does not repeat the trace ids, what was created is told by its values.
    pub fn create_many(
        &self,
        rows: impl IntoIterator<Item = impl Into<BatchCreateRow>>,
    ) -> Many<BatchCreateRow, Object> {
        self.write_many(rows.into_iter().map(Into::into))
    }

    /// Changes records, named by id or by a unique property.
    pub fn update_many(&self, rows: impl IntoIterator<Item = BatchUpdateRow>) -> Many<BatchUpdateRow, Object> {
        self.write_many(rows)
    }

    /// Creates records, or changes those that exist, named by a unique property. Each answer
    /// has a member `new`, which is true if the record was created. The record's id is not a unique property: use
    /// [`update_many`](Self::update_many) for records that exist.
    pub fn upsert_many(&self, rows: impl IntoIterator<Item = BatchUpsertRow>) -> Many<BatchUpsertRow, UpsertObject> {
        self.write_many(rows)
    }

    /// Archives records. HubSpot does not say which of them existed.
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

/// The most rows of one request.
pub(super) fn most(op: &crm_core::OpMeta) -> usize {
    op.batch_max.and_then(|most| usize::try_from(most).ok()).unwrap_or(100)
}

/// Sends one request and tells what became of each of its rows.
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
