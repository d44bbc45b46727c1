//! Every error body on record, as the client reads it.

use crate::error_table::{reply, survive, table};
use crm_core::{OpMeta, RawReply, Vendor, VendorError};
use hubspot_client::operations::{ANALYTICS_GET_BREAKDOWN_REPORT, OBJECTS_BATCH_CREATE, OBJECTS_LIST, OBJECTS_SEARCH};
use hubspot_client::{ErrorKind, LimitScope};
use proptest::prelude::*;
use serde_json::json;

const BODIES: &str = include_str!("../fixtures/errors/hubspot.json");

#[test]
fn every_body_on_record() {
    let vendor = hubspot_client::vendor();
    let bodies = table(BODIES, |name| {
        let op = if name.starts_with("analytics") {
            &ANALYTICS_GET_BREAKDOWN_REPORT
        } else if name.contains("search") {
            &OBJECTS_SEARCH
        } else {
            &OBJECTS_LIST
        };
        (&vendor, op)
    });
    insta::assert_snapshot!(bodies);
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
    assert!(advice(&OBJECTS_LIST).contains("`read_many`"));
    assert_eq!(advice(&OBJECTS_BATCH_CREATE), "the reply is a web page, not JSON");
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

#[test]
fn no_body_makes_reading_fail() {
    const MEMBERS: &[&str] = &[
        "status",
        "message",
        "category",
        "subCategory",
        "errors",
        "context",
        "policyName",
        "errorType",
        "error",
        "in",
        "propertyName",
        "name",
        "validationResults",
        "isValid",
        "failureMessages",
        "propertyValidationResult",
        "propertiesErrorCode",
        "errorTokens",
    ];
    for op in [&OBJECTS_LIST, &OBJECTS_SEARCH, &ANALYTICS_GET_BREAKDOWN_REPORT] {
        survive(&hubspot_client::vendor(), op, MEMBERS);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_page_makes_reading_fail(body in prop_oneof!["<[titleé< />]{0,40}", "<TITLE>[ -~é]{0,20}</tit?le>"]) {
        let _ = read(&OBJECTS_LIST, &reply(403, &[], body));
    }
}
