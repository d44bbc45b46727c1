//! The records of a batch read, and the cases in which one is reported as missing.

use crm_fake::{Fault, Payload};
use hubspot_client::types::{BatchCreateRow, BatchUpdateRow, BatchUpsertRow, Object};
use hubspot_client::{BatchReport, ErrorKind, Map};
use serde_json::{Value, json};

use super::Rig;

/// Describes three rows: their ids, kinds of errors, or `?`.
fn told<R>(report: &BatchReport<R>, id: impl Fn(&R) -> String) -> String {
    let mut rows = vec![String::new(); report.ok.len() + report.failed.len() + report.unknown.len()];
    report.ok.iter().for_each(|(row, record)| rows[*row] = id(record));
    report.failed.iter().for_each(|(row, error)| rows[*row] = format!("{:?}", error.kind()));
    report.unknown.iter().for_each(|row| rows[*row] = "?".to_owned());
    rows.join(" ")
}

fn id(record: &Object) -> String {
    record.id.clone().unwrap()
}

/// Replies without a list from which absence could be concluded.
fn silences() -> Vec<(&'static str, Fault)> {
    let status = |status, body: Value| Fault::Status(status, Payload::Json(body));
    let all = [json!({"id": "1"}), json!({"id": "2"}), json!({"id": "3"})];
    vec![
        ("an empty object", status(200, json!({}))),
        ("an empty body", Fault::Status(200, Payload::Empty)),
        ("204", Fault::Status(204, Payload::Empty)),
        ("202", Fault::Status(202, Payload::Empty)),
        ("202 with an empty list", status(202, json!({"results": []}))),
        ("an error", status(200, json!({"status": "error", "message": "The batch was not read.", "category": "X"}))),
        ("PENDING", status(200, json!({"status": "PENDING", "results": []}))),
        ("PROCESSING", status(200, json!({"status": "PROCESSING", "results": []}))),
        ("CANCELED", status(200, json!({"status": "CANCELED", "results": []}))),
        ("a status nobody knows", status(200, json!({"status": "HALF_DONE", "results": []}))),
        ("null for the list", status(200, json!({"status": "COMPLETE", "results": null}))),
        ("207 without results", status(207, json!({"status": "COMPLETE", "numErrors": 0}))),
        ("the list below another name", status(200, json!({"status": "COMPLETE", "objects": all}))),
    ]
}

#[tokio::test]
async fn absence_is_concluded_from_a_list_only() {
    for (name, fault) in silences() {
        let rig = Rig::new().await;
        rig.fake.fail(fault);
        let report = rig.client.contacts().read_many(["1", "2", "3"]).await;
        assert_eq!(told(&report, id), "? ? ?", "{name}");
        let lost = report.lost().unwrap_or_else(|| panic!("{name}: the report says why"));
        assert_eq!((lost.kind(), lost.operation()), (ErrorKind::Decode, "contacts.batch_read"), "{name}: {lost}");
        assert!(lost.request_id().is_some(), "{name}: {lost}");
    }
}

#[tokio::test]
async fn the_reason_names_what_was_said() {
    let rig = Rig::new().await;
    let lost = async |body: Value| {
        rig.fake.fail(Fault::Body(body));
        let report = rig.client.contacts().read_many(["1"]).await;
        report.lost().unwrap().to_string()
    };
    let said = lost(json!({"status": "error", "message": "The batch was not read.", "category": "OUT_OF_ORDER"})).await;
    assert!(said.contains("OUT_OF_ORDER") && said.contains("The batch was not read."), "{said}");
    let said = lost(json!({"status": "PENDING", "results": []})).await;
    assert!(said.contains("PENDING"), "{said}");
    let said = lost(json!({})).await;
    assert!(said.contains("`results`"), "{said}");
}

#[tokio::test]
async fn a_list_that_is_there_tells_what_is_missing() {
    for status in [200, 207] {
        let rig = Rig::new().await;
        let errors = json!([{"category": "VALIDATION_ERROR", "message": "no", "context": {"ids": ["3"]}}]);
        let body = json!({"status": "COMPLETE", "results": [{"id": "2"}], "errors": errors, "numErrors": 1});
        rig.fake.fail(Fault::Status(status, Payload::Json(body)));
        let report = rig.client.contacts().read_many(["1", "2", "3"]).await;
        assert_eq!(told(&report, id), "NotFound 2 Validation");
        assert!(report.lost().is_none());
    }
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Body(json!({"results": []})));
    assert_eq!(told(&rig.client.contacts().read_many(["1"]).await, id), "NotFound");
}

#[tokio::test]
async fn errors_without_a_list_are_those_of_the_rows_they_name() {
    let rig = Rig::new().await;
    let error = |ids: &[&str]| json!({"category": "OBJECT_NOT_FOUND", "message": "not there", "context": {"ids": ids}});
    rig.fake.fail(Fault::Status(207, Payload::Json(json!({"status": "COMPLETE", "errors": [error(&["2"])]}))));
    let report = rig.client.contacts().read_many(["1", "2", "3"]).await;
    assert_eq!(told(&report, id), "? NotFound ?");
}

#[tokio::test]
async fn rows_of_a_write_that_nothing_was_said_about_are_unknown_with_a_reason() {
    for (name, fault) in silences() {
        let rig = Rig::new().await;
        let contacts = rig.client.contacts();
        let row = |n: &str| BatchCreateRow::from([("email", format!("{n}@example.com"))]);
        rig.fake.fail(fault.clone());
        let report = contacts.create_many(["a", "b", "c"].map(row)).await;
        assert_eq!(told(&report, id), "? ? ?", "{name}");
        assert!(report.lost().is_some_and(hubspot_client::Error::may_have_happened), "{name}");
        rig.fake.fail(fault.clone());
        let report = contacts.update_many(["1", "2", "3"].map(|id| BatchUpdateRow::new(id, Map::new()))).await;
        assert_eq!(told(&report, id), "? ? ?", "{name}");
        assert!(report.lost().is_some(), "{name}");
        rig.fake.fail(fault);
        let row = |n: &str| BatchUpsertRow::new(format!("{n}@example.com"), Map::new()).id_property("email");
        let report = contacts.upsert_many(["a", "b", "c"].map(row)).await;
        assert_eq!(told(&report, |record| record.id.clone().unwrap()), "? ? ?", "{name}");
        assert!(report.lost().is_some(), "{name}");
    }
}

async fn read(asked: &[&str], by: Option<&str>, answer: Value) -> (Rig, BatchReport<Object>) {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Body(json!({"status": "COMPLETE", "results": answer})));
    let read = rig.client.contacts().read_many(asked.iter().copied()).properties(["city"]);
    let report = match by {
        Some(property) => read.id_property(property).await,
        None => read.await,
    };
    (rig, report)
}

#[tokio::test]
async fn a_contact_asked_for_by_a_secondary_address_is_told_by_it() {
    let ada = json!({"id": "1", "properties": {
        "email": "ada@example.com", "hs_additional_emails": "Countess@example.com;lovelace@example.com"}});
    let ben = json!({"id": "2", "properties": {"email": "ben@example.com", "hs_additional_emails": "b@example.com"}});
    let asked = ["b@example.com", "gone@example.com", "countess@example.com", "ADA@example.com"];
    let (rig, report) = read(&asked, Some("email"), json!([ada, ben])).await;
    assert_eq!(told(&report, id), "2 NotFound 1 1");
    // A property that was only read to distinguish them is not in the record.
    assert!(report.ok.iter().all(|(_, contact)| contact.property("hs_additional_emails").is_none()));
    let asked = rig.requests("contacts.batch_read")[0].json();
    assert_eq!(asked["properties"], json!(["city", "email", "hs_additional_emails"]));
}

#[tokio::test]
async fn a_merged_record_is_told_by_its_old_ids() {
    let record = |id: &str, old: Value| json!({"id": id, "properties": {"city": "Bonn", "hs_merged_object_ids": old}});
    let answer = json!([record("9", json!("1; 3")), record("8", Value::Null), record("7", json!("2"))]);
    let (_, report) = read(&["1", "2", "3", "8", "404"], None, answer).await;
    assert_eq!(told(&report, id), "9 7 9 8 NotFound");
    assert!(report.ok.iter().all(|(_, contact)| contact.property("hs_merged_object_ids").is_none()));

    // Those who ask for it have it.
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Body(json!({"results": [record("9", json!("1"))]})));
    let report = rig.client.contacts().read_many(["1"]).properties(["hs_merged_object_ids"]).await;
    assert_eq!(report.ok[0].1.property("hs_merged_object_ids"), Some("1"));
}

#[tokio::test]
async fn a_record_that_does_not_say_its_old_names_is_told_by_elimination_or_not_at_all() {
    let record = |id: &str| json!({"id": id, "properties": {"city": "Bonn"}});
    let read = async |asked: &[&str], answer: Value| {
        let rig = Rig::new().await;
        rig.fake.fail(Fault::Body(json!({"status": "COMPLETE", "results": answer})));
        rig.client.contacts().read_many(asked.iter().copied()).await
    };
    let report = read(&["1", "2"], json!([record("9"), record("2")])).await;
    assert_eq!(told(&report, id), "9 2", "one is asked for and one is left");
    let report = read(&["1", "2", "3"], json!([record("9"), record("2")])).await;
    assert_eq!(told(&report, id), "? 2 ?", "either of them may be the record");
    let lost = report.lost().unwrap().to_string();
    assert!(lost.contains("hs_merged_object_ids"), "{lost}");
}

#[tokio::test]
async fn an_id_asked_for_twice_is_sent_once_and_answered_twice() {
    let rig = Rig::with_contacts(2).await;
    let asked = ["c1@example.com", "c0@example.com", " C1@Example.com"];
    let report = rig.client.contacts().read_many(asked).id_property("email").await;
    let found: Vec<_> = report.ok.iter().map(|(_, contact)| contact.property("email").unwrap()).collect();
    assert_eq!(found, ["c1@example.com", "c0@example.com", "c1@example.com"]);
    let sent = rig.requests("contacts.batch_read")[0].json();
    assert_eq!(sent["inputs"], json!([{"id": "c1@example.com"}, {"id": "c0@example.com"}]));
}

#[tokio::test]
async fn a_write_told_by_a_secondary_address_or_an_old_id_is_paired() {
    let rig = Rig::new().await;
    let record = |id: &str, name: &str, old: &str| json!({"id": id, "properties": {name: old}});
    rig.fake.fail(Fault::Body(json!({"results": [
        record("9", "hs_merged_object_ids", "2"), record("8", "hs_merged_object_ids", "4;1"),
    ]})));
    let rows = ["1", "2", "3"].map(|id| BatchUpdateRow::new(id, Map::new()));
    assert_eq!(told(&rig.client.contacts().update_many(rows).await, id), "8 9 ?");
    rig.fake.fail(Fault::Body(json!({"results": [
        record("9", "hs_additional_emails", "b@example.com"), record("8", "hs_additional_emails", "a@example.com"),
    ]})));
    let row = |n: &str| BatchUpsertRow::new(format!("{n}@example.com"), Map::new()).id_property("email");
    let report = rig.client.contacts().upsert_many(["a", "b", "c"].map(row)).await;
    assert_eq!(told(&report, |record| record.id.clone().unwrap()), "8 9 ?");
}
