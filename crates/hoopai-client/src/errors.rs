//! Reading of HoopAI's error bodies.
//!
//! The services behind the API do not agree on a shape: `statusCode` or `status`, `message` as
//! text or as a list, `error` as text or as an object. All of them are read.

use std::time::Duration;

use crm_core::reexport::http::Method;
use crm_core::reexport::serde_json::{Map, Value};
use crm_core::{Advice, ErrorKind, FieldError, LimitScope, OpMeta, RawReply, VendorDetail, VendorError};

use crate::generated::limits;
use crate::headers::{millis, number, reset};

/// Maximum wait for an interval that the vendor states, the same as in the vendor's own SDK.
const LONGEST_INTERVAL: Duration = Duration::from_secs(30);

pub(crate) fn read(op: &OpMeta, reply: &RawReply) -> VendorError {
    let mut error = VendorError::from_status(reply.status());
    let body = match reply.json() {
        Some(Value::Object(body)) => body,
        _ => {
            error.detail.message = reply.plain_message();
            Map::new()
        }
    };
    if !body.is_empty() {
        error.detail = detail(&body);
    }
    let message = error.detail.message.as_deref().unwrap_or_default().to_ascii_lowercase();
    match reply.status().as_u16() {
        400 | 422 if duplicate(&body).is_some() || is_there(&error.detail) => error.kind = ErrorKind::Conflict,
        400 if message.contains("removed in version") || message.contains("not available in api version") => {
            error.kind = ErrorKind::NotFound;
        }
        400 => error.retry = Advice::Never,
        422 => {
            error.retry = Advice::Never;
            // Contacts were created although the reply was 422 (issue 64 of the vendor's documents).
            // A token that is refused was not exchanged.
            error.may_have_happened = op.method == Method::POST && !op.idempotent && op.limit_class != limits::TOKEN;
        }
        // Not every 401 is about the token: a missing scope and an unknown path return one too.
        401 if message.contains("scope") || message.contains("iam service") => error.kind = ErrorKind::Permission,
        401 => error.retry = Advice::Renew,
        429 => limited(reply, &mut error),
        _ => {}
    }
    error
}

/// The contact that prevents a new one.
pub(crate) fn duplicate(body: &Map<String, Value>) -> Option<&str> {
    body.get("meta")?.get("contactId")?.as_str()
}

/// Returns true if the message means that the record already exists: contacts, conversations,
/// relations and tags are then refused with the status of invalid input.
fn is_there(detail: &VendorDetail) -> bool {
    let messages = detail.message.iter().chain(detail.fields.iter().map(|field| &field.message));
    messages.map(|message| message.to_ascii_lowercase()).any(|message| {
        ["already exist", "duplicate relation", "duplicated contact"].iter().any(|words| message.contains(words))
    })
}

fn limited(reply: &RawReply, error: &mut VendorError) {
    if number(reply, limits::HEADER_DAILY_REMAINING) == Some(0) {
        error.kind = ErrorKind::QuotaExhausted;
        error.scope = Some(LimitScope::Daily);
        error.retry_after = millis(reply, limits::HEADER_DAILY_RESET_MS);
        return;
    }
    error.scope = Some(LimitScope::Burst);
    let interval = || millis(reply, limits::HEADER_BURST_LENGTH_MS).map(|wait| wait.min(LONGEST_INTERVAL));
    error.retry_after = reply.retry_after().or_else(|| reset(reply)).or_else(interval);
}

fn detail(body: &Map<String, Value>) -> VendorDetail {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut detail = VendorDetail::default();
    detail.code = text("name");
    match body.get("error") {
        Some(Value::String(error)) => match text("error_description") {
            // The token endpoint's shape.
            Some(description) => {
                detail.code = Some(error.clone());
                detail.message = Some(description);
            }
            None => detail.category = Some(error.clone()),
        },
        Some(Value::Object(error)) => {
            let inner = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
            detail.code = inner("code").or(detail.code);
            detail.message = inner("message");
        }
        _ => {}
    }
    match body.get("message") {
        Some(Value::String(message)) => detail.message = Some(message.clone()),
        Some(Value::Array(messages)) => {
            detail.fields.extend(messages.iter().map(|message| match message {
                Value::String(message) => FieldError::new(subject(message), None, message.clone()),
                other => FieldError::new(None, None, other.to_string()),
            }));
        }
        _ => {}
    }
    if let Some(Value::Array(errors)) = body.get("errors") {
        detail.fields.extend(errors.iter().map(field));
    }
    detail.message = detail.message.or_else(|| text("msg"));
    detail
}

/// An entry `{field, message}`.
fn field(entry: &Value) -> FieldError {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
    match text("message").or_else(|| entry.as_str().map(str::to_owned)) {
        Some(message) => FieldError::new(text("field"), None, message),
        None => FieldError::new(text("field"), None, entry.to_string()),
    }
}

/// The field that a validation message is about: it begins with it (`email must be …`), or
/// follows one of two phrases.
fn subject(message: &str) -> Option<String> {
    let rest =
        ["property ", "each value in "].iter().find_map(|phrase| message.strip_prefix(phrase)).unwrap_or(message);
    let (name, predicate) = rest.split_once(' ')?;
    let named = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']'));
    let about = ["must ", "should ", "has ", "is "].iter().any(|verb| predicate.starts_with(verb));
    (named && about).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::subject;

    #[test]
    fn the_field_of_a_message() {
        let cases = [
            ("email must be an email", Some("email")),
            ("property additionalEmails should not exist", Some("additionalEmails")),
            ("each value in tags must be a string", Some("tags")),
            ("customFields.0.id should not be empty", Some("customFields.0.id")),
            ("Validation failed", None),
            ("something went wrong", None),
            ("must", None),
            ("", None),
        ];
        for (message, field) in cases {
            assert_eq!(subject(message).as_deref(), field, "{message}");
        }
    }
}
