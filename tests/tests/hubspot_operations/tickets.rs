//! Tickets.

use hubspot_client::ErrorKind;
use hubspot_client::types::ObjectCreate;
use serde_json::json;

use crate::Bench;

#[tokio::test]
async fn create() {
    let bench = Bench::new().await;
    let ticket = ObjectCreate::from([("subject", "Broken"), ("hs_pipeline_stage", "1")]);
    let made = bench.client.tickets().create(ticket).send().await.unwrap();
    let body = json!({"properties": {"subject": "Broken", "hs_pipeline_stage": "1"}});
    bench.sent_with("POST /crm/objects/2026-03/tickets", body);
    assert_eq!(made.property("subject"), Some("Broken"));
}

#[tokio::test]
async fn get() {
    let bench = Bench::new().await;
    let id = bench.insert("tickets", json!({"subject": "Broken"}));
    let ticket = bench.client.tickets().get(&id).associations(["contacts"]).send().await.unwrap();
    bench.sent(&format!("GET /crm/objects/2026-03/tickets/{id}?associations=contacts"));
    assert_eq!(ticket.id, Some(id));
}

#[tokio::test]
async fn list() {
    let bench = Bench::new().await;
    let id = bench.insert("tickets", json!({"subject": "Broken"}));
    let page = bench.client.tickets().list().archived(false).send().await.unwrap();
    bench.sent("GET /crm/objects/2026-03/tickets?archived=false");
    assert_eq!(page.results[0].id, Some(id));
}

#[tokio::test]
async fn archive() {
    let bench = Bench::new().await;
    let id = bench.insert("tickets", json!({"subject": "Broken"}));
    bench.client.tickets().archive(&id).send().await.unwrap();
    bench.sent(&format!("DELETE /crm/objects/2026-03/tickets/{id}"));
    assert_eq!(bench.client.tickets().get(&id).send().await.unwrap_err().kind(), ErrorKind::NotFound);
}
