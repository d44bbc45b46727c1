//! Tickets.

use hubspot_client::ErrorKind;
use hubspot_client::types::ObjectCreate;
use serde_json::json;

use super::Rig;

#[tokio::test]
async fn create() {
    let rig = Rig::new().await;
    let ticket = ObjectCreate::from([("subject", "Broken"), ("hs_pipeline_stage", "1")]);
    let made = rig.client.tickets().create(ticket).send().await.unwrap();
    let body = json!({"properties": {"subject": "Broken", "hs_pipeline_stage": "1"}});
    rig.sent_with("POST /crm/objects/2026-03/tickets", body);
    assert_eq!(made.property("subject"), Some("Broken"));
}

#[tokio::test]
async fn get() {
    let rig = Rig::new().await;
    let id = rig.insert("tickets", json!({"subject": "Broken"}));
    let ticket = rig.client.tickets().get(&id).associations(["contacts"]).send().await.unwrap();
    rig.sent(&format!("GET /crm/objects/2026-03/tickets/{id}?associations=contacts"));
    assert_eq!(ticket.id, Some(id));
}

#[tokio::test]
async fn list() {
    let rig = Rig::new().await;
    let id = rig.insert("tickets", json!({"subject": "Broken"}));
    let page = rig.client.tickets().list().archived(false).send().await.unwrap();
    rig.sent("GET /crm/objects/2026-03/tickets?archived=false");
    assert_eq!(page.results[0].id, Some(id));
}

#[tokio::test]
async fn archive() {
    let rig = Rig::new().await;
    let id = rig.insert("tickets", json!({"subject": "Broken"}));
    rig.client.tickets().archive(&id).send().await.unwrap();
    rig.sent(&format!("DELETE /crm/objects/2026-03/tickets/{id}"));
    assert_eq!(rig.client.tickets().get(&id).send().await.unwrap_err().kind(), ErrorKind::NotFound);
}
