//! Line items.

use hubspot_client::types::{BatchCreateRow, BatchUpdateRow, ObjectCreate};
use hubspot_client::{ErrorKind, Map};
use serde_json::json;

use super::{Rig, all_written, inputs};

#[tokio::test]
async fn create() {
    let rig = Rig::new().await;
    let chair = ObjectCreate::from([("name", "Chair")]).set("price", 99.99);
    let made = rig.client.line_items().create(chair).send().await.unwrap();
    rig.sent_with("POST /crm/objects/2026-03/line_items", json!({"properties": {"name": "Chair", "price": "99.99"}}));
    assert_eq!((made.property("name"), made.number("price")), (Some("Chair"), Some(99.99)));
}

#[tokio::test]
async fn get() {
    let rig = Rig::new().await;
    let id = rig.insert("line_items", json!({"name": "Chair"}));
    let read = rig.client.line_items().get(&id).properties(["name"]).send().await.unwrap();
    rig.sent(&format!("GET /crm/objects/2026-03/line_items/{id}?properties=name"));
    assert_eq!(read.property("name"), Some("Chair"));
}

#[tokio::test]
async fn create_many() {
    let rig = Rig::new().await;
    let rows = [("Chair", 99.99), ("Table", 250.0)]
        .map(|(name, price)| BatchCreateRow::from([("name", name)]).set("price", price));
    let made = all_written(rig.client.line_items().create_many(rows).await, 2);
    let row = |name: &str, price: &str| json!({"properties": {"name": name, "price": price}});
    let body = json!({"inputs": [row("Chair", "99.99"), row("Table", "250")]});
    rig.sent_with("POST /crm/objects/2026-03/line_items/batch/create", body);
    assert_eq!(made.iter().map(|one| one.property("name").unwrap()).collect::<Vec<_>>(), ["Chair", "Table"]);
}

#[tokio::test]
async fn update_many() {
    let rig = Rig::new().await;
    let id = rig.insert("line_items", json!({"name": "Chair"}));
    let row = BatchUpdateRow::new(&*id, Map::from_iter([("price", "80".to_owned())]));
    let changed = all_written(rig.client.line_items().update_many([row]).await, 1);
    let body = json!({"inputs": [{"id": id, "properties": {"price": "80"}}]});
    rig.sent_with("POST /crm/objects/2026-03/line_items/batch/update", body);
    assert_eq!(changed[0].number("price"), Some(80.0));
}

#[tokio::test]
async fn archive_many() {
    let rig = Rig::new().await;
    let ids = ["Chair", "Table"].map(|name| rig.insert("line_items", json!({"name": name})));
    all_written(rig.client.line_items().archive_many(&ids).await, 2);
    rig.sent_with("POST /crm/objects/2026-03/line_items/batch/archive", inputs(&ids));
    assert_eq!(rig.fake.count("line_items"), 0);
}

#[tokio::test]
async fn archive() {
    let rig = Rig::new().await;
    let id = rig.insert("line_items", json!({"name": "Chair"}));
    rig.client.line_items().archive(&id).send().await.unwrap();
    rig.sent(&format!("DELETE /crm/objects/2026-03/line_items/{id}"));
    assert_eq!(rig.client.line_items().get(&id).send().await.unwrap_err().kind(), ErrorKind::NotFound);
}
