//! Subscriptions to communication.

use crm_fake::Fault;
use serde_json::json;

use super::Rig;

#[tokio::test]
async fn get_statuses() {
    let rig = Rig::new().await;
    let status = json!({"subscriberIdString": "ada@example.com", "subscriptionId": 7, "status": "SUBSCRIBED", "channel": "EMAIL"});
    rig.fake.fail(Fault::Body(json!({"status": "COMPLETE", "results": [status]})));
    let preferences = rig.client.communication_preferences();
    let reply = preferences.list_statuses("ada@example.com", "EMAIL").business_unit_id(3).send().await.unwrap();
    rig.sent("GET /communication-preferences/2026-03/statuses/ada%40example.com?channel=EMAIL&businessUnitId=3");
    assert_eq!(reply.results[0].status.as_ref().unwrap().as_str(), "SUBSCRIBED");
}
