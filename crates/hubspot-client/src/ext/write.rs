//! Creating, changing and archiving many records.

use std::collections::HashSet;

use crm_core::{ChunkOutcome, Error};

use super::Many;
use super::pairing::Chunk;
use super::rows::{Reply, Row};
use crate::objects::Objects;
use crate::operations;
use crate::types::{BatchArchive, BatchCreateRow, BatchUpdateRow, BatchUpsertRow, Object, ObjectId, UpsertObject};

/// Batches of any size. Each is cut into requests of a hundred records, sent one after the
/// other, and ends in a report of every record, by its index in what was given.
///
/// HubSpot answers a mixed result with 207 and tells the rows apart by `objectWriteTraceId`; rows
/// without one get one. Rows of one request must not share one. A row that the answer does not
/// mention, or whose answer was lost, is in the report's `unknown`: look before sending it again.
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
    /// says whether it is `new`.
    pub fn upsert_many(&self, rows: impl IntoIterator<Item = BatchUpsertRow>) -> Many<BatchUpsertRow, UpsertObject> {
        self.write_many(rows)
    }

    /// Archives records. HubSpot does not say which of them existed.
    pub fn archive_many(&self, ids: impl IntoIterator<Item = impl Into<String>>) -> Many<String, ()> {
        let objects = self.clone();
        Many::new(most(&operations::OBJECTS_BATCH_ARCHIVE), ids.into_iter().map(Into::into), move |ids: Vec<String>| {
            let rows = ids.len();
            let call = objects.batch_archive(BatchArchive::new(ids.into_iter().map(ObjectId::new).collect::<Vec<_>>()));
            Box::pin(async move {
                call.send().await?;
                Ok(ChunkOutcome::in_order(std::iter::repeat_n((), rows)))
            })
        })
    }

    fn write_many<R: Row>(&self, rows: impl IntoIterator<Item = R>) -> Many<R, R::Written> {
        let objects = self.clone();
        let most = most(R::call(self, Vec::new()).op());
        Many::new(most, rows, move |rows| Box::pin(write_chunk(objects.clone(), rows)))
    }
}

/// The most rows of one request.
pub(super) fn most(op: &crm_core::OpMeta) -> usize {
    op.batch_max.and_then(|most| usize::try_from(most).ok()).unwrap_or(100)
}

/// Sends one request and tells what became of each of its rows.
async fn write_chunk<R: Row>(objects: Objects, mut rows: Vec<R>) -> Result<ChunkOutcome<R::Written>, Error> {
    let mut outcome = ChunkOutcome::new();
    let doubles = name_rows(&mut rows);
    let call = |rows| R::call(&objects, rows);
    for &index in &doubles {
        let error = Error::validation("another row of the request has the same objectWriteTraceId");
        outcome.failed(index, error.with_operation(call(Vec::new()).op()));
    }
    let mut chunk = Chunk::new(rows.iter_mut().enumerate().filter(|(index, _)| !doubles.contains(index)));
    let rows: Vec<R> =
        rows.into_iter().enumerate().filter(|(index, _)| !doubles.contains(index)).map(|row| row.1).collect();
    if rows.is_empty() {
        return Ok(outcome);
    }
    let call = call(rows);
    let op = call.op();
    let reply = call.send_raw().await?;
    let read: R::Reply = reply.decode().map_err(|error| error.with_operation(op))?;
    if read.has_errors() {
        chunk.take_errors(op, &reply);
    }
    chunk.take_records(read.into_records());
    chunk.tell(&mut outcome);
    Ok(outcome)
}

/// Gives each row a trace id of its own, and returns which have one that another has too.
fn name_rows<R: Row>(rows: &mut [R]) -> HashSet<usize> {
    let mut seen = HashSet::new();
    let mut doubles = HashSet::new();
    for (index, row) in rows.iter_mut().enumerate() {
        if let Some(trace) = row.trace().clone()
            && !seen.insert(trace)
        {
            doubles.insert(index);
        }
    }
    let mut number = 0;
    for row in rows {
        let trace = row.trace();
        while trace.is_none() {
            let free = format!("row-{number}");
            number += 1;
            if seen.insert(free.clone()) {
                *trace = Some(free);
            }
        }
    }
    doubles
}
