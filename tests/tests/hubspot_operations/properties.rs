//! Properties and their groups.

use hubspot_client::ErrorKind;
use hubspot_client::types::{PropertyCreate, PropertyGroupCreate};
use serde_json::json;

use super::Rig;

fn colour() -> PropertyCreate {
    let property = PropertyCreate::default().name("colour").label("Colour").group_name("contactinformation");
    property.type_("string").field_type("text")
}

#[tokio::test]
async fn create() {
    let rig = Rig::new().await;
    let made = rig.client.properties("contacts").create(colour()).send().await.unwrap();
    let body = json!({
        "name": "colour", "label": "Colour", "groupName": "contactinformation", "type": "string", "fieldType": "text",
    });
    rig.sent_with("POST /crm/properties/2026-03/contacts", body);
    assert_eq!((made.name.as_deref(), made.label.as_deref()), (Some("colour"), Some("Colour")));
}

#[tokio::test]
async fn archive() {
    let rig = Rig::new().await;
    let properties = rig.client.properties("contacts");
    properties.create(colour()).send().await.unwrap();
    properties.archive("colour").send().await.unwrap();
    rig.sent("DELETE /crm/properties/2026-03/contacts/colour");
    assert_eq!(properties.get("colour").send().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn get_of_contacts() {
    let rig = Rig::new().await;
    let email = rig.client.properties("contacts").get("email").send().await.unwrap();
    rig.sent("GET /crm/properties/2026-03/contacts/email");
    assert_eq!(email.name.as_deref(), Some("email"));
}

#[tokio::test]
async fn get_of_companies() {
    let rig = Rig::new().await;
    let domain = rig.client.properties("companies").get("domain").archived(false).send().await.unwrap();
    rig.sent("GET /crm/properties/2026-03/companies/domain?archived=false");
    assert_eq!(domain.name.as_deref(), Some("domain"));
}

async fn listed(kind: &str, name: &str) {
    let rig = Rig::new().await;
    let properties = rig.client.properties(kind).list().send().await.unwrap().results;
    rig.sent(&format!("GET /crm/properties/2026-03/{kind}"));
    assert!(properties.iter().any(|property| property.name.as_deref() == Some(name)), "{kind}");
}

#[tokio::test]
async fn list_of_contacts() {
    listed("contacts", "email").await;
}

#[tokio::test]
async fn list_of_companies() {
    listed("companies", "domain").await;
}

#[tokio::test]
async fn list_of_any_type() {
    for (kind, name) in [("0-3", "dealname"), ("tickets", "subject"), ("calls", "hs_object_id")] {
        listed(kind, name).await;
    }
}

fn group() -> PropertyGroupCreate {
    PropertyGroupCreate::new("Looks", "looks").display_order(3)
}

#[tokio::test]
async fn create_group() {
    let rig = Rig::new().await;
    let made = rig.client.properties("contacts").create_group(group()).send().await.unwrap();
    let body = json!({"name": "looks", "label": "Looks", "displayOrder": 3});
    rig.sent_with("POST /crm/properties/2026-03/contacts/groups", body);
    assert_eq!((made.name.as_deref(), made.display_order), (Some("looks"), Some(3)));
}

#[tokio::test]
async fn list_groups() {
    let rig = Rig::new().await;
    let properties = rig.client.properties("contacts");
    properties.create_group(group()).send().await.unwrap();
    let groups = properties.list_groups().send().await.unwrap().results;
    rig.sent("GET /crm/properties/2026-03/contacts/groups");
    assert!(groups.iter().any(|group| group.label.as_deref() == Some("Looks")));
}

#[tokio::test]
async fn archive_group() {
    let rig = Rig::new().await;
    let properties = rig.client.properties("contacts");
    properties.create_group(group()).send().await.unwrap();
    properties.archive_group("looks").send().await.unwrap();
    rig.sent("DELETE /crm/properties/2026-03/contacts/groups/looks");
    let groups = properties.list_groups().send().await.unwrap().results;
    assert!(groups.iter().all(|group| group.name.as_deref() != Some("looks") || group.archived == Some(true)));
}
