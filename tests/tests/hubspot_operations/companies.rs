//! Companies.

use hubspot_client::types::{BatchUpdateRow, ObjectCreate};
use hubspot_client::{ErrorKind, Map};
use serde_json::json;

use super::{Rig, all_written};

#[tokio::test]
async fn create() {
    let rig = Rig::new().await;
    let company = ObjectCreate::from([("name", "Acme")]).set("numberofemployees", 500);
    let made = rig.client.companies().create(company).send().await.unwrap();
    let body = json!({"properties": {"name": "Acme", "numberofemployees": "500"}});
    rig.sent_with("POST /crm/objects/2026-03/companies", body);
    assert_eq!((made.property("name"), made.number("numberofemployees")), (Some("Acme"), Some(500.0)));
}

#[tokio::test]
async fn get() {
    let rig = Rig::new().await;
    let id = rig.insert("companies", json!({"name": "Acme"}));
    let company = rig.client.companies().get(&id).send().await.unwrap();
    rig.sent(&format!("GET /crm/objects/2026-03/companies/{id}"));
    assert_eq!((company.id, company.archived), (Some(id), Some(false)));
}

#[tokio::test]
async fn list() {
    let rig = Rig::new().await;
    let id = rig.insert("companies", json!({"name": "Acme"}));
    let page = rig.client.companies().list().properties(["name"]).send().await.unwrap();
    rig.sent("GET /crm/objects/2026-03/companies?properties=name");
    assert_eq!((page.results[0].id.as_ref(), page.results[0].property("name")), (Some(&id), Some("Acme")));
}

#[tokio::test]
async fn by_domain() {
    let rig = Rig::new().await;
    let id = rig.insert("companies", json!({"domain": "acme.example"}));
    rig.insert("companies", json!({"domain": "other.example"}));
    let companies = rig.client.companies().by_domain("acme.example").items().try_collect().await.unwrap();
    let filter = json!({"propertyName": "domain", "operator": "EQ", "value": "acme.example"});
    let body = json!({"filterGroups": [{"filters": [filter]}], "limit": 200});
    rig.sent_with("POST /crm/objects/2026-03/companies/search", body);
    assert_eq!(companies.into_iter().filter_map(|company| company.id).collect::<Vec<_>>(), [id]);
}

#[tokio::test]
async fn update_many() {
    let rig = Rig::new().await;
    let id = rig.insert("companies", json!({"name": "Acme"}));
    let row = BatchUpdateRow::new(&*id, Map::from_iter([("industry", "Technology".to_owned())]));
    let companies = all_written(rig.client.companies().update_many([row]).await, 1);
    let body = json!({"inputs": [{"id": id, "properties": {"industry": "Technology"}}]});
    rig.sent_with("POST /crm/objects/2026-03/companies/batch/update", body);
    assert_eq!(companies[0].property("industry"), Some("Technology"));
}

#[tokio::test]
async fn archive() {
    let rig = Rig::new().await;
    let id = rig.insert("companies", json!({"name": "Acme"}));
    rig.client.companies().archive(&id).send().await.unwrap();
    rig.sent(&format!("DELETE /crm/objects/2026-03/companies/{id}"));
    assert_eq!(rig.client.companies().get(&id).send().await.unwrap_err().kind(), ErrorKind::NotFound);
}
