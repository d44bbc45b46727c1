//! Calls that only HubSpot's older interfaces have, and a raw request.

use crm_fake::Fault;
use hubspot_client::http::Method;
use hubspot_client::types::ChangeLogObjectType;
use serde_json::json;

use super::Rig;

async fn changes(of: ChangeLogObjectType, name: &str) {
    let rig = Rig::new().await;
    let change = json!({
        "timestamp": 1_683_028_800_000_i64, "changeType": "UPDATED", "objectId": 123_456,
        "changes": {"changedProperties": ["name"], "newAssociations": ["category_123"]},
    });
    rig.fake.fail(Fault::Body(json!([change])));
    let log = rig.client.change_log().list(of);
    let changes = log.timestamp(1_682_942_400_000).change_type("UPDATED").object_id(123_456).send().await.unwrap();
    rig.sent(&format!(
        "GET /crm-objects/v1/change-log/{name}?timestamp=1682942400000&changeType=UPDATED&objectId=123456"
    ));
    assert_eq!((changes[0].timestamp, changes[0].object_id), (Some(1_683_028_800_000), Some(123_456)));
    assert_eq!(changes[0].changes.as_ref().unwrap().changed_properties, ["name"]);
}

#[tokio::test]
async fn list_changes_of_products() {
    changes(ChangeLogObjectType::Products, "products").await;
}

#[tokio::test]
async fn list_changes_of_line_items() {
    changes(ChangeLogObjectType::LineItems, "line_items").await;
}

#[tokio::test]
async fn list_call_dispositions() {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Body(json!([{"id": "9d9162e7", "label": "Busy", "deleted": false}])));
    let outcomes = rig.client.call_dispositions().list().send().await.unwrap();
    rig.sent("GET /calling/v1/dispositions");
    assert_eq!((outcomes[0].id.as_deref(), outcomes[0].label.as_deref()), (Some("9d9162e7"), Some("Busy")));
}

#[tokio::test]
async fn list_subscription_changes() {
    let rig = Rig::new().await;
    let change = json!({"change": "UNSUBSCRIBED", "changeType": "SUBSCRIPTION_STATUS", "subscriptionId": 7});
    let entry = json!({"timestamp": 1_401_975_207_000_i64, "recipient": "ada@example.com", "changes": [change]});
    rig.fake.fail(Fault::Body(json!({"hasMore": true, "offset": "abc=", "timeline": [entry]})));
    rig.fake.fail(Fault::Body(json!({"hasMore": false, "offset": "abd=", "timeline": [entry]})));
    let list = rig.client.subscription_timeline().list().change_type("SUBSCRIPTION_STATUS");
    let list = list.start_timestamp(1_401_975_000_000).end_timestamp(1_401_976_000_000).limit(1);
    let entries = list.items().try_collect().await.unwrap();
    rig.sent(
        "GET /email/public/v1/subscriptions/timeline?changeType=SUBSCRIPTION_STATUS&startTimestamp=1401975000000&endTimestamp=1401976000000&limit=1&offset=abc=",
    );
    assert_eq!((entries.len(), entries[0].timestamp), (2, Some(1_401_975_207_000)));
    assert_eq!(entries[0].changes[0].change.as_deref(), Some("UNSUBSCRIBED"));
}

#[tokio::test]
async fn raw_request() {
    let rig = Rig::new().await;
    rig.insert("contacts", json!({"email": "ada@example.com"}));
    let page = rig.client.raw(Method::GET, "/crm/objects/2026-03/contacts?limit=1").send().await.unwrap();
    rig.sent("GET /crm/objects/2026-03/contacts?limit=1");
    assert_eq!(page["results"][0]["properties"]["email"], "ada@example.com");
}
