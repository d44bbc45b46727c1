//! The operations table's rows for HoopAI: what goes out and what comes back.

use crm_fake::{Fake, Recorded, Vendor};
use hoopai_client::types::{
    AppointmentCreate, ContactFilter, ContactFilterOperator, ContactSearch, ContactsBusinessUpdate, ContactsNotes,
    CreateContact, GetAccessCodebody, SendMessageBody, SendMessageBodyType, Tags, UpdateContact, UpsertContact,
};
use hoopai_client::{Client, Method};
use serde_json::{Value, json};

const LOCATION: &str = "location-fake";

async fn rig() -> (Fake, Client) {
    let fake = Fake::builder(Vendor::HoopAi).no_quota().start().await.unwrap();
    let client = Client::builder().token(fake.token()).base_url(fake.base_url()).build().unwrap();
    (fake, client)
}

/// The last request was this one, with the usual version and this body, and the document allows it.
#[track_caller]
fn sent(fake: &Fake, line: &str, body: Value) {
    sent_as("2021-07-28", fake, line, body);
}

#[track_caller]
fn sent_as(version: &str, fake: &Fake, line: &str, body: Value) {
    let request: Recorded = fake.requests().pop().expect("nothing was sent");
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    assert_eq!(format!("{} {}{mark}{}", request.method, request.path, query.join("&")), line);
    assert_eq!(if request.body.is_empty() { Value::Null } else { request.json() }, body, "{line}");
    assert_eq!((request.header("version"), request.header("authorization")), (Some(version), Some("present")));
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
async fn upsert_contact() {
    let (fake, client) = rig().await;
    insert(&fake, "ada");
    let ada = UpsertContact::new(LOCATION).email("ada@example.com").last_name("Byron");
    let reply = client.contacts().upsert(ada).send().await.unwrap();
    let body = json!({"locationId": LOCATION, "email": "ada@example.com", "lastName": "Byron"});
    sent(&fake, "POST /contacts/upsert", body);
    assert_eq!((reply.new, fake.count("contacts")), (Some(false), 1));
}

#[tokio::test]
async fn add_tags() {
    let (fake, client) = rig().await;
    let id = insert(&fake, "ada");
    client.contacts().add_tags(&id, Tags::new(["customer".to_owned()])).send().await.unwrap();
    sent(&fake, &format!("POST /contacts/{id}/tags"), json!({"tags": ["customer"]}));
    assert_eq!(fake.records("contacts")[0]["tags"], json!(["lead", "customer"]));
}

#[tokio::test]
async fn add_a_note() {
    let (fake, client) = rig().await;
    let id = insert(&fake, "ada");
    client.contacts().create_note(&id, ContactsNotes::new("Calls back on Monday.")).send().await.unwrap();
    sent(&fake, &format!("POST /contacts/{id}/notes"), json!({"body": "Calls back on Monday."}));
}

#[tokio::test]
async fn send_a_message() {
    let (fake, client) = rig().await;
    let message = SendMessageBody::new("contact-1", SendMessageBodyType::Sms).message("See you at ten.");
    let reply = client.conversations().send_message(message).send().await.unwrap();
    let body = json!({"contactId": "contact-1", "type": "SMS", "message": "See you at ten."});
    sent_as("2021-04-15", &fake, "POST /conversations/messages", body);
    assert!(reply.message_id.is_some() && reply.conversation_id.is_some(), "{reply:?}");
}

#[tokio::test]
async fn book_an_appointment() {
    let (fake, client) = rig().await;
    let (from, to) = (1_772_442_000_000_i64, 1_772_528_400_000_i64);
    let days = client.calendars().get_free_slots("calendar-1", from, to).send().await.unwrap();
    let line = format!("GET /calendars/calendar-1/free-slots?startDate={from}&endDate={to}");
    sent_as("2021-04-15", &fake, &line, Value::Null);
    let slot = days.iter().flat_map(|(_, day)| &day.slots).next().unwrap();
    let appointment = AppointmentCreate::new("calendar-1", "contact-1", LOCATION, slot.as_str());
    let booked = client.calendars().create_appointment(appointment).send().await.unwrap();
    let body = json!({
        "calendarId": "calendar-1", "contactId": "contact-1", "locationId": LOCATION, "startTime": slot,
    });
    sent_as("2021-04-15", &fake, "POST /calendars/events/appointments", body);
    assert!(booked.id.is_some(), "{booked:?}");
}

#[tokio::test]
async fn list_custom_fields() {
    let (fake, client) = rig().await;
    client.locations().list_custom_fields(LOCATION).send().await.unwrap();
    sent(&fake, &format!("GET /locations/{LOCATION}/customFields"), Value::Null);
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
