//! The HoopAI client against the fake, over real HTTP.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crm_core::{Clock, ManualClock, OpMeta, RawReply, VendorError};
use crm_fake::{Fake, Fault, Hint, Payload, Policy, Vendor, When};
use hoopai_client::types::{
    ContactFilter, ContactFilterOperator, ContactSearch, ContactSort, CreateContact, GetAccessCodebody, UpdateContact,
    UpsertContact,
};
use hoopai_client::{
    ApiVersion, CallOptions, Client, ClientBuilder, ErrorKind, LimitScope, Method, Quotas, Sent, existing_contact,
};
use serde_json::json;

const LOCATION: &str = "location-fake";

async fn fake() -> Fake {
    Fake::builder(Vendor::HoopAi).no_quota().start().await.unwrap()
}

fn client(fake: &Fake) -> (Client, ManualClock) {
    let clock = ManualClock::auto();
    let builder = Client::builder().token(fake.token()).base_url(fake.base_url());
    (builder.clock(Arc::new(clock.clone())).build().unwrap(), clock)
}

fn contacts(fake: &Fake, count: usize) {
    for n in 0..count {
        let tags: &[&str] = if n % 2 == 0 { &["lead"] } else { &[] };
        fake.insert(
            "contacts",
            json!({"firstName": format!("Contact {n}"), "email": format!("c{n}@example.com"), "tags": tags}),
        );
    }
}

#[tokio::test]
#[allow(deprecated, reason = "the list with the cursor of two parts")]
async fn a_list_keeps_both_parts_of_its_cursor_under_a_429_and_over_a_restart() {
    let fake = fake().await;
    contacts(&fake, 130);
    let (first, clock) = client(&fake);
    let mut items = first.contacts().list(LOCATION).limit(25).items();
    let mut seen = BTreeSet::new();
    for n in 0..60 {
        if n == 25 {
            fake.fail(Fault::RateLimited { hint: Some(Hint::VendorHeaders) }.on("contacts.list"));
        }
        seen.insert(items.next().await.unwrap().unwrap().email.unwrap());
    }
    assert_eq!(first.stats().retries, 1);
    assert!(clock.now() >= Duration::from_secs(10), "the interval of the headers: {:?}", clock.now());

    let stored = serde_json::to_string(&items.cursor()).unwrap();
    let (second, _) = client(&fake);
    let rest =
        second.contacts().list(LOCATION).limit(25).items().resume(serde_json::from_str(&stored).unwrap()).unwrap();
    for contact in rest.try_collect().await.unwrap() {
        assert!(seen.insert(contact.email.unwrap()), "a contact came twice");
    }
    assert_eq!(seen.len(), 130);
    for request in fake.requests() {
        assert_eq!(request.query_value("startAfter").is_some(), request.query_value("startAfterId").is_some());
        assert_eq!(request.query_value("limit"), Some("25"));
    }
    assert_eq!(fake.report().refused, 0, "{:?}", fake.report().problems);

    let other = second.contacts().list("another").limit(25).items().resume(serde_json::from_str(&stored).unwrap());
    assert_eq!(other.unwrap_err().kind(), ErrorKind::Validation);
    fake.script([Fault::RepeatCursor.times(3)]);
    let error = second.contacts().list(LOCATION).limit(25).items().try_collect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Paging);
}

#[tokio::test]
async fn a_search_goes_on_by_the_sort_values() {
    let fake = fake().await;
    contacts(&fake, 50);
    let (client, _) = client(&fake);
    let leads = ContactSearch::new(LOCATION, 10)
        .filters([ContactFilter::on("tags", ContactFilterOperator::Contains, "lead")])
        .sort([ContactSort::descending("dateAdded")]);
    let found = client.contacts().search(leads.clone()).items().try_collect().await.unwrap();
    let names: BTreeSet<String> = found.iter().filter_map(|contact| contact.first_name.clone()).collect();
    assert_eq!((found.len(), names.len()), (25, 25));
    assert_eq!(found[0].first_name.as_deref(), Some("Contact 48"));
    let after: Vec<bool> = fake.requests().iter().map(|request| request.json().get("searchAfter").is_some()).collect();
    assert_eq!(after, [false, true, true]);
    assert_eq!(fake.report().refused, 0, "{:?}", fake.report().problems);
}

/// The vendor may limit the size of pages, so a small page alone is not the end; the total is.
#[tokio::test]
async fn a_search_that_fits_on_a_page_is_one_request() {
    let fake = fake().await;
    contacts(&fake, 3);
    let (client, _) = client(&fake);
    let found = client.contacts().search(ContactSearch::new(LOCATION, 100)).items().try_collect().await.unwrap();
    assert_eq!((found.len(), fake.requests().len()), (3, 1));
}

#[tokio::test]
async fn messages_are_found_where_they_really_are() {
    let fake = fake().await;
    let conversation = fake.insert("conversations", json!({"contactId": "c1"}));
    for n in 0..45 {
        fake.insert("messages", json!({"conversationId": conversation, "body": format!("message {n}")}));
    }
    let (client, _) = client(&fake);
    let list = client.conversations().list_messages(&conversation).limit(20);
    let messages = list.items().try_collect().await.unwrap();
    assert_eq!((messages.len(), messages[0].body.as_deref()), (45, Some("message 44")));
    assert_eq!(messages[44].body.as_deref(), Some("message 0"));
    assert_eq!(fake.requests().len(), 3);
}

#[tokio::test]
async fn each_operation_sends_its_version_unless_one_is_pinned() {
    let fake = fake().await;
    contacts(&fake, 1);
    let (client, _) = client(&fake);
    let id = fake.records("contacts")[0]["id"].as_str().unwrap().to_owned();
    let search = ContactSearch::new(LOCATION, 10);
    let token = GetAccessCodebody::new("id", "secret", "refresh_token").refresh_token("old");

    client.contacts().get(&id).send().await.unwrap();
    client.calendars().list(LOCATION).send().await.unwrap();
    client.conversations().search(LOCATION).send().await.unwrap();
    client.raw(Method::GET, &format!("/contacts/{id}")).send().await.unwrap();
    let _ = client.oauth().get_token(token.clone()).send().await;
    let other = client.with(CallOptions::new().header("Version", "2023-02-21"));
    other.contacts().get(&id).send().await.unwrap();

    let builder = Client::builder_with_version(ApiVersion::V2023_02_21);
    let pinned = builder.token(fake.token()).base_url(fake.base_url()).build().unwrap();
    pinned.contacts().search(search.clone()).send().await.unwrap();
    pinned.calendars().list(LOCATION).send().await.unwrap();
    pinned.raw(Method::GET, &format!("/contacts/{id}")).send().await.unwrap();
    let _ = pinned.oauth().get_token(token.clone()).send().await;

    let requests = fake.requests();
    let versions: Vec<(&str, Option<&str>)> =
        requests.iter().map(|request| (request.operation.as_str(), request.header("version"))).collect();
    let (april, july, pinned) = (Some("2021-04-15"), Some("2021-07-28"), Some("2023-02-21"));
    let expected = [
        ("contacts.get", july),
        ("calendars.list", april),
        ("conversations.search", april),
        ("contacts.get", july),
        ("oauth.get_token", None),
        ("contacts.get", pinned),
        ("contacts.search", pinned),
        ("calendars.list", pinned),
        ("contacts.get", pinned),
        ("oauth.get_token", None),
    ];
    assert_eq!(versions, expected);
    assert!(requests.iter().all(|request| request.header("user-agent").unwrap().starts_with("hoopai-client/")));
}

/// HoopAI as a client would meet it that knows nothing of versions.
struct Unversioned;

impl crm_core::Vendor for Unversioned {
    fn name(&self) -> &'static str {
        "unversioned"
    }

    fn read_error(&self, op: &OpMeta, reply: &RawReply) -> VendorError {
        hoopai_client::vendor().read_error(op, reply)
    }
}

#[tokio::test]
async fn without_a_version_nothing_works() {
    let fake = fake().await;
    let builder = ClientBuilder::new(Unversioned, &fake.base_url(), Quotas::none(), |pipeline| pipeline);
    let pipeline = builder.token(fake.token()).build().unwrap();
    let error = hoopai_client::Call::raw(&pipeline, Method::GET, "/contacts/c1").send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Validation, Some(422)));
    assert!(error.to_string().contains("Version"), "{error}");
    assert_eq!(fake.report().refused, 1);
    assert!(ApiVersion::new("2030 01").is_err() && ApiVersion::new("").is_err());
}

#[tokio::test]
async fn a_refused_create_names_the_fields_and_may_have_happened() {
    let fake = fake().await;
    let (client, _) = client(&fake);
    let bad = CreateContact::new(LOCATION).email("nobody");
    let error = client.contacts().create(bad).send().await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.sent()), (ErrorKind::Validation, Some(422), Sent::Answered));
    assert_eq!(error.vendor().unwrap().fields[0].field.as_deref(), Some("email"));
    assert!(error.request_id().is_some());
    assert!(error.may_have_happened(), "{error}");
    assert!(error.to_string().contains("check before repeating it"), "{error}");
    // An update, an upsert and a search do no harm twice, and a 400 is a refusal.
    fake.script([Fault::status(422), Fault::status(422), Fault::status(422), Fault::status(400)]);
    let contacts = client.contacts();
    let refusals = [
        contacts.update("c1", UpdateContact::default()).send().await.unwrap_err(),
        contacts.upsert(UpsertContact::new(LOCATION).email("ada@example.com")).send().await.unwrap_err(),
        contacts.search(ContactSearch::new(LOCATION, 100)).send().await.unwrap_err(),
        contacts.create(CreateContact::new(LOCATION).email("ada@example.com")).send().await.unwrap_err(),
    ];
    for error in refusals {
        assert!(error.kind() == ErrorKind::Validation && !error.may_have_happened(), "{error}");
    }

    let ada = CreateContact::new(LOCATION).email("ada@example.com");
    fake.fail(Fault::status(422).on("contacts.create").applied());
    let error = client.contacts().create(ada.clone()).send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), fake.count("contacts")), (ErrorKind::Validation, 1, 1));
    let error = client.contacts().create(ada.clone()).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(existing_contact(&error), fake.records("contacts")[0]["id"].as_str().map(str::to_owned));
    assert!(!error.to_string().contains("ada@"), "{error}");
}

#[tokio::test]
async fn a_create_is_not_repeated_and_an_upsert_is() {
    let fake = fake().await;
    let (client, _) = client(&fake);
    fake.fail(Fault::Reset { when: When::BeforeReply }.applied().on("contacts.create"));
    let ada = CreateContact::new(LOCATION).email("ada@example.com");
    let error = client.contacts().create(ada.clone()).send().await.unwrap_err();
    assert_eq!((error.kind(), error.sent(), fake.count("contacts")), (ErrorKind::Io, Sent::Maybe, 1));
    assert!(error.to_string().contains("check before repeating"), "{error}");

    fake.fail(Fault::Reset { when: When::BeforeReply }.applied().on("contacts.upsert"));
    fake.fail(Fault::status(503).on("contacts.upsert"));
    let ben = UpsertContact::new(LOCATION).email("ben@example.com");
    let reply = client.contacts().upsert(ben.clone()).send().await.unwrap();
    assert_eq!((reply.new, fake.count("contacts")), (Some(false), 2));
}

/// Without a key, and with the flag, an upsert creates a contact each time.
#[tokio::test]
async fn an_upsert_that_would_create_another_contact_is_not_repeated() {
    let fake = fake().await;
    let (client, _) = client(&fake);
    let contacts = client.contacts();
    let nameless = UpsertContact::new(LOCATION).email(" ").first_name("Ada");
    let double = UpsertContact::new(LOCATION).email("ada@example.com");
    for (contact, attempts) in [
        (nameless, 1),
        (double.clone().create_new_if_duplicate_allowed(true), 1),
        (double.clone().create_new_if_duplicate_allowed(false), 4),
        (double.phone("+12025550142"), 4),
    ] {
        fake.script([500, 500, 500, 500, 422].map(Fault::status));
        let lost = contacts.upsert(contact.clone()).send().await.unwrap_err();
        assert_eq!((lost.attempts(), lost.to_string().contains("check before repeating")), (attempts, attempts == 1));
        fake.heal();
        fake.script([Fault::status(422)]);
        let refused = contacts.upsert(contact).send().await.unwrap_err();
        assert_eq!(refused.may_have_happened(), attempts == 1, "{refused}");
    }
}

#[tokio::test]
async fn a_used_up_day_is_not_waited_for() {
    let fake = fake().await;
    let (client, clock) = client(&fake);
    fake.fail(Fault::RateLimited { hint: Some(Hint::Policy(Policy::Daily)) });
    let error = client.contacts().get("c1").send().await.unwrap_err();
    assert_eq!((error.kind(), error.limit_scope()), (ErrorKind::QuotaExhausted, Some(LimitScope::Daily)));
    assert_eq!((error.attempts(), clock.now()), (1, Duration::ZERO));
}

#[tokio::test]
async fn what_is_refused_has_a_kind() {
    let fake = fake().await;
    let (client, _) = client(&fake);
    let message = |text: &str| Payload::Json(json!({"statusCode": 0, "message": text}));
    let removed = "Endpoint /contacts/c1 not available in API version v3. This endpoint was removed in version v3.";
    let cases = [
        (Fault::status(401), ErrorKind::Auth),
        (Fault::Status(401, message("The token is not authorized for this scope.")), ErrorKind::Permission),
        (Fault::Status(403, Payload::Html), ErrorKind::Permission),
        (Fault::status(404), ErrorKind::NotFound),
        (Fault::Status(400, message(removed)), ErrorKind::NotFound),
        (Fault::NotJson, ErrorKind::Decode),
        (Fault::Html, ErrorKind::Decode),
        (Fault::WrongContentLength, ErrorKind::Decode),
    ];
    contacts(&fake, 1);
    let id = fake.records("contacts")[0]["id"].as_str().unwrap().to_owned();
    for (fault, kind) in cases {
        let shown = format!("{fault:?}");
        fake.fail(fault);
        let error = client.contacts().get(&id).send().await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (kind, 1), "{shown}: {error}");
    }
    let stranger = Client::builder().token("pit-another").base_url(fake.base_url()).build().unwrap();
    let error = stranger.contacts().get(&id).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(!format!("{error} {error:?} {stranger:?}").contains("pit-another"));
}

#[tokio::test]
async fn odd_values_are_read() {
    let fake = fake().await;
    let (client, _) = client(&fake);
    let conversation = fake.insert("conversations", json!({"contactId": "c1"}));
    let odd = json!({
        "traceId": "t",
        "messages": {"lastMessageId": 7, "nextPage": "false", "messages": [
            {"id": 12, "body": null, "messageType": "TYPE_TELEPATHY", "direction": "sideways", "new": {"a": 1}},
            null
        ]},
    });
    fake.fail(Fault::Body(odd));
    let page = client.conversations().list_messages(&conversation).send().await.unwrap().messages.unwrap();
    assert_eq!((page.last_message_id.as_deref(), page.next_page, page.messages.len()), (Some("7"), Some(false), 1));
    let message = &page.messages[0];
    assert_eq!((message.id.as_deref(), message.body.as_deref()), (Some("12"), None));
    assert_eq!(message.message_type.as_ref().unwrap().as_str(), "TYPE_TELEPATHY");
}

#[tokio::test]
async fn an_id_stays_in_its_segment() {
    let fake = fake().await;
    let (client, _) = client(&fake);
    for id in ["a/b", "a?b=c", "a#b", "100%", "ä b", "../users", "%2e%2e"] {
        let error = client.contacts().get(id).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{id}");
        assert_eq!(fake.requests().last().unwrap().operation, "contacts.get", "{id}");
    }
    let sent = fake.requests().len();
    for id in ["", ".", ".."] {
        let error = client.contacts().get(id).send().await.unwrap_err();
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Validation, Sent::No), "{id}");
    }
    assert_eq!(fake.requests().len(), sent);
}
