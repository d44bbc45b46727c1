//! Replies that cannot be used: refusals, records that cannot be read, ids out of order, and times in the future.

use std::collections::HashSet;
use std::time::Duration;

use crm_fake::{Fault, Payload, Step};
use crm_testkit::traces::Traces;
use fastrand::Rng;
use futures::{Stream, StreamExt, TryStreamExt};
use hubspot_client::types::SearchRequest;
use hubspot_client::{Change, Error, ErrorKind, Record};
use serde_json::{Value, json};

use super::{Rig, id};
use crate::hubspot_e2e::failed;

#[tokio::test]
async fn only_an_unknown_property_means_that_a_type_has_no_merges() {
    let rig = Rig::new(0).await;
    let kept = rig.insert(&mut Rng::with_seed(1));
    let gone = rig.insert(&mut Rng::with_seed(2));
    rig.archive(&gone).await;
    let refusal = |message: &str, errors: Value| {
        let body = json!({"status": "error", "category": "VALIDATION_ERROR", "message": message, "errors": errors});
        Fault::Status(400, Payload::Json(body))
    };
    let none = "Property \"hs_merged_object_ids\" does not exist";
    for unknown in [
        refusal("A filter is wrong.", json!([{"message": "No such property.", "code": "PROPERTY_DOESNT_EXIST"}])),
        refusal("A filter is wrong.", json!([{"message": none}])),
        refusal(none, json!([])),
    ] {
        rig.fake.script([Step::pass().times(2), unknown.into()]);
        let (traces, guard) = Traces::watch();
        let changes: Vec<Change> = rig.changes("2020-01-01").try_collect().await.unwrap();
        drop(guard);
        assert!(matches!(&changes[..], [Change::Created(one), Change::Archived { id: two, .. }]
            if one.id.as_ref() == Some(&kept) && *two == gone));
        assert!(traces.take().contains("merged records are not reported"));
    }
    for other in [
        Fault::status(400),
        refusal("The limit is too large.", json!([])),
        refusal("A filter is wrong.", json!([{"message": "hs_merged_object_ids cannot be compared with a number"}])),
        refusal("A filter is wrong.", json!([{"message": "No such operator.", "code": "INVALID_OPERATOR"}])),
    ] {
        rig.fake.script([Step::pass().times(2), other.into()]);
        let mut changes = rig.changes("2020-01-01");
        assert!(changes.next().await.unwrap().is_ok());
        let error = failed(changes.next().await.unwrap());
        assert_eq!((error.kind(), error.status()), (ErrorKind::Validation, Some(400)), "{error}");
        assert!(changes.next().await.is_none());
        let rest: Vec<Change> =
            rig.changes("2020-01-01").resume(changes.cursor()).unwrap().try_collect().await.unwrap();
        assert!(matches!(&rest[..], [Change::Archived { .. }]), "{rest:?}");
    }
}

#[derive(serde::Deserialize)]
struct Numbered {
    #[expect(dead_code, reason = "only read")]
    city: u32,
}

/// Reads to the error. Returns the ids before it.
async fn to_error<T>(
    mut stream: impl Stream<Item = Result<T, Error>> + Unpin,
    id: impl Fn(T) -> String,
) -> Vec<String> {
    let mut ids = Vec::new();
    loop {
        match stream.next().await.expect("an error") {
            Ok(item) => ids.push(id(item)),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
                assert!(stream.next().await.is_none());
                return ids;
            }
        }
    }
}

/// Inserts 20 contacts. The ninth cannot be read as a [`Numbered`].
fn insert_numbered(rig: &Rig) -> Vec<String> {
    let insert = |n| {
        let city = if n == 8 { "Rome" } else { "1" };
        rig.fake.insert("contacts", json!({"email": format!("c{n}@example.com"), "city": city}))
    };
    (0..20).map(insert).collect()
}

/// A record that cannot be read is an error each time, until it is read without a type.
#[tokio::test]
async fn changes_do_not_pass_a_record_that_cannot_be_read() {
    let rig = Rig::new(0).await;
    let ids = insert_numbered(&rig);
    let typed = rig.client.contacts().typed::<Numbered>();
    let changed = |change: Change<Record<Numbered>>| match change {
        Change::Created(record) => record.id,
        _ => panic!("only created records"),
    };
    let mut changes = typed.changes("2020-01-01").unwrap().limit(7);
    assert_eq!(to_error(&mut changes, changed).await, ids[..8]);
    let mut again = typed.changes("2020-01-01").unwrap().resume(changes.cursor()).unwrap();
    assert!(to_error(&mut again, changed).await.is_empty());
    assert_eq!(again.cursor(), changes.cursor());
    let mut rest = rig.changes("2020-01-01").resume(again.cursor()).unwrap();
    for expected in &ids[8..] {
        let Change::Created(record) = rest.next().await.unwrap().unwrap() else { panic!() };
        assert_eq!(record.id.as_ref(), Some(expected));
    }
    assert!(rest.next().await.is_none());
}

#[tokio::test]
async fn searches_do_not_pass_a_record_that_cannot_be_read() {
    let rig = Rig::new(0).await;
    let ids = insert_numbered(&rig);
    let typed = rig.client.contacts().typed::<Numbered>();
    for request in [SearchRequest::default(), SearchRequest::default().sort_by("createdate")] {
        let request = request.limit(7);
        let mut search = typed.search_all(request.clone());
        let mut seen = to_error(&mut search, |record| record.id).await;
        let mut again = typed.search_all(request.clone()).resume(search.cursor()).unwrap();
        seen.extend(to_error(&mut again, |record| record.id).await);
        let rest = rig.client.contacts().search_all(request).resume(again.cursor()).unwrap();
        seen.extend(rest.try_collect().await.unwrap().iter().map(id));
        assert_eq!(seen, ids);
    }
}

#[tokio::test]
async fn exports_do_not_pass_a_record_that_cannot_be_read() {
    let rig = Rig::new(0).await;
    insert_numbered(&rig);
    let typed = rig.client.contacts().typed::<Numbered>();
    for limit in 1..8 {
        let mut export = typed.export().limit(limit);
        let mut seen = to_error(&mut export, |record| record.id).await;
        assert_eq!(export.done(), seen.len() as u64);
        let mut again = typed.export().limit(limit).resume(export.cursor()).unwrap();
        seen.extend(to_error(&mut again, |record| record.id).await);
        let rest = rig.client.contacts().export().resume(again.cursor()).unwrap();
        let rest: Vec<_> = rest.try_collect().await.unwrap();
        seen.extend(rest.into_iter().map(|record| record.id.unwrap()));
        let distinct: HashSet<&String> = seen.iter().collect();
        assert_eq!((distinct.len(), seen.len()), (20, 20), "pages of {limit}");
    }
}

#[tokio::test]
async fn ids_out_of_order_are_an_error_before_any_record_of_the_page() {
    let rig = Rig::new(0).await;
    rig.insert(&mut Rng::with_seed(1));
    rig.insert(&mut Rng::with_seed(2));
    let page = |ids: &[&str]| {
        let records: Vec<Value> = ids
            .iter()
            .map(|id| json!({"id": id, "properties": {"lastmodifieddate": "2026-01-01T00:00:01Z"}}))
            .collect();
        Fault::Body(json!({"total": ids.len(), "results": records}))
    };
    for ids in [&["5", "9", "7"][..], &["5", "5"], &["9", "five"]] {
        rig.fake.script([Step::pass(), page(ids).into()]);
        let error = failed(rig.changes("2020-01-01").next().await.unwrap());
        assert_eq!(error.kind(), ErrorKind::Paging, "{error}");
        let contacts = rig.client.contacts();
        rig.fake.script([page(ids)]);
        let error = failed(contacts.search_all(SearchRequest::default()).next().await.unwrap());
        assert_eq!(error.kind(), ErrorKind::Paging, "{error}");
        rig.fake.script([page(ids)]);
        let error = failed(contacts.export().documented_only().next().await.unwrap());
        assert_eq!(error.kind(), ErrorKind::Paging, "{error}");
    }
    // An id that the filter leaves out.
    let cursor = {
        let mut changes = rig.changes("2020-01-01").limit(1);
        changes.next().await.unwrap().unwrap();
        changes.cursor()
    };
    rig.fake.script([page(&["1", "99999999999"])]);
    let error = failed(rig.changes("2020-01-01").resume(cursor).unwrap().next().await.unwrap());
    assert_eq!(error.kind(), ErrorKind::Paging, "{error}");
}

#[tokio::test]
async fn a_record_dated_in_the_future_hides_no_later_change() {
    let rig = Rig::new(0).await;
    let first = rig.insert(&mut Rng::with_seed(1));
    let future = rig.fake.insert(
        "contacts",
        json!({"email": "future@example.com", "city": "Rome", "lastmodifieddate": "2030-01-01T00:00:00.000Z"}),
    );
    let mut changes = rig.changes("2020-01-01").overlap(Duration::ZERO);
    while let Some(change) = changes.next().await {
        change.unwrap();
    }
    // The clock of the client is twelve hours ahead of the fake's.
    rig.pass(12 * 3_600);
    rig.update(&first, "Oslo").await;
    let mut next = rig.changes("2020-01-01").overlap(Duration::ZERO).resume(changes.cursor()).unwrap();
    let mut found = Vec::new();
    while let Some(change) = next.next().await {
        let (Change::Created(record) | Change::Changed(record)) = change.unwrap() else { continue };
        found.push(id(&record));
    }
    assert_eq!(found, [first, future]);
}
