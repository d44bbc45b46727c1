//! Marketing events, named by the account and the id of the program that they come from.

use crm_fake::Fault;
use hubspot_client::types::{
    ExternalMarketingEventUpdate, MarketingEventComplete, MarketingEventCreate, PropertyValue,
};
use serde_json::{Value, json};

use super::Rig;

fn webinar() -> MarketingEventCreate {
    MarketingEventCreate::new("Webinar", "Acme", "acc 1", "ev/1")
        .start_date_time("2026-09-15T14:00:00Z")
        .custom_properties([PropertyValue::new("seats", "500")])
}

fn webinar_sent() -> Value {
    json!({
        "externalAccountId": "acc 1", "externalEventId": "ev/1", "eventName": "Webinar", "eventOrganizer": "Acme",
        "startDateTime": "2026-09-15T14:00:00Z", "customProperties": [{"name": "seats", "value": "500"}],
    })
}

#[tokio::test]
async fn create() {
    let rig = Rig::new().await;
    let event = rig.client.marketing_events().create(webinar()).send().await.unwrap();
    rig.sent_with("POST /marketing/marketing-events/2026-03/events", webinar_sent());
    assert!(event.event_name.is_some() && event.object_id.is_some());
}

#[tokio::test]
async fn upsert() {
    let rig = Rig::new().await;
    // No id and no times: less than the document promises.
    rig.fake.fail(Fault::Body(json!({"eventName": "Webinar", "customProperties": [{"name": "seats", "value": 500}]})));
    let event = rig.client.marketing_events().upsert("ev/1", webinar()).send().await.unwrap();
    rig.sent_with("PUT /marketing/marketing-events/2026-03/events/ev%2F1", webinar_sent());
    assert_eq!((event.id, event.custom_properties[0].value.as_deref()), (None, Some("500")));
}

#[tokio::test]
async fn update() {
    let rig = Rig::new().await;
    let change = ExternalMarketingEventUpdate::default().event_description("Online");
    let events = rig.client.marketing_events();
    let event = events.update_by_external_id("ev1", "acc1", change).send().await.unwrap();
    let body = json!({"eventDescription": "Online"});
    rig.sent_with("PATCH /marketing/marketing-events/2026-03/events/ev1?externalAccountId=acc1", body);
    assert!(event.event_name.is_some());
}

#[tokio::test]
async fn get() {
    let rig = Rig::new().await;
    let event = rig.client.marketing_events().get_by_external_id("ev1", "acc1").send().await.unwrap();
    rig.sent("GET /marketing/marketing-events/2026-03/events/ev1?externalAccountId=acc1");
    assert!(event.event_name.is_some() && event.registrants.is_some());
}

#[tokio::test]
async fn cancel() {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Body(json!({"eventName": "Webinar", "eventCancelled": true})));
    let event = rig.client.marketing_events().cancel("ev1", "acc1").send().await.unwrap();
    rig.sent("POST /marketing/marketing-events/2026-03/events/ev1/cancel?externalAccountId=acc1");
    assert_eq!(event.event_cancelled, Some(true));
}

#[tokio::test]
async fn complete() {
    let rig = Rig::new().await;
    let times = MarketingEventComplete::new("2026-09-15T16:00:00Z", "2026-09-15T14:00:00Z");
    let event = rig.client.marketing_events().complete("ev1", "acc1", times).send().await.unwrap();
    let body = json!({"startDateTime": "2026-09-15T14:00:00Z", "endDateTime": "2026-09-15T16:00:00Z"});
    rig.sent_with("POST /marketing/marketing-events/2026-03/events/ev1/complete?externalAccountId=acc1", body);
    assert!(event.event_completed.is_some());
}

#[tokio::test]
async fn get_settings() {
    let rig = Rig::new().await;
    let settings = rig.client.marketing_events().get_settings("77").send().await.unwrap();
    rig.sent("GET /marketing/marketing-events/2026-03/77/settings");
    assert!(settings.event_details_url.is_some());
}
