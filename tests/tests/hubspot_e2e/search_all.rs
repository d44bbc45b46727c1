//! Searches past 10,000 results, while the records change.

use std::collections::{HashMap, HashSet};

use crm_fake::{Fault, Step};
use hubspot_client::types::{Filter, Object, ObjectUpdate, SearchRequest};
use hubspot_client::{CallOptions, Client, Error, ErrorKind, Position, RetryPolicy, SearchAll, Sent};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Rig, failed};

const CHANGED: &str = "hs_lastmodifieddate";

/// 25,000 deals, of which 12,000 were changed at the same moment, the others in groups, and some
/// at no known time.
fn many_deals(rig: &Rig) -> Vec<String> {
    let deals = (0..25_000).map(|n: usize| {
        let stage = if n.is_multiple_of(2) { "won" } else { "lost" };
        let changed = match n % 25 {
            0..12 => "2020-06-01T12:00:00.123Z".to_owned(),
            _ => format!("2020-{:02}-{:02}T00:00:{:02}.000Z", 1 + n % 7, 1 + n % 28, n % 60),
        };
        rig.fake.insert("deals", json!({"dealstage": stage, CHANGED: changed}))
    });
    deals.collect()
}

/// Walks over all deals and changes some after every 200: deals that were seen and deals that
/// were not, new deals, and deals that are archived before they are seen.
async fn walk_while_changing(rig: &Rig, ids: &[String], request: SearchRequest) {
    let deals = rig.client.deals();
    let mut all = deals.search_all(request);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut gone = HashSet::new();
    let mut created = 0;
    let mut read = 0;
    while let Some(deal) = all.next().await {
        *seen.entry(deal.unwrap().id.unwrap()).or_default() += 1;
        read += 1;
        if read % 200 == 0 {
            let far = &ids[(read * 7919) % ids.len()];
            for id in [far, &ids[(read * 31) % ids.len()]] {
                if !gone.contains(id) {
                    deals.update(id, ObjectUpdate::from([("amount", read)])).send().await.unwrap();
                }
            }
            let lost = &ids[(read * 104_729 + 11) % ids.len()];
            if !seen.contains_key(lost) {
                deals.archive(lost).send().await.unwrap();
                gone.insert(lost.clone());
            }
            rig.fake.insert("deals", json!({"dealstage": "won"}));
            created += 1;
        }
    }
    assert!(all.next().await.is_none());
    assert!(all.cursor().is_end());
    assert!(created > 100 && gone.len() > 20, "{created} {}", gone.len());
    let twice = seen.values().filter(|times| **times > 1).count();
    let missed = ids.iter().filter(|id| !gone.contains(*id) && !seen.contains_key(*id)).count();
    assert_eq!((twice, missed), (0, 0));
    assert!(seen.len() <= ids.len() - gone.len() + created);
    rig.assert_accepted();
}

#[tokio::test]
async fn by_id_25_000_records_come_once_while_they_change() {
    let rig = Rig::new().await;
    let ids = many_deals(&rig);
    let capped = failed(rig.client.deals().search(SearchRequest::default().limit(200)).items().try_collect().await);
    assert_eq!(capped.kind(), ErrorKind::Validation, "the plain search ends at 10,000");
    walk_while_changing(&rig, &ids, SearchRequest::default()).await;
}

#[tokio::test]
async fn by_a_property_with_ties_25_000_records_come_once_while_they_change() {
    let rig = Rig::new().await;
    let ids = many_deals(&rig);
    let request = SearchRequest::default().sort_by(CHANGED).properties(["dealstage"]);
    walk_while_changing(&rig, &ids, request).await;
    let first = rig.requests("deals.search")[0].json();
    assert_eq!(first["properties"], json!(["dealstage", CHANGED]), "the key is read as well");
}

#[tokio::test]
async fn every_group_of_a_request_is_narrowed() {
    let rig = Rig::new().await;
    for n in 0..90 {
        rig.fake
            .insert("deals", json!({"amount": n.to_string(), "dealstage": if n % 9 == 0 { "won" } else { "open" }}));
    }
    let request =
        || SearchRequest::default().and(Filter::gte("amount", 70)).or(Filter::eq("dealstage", "won")).limit(7);
    let plain = rig.client.deals().search(request().sort_by("amount")).items().try_collect().await.unwrap();
    for request in [request(), request().sort_by("amount")] {
        let walked = rig.client.deals().search_all(request).properties(["amount"]).try_collect().await.unwrap();
        assert_eq!(walked.len(), plain.len());
        assert!(walked.iter().zip(&plain).all(|(one, other)| one.id == other.id && one.property("amount").is_some()));
    }
    rig.assert_accepted();
}

fn id(deal: Object) -> String {
    deal.id.unwrap()
}

/// After an error, in the middle of a page, at the end, in the same walk and in another process.
#[tokio::test]
async fn a_walk_starts_anew_wherever_it_is_resumed() {
    let rig = Rig::new().await;
    for n in 0..60 {
        rig.fake.insert("deals", json!({"amount": (n / 4).to_string()}));
    }
    let by_amount = || SearchRequest::default().sort_by("amount");
    for (order, request) in [("id", SearchRequest::default()), ("amount", by_amount())] {
        let start = || rig.client.deals().search_all(request.clone().limit(10));
        let expected: Vec<String> = start().try_collect().await.unwrap().into_iter().map(id).collect();
        rig.fake.script([crm_fake::Step::pass(), Fault::status(403).into()]);
        let mut walk = start();
        let mut ids = Vec::new();
        let error = loop {
            match walk.next().await.unwrap() {
                Ok(deal) => ids.push(id(deal)),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::Permission, "{order}");
        assert!(walk.next().await.is_none());
        let early = walk.cursor();
        let read = ids.len();
        for n in 0..14 {
            let cursor = walk.cursor();
            walk = if n % 2 == 0 { walk } else { start() };
            walk = walk.resume(cursor.to_string().parse().unwrap()).unwrap();
            for _ in 0..3 {
                ids.extend(walk.next().await.map(|deal| id(deal.unwrap())));
            }
        }
        while let Some(deal) = walk.next().await {
            ids.push(id(deal.unwrap()));
        }
        assert_eq!(ids, expected, "by {order} each comes once");

        // The cursor of the end, and an earlier one.
        let end = walk.cursor();
        assert!(walk.resume(end.clone()).unwrap().next().await.is_none());
        let rest = start().resume(end.clone()).unwrap().resume(early.clone()).unwrap();
        assert_eq!(rest.try_collect().await.unwrap().len(), expected.len() - read, "{order}");
        // The runs of tomorrow: after one that was interrupted, and after one that reached the end.
        let interrupted = start().resume_or_begin(Some(early)).unwrap();
        assert_eq!(interrupted.try_collect().await.unwrap().len(), expected.len() - read);
        let again = start().resume_or_begin(Some(end)).unwrap();
        assert_eq!(again.try_collect().await.unwrap().len(), expected.len());
    }
}

#[tokio::test]
async fn a_walk_refuses_the_cursors_of_other_lists() {
    let rig = Rig::new().await;
    let deals = rig.client.deals();
    let request = || SearchRequest::default().and(Filter::eq("dealstage", "won"));
    let stored = deals.search_all(request()).cursor();
    // The position depends neither on the page size nor on what is read.
    assert!(deals.search_all(request().limit(7)).properties(["amount"]).resume(stored.clone()).is_ok());
    let parameters = "belongs to objects.search_all with other parameters";
    let others = [
        (deals.search_all(SearchRequest::default()), parameters),
        (deals.search_all(request().sort_by("amount")), parameters),
        (rig.client.contacts().search_all(request()), parameters),
        (deals.search_all(request().after("200")), "its own positions"),
    ];
    for (walk, said) in others {
        let error = failed(walk.resume(stored.clone()));
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Validation, Sent::No), "{said}");
        assert!(error.to_string().contains(said), "{error}");
    }
    let plain = deals.search(request()).items();
    let error = failed(deals.search_all(request()).resume(plain.cursor()));
    assert!(error.to_string().contains("belongs to objects.search, not to objects.search_all"), "{error}");
    assert!(failed(plain.resume(stored)).to_string().contains("belongs to objects.search_all"));
    assert_eq!(rig.fake.report().requests, 0);
}

#[tokio::test]
async fn what_cannot_be_walked_is_refused_before_anything_is_sent() {
    let rig = Rig::new().await;
    let request = SearchRequest::default;
    let full = |filters: usize| (1..filters).fold(request(), |request, n| request.and(Filter::known(format!("p{n}"))));
    let three = |request: SearchRequest| request.or(Filter::known("a")).and(Filter::known("b")).and(Filter::known("c"));
    let wide = (0..5).fold(request(), |request, _| three(request));
    let crowd = (0..6).fold(request(), |request, _| request.or(Filter::known("a")));
    for (request, said) in [
        (request().sort_by_descending("amount"), "in ascending order only"),
        (request().after("200"), "resume"),
        (request().limit(201), "1 to 200"),
        (full(7), "group 1 would have 7; HubSpot takes 6"),
        (full(6).sort_by("amount"), "group 1 would have 7; HubSpot takes 6"),
        (wide, "the search would have 20; HubSpot takes 18"),
        (crowd, "5 groups of filters, not 6"),
    ] {
        let mut walk = rig.client.deals().search_all(request);
        let error = failed(walk.next().await.unwrap());
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Validation, Sent::No));
        assert!(error.to_string().contains(said), "{error}");
        assert!(walk.next().await.is_none());
    }
    assert_eq!(rig.fake.report().requests, 0);
}

/// Reads a walk that is stopped and resumed after each few records.
async fn order(start: impl Fn() -> SearchAll, stop: usize) -> Result<Vec<(Option<f64>, u64)>, Error> {
    let (mut walk, mut records) = (start(), Vec::new());
    while let Some(record) = walk.next().await {
        records.push(record?);
        if records.len().is_multiple_of(stop) {
            let stored = walk.cursor().to_string();
            let other = if records.len().is_multiple_of(2) { walk } else { start() };
            walk = other.resume(stored.parse()?)?;
        }
    }
    Ok(records.iter().map(|r| (r.number("size"), r.id.as_ref().unwrap().parse().unwrap())).collect())
}

async fn walked(client: &Client, kind: &str, page: i64, stop: usize) -> [Vec<(Option<f64>, u64)>; 2] {
    let request = SearchRequest::default().limit(page).properties(["size"]);
    let by_size = order(|| client.objects(kind).search_all(request.clone().sort_by("size")), stop).await.unwrap();
    [by_size, order(|| client.objects(kind).search_all(request.clone()), stop).await.unwrap()]
}

#[test]
fn whatever_the_values_pages_and_stops_each_record_comes_once_and_in_order() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let rig = runtime.block_on(Rig::new());
    let number = std::cell::Cell::new(0);
    let cases = (prop::collection::vec(prop::option::of(0..5u8), 0..40), 1..6i64, 1..9usize);
    proptest!(ProptestConfig::with_cases(48), |((sizes, page, stop) in cases)| {
        number.set(number.get() + 1);
        let kind = format!("2-{}", number.get());
        let mut expected: Vec<(Option<f64>, u64)> = Vec::new();
        for (n, size) in sizes.iter().enumerate() {
            // `1` and `1.0` are one value to a filter.
            let written = |size: u8| if n % 3 == 0 { format!("{size}.0") } else { size.to_string() };
            let properties = size.map_or_else(|| json!({}), |size| json!({"size": written(size)}));
            let id: String = rig.fake.insert(&kind, Value::clone(&properties));
            expected.push((size.map(f64::from), id.parse().unwrap()));
        }
        let [by_size, by_id] = runtime.block_on(walked(&rig.client, &kind, page, stop));
        prop_assert_eq!(&by_id, &expected);
        let value = |row: &(Option<f64>, u64)| row.0.unwrap_or(f64::MAX);
        prop_assert!(by_size.is_sorted_by(|a, b| value(a) <= value(b)));
        let mut sorted = by_size;
        sorted.sort_by_key(|row| row.1);
        prop_assert_eq!(sorted, expected);
    });
}

/// Only a page that has its records can be the last one.
#[tokio::test]
async fn a_search_does_not_end_at_a_page_without_records() {
    for body in [
        json!({}),
        json!(null),
        json!({"results": null}),
        json!({"total": 3}),
        json!({"status": "error", "message": "x"}),
    ] {
        let rig = Rig::with_contacts(1).await;
        rig.fake.fail(Fault::Body(body.clone()));
        let once = rig.client.with(CallOptions::default().retry(RetryPolicy::none()));
        let mut records = once.contacts().search_all(SearchRequest::default());
        let error = records.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}: {error}");
        assert_eq!(records.cursor().position(), &Position::Start, "{body}");
    }
}

/// HubSpot can return a page without records although more follow it.
#[tokio::test]
async fn a_search_continues_behind_an_empty_page() {
    let rig = Rig::with_contacts(150).await;
    let empty = json!({"total": 150, "results": [], "paging": {"next": {"after": "0"}}});
    rig.fake.script([Step::pass(), Fault::Body(empty).into()]);
    let records = rig.client.contacts().search_all(SearchRequest::default().limit(100));
    let ids: HashSet<_> = records.try_collect().await.unwrap().into_iter().filter_map(|record| record.id).collect();
    assert_eq!(ids.len(), 150);
}
