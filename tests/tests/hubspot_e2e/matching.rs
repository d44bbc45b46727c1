//! Results of batches whose rows are not obvious.

use crm_fake::{Fault, Payload};
use hubspot_client::types::{BatchCreateRow, BatchUpdateRow, Object};
use hubspot_client::{BatchReport, ErrorKind, Map};
use serde_json::{Value, json};

use super::Rig;

async fn created(status: u16, answer: Value) -> BatchReport<Object> {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Status(status, Payload::Json(answer)));
    let row = |pairs: [(&str, &str); 2]| BatchCreateRow::from(pairs);
    let rows = [
        row([("email", "a@example.com"), ("city", "Bonn")]),
        row([("email", "B@example.com"), ("city", "Ulm")]),
        row([("email", "c@example.com"), ("city", "Jena")]),
    ];
    rig.client.contacts().create_many(rows).await
}

fn record(id: &str, email: &str, city: &str) -> Value {
    json!({"id": id, "properties": {"email": email, "city": city, "hs_object_id": id}})
}

fn ids(report: &BatchReport<Object>) -> Vec<(usize, &str)> {
    report.ok.iter().map(|(row, object)| (*row, object.id.as_deref().unwrap())).collect()
}

#[tokio::test]
async fn records_without_trace_ids_are_told_by_their_values() {
    let answer = json!({"results": [
        record("3", "c@example.com", "Jena"), record("1", "a@example.com", "Bonn"), record("2", "b@example.com", "Ulm"),
    ]});
    assert_eq!(ids(&created(201, answer).await), [(0, "1"), (1, "2"), (2, "3")]);
}

#[tokio::test]
async fn what_hubspot_wrote_differently_is_told_by_elimination() {
    let answer = json!({"results": [
        record("3", "c@example.com", "Jena"), record("1", "a@example.com", "Bonn am Rhein"),
    ], "numErrors": 1, "errors": [
        {"category": "VALIDATION_ERROR", "message": "no", "context": {"objectWriteTraceId": ["row-1"]}},
    ]});
    let report = created(207, answer).await;
    assert_eq!(ids(&report), [(0, "1"), (2, "3")]);
    assert_eq!((report.failed[0].0, report.failed[0].1.kind()), (1, ErrorKind::Validation));
}

#[tokio::test]
async fn rows_that_the_answer_does_not_name_are_unknown_and_never_lost() {
    let answer = json!({"status": "COMPLETE", "results": [
        {"id": "1", "objectWriteTraceId": "row-0", "properties": {}},
    ], "numErrors": 1, "errors": [{"category": "VALIDATION_ERROR", "message": "one of them is bad"}]});
    let report = created(207, answer).await;
    assert_eq!(ids(&report), [(0, "1")]);
    assert_eq!(report.unknown, [1, 2]);
    assert!(report.failed.is_empty());
    let lost = report.lost().unwrap();
    assert_eq!(lost.vendor().unwrap().message.as_deref(), Some("one of them is bad"));
    let error = super::failed(report.into_result());
    assert!(error.to_string().contains("0 of 3 inputs failed and 2 are unknown"), "{error}");
}

#[tokio::test]
async fn a_record_with_an_error_is_unknown_and_not_failed() {
    let all = || {
        let one = |(row, id)| json!({"id": id, "objectWriteTraceId": format!("row-{row}"), "properties": {}});
        [(0, "71111"), (1, "72222"), (2, "73333")].map(one)
    };
    let traced = json!({"category": "X", "message": "no company", "context": {"objectWriteTraceId": ["row-1"]}});
    let report = created(207, json!({"results": all(), "numErrors": 2, "errors": [traced, traced]})).await;
    assert_eq!((ids(&report), &report.unknown[..]), (vec![(0, "71111"), (2, "73333")], &[1][..]));
    assert!(report.failed.is_empty());
    let lost = report.lost().unwrap().to_string();
    assert!(lost.contains("72222") && !lost.contains("71111") && lost.contains("no company"), "{lost}");
    // An error that names no row may be that of each.
    for context in [json!({}), json!({"ids": ["9"]})] {
        let error = json!({"category": "X", "message": "no company", "context": context});
        let report = created(207, json!({"results": all(), "numErrors": 1, "errors": [error]})).await;
        assert_eq!(report.unknown, [0, 1, 2], "{context}");
        let lost = report.lost().unwrap().to_string();
        assert!(lost.contains("71111, 72222, 73333") && lost.contains("no company"), "{lost}");
    }
}

#[tokio::test]
async fn an_answer_without_rows_leaves_all_unknown() {
    for answer in [json!({}), json!({"results": []}), json!({"results": null, "errors": [null, 7, "odd", []]})] {
        let report = created(201, answer.clone()).await;
        assert_eq!(report.unknown, [0, 1, 2], "{answer}");
    }
}

#[tokio::test]
async fn more_records_than_rows_do_not_confuse() {
    let one = || json!({"id": "1", "objectWriteTraceId": "row-0", "properties": {}});
    let report = created(201, json!({"results": [one(), one(), record("9", "x@example.com", "Rom")]})).await;
    assert_eq!(ids(&report), [(0, "1")]);
    assert_eq!(report.unknown, [1, 2]);
}

#[tokio::test]
async fn an_error_may_name_several_records_by_their_ids() {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Status(
        207,
        Payload::Json(json!({"results": [{"id": "2", "properties": {}}], "errors": [
            {"category": "OBJECT_NOT_FOUND", "message": "not there", "context": {"ids": ["1", "3"]}},
        ]})),
    ));
    let rows = ["1", "2", "3"].map(|id| BatchUpdateRow::new(id, Map::new()).set("city", "Bonn"));
    let report = rig.client.contacts().update_many(rows).await;
    assert_eq!(report.ok[0].0, 1);
    let failed: Vec<_> = report.failed.iter().map(|(row, error)| (*row, error.kind())).collect();
    assert_eq!(failed, [(0, ErrorKind::NotFound), (2, ErrorKind::NotFound)]);
}
