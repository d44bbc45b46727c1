//! Many records: what becomes of each.

use std::collections::HashSet;

use crm_fake::{Fault, When};
use hubspot_client::types::{BatchCreateRow, BatchUpdateRow, BatchUpsertRow};
use hubspot_client::{ErrorKind, Map, Sent};

use super::Rig;

fn rows(number: usize) -> Vec<BatchCreateRow> {
    (0..number)
        .map(|n| BatchCreateRow::from([("email", format!("new{n}@example.com"))]).set("numemployees", n))
        .collect()
}

#[tokio::test]
async fn of_250_contacts_one_is_refused_and_249_are_created() {
    let rig = Rig::new().await;
    rig.insert_contact("new137@example.com");
    let report = rig.client.contacts().create_many(rows(250)).await;
    assert_eq!((report.ok.len(), report.failed.len(), report.unknown.len()), (249, 1, 0));
    for (row, contact) in &report.ok {
        assert_eq!(contact.property("email"), Some(&*format!("new{row}@example.com")));
        assert_eq!(contact.number("numemployees"), Some(*row as f64));
    }
    let (row, error) = &report.failed[0];
    assert_eq!((*row, error.kind(), error.sent()), (137, ErrorKind::Conflict, Sent::Answered));
    assert!(error.request_id().is_some() && !error.may_have_happened());
    assert_eq!(error.vendor().unwrap().category.as_deref(), Some("CONFLICT"));
    assert!(
        error.to_string().starts_with(
            "contacts.batch_create (POST /crm/objects/2026-03/contacts/batch/create): conflict [CONFLICT]: "
        ),
        "{error}"
    );
    assert_eq!(rig.fake.count("contacts"), 250);

    let requests = rig.requests("contacts.batch_create");
    assert_eq!(requests.len(), 3);
    for request in requests {
        let body = request.json();
        let inputs = body["inputs"].as_array().unwrap();
        let traces: HashSet<&str> = inputs.iter().map(|row| row["objectWriteTraceId"].as_str().unwrap()).collect();
        assert_eq!(traces.len(), inputs.len());
    }
    rig.assert_accepted();
}

#[tokio::test]
async fn a_row_keeps_the_trace_id_it_has_and_two_of_one_name_are_refused_alone() {
    let rig = Rig::new().await;
    let mut rows = rows(4);
    rows[1].object_write_trace_id = Some("row-0".into());
    rows[3].object_write_trace_id = Some("row-0".into());
    let report = rig.client.contacts().create_many(rows).await;
    assert_eq!(report.ok.iter().map(|row| row.0).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(report.ok[1].1.object_write_trace_id.as_deref(), Some("row-0"));
    let (row, error) = &report.failed[0];
    assert_eq!((*row, error.kind(), error.sent()), (3, ErrorKind::Validation, Sent::No));
    assert!(error.to_string().contains("objectWriteTraceId"), "{error}");
}

#[tokio::test]
async fn a_lost_answer_leaves_its_chunk_unknown_and_is_not_repeated() {
    let rig = Rig::new().await;
    rig.fake.script([crm_fake::Step::pass(), Fault::Reset { when: When::BeforeReply }.into()]);
    let report = rig.client.contacts().create_many(rows(250)).await;
    assert_eq!((report.ok.len(), report.failed.len()), (150, 0));
    assert_eq!(report.unknown, (100..200).collect::<Vec<_>>());
    let lost = report.lost().unwrap();
    assert_eq!((lost.kind(), lost.sent(), lost.attempts()), (ErrorKind::Io, Sent::Maybe, 1));
    assert_eq!(rig.requests("contacts.batch_create").len(), 3);
}

#[tokio::test]
async fn a_broken_answer_leaves_its_rows_unknown() {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::NotJson);
    let report = rig.client.contacts().create_many(rows(2)).await;
    assert_eq!(report.unknown, [0, 1]);
    assert_eq!(report.lost().unwrap().kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn what_no_chunk_can_escape_stops_the_rest() {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::status(403).times(9));
    let report = rig.client.contacts().create_many(rows(250)).await;
    assert_eq!(report.failed.len(), 250);
    assert!(report.failed.iter().all(|(_, error)| error.kind() == ErrorKind::Permission));
    assert_eq!(rig.requests("contacts.batch_create").len(), 1);
}

#[tokio::test]
async fn chunks_and_concurrency_do_not_mix_rows_up() {
    let rig = Rig::new().await;
    let report = rig.client.contacts().create_many(rows(70)).chunk(9).concurrency(4).await;
    assert!(report.is_complete());
    for (index, (row, contact)) in report.ok.iter().enumerate() {
        assert_eq!((index, contact.property("email")), (*row, Some(&*format!("new{row}@example.com"))));
    }
    assert_eq!(rig.requests("contacts.batch_create").len(), 8);
    let too_large = rig.client.contacts().create_many(rows(1)).chunk(5_000);
    assert!(format!("{too_large:?}").contains("chunk: 100"), "{too_large:?}");
}

#[tokio::test]
async fn updates_name_their_records_by_id_or_by_a_unique_property() {
    let rig = Rig::with_contacts(2).await;
    let ids: Vec<String> = rig.fake.records("contacts").iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect();
    let report = rig
        .client
        .contacts()
        .update_many([
            BatchUpdateRow::new("404", Map::new()).set("city", "Nowhere"),
            BatchUpdateRow::new(&*ids[0], Map::new()).set("city", "Bonn"),
            BatchUpdateRow::new("c1@example.com", Map::new()).id_property("email").set("city", "Ulm").clear("email"),
        ])
        .await;
    let cities: Vec<_> = report.ok.iter().map(|(row, contact)| (*row, contact.property("city").unwrap())).collect();
    assert_eq!(cities, [(1, "Bonn"), (2, "Ulm")]);
    assert_eq!((report.failed[0].0, report.failed[0].1.kind()), (0, ErrorKind::NotFound));
    rig.assert_accepted();
}

#[tokio::test]
async fn upserts_tell_what_is_new() {
    let rig = Rig::with_contacts(1).await;
    let rows = ["fresh@example.com", "no address", "C0@example.com"]
        .map(|email| BatchUpsertRow::new(email, Map::new()).id_property("email").set("city", "Bonn"));
    let report = rig.client.contacts().upsert_many(rows).await;
    let new: Vec<_> = report.ok.iter().map(|(row, contact)| (*row, contact.new)).collect();
    assert_eq!(new, [(0, Some(true)), (2, Some(false))]);
    assert_eq!((report.failed[0].0, report.failed[0].1.kind()), (1, ErrorKind::Validation));
    assert_eq!(rig.fake.count("contacts"), 2);
    rig.assert_accepted();
}

#[tokio::test]
async fn reads_give_each_id_its_record_or_not_found() {
    let rig = Rig::with_contacts(120).await;
    let mut ids: Vec<String> =
        rig.fake.records("contacts").iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect();
    ids.insert(50, "404".into());
    ids.push(ids[0].clone());
    let report = rig.client.contacts().read_many(&ids).properties(["email"]).await;
    assert_eq!((report.ok.len(), report.unknown.len()), (121, 0));
    assert!(report.ok.iter().all(|(row, contact)| contact.id.as_ref() == Some(&ids[*row])));
    let (row, error) = &report.failed[0];
    assert_eq!((*row, error.kind()), (50, ErrorKind::NotFound));
    assert_eq!(rig.requests("contacts.batch_read").len(), 2);

    let emails = ["C3@Example.com", "gone@example.com", "c4@example.com"];
    let report = rig.client.contacts().read_many(emails).id_property("email").properties(["city"]).await;
    let found: Vec<_> = report.ok.iter().map(|(row, contact)| (*row, contact.property("email").unwrap())).collect();
    assert_eq!(found, [(0, "c3@example.com"), (2, "c4@example.com")]);
    assert_eq!((report.failed[0].0, report.failed[0].1.kind()), (1, ErrorKind::NotFound));
    let last = rig.requests("contacts.batch_read").pop().unwrap().json();
    assert_eq!(last["properties"], serde_json::json!(["city", "email", "hs_additional_emails"]));

    let ids = &ids[..60];
    let report = rig.client.contacts().read_many(ids).properties_with_history(["email"]).await;
    assert_eq!(report.ok.len(), 59);
    assert_eq!(rig.requests("contacts.batch_read").len(), 5, "fifty each with history");
    rig.assert_accepted();
}

#[tokio::test]
async fn archives_are_repeated_when_the_answer_is_lost() {
    let rig = Rig::with_contacts(3).await;
    let ids: Vec<String> = rig.fake.records("contacts").iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect();
    rig.fake.fail(Fault::Reset { when: When::BeforeReply }.applied());
    let report = rig.client.contacts().archive_many(ids).await;
    assert!(report.is_complete());
    assert_eq!(report.ok.len(), 3);
    assert_eq!(rig.fake.count("contacts"), 0);
    assert_eq!(rig.client.stats().retries, 1);
}

#[tokio::test]
async fn no_rows_send_nothing_and_a_type_without_batches_refuses() {
    let rig = Rig::new().await;
    let none: Vec<BatchCreateRow> = Vec::new();
    assert!(rig.client.contacts().create_many(none).await.is_complete());
    let report = rig.client.contracts().create_many(rows(1)).await;
    let error = &report.failed[0].1;
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Validation, Sent::No));
    assert!(error.to_string().contains("`contracts` has no operation `objects.batch_create`"), "{error}");
    assert_eq!(rig.fake.report().requests, 0);
}
