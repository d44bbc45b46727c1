//! Each row has the result that is its own.

use serde_json::{Value, json};

use super::outcome;
use crm_core::{Batch, BatchReport};

fn report(rows: &[Value], reply: Value) -> BatchReport<Value> {
    report_of(rows, reply, None, false)
}

fn report_of(rows: &[Value], reply: Value, key: Option<&'static str>, reads: bool) -> BatchReport<Value> {
    let batch = Batch::new(100);
    let run = batch.run(rows.to_vec(), |rows| {
        let reply = reply.clone();
        async move { Ok(outcome(&rows, reply, key, reads)) }
    });
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run)
}

#[test]
fn results_in_any_order_are_those_of_their_rows() {
    let rows = [json!({"id": 1, "name": "a"}), json!("2"), json!({"properties": {"name": "c"}}), json!({"name": "d"})];
    let results = [
        json!({"id": "7", "made": true, "properties": {"name": "c", "more": 1}}),
        json!({"id": "2"}),
        json!({"id": "8", "label": "unlike what was sent"}),
        json!({"id": "1", "name": "a"}),
    ];
    let report = report(&rows, json!({"results": results}));
    let ids: Vec<&Value> = report.ok.iter().map(|(_, output)| &output["id"]).collect();
    assert_eq!(ids, ["1", "2", "7", "8"]);
    assert!(report.is_complete());
}

#[test]
fn errors_have_their_rows_and_the_rest_is_unknown_only_if_there_are_some() {
    let rows = [json!({"id": "1"}), json!({"id": "2"}), json!({"name": "c"})];
    let error = json!({"category": "OBJECT_NOT_FOUND", "message": "x", "context": {"ids": ["2"]}});
    let report1 = report(&rows, json!({"results": [{"id": "1"}], "errors": [error]}));
    assert_eq!((report1.ok.len(), report1.failed[0].0, report1.unknown.as_slice()), (1, 1, &[2][..]));
    assert_eq!(report1.failed[0].1.kind(), crm_core::ErrorKind::NotFound);
    let report2 = report(&rows, Value::Null);
    assert_eq!((report2.ok.len(), report2.is_complete()), (3, true));
}

#[test]
fn a_read_by_another_property_has_the_record_with_its_value() {
    let rows = [json!({"id": "Ada@example.com"}), json!({"id": "bob@example.com"}), json!({"id": "eve@example.com"})];
    let one = |id: &str, email: &str| json!({"id": id, "properties": {"email": email}});
    let results = [one("8", "BOB@example.com"), one("7", "ada@example.com")];
    let report = report_of(&rows, json!({"results": results}), Some("email"), true);
    let ids: Vec<(usize, &Value)> = report.ok.iter().map(|(row, output)| (*row, &output["id"])).collect();
    assert_eq!(ids, [(0, &json!("7")), (1, &json!("8"))]);
    assert_eq!((report.unknown.as_slice(), report.failed.len()), (&[2][..], 0));
}
