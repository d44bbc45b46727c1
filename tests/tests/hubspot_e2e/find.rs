//! One record by what is unique about it, and who is in a list.

use crm_fake::Fault;
use hubspot_client::types::{Filter, ListCreateRequest, SearchRequest};
use hubspot_client::{ErrorKind, Sent};
use serde_json::json;

use super::{Rig, failed};

#[tokio::test]
async fn upsert_by_a_unique_property_creates_then_changes() {
    let rig = Rig::new().await;
    let contacts = rig.client.contacts();
    let made = contacts.upsert_by("email", "ada@example.com", [("city", "London")]).await.unwrap();
    assert_eq!((made.new, made.property("city")), (Some(true), Some("London")));
    let changed = contacts.upsert_by("email", "Ada@example.com", [("city", "Paris")]).await.unwrap();
    assert_eq!((changed.new, changed.id == made.id), (Some(false), true));
    let products = rig.client.products();
    assert_eq!(products.upsert_by("sku", "A-1", [("price", "9.99")]).await.unwrap().new, Some(true));
    assert_eq!(products.upsert_by("sku", "A-1", [("price", "8")]).await.unwrap().number("price"), Some(8.0));

    let refused = failed(contacts.upsert_by("email", "no address", [("city", "Ulm")]).await);
    assert_eq!((refused.kind(), refused.sent()), (ErrorKind::Validation, Sent::Answered));
    assert!(!refused.to_string().contains("inputs"), "the error of the record itself: {refused}");
    rig.fake.fail(Fault::status(401));
    assert_eq!(failed(contacts.upsert_by("email", "x@example.com", [("city", "Ulm")]).await).kind(), ErrorKind::Auth);
    rig.fake.fail(Fault::NotJson.times(9));
    let lost = failed(contacts.upsert_by("email", "x@example.com", [("city", "Ulm")]).await);
    assert_eq!((lost.kind(), lost.may_have_happened()), (ErrorKind::Decode, true));
}

#[tokio::test]
async fn records_are_found_by_address_and_told_to_exist() {
    let rig = Rig::with_contacts(3).await;
    let contacts = rig.client.contacts();
    let found = contacts.get_by_email("c1@example.com").properties(["email"]).send().await.unwrap();
    let id = found.id.as_deref().unwrap();
    assert!(contacts.exists(id).await.unwrap());
    assert!(!contacts.exists("404").await.unwrap());
    assert!(contacts.exists_by("email", "c2@example.com").await.unwrap());
    assert!(!contacts.exists_by("email", "c9@example.com").await.unwrap());
    rig.fake.fail(Fault::status(403));
    assert_eq!(failed(contacts.exists(id).await).kind(), ErrorKind::Permission, "not known is not no");
    rig.assert_accepted();
}

#[tokio::test]
async fn companies_by_domain_and_contacts_in_them() {
    let rig = Rig::with_contacts(1).await;
    for n in 0..3 {
        rig.fake.insert("companies", json!({"name": format!("Acme {n}"), "domain": "acme.example"}));
    }
    rig.fake.insert("companies", json!({"name": "Other", "domain": "other.example"}));
    let companies = rig.client.companies().by_domain("acme.example").items().try_collect().await.unwrap();
    assert_eq!(companies.len(), 3);
    let (contacts, company) = (rig.client.contacts(), companies[0].id.as_deref().unwrap());
    let contact = contacts.get_by_email("c0@example.com").send().await.unwrap().id.unwrap();
    contacts.add_to_company(&contact, company).send().await.unwrap();
    let linked = contacts.get(&contact).associations(["companies"]).send().await.unwrap();
    assert_eq!(linked.associations.get("companies").unwrap().results[0].id.as_deref(), Some(company));
    rig.assert_accepted();
}

#[tokio::test]
async fn members_are_added_by_id_and_by_address() {
    let rig = Rig::with_contacts(250).await;
    let lists = rig.client.lists();
    let list = lists.create(ListCreateRequest::new("Friends", "0-1", "MANUAL")).send().await.unwrap();
    let list = list.list.unwrap().list_id.unwrap();
    let id = |n: usize| rig.fake.records("contacts")[n]["id"].as_str().unwrap().to_owned();
    let mut members: Vec<String> = (0..150).map(|n| format!("C{n}@example.com")).collect();
    members.extend([id(3), id(200), id(201), "404".to_owned(), "gone@example.com".to_owned()]);
    let done = lists.add_contacts(&list, &members).await.unwrap();
    assert_eq!(done.added.len(), 152, "one was named twice");
    assert_eq!(
        (&done.unknown_ids[..], &done.unknown_emails[..]),
        (&["404".to_owned()][..], &["gone@example.com".to_owned()][..])
    );
    assert!(!format!("{done:?}").contains('@'), "{done:?}");
    assert_eq!(rig.requests("contacts.batch_read").len(), 2);
    assert_eq!(lists.list_memberships(&list).limit(250).items().try_collect().await.unwrap().len(), 152);
    assert_eq!(lists.add_contacts(&list, [id(3)]).await.unwrap().added, [""; 0]);
    assert_eq!(rig.requests("contacts.batch_read").len(), 2, "ids need no look-up");

    rig.fake.fail(Fault::status(403));
    assert_eq!(failed(lists.add_contacts(&list, ["c220@example.com"]).await).kind(), ErrorKind::Permission);
    assert_eq!(failed(lists.add_contacts("77", [id(3)]).await).kind(), ErrorKind::NotFound);
    rig.assert_accepted();
}

#[tokio::test]
async fn a_count_is_that_of_the_search_and_lists_take_names_of_any_kind() {
    let rig = Rig::with_contacts(12).await;
    let contacts = rig.client.contacts();
    let one = SearchRequest::default().and(Filter::eq("email", "c3@example.com"));
    assert_eq!(contacts.count(SearchRequest::default()).await.unwrap(), 12);
    assert_eq!(contacts.count(one.clone()).await.unwrap(), 1);
    let names: &[&str] = &["email"];
    let found = contacts.search_all(one).properties(names).try_collect().await.unwrap();
    let read = contacts.read_many([found[0].id.clone().unwrap()]).properties(names).await;
    assert_eq!(read.ok[0].1.property("email"), Some("c3@example.com"));
    assert_eq!(contacts.list().properties(names).items().try_collect().await.unwrap().len(), 12);
    rig.fake.fail(Fault::Body(json!({"results": []})));
    assert_eq!(failed(contacts.count(SearchRequest::default()).await).kind(), ErrorKind::Decode);
    rig.assert_accepted();
}
