//! Contacts.

use hubspot_client::types::{BatchUpsertRow, ObjectCreate, ObjectUpdate};
use hubspot_client::{ErrorKind, Map};
use serde_json::json;

use super::{Rig, all_written};

#[tokio::test]
async fn create() {
    let rig = Rig::new().await;
    let contact = ObjectCreate::from([("email", "ada@example.com"), ("firstname", "Ada")]);
    let made = rig.client.contacts().create(contact).send().await.unwrap();
    let body = json!({"properties": {"email": "ada@example.com", "firstname": "Ada"}});
    rig.sent_with("POST /crm/objects/2026-03/contacts", body);
    assert_eq!((made.id.is_some(), made.property("firstname")), (true, Some("Ada")));
}

#[tokio::test]
async fn get() {
    let rig = Rig::new().await;
    let id = rig.insert("contacts", json!({"email": "ada@example.com", "city": "London"}));
    let contact = rig.client.contacts().get(&id).properties(["email", "city"]).send().await.unwrap();
    rig.sent(&format!("GET /crm/objects/2026-03/contacts/{id}?properties=email&properties=city"));
    assert_eq!((contact.property("email"), contact.property("city")), (Some("ada@example.com"), Some("London")));
}

#[tokio::test]
async fn get_by_email() {
    let rig = Rig::new().await;
    let id = rig.insert("contacts", json!({"email": "ada+x@example.com"}));
    let contact = rig.client.contacts().get_by_email("ada+x@example.com").send().await.unwrap();
    rig.sent("GET /crm/objects/2026-03/contacts/ada%2Bx%40example.com?idProperty=email");
    assert_eq!(contact.id, Some(id));
}

#[tokio::test]
async fn exists_by_email() {
    let rig = Rig::new().await;
    rig.insert("contacts", json!({"email": "ada@example.com"}));
    for (email, expected) in [("ada@example.com", true), ("eve@example.com", false)] {
        assert_eq!(rig.client.contacts().exists_by("email", email).await.unwrap(), expected, "{email}");
        let path = email.replace('@', "%40");
        rig.sent(&format!("GET /crm/objects/2026-03/contacts/{path}?idProperty=email&properties=hs_object_id"));
    }
}

#[tokio::test]
async fn list() {
    let rig = Rig::new().await;
    for n in 0..3 {
        rig.insert("contacts", json!({"email": format!("c{n}@example.com")}));
    }
    let list = rig.client.contacts().list().limit(2).properties(["email"]);
    let contacts = list.items().try_collect().await.unwrap();
    let emails: Vec<_> = contacts.iter().map(|contact| contact.property("email").unwrap()).collect();
    assert_eq!(emails, ["c0@example.com", "c1@example.com", "c2@example.com"]);
    let requests: Vec<String> = rig.fake.requests().iter().map(super::written).collect();
    assert_eq!(requests[0], "GET /crm/objects/2026-03/contacts?limit=2&properties=email");
    assert!(requests[1].starts_with(&format!("{}&after=", requests[0])), "{requests:?}");
}

#[tokio::test]
async fn update() {
    let rig = Rig::new().await;
    let id = rig.insert("contacts", json!({"email": "ada@example.com", "city": "London"}));
    let change = ObjectUpdate::from([("city", "Paris")]).clear("jobtitle");
    let contact = rig.client.contacts().update(&id, change).send().await.unwrap();
    let body = json!({"properties": {"city": "Paris", "jobtitle": ""}});
    rig.sent_with(&format!("PATCH /crm/objects/2026-03/contacts/{id}"), body);
    assert_eq!(contact.property("city"), Some("Paris"));
}

#[tokio::test]
async fn upsert() {
    let rig = Rig::new().await;
    for (city, new) in [("London", true), ("Paris", false)] {
        let contacts = rig.client.contacts();
        let contact = contacts.upsert_by("email", "ada@example.com", [("city", city)]).await.unwrap();
        let row = json!({"id": "ada@example.com", "idProperty": "email", "properties": {"city": city}});
        rig.sent_with("POST /crm/objects/2026-03/contacts/batch/upsert", json!({"inputs": [row]}));
        assert_eq!((contact.new, contact.property("city")), (Some(new), Some(city)));
    }
}

#[tokio::test]
async fn upsert_many() {
    let rig = Rig::new().await;
    rig.insert("contacts", json!({"email": "a@example.com"}));
    let rows = ["a@example.com", "b@example.com"]
        .map(|email| BatchUpsertRow::new(email, Map::from_iter([("city", "Ulm".to_owned())])).id_property("email"));
    let contacts = all_written(rig.client.contacts().upsert_many(rows).await, 2);
    let row = |email: &str| json!({"id": email, "idProperty": "email", "properties": {"city": "Ulm"}});
    let body = json!({"inputs": [row("a@example.com"), row("b@example.com")]});
    rig.sent_with("POST /crm/objects/2026-03/contacts/batch/upsert", body);
    assert_eq!(contacts.iter().map(|contact| contact.new).collect::<Vec<_>>(), [Some(false), Some(true)]);
}

#[tokio::test]
async fn archive() {
    let rig = Rig::new().await;
    let id = rig.insert("contacts", json!({"email": "ada@example.com"}));
    rig.client.contacts().archive(&id).send().await.unwrap();
    rig.sent(&format!("DELETE /crm/objects/2026-03/contacts/{id}"));
    assert_eq!(rig.client.contacts().get(&id).send().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn add_to_company() {
    let rig = Rig::new().await;
    let contact = rig.insert("contacts", json!({"email": "ada@example.com"}));
    let company = rig.insert("companies", json!({"name": "Acme"}));
    let reply = rig.client.contacts().add_to_company(&contact, &company).send().await.unwrap();
    rig.sent(&format!("PUT /crm/objects/2026-03/contacts/{contact}/associations/default/companies/{company}"));
    assert!(!reply.results.is_empty());
    let linked = rig.client.associations().list("contacts", &contact, "companies").send().await.unwrap();
    assert_eq!(linked.results[0].to_object_id, Some(company));
}
