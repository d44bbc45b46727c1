//! Odd replies: each has an expected kind and an expected message, and none a panic.

use crm_fake::{Fault, Payload, When};
use hubspot_client::types::{BatchReplyStatus, Object};
use hubspot_client::{CallOptions, Error, ErrorKind, RetryPolicy};
use serde_json::json;

use super::{Rig, failed};

/// The error of a list, by a client that does not repeat.
async fn list_error(fault: Fault) -> Error {
    let rig = Rig::with_contacts(1).await;
    rig.fake.fail(fault);
    let once = rig.client.with(CallOptions::default().retry(RetryPolicy::none()));
    failed(once.contacts().list().send().await)
}

#[tokio::test]
async fn odd_failures_have_a_kind_and_a_message() {
    let text = |body: &str| Payload::Text(body.to_owned());
    let cases = [
        ("HTML 403", Fault::Status(403, Payload::Html)),
        ("HTML 414", Fault::Status(414, Payload::Html)),
        ("text 500", Fault::Status(500, text("upstream said no, ada@example.com"))),
        ("empty 500", Fault::Status(500, Payload::Empty)),
        ("JSON 500", Fault::status(500)),
        ("status nobody knows", Fault::Status(599, Payload::Empty)),
        ("a redirect", Fault::Status(302, Payload::Empty)),
        ("success that is no JSON", Fault::NotJson),
        ("success that is a page", Fault::Html),
        ("a list in place of a record", Fault::Body(json!([1, 2]))),
        ("a text in place of a list", Fault::Body(json!({"results": "ada@example.com"}))),
        ("no list", Fault::Body(json!({"paging": {"next": {"after": "1"}}}))),
        ("an error that says it is a success", Fault::Body(json!({"status": "error", "message": "no such plan"}))),
    ];
    let mut lines = String::new();
    for (name, fault) in cases {
        let error = list_error(fault).await;
        assert!(!format!("{error}{error:?}").contains("ada@example.com"), "{error:?}");
        let id = error.request_id().expect("every reply of the fake has one");
        lines += &format!("{name}: {:?}\n  {}\n", error.kind(), error.to_string().replace(id, "…"));
    }
    insta::assert_snapshot!(lines);
}

#[tokio::test]
async fn an_odd_member_costs_neither_its_record_nor_the_page() {
    let rig = Rig::with_contacts(1).await;
    rig.fake.fail(Fault::Body(json!({"results": [
        {"id": "1", "archived": "perhaps", "createdAt": {}, "properties": {"email": "ada@example.com", "tags": ["a"]}},
        {"id": "2", "properties": "none"},
        {"id": 3, "properties": {"email": null}, "new": [1]},
    ]})));
    let page = rig.client.contacts().list().send().await.unwrap();
    let ids: Vec<_> = page.results.iter().map(|record| record.id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["1", "2", "3"]);
    let [first, second, third] = &page.results[..] else { panic!() };
    assert_eq!((first.property("email"), first.archived), (Some("ada@example.com"), None));
    assert_eq!(first.extra.get("archived"), Some(&json!("perhaps")));
    assert_eq!(first.extra.get("createdAt"), Some(&json!({})));
    assert_eq!(first.properties.odd().collect::<Vec<_>>(), [("tags", &json!(["a"]))]);
    assert_eq!(second.extra.get("properties"), Some(&json!("none")));
    assert_eq!(third.extra.get("new"), Some(&json!([1])));
}

#[tokio::test]
async fn broken_connections_have_a_kind_and_keep_what_is_known() {
    for (fault, status) in [
        (Fault::CutBody { after: 20 }, Some(200)),
        (Fault::Reset { when: When::AfterHeaders }, Some(200)),
        (Fault::Reset { when: When::BeforeReply }, None),
    ] {
        let error = list_error(fault.clone()).await;
        assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Io, status, 1), "{fault:?}: {error}");
        assert!(!error.to_string().contains("127.0.0.1"), "{error}");
    }
    let error = list_error(Fault::WrongContentLength).await;
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    assert!(!error.body().is_empty());
}

#[tokio::test]
async fn broken_connections_are_mended_by_repeating_a_read() {
    let rig = Rig::with_contacts(2).await;
    rig.fake.script([
        Fault::CutBody { after: 20 },
        Fault::Reset { when: When::AfterHeaders },
        Fault::Reset { when: When::BeforeReply },
    ]);
    assert_eq!(rig.client.contacts().list().send().await.unwrap().results.len(), 2);
    assert_eq!(rig.client.stats().retries, 3);
}

async fn read(body: serde_json::Value) -> Object {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Body(json!({"status": "COMPLETE", "results": [body]})));
    let report = rig.client.contacts().read_many(["1"]).await;
    report.into_result().unwrap().remove(0)
}

#[tokio::test]
async fn odd_values_are_read_as_far_as_their_meaning_is_clear() {
    let record = read(json!({
        "id": 1, "archived": "false", "createdAt": 1_767_225_600_000_i64, "updatedAt": null, "warnings": null, "new member": {"x": []},
        "properties": {"email": null, "age": 41.5, "opted_in": true, "tags": "a; b;;c", "when": "2026-03-02", "empty": ""},
    }))
    .await;
    assert_eq!((record.id.as_deref(), record.archived, record.updated_at.as_ref()), (Some("1"), Some(false), None));
    assert_eq!(record.created_at.as_ref().unwrap().unix_millis(), Some(1_767_225_600_000));
    assert_eq!(record.property("email"), None, "null for text");
    assert_eq!((record.property("age"), record.number("age")), (Some("41.5"), Some(41.5)), "number for text");
    assert_eq!((record.flag("opted_in"), record.flag("age"), record.flag("none")), (Some(true), None, None));
    assert_eq!(record.choices("tags").collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(record.time("when").unwrap().unix_millis(), Some(1_772_409_600_000));
    assert!(record.time("tags").unwrap().read().is_err(), "not a time");
    assert!(record.time("empty").is_none() && record.time("none").is_none() && record.number("empty").is_none());
    assert!(record.choices("none").next().is_none());
}

#[tokio::test]
async fn an_unknown_enum_value_is_kept() {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Body(json!({"status": "HALF_DONE", "results": []})));
    let request = hubspot_client::types::BatchRead::new([]);
    let reply = rig.client.contacts().batch_read(request).send().await.unwrap();
    assert_eq!(reply.status, Some(BatchReplyStatus::Unrecognized("HALF_DONE".into())));
}
