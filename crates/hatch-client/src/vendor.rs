//! The form of Hatch's errors. Only the 422 is documented; everything else is read tolerantly.

use std::time::Duration;

use crm_core::reexport::serde_json::Value;
use crm_core::{FieldError, LimitScope, OpMeta, RawReply, Vendor, VendorError};

use crate::bulk_export::operations::EXPORTS_DOWNLOAD;

/// Interval in which the vendor accepts one export.
const EXPORT_WINDOW: Duration = Duration::from_secs(300);
const TOO_LARGE: &str = "an export is limited to 100 MB uncompressed; request fewer days";

#[derive(Debug)]
pub(crate) struct Hatch;

/// The vendor as the pipeline uses it, for tests.
#[doc(hidden)]
#[must_use]
pub fn vendor() -> impl Vendor {
    Hatch
}

impl Vendor for Hatch {
    fn name(&self) -> &'static str {
        "hatch"
    }

    fn read_error(&self, op: &OpMeta, reply: &RawReply) -> VendorError {
        let mut error = VendorError::from_status(reply.status());
        let body = reply.json().unwrap_or_default();
        match &body["errors"] {
            Value::Array(errors) => error.detail.fields = errors.iter().map(field).collect(),
            Value::Object(errors) if errors.contains_key("detail") => error.detail.message = text(errors.get("detail")),
            Value::Object(errors) => error.detail.fields = errors.iter().flat_map(named).collect(),
            Value::String(message) => error.detail.message = Some(message.clone()),
            _ => error.detail.message = reply.plain_message(),
        }
        match reply.status().as_u16() {
            413 => {
                let said = error.detail.message.take();
                error.detail.message = Some(said.map_or(TOO_LARGE.to_owned(), |said| format!("{said} ({TOO_LARGE})")));
            }
            429 => {
                error.scope = Some(LimitScope::Burst);
                error.retry_after = reply.retry_after().or((op.id == EXPORTS_DOWNLOAD.id).then_some(EXPORT_WINDOW));
            }
            _ => {}
        }
        error
    }

    fn refuses(&self, body: &Value) -> bool {
        let errors = match &body["errors"] {
            Value::Array(errors) => !errors.is_empty(),
            Value::Object(errors) => !errors.is_empty(),
            Value::String(message) => !message.is_empty(),
            _ => false,
        };
        errors && body["data"].is_null()
    }

    fn request_id(&self, reply: &RawReply) -> Option<String> {
        reply.header("x-request-id").map(str::to_owned)
    }
}

/// An entry `{title, detail, source: {pointer}}`.
fn field(entry: &Value) -> FieldError {
    let pointer = text(entry["source"].get("pointer")).filter(|pointer| !pointer.is_empty());
    let title = text(entry.get("title"));
    let message = text(entry.get("detail")).or_else(|| title.clone()).unwrap_or_else(|| entry.to_string());
    FieldError::new(pointer.map(|pointer| name(&pointer)), title, message)
}

/// An entry `"email": ["is invalid"]`, or with one text instead of the list.
fn named((name, messages): (&String, &Value)) -> Vec<FieldError> {
    let one = |message: &Value| {
        let message = message.as_str().map_or_else(|| message.to_string(), str::to_owned);
        FieldError::new(Some(name.clone()), None, message)
    };
    match messages {
        Value::Array(messages) => messages.iter().map(one).collect(),
        message => vec![one(message)],
    }
}

/// Converts `/details/address` to `details.address`.
fn name(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".").replace("~1", "/").replace("~0", "~")
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}
