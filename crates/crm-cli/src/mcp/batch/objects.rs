//! Batches of HubSpot's objects, through its client: it checks rows against each other, gives them trace ids, and matches
//! results with rows.

use hubspot_client::Many;
use hubspot_client::types::{BatchCreateRow, BatchUpdateRow, BatchUpsertRow};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::results::Results;
use super::{CONCURRENCY, Rows, Work};
use crate::apis;
use crate::catalogue::Found;
use crate::failure::Failure;
use crate::mcp::progress::Progress;
use crate::mcp::shared::Shared;
use crate::request;

/// A batch that the client has.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Create,
    Update,
    Upsert,
    Archive,
}

/// Returns the batch of an operation, if the client has it.
pub(super) fn kind(found: &Found) -> Option<Kind> {
    let ours = found.api.entry.document == "hubspot" && found.operation.resource == "objects";
    match found.operation.call {
        _ if !ours => None,
        "batch_create" => Some(Kind::Create),
        "batch_update" => Some(Kind::Update),
        "batch_upsert" => Some(Kind::Upsert),
        "batch_archive" => Some(Kind::Archive),
        _ => None,
    }
}

/// Sends the rows, in parts after each of which progress is reported.
pub(super) async fn send(
    shared: &Shared,
    kind: Kind,
    work: Work,
    results: &mut Results,
    progress: &Progress,
) -> Result<(), Failure> {
    let connect = || shared.session.connect(work.found.api.entry, "", apis::hubspot_client);
    let client = shared.hubspot.get_or_try_init(connect).await?;
    let ty = match work.found.object {
        Some(object) => object.segment.to_owned(),
        None => work.shared.arguments.get("objectType").map(request::text).unwrap_or_default(),
    };
    let objects = client.objects(ty);
    let Rows::Entries(rows, most) = &work.rows else { return Ok(()) };
    let mut parts = Parts { size: most * CONCURRENCY, results, progress };
    match kind {
        Kind::Create => parts.send(&read::<BatchCreateRow>(rows)?, |rows| objects.create_many(rows)).await,
        Kind::Update => parts.send(&read::<BatchUpdateRow>(rows)?, |rows| objects.update_many(rows)).await,
        Kind::Upsert => parts.send(&read::<BatchUpsertRow>(rows)?, |rows| objects.upsert_many(rows)).await,
        Kind::Archive => {
            let id = |row: &Value| row.get("id").map(request::text).unwrap_or_default();
            parts.send(&rows.iter().map(id).collect::<Vec<_>>(), |ids| objects.archive_many(ids)).await;
        }
    }
    Ok(())
}

/// Rows that are sent in parts.
struct Parts<'a> {
    size: usize,
    results: &'a mut Results,
    progress: &'a Progress,
}

impl Parts<'_> {
    async fn send<R, O>(&mut self, rows: &[R], send: impl Fn(Vec<R>) -> Many<R, O>)
    where
        R: Clone + Send + 'static,
        O: Serialize + Send + 'static,
    {
        for (part, chunk) in rows.chunks(self.size).enumerate() {
            let report = send(chunk.to_vec()).concurrency(CONCURRENCY).await;
            self.results.take(part * self.size, report);
            self.progress.rows(chunk.len(), Some(rows.len())).await;
        }
    }
}

/// Returns the rows as the client takes them.
fn read<R: DeserializeOwned>(rows: &[Value]) -> Result<Vec<R>, Failure> {
    let rows = rows.iter().map(|row| R::deserialize(row));
    rows.collect::<Result<_, _>>().map_err(|_| Failure::usage("rows: one of them does not have the form of its type"))
}
