//! Every error body of HoopAI on record, as the client reads it.

use crate::error_table::{reply, survive, table};
use crm_core::{Advice, LimitScope, VendorError};
use hoopai_client::operations::{CONTACTS_CREATE, OAUTH_GET_TOKEN};
use hoopai_client::{ErrorKind, vendor};
use serde_json::json;

use crm_core::Vendor as _;

#[test]
fn every_body_on_record() {
    let vendor = vendor();
    let of = |name: &str| -> (&dyn crm_core::Vendor, _) {
        let token = name.starts_with("oauth") || name.starts_with("refresh");
        (&vendor, if token { &OAUTH_GET_TOKEN } else { &CONTACTS_CREATE })
    };
    insta::assert_snapshot!(table(include_str!("../fixtures/errors/hoopai.json"), of));
}

#[test]
fn nothing_makes_reading_fail() {
    const MEMBERS: &[&str] = &[
        "statusCode",
        "status",
        "message",
        "error",
        "error_description",
        "errors",
        "field",
        "name",
        "msg",
        "traceId",
        "meta",
        "contactId",
        "code",
    ];
    survive(&vendor(), &CONTACTS_CREATE, MEMBERS);
}

fn read(status: u16, headers: &[(&str, &str)], body: &serde_json::Value) -> VendorError {
    vendor().read_error(&CONTACTS_CREATE, &reply(status, headers, body.to_string()))
}

#[test]
fn some_refusals_of_400_say_more_than_their_status() {
    let removed = "Endpoint /users/ not available in API version v3. This endpoint was removed in version v3.";
    assert_eq!(read(400, &[], &json!({"message": removed, "statusCode": 400})).kind, ErrorKind::NotFound);
    let duplicate = json!({"message": "x", "meta": {"contactId": "c1", "matchingField": "email"}});
    assert_eq!(read(400, &[], &duplicate).kind, ErrorKind::Conflict);
    assert_eq!(read(400, &[], &json!({"message": "x", "meta": {}})).kind, ErrorKind::Validation);
    // It may have been carried out, so the error does not allow a retry.
    let refused = read(422, &[], &json!({"message": ["x"]}));
    assert_eq!((refused.retry, refused.may_have_happened), (Advice::Never, true));
    let token = vendor().read_error(&OAUTH_GET_TOKEN, &reply(422, &[], json!({"message": ["x"]}).to_string()));
    assert!(!token.may_have_happened, "a token that is refused was not exchanged");
    // A record that existed before was not created.
    let there = read(422, &[], &json!({"message": ["The tag name already exists"]}));
    assert_eq!((there.kind, there.may_have_happened), (ErrorKind::Conflict, false));
}

#[test]
fn the_wait_of_a_429_is_what_the_vendor_says_best() {
    const INTERVAL: (&str, &str) = ("x-ratelimit-interval-milliseconds", "10000");
    let wait = |headers: &[(&str, &str)]| read(429, headers, &json!({})).retry_after.map(|wait| wait.as_secs());
    assert_eq!(wait(&[]), None);
    assert_eq!(wait(&[INTERVAL]), Some(10));
    assert_eq!(wait(&[("x-ratelimit-interval-milliseconds", "86400000")]), Some(30));
    assert_eq!(wait(&[INTERVAL, ("x-ratelimit-reset", "4")]), Some(4));
    assert_eq!(wait(&[INTERVAL, ("x-ratelimit-reset", "4000")]), Some(4), "milliseconds");
    let date = ("date", "Thu, 01 Jan 2026 00:00:00 GMT");
    assert_eq!(wait(&[INTERVAL, date, ("x-ratelimit-reset", "1767225606")]), Some(6));
    assert_eq!(wait(&[INTERVAL, date, ("x-ratelimit-reset", "1767225606500")]), Some(6), "milliseconds");
    assert_eq!(wait(&[INTERVAL, ("x-ratelimit-reset", "4"), ("retry-after", "7")]), Some(7));
    assert_eq!(wait(&[INTERVAL, ("x-ratelimit-reset", "1747920000")]), Some(10), "a moment that has passed");
    let day = read(429, &[INTERVAL, ("x-ratelimit-daily-remaining", "0")], &json!({}));
    assert_eq!((day.kind, day.scope), (ErrorKind::QuotaExhausted, Some(LimitScope::Daily)));
}
