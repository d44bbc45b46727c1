//! Replies and requests for which the vendors' documents are incomplete or contradict themselves. Each
//! row is a body that the clients once lost, refused or could not send.

mod downloads;
mod replies;
mod reports;
mod requests;

use crm_core::{Wire, codec};
use serde_json::Value;

/// Reads a body into its type.
fn read<T: Wire>(body: Value) -> T {
    codec::decode(body.to_string().as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"))
}
