//! Companies.

use hubspot_client::types::{BatchUpdateRow, ObjectCreate};
use hubspot_client::{ErrorKind, Map};
use serde_json::json;

use crate::{Bench, all_written};

#[tokio::test]
async fn create() {
    let bench = Bench::new().await;
    let company = ObjectCreate::from([("name", "Acme")]).set("numberofemployees", 500);
    let made = bench.client.companies().create(company).send().await.unwrap();
    let body = json!({"properties": {"name": "Acme", "numberofemployees": "500"}});
    bench.sent_with("POST /crm/objects/2026-03/companies", body);
    assert_eq!((made.property("name"), made.number("numberofemployees")), (Some("Acme"), Some(500.0)));
}

#[tokio::test]
async fn get() {
    let bench = Bench::new().await;
    let id = bench.insert("companies", json!({"name": "Acme"}));
    let company = bench.client.companies().get(&id).send().await.unwrap();
    bench.sent(&format!("GET /crm/objects/2026-03/companies/{id}"));
    assert_eq!((company.id, company.archived), (Some(id), Some(false)));
}

#[tokio::test]
async fn list() {
    let bench = Bench::new().await;
    let id = bench.insert("companies", json!({"name": "Acme"}));
    let page = bench.client.companies().list().properties(["name"]).send().await.unwrap();
    bench.sent("GET /crm/objects/2026-03/companies?properties=name");
    assert_eq!((page.results[0].id.as_ref(), page.results[0].property("name")), (Some(&id), Some("Acme")));
}

#[tokio::test]
async fn by_domain() {
    let bench = Bench::new().await;
    let id = bench.insert("companies", json!({"domain": "acme.example"}));
    bench.insert("companies", json!({"domain": "other.example"}));
    let companies = bench.client.companies().by_domain("acme.example").items().try_collect().await.unwrap();
    let filter = json!({"propertyName": "domain", "operator": "EQ", "value": "acme.example"});
    let body = json!({"filterGroups": [{"filters": [filter]}], "limit": 200});
    bench.sent_with("POST /crm/objects/2026-03/companies/search", body);
    assert_eq!(companies.into_iter().filter_map(|company| company.id).collect::<Vec<_>>(), [id]);
}

#[tokio::test]
async fn update_many() {
    let bench = Bench::new().await;
    let id = bench.insert("companies", json!({"name": "Acme"}));
    let row = BatchUpdateRow::new(&*id, Map::from_iter([("industry", "Technology".to_owned())]));
    let companies = all_written(bench.client.companies().update_many([row]).await, 1);
    let body = json!({"inputs": [{"id": id, "properties": {"industry": "Technology"}}]});
    bench.sent_with("POST /crm/objects/2026-03/companies/batch/update", body);
    assert_eq!(companies[0].property("industry"), Some("Technology"));
}

#[tokio::test]
async fn archive() {
    let bench = Bench::new().await;
    let id = bench.insert("companies", json!({"name": "Acme"}));
    bench.client.companies().archive(&id).send().await.unwrap();
    bench.sent(&format!("DELETE /crm/objects/2026-03/companies/{id}"));
    assert_eq!(bench.client.companies().get(&id).send().await.unwrap_err().kind(), ErrorKind::NotFound);
}
