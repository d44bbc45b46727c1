//! Problems with batches that users of other clients reported, each with its repository and number.

use crm_fake::{Fault, Payload};
use hubspot_client::types::{
    AssociationBatchCreate, AssociationCategory, AssociationCreate, AssociationSpec, BatchCreateRow, BatchUpdateRow,
    BatchUpsertRow, Object, PublicObjectId,
};
use hubspot_client::{BatchReport, ErrorKind, Map, Sent, existing_record};
use serde_json::{Value, json};

use super::{Rig, failed};

fn ids(report: &BatchReport<Object>) -> Vec<(usize, &str)> {
    report.ok.iter().map(|(row, record)| (*row, record.id.as_deref().unwrap())).collect()
}

fn kinds<R>(report: &BatchReport<R>) -> Vec<(usize, ErrorKind)> {
    report.failed.iter().map(|(row, error)| (*row, error.kind())).collect()
}

async fn answered(status: u16, body: Value) -> Rig {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Status(status, Payload::Json(body)));
    rig
}

/// HubSpot/hubspot-api-php#619: a read by a unique property answers 207 if one record is missing,
/// and the records that exist are lost.
#[tokio::test]
async fn a_read_of_which_one_is_missing_keeps_the_others() {
    let rig = answered(
        207,
        json!({"status": "COMPLETE", "results": [{"id": "7", "properties": {"shop_id": "A-1"}}], "numErrors": 1, "errors": [
            {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "Could not get some objects", "context": {"ids": ["A-2"]}},
        ]}),
    )
    .await;
    let report = rig.client.companies().read_many(["A-2", "A-1"]).id_property("shop_id").await;
    assert_eq!((ids(&report), kinds(&report)), (vec![(1, "7")], vec![(0, ErrorKind::NotFound)]));
}

/// HubSpot/hubspot-api-ruby#403: the errors of a 207 are not seen, and an upsert that changed
/// nothing looks like one that did.
#[tokio::test]
async fn an_upsert_whose_only_row_failed_names_the_field() {
    let message = r#"Property values were not valid: [{"isValid":false,"message":"not a number","error":"INVALID_INTEGER","name":"amount"}]"#;
    let rig = answered(
        207,
        json!({"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [
            {"status": "error", "category": "VALIDATION_ERROR", "message": message, "context": {"objectWriteTraceId": ["row-0"]}},
        ]}),
    )
    .await;
    let row = BatchUpsertRow::new("A-1", Map::new()).id_property("shop_id").set("amount", "many");
    let report = rig.client.deals().upsert_many([row]).await;
    assert_eq!(kinds(&report), [(0, ErrorKind::Validation)]);
    let field = &report.failed[0].1.vendor().unwrap().fields[0];
    assert_eq!((field.field.as_deref(), field.code.as_deref()), (Some("amount"), Some("INVALID_INTEGER")));
}

/// HubSpot/hubspot-api-nodejs#190: the records of a batch come in any order, and the rows cannot be
/// distinguished by it.
#[tokio::test]
async fn records_in_any_order_are_told_by_what_hubspot_left_as_it_was() {
    let record = |id: &str, name: &str| json!({"id": id, "properties": {"name": name, "website": format!("https://{name}.example")}});
    let rig = answered(201, json!({"results": [record("3", "cid"), record("1", "ada"), record("2", "ben")]})).await;
    let row = |name: &str| BatchCreateRow::from([("name", name), ("website", &*format!("{name}.example"))]);
    let report = rig.client.companies().create_many(["ada", "ben", "cid"].map(row)).await;
    assert_eq!(ids(&report), [(0, "1"), (1, "2"), (2, "3")]);

    // If two of them cannot be distinguished, neither is assigned.
    let record = |id: &str| json!({"id": id, "properties": {"website": format!("https://{id}.example")}});
    let rig = answered(201, json!({"results": [record("3"), record("1")]})).await;
    let row = |site: &str| BatchCreateRow::from([("website", site)]);
    let report = rig.client.companies().create_many(["ada.example", "ben.example"].map(row)).await;
    assert_eq!((ids(&report), &report.unknown[..]), (vec![], &[0, 1][..]));
}

/// HubSpot/hubspot-api-python#448 and hubspot-api-php#506: a batch that answered 201 answers 200 one
/// day, and clients call it an error.
#[tokio::test]
async fn any_success_is_one() {
    for status in [200, 201, 207] {
        let rig =
            answered(status, json!({"status": "COMPLETE", "results": [{"fromObjectId": "1", "toObjectId": "2"}]}))
                .await;
        let spec = AssociationSpec::new(AssociationCategory::HubspotDefined, 1);
        let row = AssociationCreate::new(PublicObjectId::new("1"), PublicObjectId::new("2"), vec![spec]);
        let body = AssociationBatchCreate::new(vec![row]);
        let reply = rig.client.associations().batch_create("contacts", "companies", body).send().await.unwrap();
        assert_eq!(reply.results.len(), 1, "{status}");
        let rig = answered(status, json!({"results": [{"id": "1", "objectWriteTraceId": "row-0"}]})).await;
        let report = rig.client.contacts().create_many([BatchCreateRow::from([("city", "Bonn")])]).await;
        assert_eq!(ids(&report), [(0, "1")], "{status}");
    }
}

/// bruin-data/ingestr#1203: a read of which all are missing answers 404, as does a wrong address.
#[tokio::test]
async fn a_404_is_absence_only_where_hubspot_says_so() {
    let absent = |context: Value| json!({"status": "error", "category": "OBJECT_NOT_FOUND", "message": "not there", "context": context});
    let read = async |fault: Fault| {
        let rig = Rig::new().await;
        rig.fake.fail(fault);
        rig.client.contacts().read_many(["1", "2"]).await
    };
    let not_found = |row| (row, ErrorKind::NotFound);
    let report = read(Fault::Status(404, Payload::Json(absent(Value::Null)))).await;
    assert_eq!(kinds(&report), [not_found(0), not_found(1)]);
    let report = read(Fault::Status(404, Payload::Json(absent(json!({"ids": ["2"]}))))).await;
    assert_eq!((kinds(&report), &report.unknown[..]), (vec![not_found(1)], &[0][..]), "the other was not read");
    for body in [Payload::Html, Payload::Empty, Payload::Json(json!({"message": "no such path"}))] {
        let report = read(Fault::Status(404, body)).await;
        assert_eq!((&report.unknown[..], report.lost().unwrap().kind()), (&[0, 1][..], ErrorKind::NotFound));
    }
    // The same of one record: a web page is not an answer to the question.
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Status(404, Payload::Html));
    assert_eq!(failed(rig.client.contacts().exists("1").await).kind(), ErrorKind::NotFound);
    rig.fake.fail(Fault::Status(404, Payload::Json(json!({"message": "resource not found"}))));
    assert!(!rig.client.contacts().exists("1").await.unwrap());
}

/// HubSpot/hubspot-api-nodejs#26 and #548: an update changes nothing, answers with success and an
/// empty list, and looks like one that worked.
#[tokio::test]
async fn an_update_that_names_no_record_is_not_called_done() {
    let rig = answered(200, json!({"status": "COMPLETE", "results": []})).await;
    let row = BatchUpdateRow::new("ada@example.com", Map::new()).set("city", "Bonn");
    let report = rig.client.contacts().update_many([row]).await;
    assert!(!report.is_complete() && report.unknown == [0]);
    let error = failed(report.into_result());
    assert!(error.to_string().contains("does not contain the record"), "{error}");
}

/// HubSpot/hubspot-api-python#51: of several contacts that exist the error names the first, and
/// nothing of the batch is created.
#[tokio::test]
async fn each_contact_that_exists_is_named() {
    let rig = Rig::new().await;
    let exists = |id: &str| {
        let message = format!("Contact already exists. Existing ID: {id}");
        Fault::Status(409, Payload::Json(json!({"status": "error", "category": "CONFLICT", "message": message})))
    };
    // The whole, then its halves of one.
    rig.fake.script([exists("1"), exists("1"), exists("2")]);
    let row = |name: &str| BatchCreateRow::from([("email", format!("{name}@example.com"))]);
    let report = rig.client.contacts().create_many(["ada", "ben"].map(row)).bisect(true).await;
    let named: Vec<_> = report.failed.iter().map(|(row, error)| (*row, existing_record(error).unwrap())).collect();
    assert_eq!(named, [(0, "1".to_owned()), (1, "2".to_owned())]);
}

/// xorbitsai/xagent#2399: one id that is empty fails the whole batch, and all records are lost.
#[tokio::test]
async fn an_empty_id_is_refused_alone() {
    let rig = Rig::with_contacts(1).await;
    let contacts = rig.client.contacts();
    let id = rig.fake.records("contacts")[0]["id"].as_str().unwrap().to_owned();
    let refused = [(0, ErrorKind::Validation)];
    let report = contacts.read_many(["", &*id]).await;
    assert_eq!((kinds(&report), report.ok.len()), (refused.to_vec(), 1));
    assert_eq!((report.failed[0].1.sent(), report.failed[0].1.operation()), (Sent::No, "contacts.batch_read"));
    let rows = [" ", &*id].map(|id| BatchUpdateRow::new(id, Map::new()).set("city", "Bonn"));
    let report = contacts.update_many(rows).await;
    assert_eq!((kinds(&report), report.ok.len()), (refused.to_vec(), 1));
    let report = contacts.archive_many(["", &*id, &*id]).await;
    assert_eq!((kinds(&report), report.ok.len()), (refused.to_vec(), 2));
    assert_eq!(rig.requests("contacts.batch_archive")[0].json()["inputs"], json!([{"id": id}]));
    let before = rig.fake.report().requests;
    assert_eq!(kinds(&contacts.read_many([""]).await), refused);
    assert_eq!(rig.fake.report().requests, before);
    rig.assert_accepted();
}
