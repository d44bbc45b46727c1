//! Every error body on record, as the client reads it.

use std::fmt::Write as _;

use crm_core::{OpMeta, RawReply, Vendor, VendorError};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use hubspot_client::operations::{ANALYTICS_REPORTS_BY_BREAKDOWN, OBJECTS_BATCH_CREATE, OBJECTS_LIST, OBJECTS_SEARCH};
use hubspot_client::{ErrorKind, LimitScope};
use proptest::prelude::*;
use serde_json::{Value, json};

const BODIES: &str = include_str!("../fixtures/errors/hubspot.json");

fn reply(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> RawReply {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
        .collect();
    RawReply::new(StatusCode::from_u16(status).unwrap(), headers, body.into())
}

/// A reply of the table, and the operation it would be the answer of.
fn entry(value: &Value) -> (&'static OpMeta, RawReply) {
    let name = value["name"].as_str().unwrap();
    let op = if name.starts_with("analytics") {
        &ANALYTICS_REPORTS_BY_BREAKDOWN
    } else if name.contains("search") {
        &OBJECTS_SEARCH
    } else {
        &OBJECTS_LIST
    };
    let headers: Vec<(&str, &str)> = value["headers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    let status = u16::try_from(value["status"].as_u64().unwrap()).unwrap();
    (op, reply(status, &headers, value["body"].as_str().unwrap()))
}

fn line(name: &str, op: &OpMeta, reply: &RawReply, error: &VendorError) -> String {
    let detail = &error.detail;
    let mut text = format!("{name}\n  {} {:?}, {:?}", reply.status().as_u16(), error.kind, error.retry);
    if let Some(scope) = error.scope {
        write!(text, ", {scope:?}").unwrap();
    }
    if let Some(wait) = error.retry_after.or_else(|| reply.retry_after()) {
        write!(text, ", after {wait:?}").unwrap();
    }
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
    let vendor = hubspot_client::vendor();
    if let Some(id) = vendor.request_id(reply) {
        write!(text, "\n  request id: {id}").unwrap();
    }
    let feedback = vendor.feedback(op, reply);
    if feedback != crm_core::Feedback::default() {
        write!(
            text,
            "\n  limits: {:?} of {:?}, today {:?}",
            feedback.remaining, feedback.limit, feedback.daily_remaining
        )
        .unwrap();
    }
    text + "\n"
}

#[test]
fn every_body_on_record() {
    let bodies: Vec<Value> = serde_json::from_str(BODIES).unwrap();
    let lines: Vec<String> = bodies
        .iter()
        .map(|value| {
            let (op, reply) = entry(value);
            line(value["name"].as_str().unwrap(), op, &reply, &hubspot_client::vendor().read_error(op, &reply))
        })
        .collect();
    insta::assert_snapshot!(lines.concat());
}

fn read(op: &OpMeta, reply: &RawReply) -> VendorError {
    hubspot_client::vendor().read_error(op, reply)
}

#[test]
fn the_wait_of_a_burst_is_the_interval_of_the_headers_up_to_ten_seconds() {
    let body = json!({"policyName": "TEN_SECONDLY_ROLLING"}).to_string();
    let wait = |headers: &[(&str, &str)]| read(&OBJECTS_LIST, &reply(429, headers, body.as_str())).retry_after.unwrap();
    const INTERVAL: &str = "x-hubspot-ratelimit-interval-milliseconds";
    assert_eq!(wait(&[]).as_secs(), 10);
    assert_eq!(wait(&[(INTERVAL, "2500")]).as_millis(), 2500);
    assert_eq!(wait(&[(INTERVAL, "86400000")]).as_secs(), 10);
    assert_eq!(wait(&[(INTERVAL, "0")]).as_secs(), 10);
    assert_eq!(wait(&[(INTERVAL, "2500"), ("retry-after", "7")]).as_secs(), 7);
}

#[test]
fn a_429_without_a_policy_is_read_by_its_message_its_headers_and_its_operation() {
    let scope = |op: &OpMeta, headers: &[(&str, &str)], body: &str| read(op, &reply(429, headers, body)).scope.unwrap();
    let said = |words: &str| json!({"message": words}).to_string();
    assert_eq!(
        scope(&OBJECTS_LIST, &[], &said("You have reached your ten_secondly_rolling limit.")),
        LimitScope::Burst
    );
    assert_eq!(scope(&OBJECTS_LIST, &[], &said("You have reached your secondly limit.")), LimitScope::Secondly);
    assert_eq!(scope(&OBJECTS_LIST, &[], &said("You have reached your daily limit.")), LimitScope::Daily);
    assert_eq!(scope(&OBJECTS_LIST, &[("x-hubspot-ratelimit-daily-remaining", "0")], ""), LimitScope::Daily);
    assert_eq!(scope(&OBJECTS_LIST, &[("x-hubspot-ratelimit-interval-milliseconds", "10000")], ""), LimitScope::Burst);
    assert_eq!(scope(&OBJECTS_LIST, &[], ""), LimitScope::Other);
    assert_eq!(scope(&OBJECTS_SEARCH, &[], ""), LimitScope::Search);
}

#[test]
fn an_address_that_is_too_long_comes_with_advice_only_where_it_helps() {
    let advice = |op| read(op, &reply(414, &[("content-type", "text/html")], "<html></html>")).detail.message.unwrap();
    assert!(advice(&OBJECTS_LIST).contains("batch"));
    assert_eq!(advice(&OBJECTS_BATCH_CREATE), "a web page came in place of JSON");
}

#[test]
fn categories_say_more_than_a_status_of_400() {
    let kind = |category: &str| read(&OBJECTS_LIST, &reply(400, &[], json!({"category": category}).to_string())).kind;
    assert_eq!(kind("CONFLICT"), ErrorKind::Conflict);
    assert_eq!(kind("OBJECT_ALREADY_EXISTS"), ErrorKind::Conflict);
    assert_eq!(kind("OBJECT_NOT_FOUND"), ErrorKind::NotFound);
    assert_eq!(kind("MISSING_SCOPES"), ErrorKind::Permission);
    assert_eq!(kind("SOMETHING_NEW"), ErrorKind::Validation);
}

fn any_json() -> impl Strategy<Value = Value> {
    let names = prop_oneof![
        Just("status"),
        Just("message"),
        Just("category"),
        Just("subCategory"),
        Just("errors"),
        Just("context"),
        Just("policyName"),
        Just("errorType"),
        Just("error"),
        Just("in"),
        Just("propertyName"),
        Just("name"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~é{}\\[\\]\"]{0,24}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner.clone()), 0..6)
                .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
            // A body as the text of a message.
            inner.prop_map(|value| json!({"message": format!("Bad: {value} !")})),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_body_makes_reading_fail(status in 100_u16..1000, body in any_json(), cut in 0_usize..200, page in any::<bool>()) {
        let mut body = body.to_string().into_bytes();
        body.truncate(body.len().saturating_sub(cut.saturating_sub(150)));
        let headers: &[(&str, &str)] = if page { &[("content-type", "text/html")] } else { &[] };
        let reply = reply(status, headers, body);
        for op in [&OBJECTS_LIST, &OBJECTS_SEARCH, &ANALYTICS_REPORTS_BY_BREAKDOWN] {
            let _ = read(op, &reply);
            let _ = hubspot_client::vendor().request_id(&reply);
            let _ = hubspot_client::vendor().feedback(op, &reply);
        }
    }

    #[test]
    fn no_page_makes_reading_fail(body in prop_oneof!["<[titleé< />]{0,40}", "<TITLE>[ -~é]{0,20}</tit?le>"]) {
        let _ = read(&OBJECTS_LIST, &reply(403, &[], body));
    }
}
