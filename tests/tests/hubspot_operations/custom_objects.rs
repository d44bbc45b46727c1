//! Custom types of object and their records.

use hubspot_client::ErrorKind;
use hubspot_client::types::{
    ObjectCreate, ObjectSchemaCreate, ObjectSchemaUpdate, ObjectTypePropertyCreate, TypeDefinitionLabels,
};
use serde_json::json;

use crate::Bench;

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
async fn harbour() -> (Bench, String) {
    let bench = Bench::new().await;
    let schema = bench.client.schemas().create(boat()).send().await.unwrap();
    (bench, schema.object_type_id.unwrap())
}

#[tokio::test]
async fn create_schema() {
    let bench = Bench::new().await;
    let schema = bench.client.schemas().create(boat()).send().await.unwrap();
    let body = json!({
        "name": "boat", "labels": {"singular": "Boat", "plural": "Boats"}, "associatedObjects": ["contacts"],
        "properties": [{"name": "name", "label": "Name", "type": "string", "fieldType": "text"}],
        "requiredProperties": ["name"], "searchableProperties": ["name"], "secondaryDisplayProperties": ["name"],
        "allowsSensitiveProperties": false, "shouldCreateSameObjectAssociation": false,
    });
    bench.sent_with("POST /crm-object-schemas/2026-03/schemas", body);
    assert_eq!(schema.labels.unwrap().plural.as_deref(), Some("Boats"));
    assert!(schema.object_type_id.unwrap().starts_with("2-"));
}

#[tokio::test]
async fn update_schema() {
    let (bench, kind) = harbour().await;
    let change = ObjectSchemaUpdate::default().description("Afloat");
    let schema = bench.client.schemas().update(&kind, change).send().await.unwrap();
    bench.sent_with(&format!("PATCH /crm-object-schemas/2026-03/schemas/{kind}"), json!({"description": "Afloat"}));
    assert_eq!(schema.description.as_deref(), Some("Afloat"));
}

#[tokio::test]
async fn delete_schema() {
    let (bench, kind) = harbour().await;
    bench.client.schemas().delete(&kind).send().await.unwrap();
    bench.sent(&format!("DELETE /crm-object-schemas/2026-03/schemas/{kind}"));
    assert_eq!(bench.client.schemas().get(&kind).send().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn create() {
    let (bench, kind) = harbour().await;
    let made = bench.client.objects(&*kind).create(ObjectCreate::from([("name", "Argo")])).send().await.unwrap();
    bench.sent_with(&format!("POST /crm/objects/2026-03/{kind}"), json!({"properties": {"name": "Argo"}}));
    assert_eq!((made.id.is_some(), made.property("name")), (true, Some("Argo")));
}

#[tokio::test]
async fn list() {
    let (bench, kind) = harbour().await;
    let id = bench.insert(&kind, json!({"name": "Argo"}));
    let page = bench.client.objects(&*kind).list().properties(["name"]).send().await.unwrap();
    bench.sent(&format!("GET /crm/objects/2026-03/{kind}?properties=name"));
    assert_eq!((page.results[0].id.as_ref(), page.results[0].property("name")), (Some(&id), Some("Argo")));
}
