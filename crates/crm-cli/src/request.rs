//! From a checked input to a call of the core.

use std::time::Duration;

use crm_core::call::Upload;
use crm_core::{Call, CallOptions, Pipeline, PollPolicy, Preview};
use hubspot_client::http::HeaderValue;
use serde_json::{Value, json};

use crate::catalogue::{Argument, Encoding, Found, Place};
use crate::check::Input;

/// The interval and the maximum time of polling an operation whose result is not ready.
const POLL: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(600));

/// Returns the call of an operation. Reply, quotas, retries and errors are those of the operation.
pub(crate) fn call<T>(found: &Found, pipeline: &Pipeline, input: &Input) -> Call<T> {
    let operation = found.operation;
    let mut call = Call::new(pipeline, operation.meta());
    if let (Some(object), Some(objects)) = (found.object, &found.api.file.objects) {
        call = call.held(objects.parameter, object.segment).through(object.name);
    }
    for argument in &operation.arguments {
        if let Some(constant) = argument.constant {
            call = call.query(argument.name, constant);
        } else if let Some(prefix) = argument.prefix() {
            let family = input.arguments.iter().filter(|(name, _)| name.starts_with(prefix));
            call = family.fold(call, |call, (name, value)| call.query_named(name.clone(), &texts(value)));
        } else if let Some(value) = input.arguments.get(argument.name) {
            call = with(call, argument, value);
        }
    }
    for (name, value) in &input.parts {
        call = match value.strip_prefix('@') {
            Some(file) => call.file(name.clone(), Upload::path(file)),
            None => call.part(name.clone(), value),
        };
    }
    call = match (&operation.body, &input.body) {
        (Some(body), Some(value)) => match body.encoding {
            Encoding::Json => call.json(value),
            Encoding::Form => call.form(value),
            Encoding::Text => call.text(text(value)),
        },
        _ => call,
    };
    // A client whose own requests have a class of limits gets the operation's.
    call.with(CallOptions::new().limit_class(operation.limit_class))
}

fn with<T>(call: Call<T>, argument: &'static Argument, value: &Value) -> Call<T> {
    let name = argument.name;
    match argument.place {
        Place::Path if argument.held => call.held(name, text(value)),
        Place::Path if argument.slashes => call.path_segments(name, text(value)),
        Place::Path => call.path(name, text(value)),
        Place::Query if argument.joined => call.query_joined(name, &texts(value)),
        Place::Query => call.query(name, &texts(value)),
        Place::Header => call.header(name, &texts(value)),
        Place::Part if argument.ty == "file" => call.file(name, Upload::path(text(value))),
        Place::Part => call.part(name, &texts(value)),
    }
}

/// A value as text, as a path or a query has it.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        other => vec![text(other)],
    }
}

#[cfg(test)]
mod tests;

/// Waits for a result that is not ready.
pub(crate) fn polling() -> CallOptions {
    CallOptions::new().wait(PollPolicy::new(POLL.0, POLL.1))
}

/// A request as JSON; its credential is hidden.
pub(crate) fn as_json(preview: &Preview) -> Value {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = preview.headers.iter().map(|(name, value)| (name.to_string(), text(value).into()));
    let body = preview.body.as_ref().map(|body| {
        serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
    });
    json!({
        "method": preview.method.as_str(),
        "url": preview.url,
        "headers": headers.collect::<serde_json::Map<_, _>>(),
        "body": body,
    })
}
