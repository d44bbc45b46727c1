//! Every operation of every client is called with all its arguments, over real HTTP against the fake, which
//! checks the request against the vendor's document. Then its reply is read, when it is as the document says
//! and when it is as strange as the document allows. What is sent, and what is read of a sample, is in the
//! snapshots of `wire`.

mod apis;
mod canary;
mod check;
mod fuzz;
#[rustfmt::skip]
mod generated {
    pub(crate) mod hatch_bulk_export;
    pub(crate) mod hatch_contacts;
    pub(crate) mod hockeystack_account_intelligence;
    pub(crate) mod hockeystack_revenue_agents;
    pub(crate) mod hoopai;
    pub(crate) mod hoopai_v3;
    pub(crate) mod hubspot;
}
mod sample;
mod wire;

use crm_core::codec::Wire;
use crm_core::{BodyStream, Call};
use serde::Serialize;
use serde_json::Value;

use sample::Sample;

/// The name of an operation, and what calls it.
type Entry<C> = (&'static str, fn(&C, &Sample) -> Made);

/// A call whose reply type is left out, so that one function sends them all.
struct Made {
    call: Call<Value>,
    read: fn(&[u8]) -> Result<Value, String>,
}

/// A call whose reply is a value.
fn made<T: Wire + Serialize>(call: impl Into<Call<T>>) -> Made {
    Made { call: call.into().reply_as(), read: read::<T> }
}

/// A call whose reply is a file.
fn streamed(call: impl Into<Call<BodyStream>>) -> Made {
    Made { call: call.into().reply_as(), read: |_| Ok(Value::Null) }
}

/// Reads a reply as its type and writes it again. One reader and one writer for all, the same that bodies of
/// requests go through: each is compiled for every type.
fn read<T: Wire + Serialize>(body: &[u8]) -> Result<Value, String> {
    let read: T = parse(body)?;
    let written = serde_json::to_vec(&read).map_err(|error| error.to_string())?;
    serde_json::from_slice(&written).map_err(|error| error.to_string())
}

/// As `crm_core::codec::decode`, whose second reader only looks for the place of an error.
fn parse<T: Wire>(body: &[u8]) -> Result<T, String> {
    let body = if body.is_empty() { b"null" } else { body };
    crm_core::codec::restore(&mut serde_json::Deserializer::from_slice(body)).map_err(|error| error.to_string())
}
