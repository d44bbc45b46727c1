//! The operations table's rows for HoopAI: what goes out and what comes back.

use crm_fake::{Fake, Recorded, Vendor};
use hoopai_client::types::{
    ContactFilter, ContactFilterOperator, ContactSearch, ContactsBusinessUpdate, CreateContact, GetAccessCodebody,
    UpdateContact,
};
use hoopai_client::{Client, Method};
use serde_json::{Value, json};

const LOCATION: &str = "location-fake";

async fn rig() -> (Fake, Client) {
    let fake = Fake::builder(Vendor::HoopAi).no_quota().start().await.unwrap();
    let client = Client::builder().token(fake.token()).base_url(fake.base_url()).build().unwrap();
    (fake, client)
}

/// The last request was this one, with this version and body, and the document allows it.
#[track_caller]
fn sent(fake: &Fake, line: &str, body: Value) {
    let request: Recorded = fake.requests().pop().expect("nothing was sent");
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    assert_eq!(format!("{} {}{mark}{}", request.method, request.path, query.join("&")), line);
    assert_eq!(if request.body.is_empty() { Value::Null } else { request.json() }, body, "{line}");
    assert_eq!((request.header("version"), request.header("authorization")), (Some("2021-07-28"), Some("present")));
    assert_eq!(fake.report().refused, 0, "{:?}", fake.report().problems);
}

fn insert(fake: &Fake, name: &str) -> String {
    fake.insert("contacts", json!({"firstName": name, "email": format!("{name}@example.com"), "tags": ["lead"]}))
}

#[tokio::test]
async fn create_contact() {
    let (fake, client) = rig().await;
    let jane = CreateContact::new(LOCATION).first_name("Jane").email("jane@example.com").tags(["lead", "website"]);
    let made = client.contacts().create(jane).send().await.unwrap().contact.unwrap();
    let body = json!({
        "locationId": LOCATION, "firstName": "Jane", "email": "jane@example.com", "tags": ["lead", "website"],
    });
    sent(&fake, "POST /contacts/", body);
    assert_eq!((made.id.is_some(), made.first_name.as_deref()), (true, Some("Jane")));
}

#[tokio::test]
async fn get_contact() {
    let (fake, client) = rig().await;
    let id = insert(&fake, "ada");
    let contact = client.contacts().get(&id).send().await.unwrap().contact.unwrap();
    sent(&fake, &format!("GET /contacts/{id}"), Value::Null);
    assert_eq!(contact.id, Some(id));
}

#[tokio::test]
async fn update_contact() {
    let (fake, client) = rig().await;
    let id = insert(&fake, "ada");
    let change = UpdateContact::default().last_name("Byron");
    client.contacts().update(&id, change).send().await.unwrap();
    sent(&fake, &format!("PUT /contacts/{id}"), json!({"lastName": "Byron"}));
    assert_eq!(fake.records("contacts")[0]["lastName"], "Byron");
}

#[tokio::test]
async fn remove_contacts_from_their_businesses() {
    let (fake, client) = rig().await;
    let ids = vec![insert(&fake, "ada"), insert(&fake, "ben")];
    let none = ContactsBusinessUpdate::new("", ids.clone(), LOCATION).clear_business_id();
    client.contacts().batch_set_business(none).send().await.unwrap();
    sent(&fake, "POST /contacts/bulk/business", json!({"businessId": null, "ids": ids, "locationId": LOCATION}));
}

#[tokio::test]
#[allow(deprecated, reason = "the list that the founding document names")]
async fn list_contacts() {
    let (fake, client) = rig().await;
    let ids = ["ada", "ben", "cora"].map(|name| insert(&fake, name));
    let contacts = client.contacts().list(LOCATION).limit(2).items().try_collect().await.unwrap();
    assert_eq!(contacts.len(), 3);
    assert!(contacts.iter().all(|contact| ids.contains(contact.id.as_ref().unwrap())));
    let requests = fake.requests();
    assert_eq!((requests.len(), requests[0].query_value("startAfter")), (2, None));
    let after = ["startAfter", "startAfterId"].map(|name| requests[1].query_value(name).unwrap());
    let line =
        format!("GET /contacts/?locationId={LOCATION}&limit=2&startAfter={}&startAfterId={}", after[0], after[1]);
    sent(&fake, &line, Value::Null);
}

#[tokio::test]
#[allow(deprecated, reason = "the list that the founding document names")]
async fn find_contacts() {
    let (fake, client) = rig().await;
    let id = insert(&fake, "ada");
    insert(&fake, "ben");
    let page = client.contacts().list(LOCATION).query("ada").limit(20).send().await.unwrap();
    sent(&fake, &format!("GET /contacts/?locationId={LOCATION}&query=ada&limit=20"), Value::Null);
    assert_eq!(page.contacts.into_iter().filter_map(|contact| contact.id).collect::<Vec<_>>(), [id]);
}

#[tokio::test]
async fn search_contacts() {
    let (fake, client) = rig().await;
    let id = insert(&fake, "ada");
    let wanted = ContactSearch::new(LOCATION, 20).page(1).filters([ContactFilter::on(
        "tags",
        ContactFilterOperator::Contains,
        "lead",
    )]);
    let page = client.contacts().search(wanted).send().await.unwrap();
    let body = json!({
        "locationId": LOCATION, "pageLimit": 20, "page": 1,
        "filters": [{"field": "tags", "operator": "contains", "value": "lead"}],
    });
    sent(&fake, "POST /contacts/search", body);
    assert_eq!(page.contacts.into_iter().filter_map(|contact| contact.id).collect::<Vec<_>>(), [id]);
}

#[tokio::test]
async fn refresh_token() {
    let (fake, client) = rig().await;
    let grant = |grant: &str| GetAccessCodebody::new("id", "secret", grant);
    let first = client.oauth().get_token(grant("authorization_code").code("code")).send().await.unwrap();
    let refresh = first.refresh_token.unwrap();
    let token = client.oauth().get_token(grant("refresh_token").refresh_token(&*refresh)).send().await.unwrap();
    let request = fake.requests().pop().unwrap();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/oauth/token"));
    let body = String::from_utf8(request.body).unwrap();
    let form =
        ["client_id=id", "client_secret=secret", "grant_type=refresh_token", &format!("refresh_token={refresh}")];
    for pair in form {
        assert!(body.split('&').any(|sent| sent == pair), "the form has {pair}");
    }
    assert!(token.access_token.is_some_and(|token| !token.is_empty()));
}

#[tokio::test]
async fn raw_request() {
    let (fake, client) = rig().await;
    let id = insert(&fake, "ada");
    let reply = client.raw(Method::GET, &format!("/contacts/{id}")).send().await.unwrap();
    sent(&fake, &format!("GET /contacts/{id}"), Value::Null);
    assert_eq!(reply["contact"]["id"], json!(id));
}
