//! Operations of HubSpot's beta.

use hubspot_client::beta::types::TeamUpdateRequest;
use serde_json::json;

use super::Rig;

#[tokio::test]
async fn get_team() {
    let rig = Rig::new().await;
    rig.client.beta().teams().get("12").send().await.unwrap();
    rig.sent("GET /settings/teams/2026-09-beta/12");
}

#[tokio::test]
async fn update_team() {
    let rig = Rig::new().await;
    let change = TeamUpdateRequest::default().name("North").clear_parent_team_id();
    rig.client.beta().teams().update("12", change).send().await.unwrap();
    rig.sent_with("PATCH /settings/teams/2026-09-beta/12", json!({"name": "North", "parentTeamId": null}));
}

#[tokio::test]
async fn list_tags() {
    let rig = Rig::new().await;
    rig.client.beta().object_tags().list("0-3").send().await.unwrap();
    rig.sent("GET /crm/object-tags/2026-09-beta/0-3");
}

#[tokio::test]
async fn get_payment_link() {
    let rig = Rig::new().await;
    rig.client.beta().payment_links().get("7").send().await.unwrap();
    rig.sent("GET /commerce/payment-links/2026-09-beta/payment-links/7");
}
