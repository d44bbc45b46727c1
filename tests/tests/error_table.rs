//! The table of error bodies on record, as a client reads them.

use std::fmt::Write as _;

use crm_core::{Feedback, OpMeta, RawReply, Vendor};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A reply made by hand.
pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> RawReply {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
        .collect();
    RawReply::new(StatusCode::from_u16(status).unwrap(), headers, body.into())
}

/// All refusals of a fixture as text. `of` returns the operation of an entry, by its name. Entries
/// that are not refusals by their status are only named.
pub(crate) fn table<'a>(fixture: &str, of: impl Fn(&str) -> (&'a dyn Vendor, &'static OpMeta)) -> String {
    let entries: Vec<Value> = serde_json::from_str(fixture).unwrap();
    entries.iter().map(|entry| line(entry, &of)).collect()
}

fn line<'a>(entry: &Value, of: &impl Fn(&str) -> (&'a dyn Vendor, &'static OpMeta)) -> String {
    let name = entry["name"].as_str().unwrap();
    let status = u16::try_from(entry["status"].as_u64().unwrap()).unwrap();
    if status < 300 {
        return format!("{name}\n  {status} is no refusal; see the end-to-end tests\n");
    }
    let (vendor, op) = of(name);
    let headers = entry["headers"].as_object().unwrap().iter();
    let headers: Vec<(&str, &str)> = headers.map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
    let reply = reply(status, &headers, entry["body"].as_str().unwrap());
    let error = vendor.read_error(op, &reply);
    let mut text = format!("{name}\n  {status} {:?}, {:?}", error.kind, error.retry);
    if error.may_have_happened {
        text += ", may have happened";
    }
    if let Some(scope) = error.scope {
        write!(text, ", {scope:?}").unwrap();
    }
    if let Some(wait) = error.retry_after.or_else(|| reply.retry_after()) {
        write!(text, ", after {wait:?}").unwrap();
    }
    let detail = &error.detail;
    let words = [
        ("code", &detail.code),
        ("category", &detail.category),
        ("sub", &detail.sub_category),
        ("message", &detail.message),
    ];
    for (name, word) in words {
        if let Some(word) = word {
            write!(text, "\n  {name}: {word}").unwrap();
        }
    }
    for field in &detail.fields {
        let (name, code) = (field.field.as_deref().unwrap_or("-"), field.code.as_deref().unwrap_or("-"));
        write!(text, "\n  field {name}, {code}: {}", field.message).unwrap();
    }
    if let Some(id) = vendor.request_id(&reply) {
        write!(text, "\n  request id: {id}").unwrap();
    }
    let feedback = vendor.feedback(op, &reply);
    if feedback != Feedback::default() {
        let window = feedback.window.unwrap_or("the first window");
        write!(
            text,
            "\n  {window}: {:?} of {:?}, today {:?}",
            feedback.remaining, feedback.limit, feedback.daily_remaining
        )
        .unwrap();
    }
    text + "\n"
}

/// Reads any input; no input may make it fail.
pub(crate) fn survive(vendor: &dyn Vendor, op: &'static OpMeta, members: &'static [&'static str]) {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(256)
    });
    let kind = prop::sample::select(vec!["application/json", "text/plain; charset=utf-8", "text/html"]);
    let header = "[0-9]{0,22}|-?[0-9.e]{0,6}|[ -~]{0,12}";
    let strategy = (100_u16..1000, any_json(members), 0_usize..400, kind, header);
    let outcome = runner.run(&strategy, |(status, body, cut, kind, number)| {
        let mut body = body.to_string().into_bytes();
        body.truncate(body.len().saturating_sub(cut.saturating_sub(200)));
        let names = [
            "retry-after",
            "x-ratelimit-reset",
            "x-ratelimit-remaining",
            "x-ratelimit-max",
            "x-ratelimit-limit",
            "x-ratelimit-daily-remaining",
            "x-ratelimit-daily-reset",
            "x-ratelimit-interval-milliseconds",
            "x-hubspot-ratelimit-interval-milliseconds",
            "x-hubspot-ratelimit-daily-remaining",
        ];
        let mut headers = vec![("content-type", kind)];
        headers.extend(names.map(|name| (name, number.as_str())));
        let reply = reply(status, &headers, body);
        let _ = vendor.read_error(op, &reply);
        let _ = vendor.request_id(&reply);
        let _ = vendor.feedback(op, &reply);
        Ok(())
    });
    outcome.unwrap();
}

fn any_json(members: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~é{}\\[\\]\"]{0,24}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(members), inner.clone()), 0..6)
                .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
            inner.clone().prop_map(|value| json!({"errors": [value]})),
            // A body as the text of a message.
            inner.prop_map(|value| json!({"message": format!("Bad: {value} !")})),
        ]
    })
}
