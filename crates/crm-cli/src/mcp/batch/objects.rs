//! Batches of HubSpot's objects, through its client: it checks rows against each other, gives them trace ids, and matches
//! results with rows.

use hubspot_client::types::{BatchCreateRow, BatchUpdateRow, BatchUpsertRow};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::results::Results;
use super::{CONCURRENCY, Rows, Work};
use crate::apis;
use crate::catalogue::Found;
use crate::failure::Failure;
use crate::mcp::calls::Calls;
use crate::mcp::progress::Progress;
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
    calls: &Calls,
    kind: Kind,
    work: Work,
    results: &mut Results,
    progress: &Progress,
) -> Result<(), Failure> {
    let connect = || calls.session.connect(work.found.api.entry, "", apis::hubspot_client);
    let client = calls.hubspot.get_or_try_init(connect).await?;
    let ty = match work.found.object {
        Some(object) => object.segment.to_owned(),
        None => work.shared.arguments.get("objectType").map(request::text).unwrap_or_default(),
    };
    let objects = client.objects(ty);
    let Rows::Entries(rows, most) = work.rows else { return Ok(()) };
    let (total, size) = (Some(rows.len()), most * CONCURRENCY);
    for (part, rows) in rows.chunks(size).enumerate() {
        let first = part * size;
        match kind {
            Kind::Create => {
                results.take(first, objects.create_many(read::<BatchCreateRow>(rows)?).concurrency(CONCURRENCY).await);
            }
            Kind::Update => {
                results.take(first, objects.update_many(read::<BatchUpdateRow>(rows)?).concurrency(CONCURRENCY).await);
            }
            Kind::Upsert => {
                results.take(first, objects.upsert_many(read::<BatchUpsertRow>(rows)?).concurrency(CONCURRENCY).await);
            }
            Kind::Archive => {
                let ids = rows.iter().map(|row| row.get("id").map(request::text).unwrap_or_default());
                results.take(first, objects.archive_many(ids).concurrency(CONCURRENCY).await);
            }
        }
        progress.rows(rows.len(), total).await;
    }
    Ok(())
}

/// Returns the rows as the client takes them.
fn read<R: DeserializeOwned>(rows: &[Value]) -> Result<Vec<R>, Failure> {
    let rows = rows.iter().map(|row| R::deserialize(row));
    rows.collect::<Result<_, _>>().map_err(|_| Failure::usage("rows: one of them does not have the form of its type"))
}
