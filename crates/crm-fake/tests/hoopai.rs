//! HoopAI's state and its kinds of paging.

use std::collections::HashSet;

use crm_fake::{Fake, Vendor};
use serde_json::{Value, json};

use crate::common::{self, delete, get, post, put};

const L: &str = "location-fake";

async fn fake() -> Fake {
    Fake::builder(Vendor::HoopAi).no_quota().start().await.unwrap()
}

fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_page_follows_only_when_both_halves_of_the_cursor_are_sent() {
    let fake = fake().await;
    for n in 0..250 {
        fake.insert("contacts", json!({"email": format!("p{n}@example.com")}));
    }
    let base = format!("/contacts/?locationId={L}&limit=100");
    let first = get(&fake, &base).await;
    let (after, id) = (first.body["meta"]["startAfter"].clone(), first.text("/meta/startAfterId").to_owned());
    let repeated = get(&fake, &format!("{base}&startAfter={after}")).await;
    assert_eq!(ids(&repeated.body["contacts"]), ids(&first.body["contacts"]), "one half alone gives the first page");

    let mut seen: HashSet<String> = ids(&first.body["contacts"]).into_iter().collect();
    let (mut after, mut id) = (after, id);
    loop {
        let page = get(&fake, &format!("{base}&startAfter={after}&startAfterId={id}")).await;
        seen.extend(ids(&page.body["contacts"]));
        if page.body["meta"]["nextPage"].is_null() {
            break;
        }
        (after, id) = (page.body["meta"]["startAfter"].clone(), page.text("/meta/startAfterId").to_owned());
    }
    assert_eq!(seen.len(), 250);

    let query = |extra: Value| {
        let mut body = json!({"locationId": L, "pageLimit": 200});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let first = post(&fake, "/contacts/search", query(json!({"page": 1}))).await;
    let last = first.body["contacts"][199]["searchAfter"].clone();
    let rest = post(&fake, "/contacts/search", query(json!({"searchAfter": last}))).await;
    assert_eq!((ids(&rest.body["contacts"]).len(), &rest.body["total"]), (50, &json!(250)));
    assert_eq!(post(&fake, "/contacts/search", json!({"pageLimit": 1})).await.status, 422);
}

#[tokio::test]
async fn contacts_with_all_that_hangs_on_them() {
    let fake = fake().await;
    let new = json!({"locationId": L, "email": "ada@example.com", "phone": "+1555", "tags": ["a"]});
    let created = post(&fake, "/contacts/", new.clone()).await;
    assert_eq!(created.status, 201);
    let id = created.text("/contact/id").to_owned();
    let twice = post(&fake, "/contacts/", new).await;
    assert_eq!((twice.status, twice.text("/meta/contactId")), (400, id.as_str()));
    let upsert =
        post(&fake, "/contacts/upsert", json!({"locationId": L, "email": "ada@example.com", "firstName": "Ada"})).await;
    assert_eq!((&upsert.body["new"], upsert.text("/contact/firstName")), (&json!(false), "Ada"));
    let tags = post(&fake, &format!("/contacts/{id}/tags"), json!({"tags": ["a", "b"]})).await;
    assert_eq!((tags.status, &tags.body["tags"]), (201, &json!(["a", "b"])));
    let note = post(&fake, &format!("/contacts/{id}/notes"), json!({"body": "hello"})).await;
    let note = note.text("/note/id").to_owned();
    assert_eq!(get(&fake, &format!("/contacts/{id}/notes/{note}")).await.text("/note/body"), "hello");
    let task = json!({"title": "t", "dueDate": "2026-01-01T00:00:00Z", "completed": false});
    let task = post(&fake, &format!("/contacts/{id}/tasks"), task).await;
    let path = format!("/contacts/{id}/tasks/{}/completed", task.text("/task/id"));
    assert_eq!(put(&fake, &path, json!({"completed": true})).await.body["task"]["completed"], json!(true));
    assert_eq!(delete(&fake, &format!("/contacts/{id}")).await.body["succeded"], json!(true));
    assert_eq!(get(&fake, &format!("/contacts/{id}")).await.status, 404);
    assert_eq!(fake.report().refused, 0, "{:?}", fake.report().problems);
}

#[tokio::test]
async fn messages_are_nested_and_conversations_page_by_date() {
    let fake = fake().await;
    for n in 0..25 {
        fake.insert("messages", json!({"contactId": "c1", "body": n.to_string()}));
    }
    fake.insert("conversations", json!({"contactId": "c2"}));
    let found = get(&fake, &format!("/conversations/search?locationId={L}&limit=1")).await;
    assert_eq!(found.body["total"], json!(2));
    let date = &found.body["conversations"][0]["lastMessageDate"];
    let next = get(&fake, &format!("/conversations/search?locationId={L}&limit=1&startAfterDate={date}")).await;
    let conversation = next.text("/conversations/0/id").to_owned();
    assert_eq!(next.text("/conversations/0/contactId"), "c1");
    let path = format!("/conversations/{conversation}/messages?limit=20");
    let first = get(&fake, &path).await;
    assert_eq!(first.body["messages"]["nextPage"], json!(true));
    let last = first.text("/messages/lastMessageId");
    let rest = get(&fake, &format!("{path}&lastMessageId={last}")).await;
    assert_eq!(rest.body["messages"]["messages"].as_array().unwrap().len(), 5);
    assert_eq!(rest.body["messages"]["nextPage"], json!(false));
    let inbound = json!({
        "type": "SMS",
        "conversationId": conversation,
        "contactId": "c1",
        "conversationProviderId": "p1",
        "message": "x",
    });
    let sent = post(&fake, "/conversations/messages/inbound", inbound).await;
    assert_eq!((sent.status, sent.text("/conversationId")), (200, conversation.as_str()), "{}", sent.body);
    let newest = get(&fake, &path).await;
    assert_eq!(newest.text("/messages/messages/0/direction"), "inbound");
}

#[tokio::test]
async fn refresh_tokens_work_once() {
    let fake = fake().await;
    let form = |refresh: &str| format!("client_id=a&client_secret=b&grant_type=refresh_token&refresh_token={refresh}");
    let call = |body: String| {
        let url = format!("{}/oauth/token", fake.base_url());
        async move {
            let request = common::client().post(url).header("content-type", "application/x-www-form-urlencoded");
            common::read(request.body(body).send().await.unwrap()).await
        }
    };
    let first = call(form("seed")).await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(call(form("seed")).await.status, 400);
    assert_eq!(call(form(first.text("/refresh_token"))).await.status, 200);
    fake.expire_tokens();
    assert_eq!(get(&fake, &format!("/contacts/?locationId={L}")).await.status, 401);
}
