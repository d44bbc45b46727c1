//! The errors of rows of a batch whose result is unknown.

use crm_core::reexport::http::StatusCode;
use crm_core::{Called, Error, RawReply};
use serde_json::Value;

use crate::vendor::{ErrorBody, HubSpot};

/// Returns the reason why the result of records that a reply does not mention is unknown, or `None` if
/// the reply contains the list of a completed batch.
pub(super) fn silence(op: &Called, reply: &RawReply) -> Option<Error> {
    let body = reply.json().unwrap_or_default();
    let status = body.get("status").and_then(Value::as_str);
    let text = match status {
        _ if reply.status() == StatusCode::ACCEPTED => "HubSpot accepted the batch and returned no result",
        None | Some("COMPLETE") if body.get("results").is_some_and(Value::is_array) => return None,
        None | Some("COMPLETE" | "error") => "the reply has no list of `results`",
        Some(status) => {
            return Some(said(format!("the batch is not complete, its status is {status}"), op, reply, &body));
        }
    };
    Some(said(text, op, reply, &body))
}

/// Returns the error of a record that the reply of a completed batch does not contain.
pub(super) fn unmentioned(op: &Called, reply: &RawReply) -> Error {
    said("the reply does not contain the record", op, reply, &Value::Null)
}

/// Returns the error if the records of a reply cannot be matched with the requested names.
pub(super) fn unpaired(further: Option<&str>, op: &Called, reply: &RawReply) -> Error {
    let text = "the reply contains records under names that were not requested";
    match further {
        Some(property) => {
            let text = format!("{text}; add `{property}` to the properties, so that the records can be matched");
            said(text, op, reply, &Value::Null)
        }
        None => said(text, op, reply, &Value::Null),
    }
}

fn said(text: impl Into<std::borrow::Cow<'static, str>>, op: &Called, reply: &RawReply, body: &Value) -> Error {
    let error = Error::decode(text)
        .with_operation(op)
        .with_status(reply.status())
        .with_request_id(reply.request_id(&HubSpot))
        .with_body(reply.body().clone());
    let detail = reply.without_secret(ErrorBody::read(body).into_detail());
    if detail.message.is_none() && detail.category.is_none() {
        return error;
    }
    error.with_vendor(detail)
}
