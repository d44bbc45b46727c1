//! A judge that is not ours: the vendors' documents as they were imported, before any correction. From them come
//! replies, which the clients must read without losing anything, and arguments, whose requests must be what the
//! documents ask for. `exceptions.json` lists where the documents are wrong, with the evidence.

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

use crm_core::codec::Wire;
use crm_core::{BodyStream, Call, Sending};
use serde::Serialize;
use serde_json::Value;

use arguments::Sample;

/// The name of an operation, and what calls it.
type Entry<C> = (&'static str, fn(&C, &Sample) -> Made);

/// A call whose reply type is left out.
struct Made {
    call: Call<Value>,
    /// Sends it and writes what was read as JSON again; `None` where the reply is a file.
    send: Option<fn(Call<Value>) -> Sending<Value>>,
    /// The name of the type that the reply is read as.
    reply: &'static str,
}

/// A call whose reply is a value.
fn made<T: Wire + Serialize + Send + 'static>(call: impl Into<Call<T>>) -> Made {
    Made { call: call.into().reply_as(), send: Some(send::<T>), reply: std::any::type_name::<T>() }
}

/// A call whose reply is a file.
fn streamed(call: impl Into<Call<BodyStream>>) -> Made {
    Made { call: call.into().reply_as(), send: None, reply: "" }
}

/// Sends a call as its users do, and gives what was read as JSON.
fn send<T: Wire + Serialize + Send + 'static>(call: Call<Value>) -> Sending<Value> {
    let sending = call.reply_as::<T>().sending();
    Box::pin(async move {
        let read = sending.await?;
        let written = serde_json::to_vec(&read).expect("what was read can be written");
        Ok(serde_json::from_slice(&written).expect("what was written is JSON"))
    })
}

/// Keeps quiet about arguments that do not fit a type: the judge catches them and lists them with their operation.
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
    crm_core::codec::read(&mut serde_json::Deserializer::from_slice(body)).map_err(|error| error.to_string())
}
