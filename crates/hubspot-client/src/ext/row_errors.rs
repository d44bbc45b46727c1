//! The errors of a mixed result, one per row.

use crm_core::{Called, Error, RawReply, Sent};
use serde_json::Value;

use crate::vendor::{ErrorBody, HubSpot, kind_of_row};

/// Returns the errors of a mixed result as received.
pub(super) fn row_errors(reply: &RawReply) -> Vec<Value> {
    match reply.json() {
        Some(Value::Object(mut body)) => match body.remove("errors") {
            Some(Value::Array(errors)) => errors,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Returns the error of one row.
pub(super) fn row_error(value: &Value, op: &Called, reply: &RawReply) -> Error {
    let body = ErrorBody::read(value);
    let kind = kind_of_row(&body);
    let mut detail = reply.without_secret(body.into_detail());
    detail.raw = value.to_string().into();
    Error::new(kind, "")
        .with_operation(op)
        .with_sent(Sent::Answered)
        .with_request_id(reply.request_id(&HubSpot))
        .with_body(detail.raw.clone())
        .with_vendor(detail)
}
