//! Lists and who is in them.

use hubspot_client::ErrorKind;
use hubspot_client::types::{ListCreateRequest, ListSearchRequest};
use serde_json::json;

use super::Rig;

/// A list of contacts, and its id.
async fn friends() -> (Rig, String) {
    let rig = Rig::new().await;
    let made = rig.client.lists().create(ListCreateRequest::new("Friends", "0-1", "MANUAL")).send().await.unwrap();
    (rig, made.list.unwrap().list_id.unwrap())
}

#[tokio::test]
async fn create() {
    let (rig, id) = friends().await;
    let body = json!({"name": "Friends", "objectTypeId": "0-1", "processingType": "MANUAL"});
    rig.sent_with("POST /crm/lists/2026-03", body);
    assert!(!id.is_empty());
}

#[tokio::test]
async fn get() {
    let (rig, id) = friends().await;
    let list = rig.client.lists().get(&id).include_filters(true).send().await.unwrap().list.unwrap();
    rig.sent(&format!("GET /crm/lists/2026-03/{id}?includeFilters=true"));
    assert_eq!(list.name.as_deref(), Some("Friends"));
}

#[tokio::test]
async fn delete() {
    let (rig, id) = friends().await;
    rig.client.lists().delete(&id).send().await.unwrap();
    rig.sent(&format!("DELETE /crm/lists/2026-03/{id}"));
    assert_eq!(rig.client.lists().get(&id).send().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn search() {
    let (rig, id) = friends().await;
    let wanted = ListSearchRequest::default().query("frie").count(20);
    let page = rig.client.lists().search(wanted).send().await.unwrap();
    rig.sent_with("POST /crm/lists/2026-03/search", json!({"query": "frie", "count": 20}));
    assert_eq!((page.total, page.lists[0].list_id.as_ref()), (Some(1), Some(&id)));
}

#[tokio::test]
async fn add_contacts() {
    let (rig, list) = friends().await;
    let ids = [1, 2].map(|n| rig.insert("contacts", json!({"email": format!("c{n}@example.com")})));
    let members = [&*ids[0], "c2@example.com", "nobody@example.com"];
    let done = rig.client.lists().add_contacts(&list, members).await.unwrap();
    rig.sent_with(&format!("PUT /crm/lists/2026-03/{list}/memberships/add"), json!(ids));
    let lookup = &rig.fake.requests()[1];
    assert_eq!(super::written(lookup), "POST /crm/objects/2026-03/contacts/batch/read");
    assert_eq!(lookup.json()["inputs"], json!([{"id": "c2@example.com"}, {"id": "nobody@example.com"}]));
    assert_eq!((&done.added[..], &done.unknown_emails[..]), (&ids[..], &["nobody@example.com".to_owned()][..]));
}

#[tokio::test]
async fn list_memberships() {
    let (rig, list) = friends().await;
    let id = rig.insert("contacts", json!({"email": "c@example.com"}));
    rig.client.lists().add_memberships(&list, vec![id.clone()]).send().await.unwrap();
    let members = rig.client.lists().list_memberships(&list).limit(250).items().try_collect().await.unwrap();
    rig.sent(&format!("GET /crm/lists/2026-03/{list}/memberships?limit=250"));
    assert_eq!(members.into_iter().filter_map(|member| member.record_id).collect::<Vec<_>>(), [id]);
}
