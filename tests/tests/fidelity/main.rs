//! Judges the clients by the vendors' documents as they were imported, before any correction. Replies made from the
//! documents must be read without losing a member; requests must be valid against the schemas of the documents.
//! `exceptions.json` lists the places where the documents are wrong, with the evidence.

mod api;
#[path = "../every_operation/sample.rs"]
mod arguments;
mod bad_input;
mod compare;
mod document;
mod exceptions;
mod generated;
mod judged;
mod paged;
mod requests;
mod rule;
mod sample;
mod schema;
mod server;
mod table;

use crm_core::codec::Wire;
use crm_core::{BodyStream, Call, Sending};
use serde::Serialize;
use serde_json::Value;

use arguments::Sample;

/// The name of an operation and the function that makes its call.
type Entry<C> = (&'static str, fn(&C, &Sample) -> Made);

/// A call without its reply type.
struct Made {
    call: Call<Value>,
    /// Sends the call and returns the decoded reply as JSON; `None` if the reply is a file.
    send: Option<fn(Call<Value>) -> Sending<Value>>,
    /// The name of the reply type.
    reply: &'static str,
}

/// Makes a call whose reply is a value.
fn made<T: Wire + Serialize + Send + 'static>(call: impl Into<Call<T>>) -> Made {
    Made { call: call.into().reply_as(), send: Some(send::<T>), reply: std::any::type_name::<T>() }
}

/// Makes a call whose reply is a file.
fn streamed(call: impl Into<Call<BodyStream>>) -> Made {
    Made { call: call.into().reply_as(), send: None, reply: "" }
}

/// Sends a call in the same way as a user, and returns the decoded reply as JSON.
fn send<T: Wire + Serialize + Send + 'static>(call: Call<Value>) -> Sending<Value> {
    let sending = call.reply_as::<T>().sending();
    Box::pin(async move {
        let read = sending.await?;
        let written = serde_json::to_vec(&read).expect("what was read can be written");
        Ok(serde_json::from_slice(&written).expect("what was written is JSON"))
    })
}

/// Does not print panics about arguments that do not fit a type: they are caught and reported with their operation.
fn expect_misfits() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let shown = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !panic.location().is_some_and(|place| place.file().ends_with("every_operation/sample.rs")) {
                shown(panic);
            }
        }));
    });
}

/// Reads an argument.
fn parse<T: Wire>(body: &[u8]) -> Result<T, String> {
    crm_core::codec::restore(&mut serde_json::Deserializer::from_slice(body)).map_err(|error| error.to_string())
}
