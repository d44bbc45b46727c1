//! Lists and who is in them.

use hubspot_client::ErrorKind;
use hubspot_client::types::{ListCreateRequest, ListSearchRequest};
use serde_json::json;

use crate::Bench;

/// A list of contacts, and its id.
async fn friends() -> (Bench, String) {
    let bench = Bench::new().await;
    let made = bench.client.lists().create(ListCreateRequest::new("Friends", "0-1", "MANUAL")).send().await.unwrap();
    (bench, made.list.unwrap().list_id.unwrap())
}

#[tokio::test]
async fn create() {
    let (bench, id) = friends().await;
    let body = json!({"name": "Friends", "objectTypeId": "0-1", "processingType": "MANUAL"});
    bench.sent_with("POST /crm/lists/2026-03", body);
    assert!(!id.is_empty());
}

#[tokio::test]
async fn get() {
    let (bench, id) = friends().await;
    let list = bench.client.lists().get(&id).include_filters(true).send().await.unwrap().list.unwrap();
    bench.sent(&format!("GET /crm/lists/2026-03/{id}?includeFilters=true"));
    assert_eq!(list.name.as_deref(), Some("Friends"));
}

#[tokio::test]
async fn delete() {
    let (bench, id) = friends().await;
    bench.client.lists().delete(&id).send().await.unwrap();
    bench.sent(&format!("DELETE /crm/lists/2026-03/{id}"));
    assert_eq!(bench.client.lists().get(&id).send().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn search() {
    let (bench, id) = friends().await;
    let wanted = ListSearchRequest::default().query("frie").count(20);
    let page = bench.client.lists().search(wanted).send().await.unwrap();
    bench.sent_with("POST /crm/lists/2026-03/search", json!({"query": "frie", "count": 20}));
    assert_eq!((page.total, page.lists[0].list_id.as_ref()), (Some(1), Some(&id)));
}

#[tokio::test]
async fn add_contacts() {
    let (bench, list) = friends().await;
    let ids = [1, 2].map(|n| bench.insert("contacts", json!({"email": format!("c{n}@example.com")})));
    let members = [&*ids[0], "c2@example.com", "nobody@example.com"];
    let done = bench.client.lists().add_contacts(&list, members).await.unwrap();
    bench.sent_with(&format!("PUT /crm/lists/2026-03/{list}/memberships/add"), json!(ids));
    let lookup = &bench.fake.requests()[1];
    assert_eq!(crate::written(lookup), "POST /crm/objects/2026-03/contacts/batch/read");
    assert_eq!(lookup.json()["inputs"], json!([{"id": "c2@example.com"}, {"id": "nobody@example.com"}]));
    assert_eq!((&done.added[..], &done.unknown_emails[..]), (&ids[..], &["nobody@example.com".to_owned()][..]));
}

#[tokio::test]
async fn list_memberships() {
    let (bench, list) = friends().await;
    let id = bench.insert("contacts", json!({"email": "c@example.com"}));
    bench.client.lists().add_memberships(&list, vec![id.clone()]).send().await.unwrap();
    let members = bench.client.lists().list_memberships(&list).limit(250).items().try_collect().await.unwrap();
    bench.sent(&format!("GET /crm/lists/2026-03/{list}/memberships?limit=250"));
    assert_eq!(members.into_iter().filter_map(|member| member.record_id).collect::<Vec<_>>(), [id]);
}
