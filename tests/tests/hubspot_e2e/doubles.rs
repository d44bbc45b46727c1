//! One record named twice in a batch, and names that HubSpot does not take.

use std::collections::HashSet;

use crm_fake::{Fault, Payload, When};
use hubspot_client::types::{BatchCreateRow, BatchUpdate, BatchUpdateRow, BatchUpsertRow};
use hubspot_client::{BatchReport, ErrorKind, Map, Sent};
use serde_json::json;

use super::{Rig, failed};

fn upsert(email: &str, city: &str) -> BatchUpsertRow {
    BatchUpsertRow::new(email, Map::new()).id_property("email").set("city", city)
}

fn rows<R>(report: &BatchReport<R>) -> (Vec<usize>, Vec<(usize, ErrorKind, Sent)>) {
    let failed = report.failed.iter().map(|(row, error)| (*row, error.kind(), error.sent()));
    (report.ok.iter().map(|row| row.0).collect(), failed.collect())
}

const REFUSED: (ErrorKind, Sent) = (ErrorKind::Validation, Sent::No);

#[tokio::test]
async fn a_record_named_twice_in_an_upsert_is_refused_alone() {
    let rig = Rig::new().await;
    let all = [upsert("ada@example.com", "Bonn"), upsert("ben@example.com", "Ulm"), upsert("Ada@Example.com ", "Rom")];
    let report = rig.client.contacts().upsert_many(all).await;
    assert_eq!(rows(&report), (vec![0, 1], vec![(2, REFUSED.0, REFUSED.1)]));
    let text = report.failed[0].1.to_string();
    assert!(text.starts_with("contacts.batch_upsert") && text.contains("row 0"), "{text}");
    assert!(!text.contains("ada@"), "{text}");
    assert_eq!(rig.requests("contacts.batch_upsert")[0].json()["inputs"].as_array().unwrap().len(), 2);
    rig.assert_accepted();
}

#[tokio::test]
async fn a_record_named_twice_in_an_update_is_refused_alone() {
    let rig = Rig::with_contacts(2).await;
    let id = |n: usize| rig.fake.records("contacts")[n]["id"].as_str().unwrap().to_owned();
    let row = |id: String, city: &str| BatchUpdateRow::new(id, Map::new()).set("city", city);
    let by_id = row(id(0), "Rom").id_property("hs_object_id");
    let report = rig.client.contacts().update_many([row(id(0), "Bonn"), row(id(1), "Ulm"), by_id]).await;
    assert_eq!(rows(&report), (vec![0, 1], vec![(2, REFUSED.0, REFUSED.1)]));
    rig.assert_accepted();
}

#[tokio::test]
async fn an_address_twice_among_new_contacts_is_refused_alone() {
    let rig = Rig::new().await;
    let row = |email: &str| BatchCreateRow::from([("email", email)]);
    let all = ["ada@example.com", "ben@example.com", "ADA@example.com"].map(row);
    assert_eq!(rows(&rig.client.contacts().create_many(all.clone()).await).1, [(2, REFUSED.0, REFUSED.1)]);
    assert!(rig.client.companies().create_many(all).await.is_complete(), "companies may share an address");
    let unnamed = ["Bonn", "Ulm"].map(|city| BatchCreateRow::from([("city", city), ("email", "")]));
    assert!(rig.client.contacts().create_many(unnamed).await.is_complete());
}

#[tokio::test]
async fn requests_of_one_call_may_name_a_record_again() {
    let rig = Rig::new().await;
    let all = [upsert("ada@example.com", "Bonn"), upsert("ben@example.com", "Ulm"), upsert("ada@example.com", "Rom")];
    let report = rig.client.contacts().upsert_many(all).chunk(2).await;
    assert!(report.is_complete());
    assert_eq!(report.ok[2].1.property("city"), Some("Rom"));
}

#[tokio::test]
async fn halves_of_a_refused_request_do_not_send_what_was_refused_before() {
    let rig = Rig::new().await;
    // The request is refused as a whole; its halves are not, and the doubled row is in the other half.
    rig.fake.fail(Fault::status(400));
    let all = ["ada", "ben", "cid", "ada"].map(|name| upsert(&format!("{name}@example.com"), "Bonn"));
    let report = rig.client.contacts().upsert_many(all).bisect(true).await;
    assert_eq!(rows(&report), (vec![0, 1, 2], vec![(3, REFUSED.0, REFUSED.1)]));
    assert_eq!(rig.requests("contacts.batch_upsert").len(), 3);
    let sent = |request: &crm_fake::Recorded| request.json()["inputs"].as_array().unwrap().len();
    assert_eq!(rig.requests("contacts.batch_upsert").iter().map(sent).collect::<Vec<_>>(), [3, 1, 2]);
}

#[tokio::test]
async fn a_request_refused_for_a_conflict_is_halved_too() {
    let rig = Rig::new().await;
    let conflict =
        json!({"status": "error", "category": "CONFLICT", "message": "Contact already exists. Existing ID: 7"});
    let fault = || Fault::Status(409, Payload::Json(conflict.clone()));
    rig.fake.script([fault(), fault(), fault()]);
    let row = |name: &str| BatchCreateRow::from([("email", format!("{name}@example.com"))]);
    let report = rig.client.contacts().create_many(["a", "b", "c", "d"].map(row)).bisect(true).await;
    assert_eq!(rows(&report), (vec![1, 2, 3], vec![(0, ErrorKind::Conflict, Sent::Answered)]));
}

#[tokio::test]
async fn the_record_id_is_no_unique_property() {
    let rig = Rig::with_contacts(1).await;
    let contacts = rig.client.contacts();
    let id = rig.fake.records("contacts")[0]["id"].as_str().unwrap().to_owned();

    let row = BatchUpdateRow::new(&*id, Map::new()).id_property("hs_object_id").set("city", "Bonn");
    assert_eq!(contacts.update_many([row]).await.ok.len(), 1);
    let sent = rig.requests("contacts.batch_update")[0].json();
    assert_eq!((&sent["inputs"][0]["id"], sent["inputs"][0].get("idProperty")), (&json!(id), None));

    assert_eq!(contacts.read_many([&*id]).id_property("hs_object_id").await.ok.len(), 1);
    assert_eq!(rig.requests("contacts.batch_read")[0].json().get("idProperty"), None);

    assert_eq!(contacts.get_by("hs_object_id", &id).send().await.unwrap().id.as_ref(), Some(&id));
    assert!(contacts.exists_by("hs_object_id", &id).await.unwrap());
    assert!(rig.requests("contacts.get").iter().all(|request| request.query_value("idProperty").is_none()));

    let before = rig.fake.report().requests;
    let row = BatchUpsertRow::new(&*id, Map::new()).id_property("hs_object_id").set("city", "Ulm");
    let report = contacts.upsert_many([row]).await;
    assert_eq!(rows(&report).1, [(0, REFUSED.0, REFUSED.1)]);
    assert!(report.failed[0].1.to_string().contains("update_many"), "{}", report.failed[0].1);
    let error = failed(contacts.upsert_by("hs_object_id", &*id, [("city", "Ulm")]).await);
    assert_eq!((error.kind(), error.sent()), REFUSED);
    assert_eq!(rig.fake.report().requests, before);
    rig.assert_accepted();

    // HubSpot refuses a batch that has it.
    let row = BatchUpdateRow::new(&*id, Map::new()).id_property("hs_object_id").set("city", "Bonn");
    let error = contacts.batch_update(BatchUpdate::new([row])).send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Validation, Some(400)));
}

#[tokio::test]
async fn a_lost_answer_leaves_what_was_not_sent_out() {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::Reset { when: When::BeforeReply }.times(9));
    let all = ["ada", "ada", "ben"].map(|name| upsert(&format!("{name}@example.com"), "Bonn"));
    let report = rig.client.contacts().upsert_many(all).await;
    assert_eq!((rows(&report).1, &report.unknown[..]), (vec![(1, REFUSED.0, REFUSED.1)], &[0, 2][..]));
    assert!(report.lost().unwrap().may_have_happened());
}

#[tokio::test]
async fn every_row_is_told_once_and_no_request_names_a_record_twice() {
    for (chunk, bisect) in [(1, false), (3, false), (10, true), (100, true)] {
        let rig = Rig::new().await;
        let all: Vec<_> = (0..60).map(|n| upsert(&format!("c{}@example.com", n % 7), &n.to_string())).collect();
        rig.fake.fail(Fault::status(400));
        let report = rig.client.contacts().upsert_many(all).chunk(chunk).bisect(bisect).await;
        let mut told: Vec<usize> =
            report.ok.iter().map(|row| row.0).chain(report.failed.iter().map(|row| row.0)).collect();
        told.sort_unstable();
        assert_eq!((told, report.unknown.len()), ((0..60).collect::<Vec<_>>(), 0), "{chunk}");
        for (row, contact) in &report.ok {
            assert_eq!(contact.property("email"), Some(&*format!("c{}@example.com", row % 7)), "{chunk}");
        }
        for request in rig.requests("contacts.batch_upsert") {
            let body = request.json();
            let ids: Vec<&str> =
                body["inputs"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
            assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{ids:?}");
        }
        rig.assert_accepted();
    }
}
