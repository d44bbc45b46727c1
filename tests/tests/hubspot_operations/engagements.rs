//! Calls, e-mails, meetings, notes and tasks: records like any other, with a property for the time.

use hubspot_client::Client;
use hubspot_client::objects::Objects;
use hubspot_client::types::{ObjectCreate, ObjectUpdate};
use serde_json::json;

use super::Rig;

const WHEN: &str = "2026-03-02T14:30:00Z";

async fn created(of: fn(&Client) -> Objects, kind: &str, property: &str) {
    let rig = Rig::new().await;
    let record = ObjectCreate::from([("hs_timestamp", WHEN), (property, "Follow-up")]);
    let made = of(&rig.client).create(record).send().await.unwrap();
    let body = json!({"properties": {"hs_timestamp": WHEN, property: "Follow-up"}});
    rig.sent_with(&format!("POST /crm/objects/2026-03/{kind}"), body);
    assert_eq!((made.id.is_some(), made.property(property)), (true, Some("Follow-up")));
    assert_eq!(made.time("hs_timestamp").and_then(|time| time.unix_millis()), Some(1_772_461_800_000));
}

async fn listed(of: fn(&Client) -> Objects, kind: &str, property: &str) {
    let rig = Rig::new().await;
    for n in 0..3 {
        rig.insert(kind, json!({"hs_timestamp": WHEN, property: n}));
    }
    let list = || of(&rig.client).list().limit(5).properties([property]).associations(["contacts", "deals"]);
    let page = list().properties_with_history(["hs_timestamp"]).send().await.unwrap();
    rig.sent(&format!(
        "GET /crm/objects/2026-03/{kind}?limit=5&properties={property}&associations=contacts&associations=deals&propertiesWithHistory=hs_timestamp"
    ));
    assert_eq!(page.results.iter().map(|one| one.number(property).unwrap()).collect::<Vec<_>>(), [0.0, 1.0, 2.0]);
}

async fn updated(of: fn(&Client) -> Objects, kind: &str, property: &str) {
    let rig = Rig::new().await;
    let id = rig.insert(kind, json!({"hs_timestamp": WHEN, property: "old"}));
    let changed = of(&rig.client).update(&id, ObjectUpdate::from([(property, "new")])).send().await.unwrap();
    rig.sent_with(&format!("PATCH /crm/objects/2026-03/{kind}/{id}"), json!({"properties": {property: "new"}}));
    assert_eq!(changed.property(property), Some("new"));
}

#[tokio::test]
async fn create_call() {
    created(Client::calls, "calls", "hs_call_title").await;
}

#[tokio::test]
async fn create_email() {
    created(Client::emails, "emails", "hs_email_subject").await;
}

#[tokio::test]
async fn create_meeting() {
    created(Client::meetings, "meetings", "hs_meeting_title").await;
}

#[tokio::test]
async fn create_note() {
    created(Client::notes, "notes", "hs_note_body").await;
}

#[tokio::test]
async fn create_task() {
    created(Client::tasks, "tasks", "hs_task_subject").await;
}

#[tokio::test]
async fn list_calls() {
    listed(Client::calls, "calls", "hs_call_duration").await;
}

#[tokio::test]
async fn list_emails() {
    listed(Client::emails, "emails", "hs_email_subject").await;
}

#[tokio::test]
async fn list_meetings() {
    listed(Client::meetings, "meetings", "hs_meeting_title").await;
}

#[tokio::test]
async fn list_notes() {
    listed(Client::notes, "notes", "hs_note_body").await;
}

#[tokio::test]
async fn update_call() {
    updated(Client::calls, "calls", "hs_call_title").await;
}

#[tokio::test]
async fn update_task() {
    updated(Client::tasks, "tasks", "hs_task_subject").await;
}
