//! Deals, whose name in a path is `0-3`.

use futures::TryStreamExt;
use hubspot_client::types::{BatchUpdateRow, ObjectCreate, ObjectUpdate};
use hubspot_client::{Change, ErrorKind, Map};
use serde_json::json;

use super::{Rig, all_written};

#[tokio::test]
async fn create() {
    let rig = Rig::new().await;
    let deal = ObjectCreate::from([("dealname", "Bridge"), ("closedate", "2023-12-31")]).set("amount", 50_000);
    let made = rig.client.deals().create(deal).send().await.unwrap();
    let body = json!({"properties": {"dealname": "Bridge", "closedate": "2023-12-31", "amount": "50000"}});
    rig.sent_with("POST /crm/objects/2026-03/0-3", body);
    assert_eq!((made.property("dealname"), made.number("amount")), (Some("Bridge"), Some(50_000.0)));
}

#[tokio::test]
async fn get() {
    let rig = Rig::new().await;
    let id = rig.insert("deals", json!({"dealname": "Bridge"}));
    let deal = rig.client.deals().get(&id).properties_with_history(["dealname"]).send().await.unwrap();
    rig.sent(&format!("GET /crm/objects/2026-03/0-3/{id}?propertiesWithHistory=dealname"));
    assert_eq!(deal.id, Some(id));
}

#[tokio::test]
async fn changes() {
    let rig = Rig::new().await;
    for day in 1..=3 {
        let changed = format!("2025-03-0{day}T00:00:00.000Z");
        rig.insert("deals", json!({"dealname": format!("d{day}"), "hs_lastmodifieddate": changed}));
    }
    let deals = rig.client.deals();
    let changes = deals.changes("2025-03-02").unwrap().properties(["dealname"]).without_archived();
    let newest: Vec<Change> = changes.try_collect().await.unwrap();
    // The first request finds the time of the last change.
    let first = &rig.fake.requests()[1];
    assert_eq!(super::written(first), "POST /crm/objects/2026-03/0-3/search");
    let since = json!({"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "1740873600000"});
    assert_eq!(first.json()["filterGroups"][0]["filters"][0], since);
    assert_eq!(first.json()["sorts"][0], json!({"propertyName": "hs_object_id", "direction": "ASCENDING"}));
    let name = |change: &Change| match change {
        Change::Created(deal) => deal.property("dealname").unwrap().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(newest.iter().map(name).collect::<Vec<_>>(), ["d2", "d3"]);
}

#[tokio::test]
async fn update() {
    let rig = Rig::new().await;
    let id = rig.insert("deals", json!({"dealname": "Bridge"}));
    let deal = rig.client.deals().update(&id, ObjectUpdate::from([("amount", 99.5)])).send().await.unwrap();
    rig.sent_with(&format!("PATCH /crm/objects/2026-03/0-3/{id}"), json!({"properties": {"amount": "99.5"}}));
    assert_eq!(deal.number("amount"), Some(99.5));
}

#[tokio::test]
async fn update_many() {
    let rig = Rig::new().await;
    let ids = [1, 2].map(|n| rig.insert("deals", json!({"dealname": n})));
    let rows = ids.clone().map(|id| BatchUpdateRow::new(id, Map::from_iter([("dealstage", "won".to_owned())])));
    let deals = all_written(rig.client.deals().update_many(rows).await, 2);
    let body = json!({"inputs": ids.clone().map(|id| json!({"id": id, "properties": {"dealstage": "won"}}))});
    rig.sent_with("POST /crm/objects/2026-03/0-3/batch/update", body);
    assert_eq!(deals[1].id.as_ref(), Some(&ids[1]));
}

#[tokio::test]
async fn archive() {
    let rig = Rig::new().await;
    let id = rig.insert("deals", json!({"dealname": "Bridge"}));
    rig.client.deals().archive(&id).send().await.unwrap();
    rig.sent(&format!("DELETE /crm/objects/2026-03/0-3/{id}"));
    assert_eq!(rig.client.deals().get(&id).send().await.unwrap_err().kind(), ErrorKind::NotFound);
}
