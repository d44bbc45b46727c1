//! The Hatch clients against the fake, over real HTTP.

use std::sync::Arc;
use std::time::Duration;

use crm_core::{Clock, ManualClock};
use crm_fake::{Fake, Fault, Payload, Vendor, When};
use hatch_client::bulk_export::types::{ContactHistoryRow, ContactStatus, ConversationItemRow, ExportFormat};
use hatch_client::types::UpsertContact;
use hatch_client::{
    BulkExport, CallOptions, Client, ContactsKey, DepartmentKey, ErrorKind, ExportRequest, LegacyLeads, LimitScope,
    ReportingKey, Sent, legacy_leads,
};
use serde_json::json;

fn client(fake: &Fake) -> Client {
    let key = ContactsKey::new(fake.token()).unwrap();
    Client::builder(key).base_url(fake.base_url()).clock(Arc::new(ManualClock::auto())).build().unwrap()
}

fn export(fake: &Fake) -> (BulkExport, ManualClock) {
    let clock = ManualClock::auto();
    let key = ReportingKey::new(fake.token()).unwrap();
    let client = BulkExport::builder(key).base_url(fake.base_url()).clock(Arc::new(clock.clone())).build().unwrap();
    (client, clock)
}

async fn exporting(rows: usize) -> Fake {
    Fake::builder(Vendor::HatchBulkExport).no_quota().rows(rows).start().await.unwrap()
}

fn march<R: hatch_client::ExportRow>() -> ExportRequest<R> {
    ExportRequest::new("2026-03-01", "2026-03-31").unwrap()
}

#[tokio::test]
async fn an_upsert_finds_its_contact_again_even_when_the_answer_is_lost() {
    let fake = Fake::start(Vendor::HatchContacts).await.unwrap();
    let client = client(&fake);
    let contact = UpsertContact::new("custom:website").first_name("Ada").email("ada@example.com").detail("rooms", 4);
    fake.fail(Fault::Reset { when: When::BeforeReply }.applied());
    fake.fail(Fault::status(502));
    let first = client.contacts().upsert(contact.clone()).send().await.unwrap().data.unwrap().id;
    assert_eq!((client.stats().attempts, fake.count("contacts")), (3, 1));
    let again = client.contacts().upsert_put(contact.phone_number("+12025550142")).send().await.unwrap();
    assert_eq!(again.data.unwrap().id, first);
    let stored = &fake.records("contacts")[0];
    assert_eq!((&stored["details"]["rooms"], &stored["phoneNumber"]), (&json!(4), &json!("+12025550142")));
    assert!(fake.requests()[0].header("user-agent").unwrap().starts_with("hatch-client/"));
    assert_eq!(fake.report().refused, 0, "{:?}", fake.report().problems);
}

#[tokio::test]
async fn contact_data_goes_out_under_both_verbs() {
    let fake = Fake::start(Vendor::HatchContacts).await.unwrap();
    let contacts = client(&fake).contacts();
    let ada = UpsertContact::new("custom:website").first_name("Ada").detail("rooms", 4);
    let made = contacts.upsert(ada.clone()).send().await.unwrap().data.unwrap();
    let changed = contacts.upsert_put(ada.clone()).send().await.unwrap().data.unwrap();
    assert!(made.id.is_some() && changed.id.is_some());
    for (request, method) in fake.requests().iter().zip(["POST", "PUT"]) {
        assert_eq!((request.method.as_str(), request.path.as_str()), (method, "/v1/contacts"));
        let body = json!({"source": "custom:website", "firstName": "Ada", "details": {"rooms": 4}});
        assert_eq!((request.json(), request.header("authorization")), (body, Some("present")));
    }
    assert_eq!(fake.report().refused, 0, "{:?}", fake.report().problems);
}

#[tokio::test]
async fn a_refused_upsert_names_the_field() {
    let fake = Fake::start(Vendor::HatchContacts).await.unwrap();
    let client = client(&fake);
    let wrong = UpsertContact::new("custom:website").details(json!("no object"));
    let error = client.contacts().upsert(wrong).send().await.unwrap_err();
    assert_eq!((error.kind(), error.sent(), error.status()), (ErrorKind::Validation, Sent::Answered, Some(422)));
    assert_eq!(error.vendor().unwrap().fields[0].field.as_deref(), Some("details"));
    assert_eq!(error.attempts(), 1);

    let key = ContactsKey::new("another-key").unwrap();
    let stranger = Client::builder(key).base_url(fake.base_url()).build().unwrap();
    let error = stranger.contacts().upsert(UpsertContact::new("custom:website")).send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Auth, 1));
    assert!(!format!("{error} {error:?} {stranger:?}").contains("another-key"));
}

#[tokio::test]
async fn a_large_export_is_read_in_little_memory() {
    const ROWS: usize = 200_000;
    let fake =
        Fake::builder(Vendor::HatchBulkExport).no_quota().rows(ROWS).zip_data_descriptor(true).start().await.unwrap();
    let (client, _) = export(&fake);
    let mut rows = client.export_rows(&march::<ContactHistoryRow>()).await.unwrap();
    let (mut count, mut replied) = (0, 0);
    while let Some(row) = rows.next().await {
        let row = row.unwrap();
        assert_eq!(row.email, Some(format!("person{count}@example.com")));
        replied += usize::from(row.contact_status == Some(ContactStatus::Replied));
        count += 1;
    }
    assert_eq!((count, replied), (ROWS, ROWS / 4));
    assert!(rows.peak_buffer() < 1024 * 1024, "{} bytes at once", rows.peak_buffer());
    let request = &fake.requests()[0];
    assert_eq!(request.query_value("start_date"), Some("2026-03-01"));
    assert_eq!(request.query_value("output_format"), Some("json"));
}

#[tokio::test]
async fn json_and_csv_give_the_same_rows() {
    let fake = exporting(1_000).await;
    let mut bodies = Vec::new();
    for format in [ExportFormat::Json, ExportFormat::Csv] {
        let (client, _) = export(&fake);
        let request = march::<ConversationItemRow>().format(format);
        let mut rows = client.export_rows(&request).await.unwrap();
        let mut all = Vec::new();
        while let Some(row) = rows.next().await {
            all.push(row.unwrap().body.unwrap());
        }
        bodies.push(all);
    }
    assert_eq!(bodies[0].len(), 1_000);
    assert!(bodies[0].contains(&"Two\nlines".to_owned()) && bodies[0].contains(&"a \"quote\", and a comma".to_owned()));
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn an_odd_value_does_not_cost_its_row() {
    let fake = exporting(0).await;
    fake.insert("contact_history", json!({"email": "a@example.com", "opted_out": true}));
    fake.insert("contact_history", json!({"email": "b@example.com", "opted_out": "perhaps"}));
    fake.insert("contact_history", json!({"email": "c@example.com", "contact_status": "Snoozed", "opted_out": null}));
    for format in [ExportFormat::Json, ExportFormat::Csv] {
        let (client, _) = export(&fake);
        let mut rows = client.export_rows(&march::<ContactHistoryRow>().format(format)).await.unwrap();
        assert_eq!(rows.next().await.unwrap().unwrap().opted_out, Some(true));
        let odd = rows.next().await.unwrap().unwrap();
        assert_eq!((odd.email.as_deref(), odd.opted_out), (Some("b@example.com"), None));
        assert_eq!(odd.extra.get("opted_out"), Some(&json!("perhaps")));
        assert_eq!(rows.next().await.unwrap().unwrap().email.as_deref(), Some("c@example.com"));
        assert!(rows.next().await.is_none() && rows.next().await.is_none());
    }
}

#[tokio::test]
async fn a_download_that_breaks_off_is_an_error_and_not_the_end() {
    let fake = exporting(5_000).await;
    let faults = [
        (Fault::CutBody { after: 40_000 }, ErrorKind::Io, "cut off"),
        (Fault::Html, ErrorKind::Decode, "is not a zip archive"),
    ];
    for (fault, kind, words) in faults {
        let (client, _) = export(&fake);
        fake.fail(fault);
        let mut rows = client.export_rows(&march::<ContactHistoryRow>()).await.unwrap();
        let mut good = 0;
        let error = loop {
            match rows.next().await.expect("an error before the end") {
                Ok(_) => good += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(good < 5_000);
        assert!(rows.next().await.is_none());
    }
    // Cut within the directory at the end, which nobody needs: every row is there, and is right.
    fake.fail(Fault::WrongContentLength);
    let mut rows = export(&fake).0.export_rows(&march::<ContactHistoryRow>()).await.unwrap();
    let mut good = 0;
    while let Some(row) = rows.next().await {
        row.unwrap();
        good += 1;
    }
    assert_eq!(good, 5_000);
}

#[tokio::test]
async fn an_export_that_is_too_large_comes_with_advice() {
    let fake = exporting(3_000_000).await;
    let (client, _) = export(&fake);
    let error = client.export_rows(&march::<ContactHistoryRow>()).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Validation, Some(413), 1));
    assert!(error.to_string().contains("request fewer days"), "{error}");
}

#[tokio::test]
async fn the_second_export_waits_for_its_turn() {
    let fake = exporting(1).await;
    let (client, clock) = export(&fake);
    let request = march::<ContactHistoryRow>();
    drop(client.export_rows(&request).await.unwrap());
    let hasty = client.with(CallOptions::new().queue_timeout(Duration::from_secs(10)));
    let error = hasty.export_rows(&request).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.sent(), error.limit_scope()),
        (ErrorKind::LocalLimit, Sent::No, Some(LimitScope::Local))
    );
    assert!(error.retry_after().unwrap() > Duration::from_secs(290));
    drop(client.export_rows(&request).await.unwrap());
    assert!(clock.now() >= Duration::from_secs(300), "{:?}", clock.now());
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test]
async fn an_export_of_another_program_is_met_once_and_not_hammered() {
    let fake = Fake::builder(Vendor::HatchBulkExport).rows(1).start().await.unwrap();
    let request = march::<ContactHistoryRow>();
    drop(export(&fake).0.export_rows(&request).await.unwrap());
    let error = export(&fake).0.export_rows(&request).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(300)));
}

#[tokio::test]
async fn a_raw_request_reads_errors_in_the_same_way() {
    let fake = Fake::start(Vendor::HatchContacts).await.unwrap();
    let error = client(&fake).raw(hatch_client::Method::GET, "/v1/campaigns").send().await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::NotFound, "raw"));
    fake.fail(Fault::Status(403, Payload::Html));
    let error = client(&fake).contacts().upsert(UpsertContact::new("custom:a")).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Permission);
}

fn lead() -> legacy_leads::types::NewLead {
    legacy_leads::types::NewLead::default()
        .first_name("Ada")
        .last_name("Lovelace")
        .phone_number("+12025550142")
        .email("ada@example.com")
        .source("website")
}

fn department(fake: &Fake, id: &str) -> LegacyLeads {
    let key = DepartmentKey::new(fake.token()).unwrap();
    LegacyLeads::builder(id, key).base_url(fake.base_url()).clock(Arc::new(ManualClock::auto())).build().unwrap()
}

#[tokio::test]
async fn a_legacy_lead_goes_to_its_department() {
    let fake = Fake::start(Vendor::HatchLegacyLeads).await.unwrap();
    let client = department(&fake, "1234");
    client.create_lead(lead().status("new").member("rooms", 4)).send().await.unwrap();
    let request = &fake.requests()[0];
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/api/webhooks/1234/newlead"));
    assert_eq!((request.header("x-api-key"), request.header("authorization")), (Some("present"), None));
    assert_eq!((&request.json()["status"], &request.json()["rooms"]), (&json!("new"), &json!(4)));

    let key = DepartmentKey::new("another-key").unwrap();
    let stranger = LegacyLeads::builder("1234", key).base_url(fake.base_url()).build().unwrap();
    let error = stranger.create_lead(lead()).send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Auth, Some(401)));
    assert!(!format!("{error:?} {stranger:?}").contains("another-key"));
}

#[tokio::test]
async fn a_legacy_lead_with_errors_in_its_reply_is_refused_and_none_is_sent_twice() {
    let fake = Fake::start(Vendor::HatchLegacyLeads).await.unwrap();
    let client = department(&fake, "1234");
    for (body, expected) in [
        (json!({"errors": {"email": ["has invalid format"]}}), "email"),
        (json!({"errors": ["Department is inactive"]}), "Department is inactive"),
        (json!({"errors": "Department is inactive"}), "Department is inactive"),
    ] {
        fake.fail(Fault::Status(200, Payload::Json(body.clone())));
        let error = client.create_lead(lead()).send().await.unwrap_err();
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Decode, Sent::Answered), "{body}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    for accepted in [json!({"errors": []}), json!({"errors": null}), json!({"id": 7})] {
        fake.fail(Fault::Status(200, Payload::Json(accepted.clone())));
        assert_eq!(client.create_lead(lead()).send().await.unwrap(), accepted);
    }
    fake.fail(Fault::Reset { when: When::BeforeReply }.applied());
    let error = client.create_lead(lead()).send().await.unwrap_err();
    assert!(error.may_have_happened() && error.attempts() == 1, "{error}");
    let sent = fake.requests().len();
    let error =
        client.create_lead(legacy_leads::types::NewLead::default().email("ada@example.com")).send().await.unwrap_err();
    assert_eq!((error.kind(), fake.requests().len()), (ErrorKind::Validation, sent));
}
