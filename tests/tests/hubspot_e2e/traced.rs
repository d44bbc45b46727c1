//! Data that a call traces, and data that is never traced.

use crm_fake::{Fault, Payload};
use crm_testkit::traces::Traces;
use hubspot_client::CallOptions;
use serde_json::json;

use super::{Rig, failed};

#[tokio::test]
async fn traces_show_the_operation_and_no_values() {
    let rig = Rig::new().await;
    let refused = |status| Fault::Status(status, Payload::Json(json!({"message": "canary-reply"})));
    rig.fake.fail(refused(500));
    rig.fake.fail(refused(404));
    let client = rig.client.with(CallOptions::new().header("x-h", "canary-header"));
    let (traces, guard) = Traces::watch();
    failed(client.contacts().get("canary-id").properties(["canary-query"]).send().await);
    failed(client.contacts().upsert_by("email", "canary-id", [("city", "canary-body")]).await);
    drop(guard);
    let text = traces.take();
    // The libraries below trace too; what they show of a request is their user's choice.
    let ours: String = text.lines().filter(|line| !line.starts_with("message=")).collect::<Vec<_>>().join("\n");
    for shown in ["operation=\"contacts.get\"", "vendor=\"hubspot\"", "attempt=2", "status=404"] {
        assert!(ours.contains(shown), "{shown} not in\n{ours}");
    }
    for secret in ["canary", rig.fake.token()] {
        assert!(!text.contains(secret), "{secret} in\n{text}");
    }
}

#[tokio::test]
async fn what_was_not_promised_is_reported_with_its_place_and_without_its_value() {
    let rig = Rig::new().await;
    let record =
        json!({"id": "canary-id", "archived": "canary", "new": {"canary": 1}, "properties": {"x": ["canary"]}});
    rig.fake.fail(Fault::Body(json!({"results": [record, record, {"id": "3"}]})));
    let (traces, guard) = Traces::watch();
    rig.client.contacts().list().send().await.unwrap();
    drop(guard);
    let text = traces.take();
    let ours: Vec<&str> = text.lines().filter(|line| !line.starts_with("message=")).collect();
    for shown in [
        ["path=\"results[].archived\"", "expected=\"a boolean\"", "found=\"text\"", "count=2"],
        ["path=\"results[].new\"", "expected=\"nothing\"", "found=\"an object\"", "count=2"],
        ["path=\"results[].properties.x\"", "expected=\"text\"", "found=\"a list\"", "count=2"],
    ] {
        assert!(ours.windows(4).any(|lines| lines == shown), "{shown:?} not in\n{text}");
    }
    assert!(text.contains("operation=\"contacts.list\"") && !text.contains("canary"), "{text}");
}
