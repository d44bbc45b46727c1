//! Lists and searches, page by page.

use std::collections::BTreeSet;

use crm_fake::Fault;
use hubspot_client::types::{Filter, ObjectWithAssociations, SearchRequest};
use hubspot_client::{Cursor, ErrorKind, Sent};
use serde_json::json;

use super::{Rig, failed};

#[tokio::test]
async fn all_contacts_across_pages_with_a_stop_and_a_stored_cursor() {
    let rig = Rig::with_contacts(250).await;
    let list = || rig.client.contacts().list().limit(100).properties(["email"]);
    let email = |contact: &ObjectWithAssociations| contact.property("email").unwrap().to_owned();
    let mut items = list().items();
    let mut seen = Vec::new();
    while seen.len() < 130 {
        seen.push(email(&items.next().await.unwrap().unwrap()));
    }
    let stored: String = items.cursor().to_string();
    drop(items);
    let cursor: Cursor = stored.parse().unwrap();
    let mut items = list().items().resume(cursor.clone()).unwrap();
    while let Some(contact) = items.next().await {
        seen.push(email(&contact.unwrap()));
    }
    assert!(items.cursor().is_end());
    assert_eq!(seen.len(), 250);
    let expected: BTreeSet<String> = (0..250).map(|n| format!("c{n}@example.com")).collect();
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected);
    // Pages one and two, then two again and three.
    let after: Vec<bool> = rig.requests("contacts.list").iter().map(|r| r.query_value("after").is_some()).collect();
    assert_eq!(after, [false, true, true, true]);

    let other = rig.client.contacts().list().limit(100).properties(["phone"]).items();
    let error = failed(other.resume(cursor));
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Validation, Sent::No));
    rig.assert_accepted();
}

#[tokio::test]
async fn an_error_in_the_middle_leaves_a_cursor_to_go_on_from() {
    let rig = Rig::with_contacts(25).await;
    let list = || rig.client.contacts().list().limit(10);
    rig.fake.script([crm_fake::Step::pass(), Fault::status(403).into()]);
    let mut items = list().items();
    let mut seen = 0;
    let error = loop {
        match items.next().await.unwrap() {
            Ok(_) => seen += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((seen, error.kind()), (10, ErrorKind::Permission));
    assert!(items.next().await.is_none());
    let rest = list().items().resume(items.cursor()).unwrap().try_collect().await.unwrap();
    assert_eq!(rest.len(), 15);
}

#[tokio::test]
async fn a_repeated_cursor_is_an_error_and_not_an_endless_list() {
    let rig = Rig::with_contacts(25).await;
    rig.fake.fail(Fault::RepeatCursor.times(100));
    let mut items = rig.client.contacts().list().limit(10).items();
    let mut seen = 0;
    let error = loop {
        match items.next().await.unwrap() {
            Ok(_) => seen += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((seen, error.kind()), (20, ErrorKind::Paging));
    assert!(error.to_string().contains("the vendor returned the same cursor again"), "{error}");
    assert_eq!(rig.fake.report().requests, 2);
}

#[tokio::test]
async fn an_empty_page_with_a_cursor_goes_on_and_a_numeric_cursor_is_understood() {
    let rig = Rig::with_contacts(3).await;
    rig.fake.fail(Fault::Body(json!({"results": [], "paging": {"next": {"after": 17}}})));
    rig.fake.fail(Fault::Body(json!({"results": [{"id": 5}], "paging": {"next": {"after": ""}}})));
    let all = rig.client.contacts().list().items().try_collect().await.unwrap();
    assert_eq!(all[0].id.as_deref(), Some("5"));
    assert_eq!(rig.requests("contacts.list")[1].query_value("after"), Some("17"));
}

#[tokio::test]
async fn searches_with_filters_find_what_they_ask_for() {
    let rig = Rig::new().await;
    for n in 0..30 {
        let city = if n % 3 == 0 { "Bonn" } else { "Ulm" };
        rig.fake.insert("contacts", json!({"email": format!("c{n}@example.com"), "city": city, "age": n}));
    }
    rig.fake.insert("contacts", json!({"email": "lone@example.com"}));
    let request = SearchRequest::default()
        .filter("city", "EQ", "bonn")
        .and(Filter::gte("age", 9))
        .or(Filter::unknown("city"))
        .sort_by_descending("age")
        .properties(["email", "age"])
        .limit(4);
    let found = rig.client.contacts().search(request.clone()).items().try_collect().await.unwrap();
    let ages: Vec<Option<f64>> = found.iter().map(|contact| contact.number("age")).collect();
    let expected: Vec<Option<f64>> = (3..10).rev().map(|n| Some(f64::from(n) * 3.0)).chain([None]).collect();
    assert_eq!(ages, expected);

    let requests = rig.requests("contacts.search");
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].json()["after"], json!("4"));
    assert_eq!(
        requests[0].json(),
        json!({
            "filterGroups": [
                {"filters": [
                    {"propertyName": "city", "operator": "EQ", "value": "bonn"},
                    {"propertyName": "age", "operator": "GTE", "value": "9"},
                ]},
                {"filters": [{"propertyName": "city", "operator": "NOT_HAS_PROPERTY"}]},
            ],
            "sorts": [{"propertyName": "age", "direction": "DESCENDING"}],
            "properties": ["email", "age"],
            "limit": 4,
        })
    );
    rig.assert_accepted();
}

#[tokio::test]
async fn every_filter_means_what_it_says() {
    let rig = Rig::new().await;
    for n in 0..10 {
        rig.fake.insert("contacts", json!({"company": format!("Firm {n}"), "age": n}));
    }
    let cases: [(Filter, i64); 11] = [
        (Filter::eq("age", 3), 1),
        (Filter::neq("age", 3), 9),
        (Filter::gt("age", 3), 6),
        (Filter::gte("age", 3), 7),
        (Filter::lt("age", 3), 3),
        (Filter::lte("age", 3), 4),
        (Filter::between("age", 3, 5), 3),
        (Filter::one_of("age", [1, 2, 77]), 2),
        (Filter::none_of("age", [1, 2]), 8),
        (Filter::contains("company", "firm*"), 10),
        (Filter::contains_not("company", "firm"), 0),
    ];
    for (filter, expected) in cases {
        let reply = rig.client.contacts().search(SearchRequest::default().and(filter.clone())).send().await.unwrap();
        assert_eq!(reply.total, Some(expected), "{}", serde_json::to_string(&filter).unwrap());
    }
    rig.assert_accepted();
}

#[tokio::test]
async fn a_search_ends_at_ten_thousand() {
    let rig = Rig::new().await;
    let error = failed(rig.client.contacts().search(SearchRequest::default().after("10000").limit(200)).send().await);
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Validation, Some(400), 1));
    assert!(error.to_string().contains("search_all"), "{error}");
    let said = error.vendor().unwrap().message.as_deref().unwrap();
    assert!(said.starts_with("a search ends at 10000 results"), "{said}");
}
