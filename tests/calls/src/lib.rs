//! Every API: its client, its fake, and a call of each of its operations with all arguments.

mod api;
mod exchange;
#[rustfmt::skip]
mod generated;
mod list;
mod sample;

use std::fmt::Debug;

use crm_core::codec::Wire;
use crm_core::{BodyStream, Call, Paged, Sending};
use serde::Serialize;
use serde_json::Value;

use api::{built, fake};

pub use api::Api;
pub use exchange::{Reply, Request};
pub use generated::*;
pub use list::{List, Listed};
pub use sample::{Sample, Typed};

/// The name of an operation, and the function that makes its call.
pub type Entry<C> = (&'static str, fn(&C, &Sample) -> Made);

/// Reads a body as a type, and shows it as `Debug` does.
pub type Show = fn(&[u8]) -> Result<String, String>;

/// A call without its reply type, so that one function sends them all.
#[derive(Debug)]
pub struct Made {
    /// The call.
    pub call: Call<Value>,
    /// Reads a body as the reply type and writes it again; `null` if the reply is a file.
    pub read: fn(&[u8]) -> Result<Value, String>,
    /// Shows a body as the reply type; `None` if the reply is a file.
    pub show: Option<Show>,
    /// Sends the call and returns the decoded reply as JSON; `None` if the reply is a file.
    pub send: Option<fn(Call<Value>) -> Sending<Value>>,
    /// Reads the list; `None` if the operation does not page.
    pub list: Option<List>,
    /// The name of the reply type; empty if the reply is a file.
    pub reply: &'static str,
}

/// Makes a call whose reply is a value.
pub(crate) fn made<T: Wire + Serialize + Debug + Send + 'static>(call: impl Into<Call<T>>) -> Made {
    Made {
        call: call.into().reply_as(),
        read: read::<T>,
        show: Some(show::<T>),
        send: Some(send::<T>),
        list: None,
        reply: std::any::type_name::<T>(),
    }
}

/// Makes a call whose reply is a page of a list.
pub(crate) fn paged<P: Paged + Into<Call<P::Page>>>(call: P) -> Made
where
    P::Page: Serialize + Debug,
{
    Made { list: Some(list::read::<P>), ..made::<P::Page>(call) }
}

/// Makes a call whose reply is a file.
pub(crate) fn streamed(call: impl Into<Call<BodyStream>>) -> Made {
    Made { call: call.into().reply_as(), read: |_| Ok(Value::Null), show: None, send: None, list: None, reply: "" }
}

/// Reads a reply as its type and writes it again. There is one reader and one writer for all, the same that bodies of
/// requests go through, because each is compiled for every type.
fn read<T: Wire + Serialize>(body: &[u8]) -> Result<Value, String> {
    let read: T = parse(body)?;
    let written = serde_json::to_vec(&read).map_err(|error| error.to_string())?;
    serde_json::from_slice(&written).map_err(|error| error.to_string())
}

/// Reads a value as its type and shows it.
fn show<T: Wire + Debug>(body: &[u8]) -> Result<String, String> {
    parse::<T>(body).map(|value| format!("{value:?}"))
}

/// Reads a body as the second pass of `crm_core::codec::decode` does. An empty body reads like `null`.
fn parse<T: Wire>(body: &[u8]) -> Result<T, String> {
    let body = if body.is_empty() { b"null" } else { body };
    crm_core::codec::restore(&mut serde_json::Deserializer::from_slice(body)).map_err(|error| error.to_string())
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
