//! Custom types of object and their records.

use hubspot_client::ErrorKind;
use hubspot_client::types::{
    ObjectCreate, ObjectSchemaCreate, ObjectSchemaUpdate, ObjectTypePropertyCreate, TypeDefinitionLabels,
};
use serde_json::json;

use super::Rig;

fn boat() -> ObjectSchemaCreate {
    ObjectSchemaCreate::default()
        .name("boat")
        .labels(TypeDefinitionLabels::default().singular("Boat").plural("Boats"))
        .properties([ObjectTypePropertyCreate::new("text", "Name", "name", "string")])
        .required_properties(["name"])
        .searchable_properties(["name"])
        .secondary_display_properties(["name"])
        .associated_objects(["contacts"])
        .allows_sensitive_properties(false)
        .should_create_same_object_association(false)
}

/// An account with boats, and the id of that type.
async fn harbour() -> (Rig, String) {
    let rig = Rig::new().await;
    let schema = rig.client.schemas().create(boat()).send().await.unwrap();
    (rig, schema.object_type_id.unwrap())
}

#[tokio::test]
async fn create_schema() {
    let rig = Rig::new().await;
    let schema = rig.client.schemas().create(boat()).send().await.unwrap();
    let body = json!({
        "name": "boat", "labels": {"singular": "Boat", "plural": "Boats"}, "associatedObjects": ["contacts"],
        "properties": [{"name": "name", "label": "Name", "type": "string", "fieldType": "text"}],
        "requiredProperties": ["name"], "searchableProperties": ["name"], "secondaryDisplayProperties": ["name"],
        "allowsSensitiveProperties": false, "shouldCreateSameObjectAssociation": false,
    });
    rig.sent_with("POST /crm-object-schemas/2026-03/schemas", body);
    assert_eq!(schema.labels.unwrap().plural.as_deref(), Some("Boats"));
    assert!(schema.object_type_id.unwrap().starts_with("2-"));
}

#[tokio::test]
async fn update_schema() {
    let (rig, kind) = harbour().await;
    let change = ObjectSchemaUpdate::default().description("Afloat");
    let schema = rig.client.schemas().update(&kind, change).send().await.unwrap();
    rig.sent_with(&format!("PATCH /crm-object-schemas/2026-03/schemas/{kind}"), json!({"description": "Afloat"}));
    assert_eq!(schema.description.as_deref(), Some("Afloat"));
}

#[tokio::test]
async fn delete_schema() {
    let (rig, kind) = harbour().await;
    rig.client.schemas().delete(&kind).send().await.unwrap();
    rig.sent(&format!("DELETE /crm-object-schemas/2026-03/schemas/{kind}"));
    assert_eq!(rig.client.schemas().get(&kind).send().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn create() {
    let (rig, kind) = harbour().await;
    let made = rig.client.objects(&*kind).create(ObjectCreate::from([("name", "Argo")])).send().await.unwrap();
    rig.sent_with(&format!("POST /crm/objects/2026-03/{kind}"), json!({"properties": {"name": "Argo"}}));
    assert_eq!((made.id.is_some(), made.property("name")), (true, Some("Argo")));
}

#[tokio::test]
async fn list() {
    let (rig, kind) = harbour().await;
    let id = rig.insert(&kind, json!({"name": "Argo"}));
    let page = rig.client.objects(&*kind).list().properties(["name"]).send().await.unwrap();
    rig.sent(&format!("GET /crm/objects/2026-03/{kind}?properties=name"));
    assert_eq!((page.results[0].id.as_ref(), page.results[0].property("name")), (Some(&id), Some("Argo")));
}
