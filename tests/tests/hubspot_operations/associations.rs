//! Associations of two records, and the kinds of them.

use hubspot_client::types::AssociationSpec;
use serde_json::json;

use super::Rig;

/// A contact and another record.
async fn pair(kind: &str) -> (Rig, String, String) {
    let rig = Rig::new().await;
    let contact = rig.insert("contacts", json!({"email": "ada@example.com"}));
    let other = rig.insert(kind, json!({"name": "x"}));
    (rig, contact, other)
}

#[tokio::test]
async fn create() {
    let (rig, contact, deal) = pair("deals").await;
    let kinds = vec![AssociationSpec::new("HUBSPOT_DEFINED", 4)];
    let associations = rig.client.associations();
    let made = associations.create("contacts", &contact, "deals", &deal, kinds).send().await.unwrap();
    let body = json!([{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 4}]);
    rig.sent_with(&format!("PUT /crm/objects/2026-03/contacts/{contact}/associations/deals/{deal}"), body);
    assert_eq!((made.from_object_id, made.to_object_id), (Some(contact), Some(deal)));
}

#[tokio::test]
async fn create_of_custom_object() {
    let (rig, contact, _) = pair("deals").await;
    let kind = "2-700";
    let boat = rig.insert(kind, json!({"name": "Argo"}));
    let associations = rig.client.associations();
    let kinds = vec![AssociationSpec::new("USER_DEFINED", 17)];
    let made = associations.create(kind, &boat, "contacts", &contact, kinds).send().await.unwrap();
    let body = json!([{"associationCategory": "USER_DEFINED", "associationTypeId": 17}]);
    rig.sent_with(&format!("PUT /crm/objects/2026-03/{kind}/{boat}/associations/contacts/{contact}"), body);
    assert_eq!((made.from_object_id, made.to_object_id), (Some(boat), Some(contact)));
}

#[tokio::test]
async fn list() {
    let (rig, contact, deal) = pair("deals").await;
    let associations = rig.client.associations();
    associations.create_default("contacts", &contact, "deals", &deal).send().await.unwrap();
    let linked = associations.list("contacts", &contact, "deals").limit(500).items().try_collect().await.unwrap();
    rig.sent(&format!("GET /crm/objects/2026-03/contacts/{contact}/associations/deals?limit=500"));
    assert_eq!(linked.into_iter().filter_map(|link| link.to_object_id).collect::<Vec<_>>(), [deal]);
}

async fn taken_away(kind: &str) {
    let (rig, contact, other) = pair(kind).await;
    let associations = rig.client.associations();
    associations.create_default("contacts", &contact, kind, &other).send().await.unwrap();
    associations.delete("contacts", &contact, kind, &other).send().await.unwrap();
    rig.sent(&format!("DELETE /crm/objects/2026-03/contacts/{contact}/associations/{kind}/{other}"));
    assert!(associations.list("contacts", &contact, kind).send().await.unwrap().results.is_empty());
}

#[tokio::test]
async fn archive() {
    taken_away("deals").await;
}

#[tokio::test]
async fn archive_of_custom_object() {
    taken_away("2-700").await;
}

#[tokio::test]
async fn list_definitions() {
    let rig = Rig::new().await;
    let kinds = rig.client.association_labels().list("contacts", "deals").send().await.unwrap().results;
    rig.sent("GET /crm/associations/2026-03/contacts/deals/labels");
    assert_eq!((kinds[0].type_id, kinds[0].label.as_deref()), (Some(4), None));
}
