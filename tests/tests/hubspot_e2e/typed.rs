//! Records whose properties are a type of the user's own.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use hubspot_client::types::{Filter, SearchRequest};
use hubspot_client::{Change, ErrorKind, Record, Sent, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Rig, failed};

#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Stage {
    #[default]
    Open,
    Won,
}

/// Cents, as a separate type.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
struct Cents(u32);

#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
struct Deal {
    dealname: String,
    amount: f64,
    #[serde(rename = "hs_num_notes")]
    notes: Option<u8>,
    #[serde(rename = "hs_is_closed")]
    closed: Option<bool>,
    dealstage: Option<Stage>,
    fee: Option<Cents>,
    #[serde(default)]
    hs_attachment_ids: Vec<u64>,
    closedate: Option<String>,
    reviewed: Option<i64>,
    #[serde(skip_serializing)]
    hs_lastmodifieddate: Option<Timestamp>,
    city: Option<String>,
}

fn full() -> Deal {
    Deal {
        dealname: "Big".to_owned(),
        amount: 41.67,
        notes: Some(12),
        closed: Some(true),
        dealstage: Some(Stage::Won),
        fee: Some(Cents(250)),
        hs_attachment_ids: vec![789, 790],
        closedate: Some("2026-01-02".to_owned()),
        reviewed: Some(1_767_312_000_000),
        hs_lastmodifieddate: None,
        city: None,
    }
}

fn without_time(record: Record<Deal>) -> Deal {
    assert!(record.properties.hs_lastmodifieddate.is_some());
    Deal { hs_lastmodifieddate: None, ..record.properties }
}

#[tokio::test]
async fn what_is_written_is_read_by_every_way() {
    let rig = Rig::new().await;
    let deals = rig.client.deals().typed::<Deal>();
    let made = deals.create(&full()).send().await.unwrap();
    assert!(!made.archived && made.created_at.is_some() && !format!("{made:?}").contains("Big"));
    let id = made.id.clone();
    assert_eq!(without_time(made), full());
    let sent = rig.requests("deals.create")[0].json();
    assert_eq!(
        sent["properties"],
        json!({
            "dealname": "Big", "amount": "41.67", "hs_num_notes": "12", "hs_is_closed": "true", "dealstage": "won",
            "fee": "250", "hs_attachment_ids": "789;790", "closedate": "2026-01-02", "reviewed": "1767312000000",
        })
    );

    assert_eq!(without_time(deals.get(&id).send().await.unwrap()), full());
    assert_eq!(without_time(deals.get_by("dealname", "Big").send().await.unwrap()), full());
    let read = rig.requests("deals.get");
    assert_eq!(read[0].query.iter().filter(|pair| pair.0 == "properties").count(), 11, "each field is asked for");
    for n in 0..230 {
        deals
            .create(&Deal { dealname: format!("d{n}"), amount: f64::from(n), ..Deal::default() })
            .send()
            .await
            .unwrap();
    }
    let listed = deals.list().items().try_collect().await.unwrap();
    assert_eq!((listed.len(), listed[0].properties.amount), (231, 41.67));
    let request = || SearchRequest::default().and(Filter::gte("amount", 41)).sort_by("amount").limit(50);
    let page = deals.search(request()).send().await.unwrap();
    assert_eq!((page.total, page.results[0].properties.amount), (Some(190), 41.0));
    let searched = deals.search(request()).items().try_collect().await.unwrap();
    let walked = deals.search_all(request()).try_collect().await.unwrap();
    let exported: Vec<_> = deals.export().try_collect().await.unwrap();
    assert_eq!(exported, listed);
    let recent: Vec<_> = deals.changes("2020-01-01").unwrap().try_collect().await.unwrap();
    let (mut amounts, mut listed_amounts) =
        (Vec::new(), listed.iter().map(|deal| deal.properties.amount).collect::<Vec<_>>());
    for change in &recent {
        let Change::Created(deal) = change else { panic!("{change:?}") };
        amounts.push(deal.properties.amount);
    }
    amounts.sort_by(f64::total_cmp);
    listed_amounts.sort_by(f64::total_cmp);
    assert_eq!(amounts, listed_amounts);
    assert_eq!((searched.len(), walked.len(), recent.len()), (190, 190, 231));
    assert_eq!(searched, walked);
    let report = deals.read_many([&id, "404"]).await;
    assert_eq!((&report.ok[0].1.properties.dealname[..], report.failed[0].1.kind()), ("Big", ErrorKind::NotFound));

    let changed = Deal { amount: 7.0, closed: None, hs_attachment_ids: Vec::new(), ..full() };
    let changed = deals.update(&id, &changed).send().await.unwrap().properties;
    assert_eq!((changed.amount, changed.closed, changed.hs_attachment_ids.len()), (7.0, Some(true), 0));
    let company = rig.fake.insert("companies", json!({"name": "Acme"}));
    rig.client.deals().add_to_company(&id, &company).send().await.unwrap();
    let linked = deals.get(&id).set_query("associations", &["companies"]).send().await.unwrap();
    assert_eq!(linked.associations.get("companies").unwrap().results[0].id.as_ref(), Some(&company));
    rig.assert_accepted();
}

#[tokio::test]
async fn values_are_read_as_long_as_their_meaning_is_clear() {
    let rig = Rig::new().await;
    let deals = rig.client.deals().typed::<Deal>();
    for (property, value, read) in [
        ("hs_num_notes", "12.0", Deal { notes: Some(12), ..Deal::default() }),
        ("hs_num_notes", " 3 ", Deal { notes: Some(3), ..Deal::default() }),
        ("hs_is_closed", "False", Deal { closed: Some(false), ..Deal::default() }),
        ("hs_attachment_ids", "1; 2;", Deal { hs_attachment_ids: vec![1, 2], ..Deal::default() }),
        ("reviewed", "2026-01-02T00:00:00Z", Deal { reviewed: Some(1_767_312_000_000), ..Deal::default() }),
        ("reviewed", "2026-01-02", Deal { reviewed: Some(1_767_312_000_000), ..Deal::default() }),
        ("city", "", Deal::default()),
    ] {
        let mut properties = json!({"dealname": "", "amount": "0"});
        properties["dealname"] = json!("x");
        properties[property] = json!(value);
        let id = rig.fake.insert("deals", properties);
        let deal = without_time(deals.get(&id).send().await.unwrap());
        assert_eq!(Deal { dealname: String::new(), ..deal }, read, "{property} {value}");
    }
}

#[tokio::test]
async fn errors_name_the_property_and_never_the_value() {
    let rig = Rig::new().await;
    let deals = rig.client.deals().typed::<Deal>();
    for (property, value, said) in [
        ("amount", "s3cret", "the property amount: expected a number"),
        ("hs_num_notes", "300300", "the property hs_num_notes: expected u8"),
        ("hs_num_notes", "s3cret", "the property hs_num_notes: expected an integer"),
        ("hs_is_closed", "s3cret", "the property hs_is_closed: expected true or false"),
        ("dealstage", "s3cret", "the property dealstage: expected one of open, won"),
        ("hs_attachment_ids", "1;s3cret", "the property hs_attachment_ids: expected an integer"),
        (
            "reviewed",
            "2026-01-02T00:00:00",
            "the property reviewed: expected an integer, a date, or a time with its zone",
        ),
        ("amount", "", "the property amount has no value; make the field an Option"),
    ] {
        let mut properties = json!({"dealname": "x", "amount": "1"});
        properties[property] = json!(value);
        let id = rig.fake.insert("deals", properties);
        let request = SearchRequest::default().and(Filter::eq("hs_object_id", &id));
        let errors = [
            failed(deals.get(&id).send().await),
            failed(deals.search(request.clone()).send().await),
            failed(deals.search_all(request).next().await.unwrap()),
            deals.read_many([&id]).await.failed.remove(0).1,
        ];
        for error in errors {
            assert_eq!((error.kind(), error.sent()), (ErrorKind::Decode, Sent::Answered));
            let text = format!("{error} {error:?}");
            assert!(text.contains(said), "{text}");
            assert!(!text.contains("s3cret") && !text.contains("300300"), "{text}");
        }
    }
}

#[tokio::test]
async fn what_no_property_can_hold_is_refused_before_anything_is_sent() {
    let rig = Rig::new().await;
    let objects = rig.client.deals();
    let errors = [
        failed(objects.typed::<Deal>().create(&Deal { amount: f64::NAN, ..full() }).send().await),
        failed(
            objects
                .typed::<BTreeMap<String, Vec<String>>>()
                .create(&BTreeMap::from([("a".into(), vec!["s3;cret".into()])]))
                .send()
                .await,
        ),
        failed(
            objects.typed::<BTreeMap<String, Deal>>().update("1", &BTreeMap::from([("a".into(), full())])).send().await,
        ),
        failed(objects.typed::<Vec<String>>().create(&vec!["s3;cret".into()]).send().await),
    ];
    let said = [
        "the property amount: not a finite number",
        "the property a: ",
        "the property a: ",
        "properties must be a struct or a map",
    ];
    for (error, said) in errors.iter().zip(said) {
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Validation, Sent::No));
        assert!(error.to_string().contains(said) && !error.to_string().contains("s3;cret"), "{error}");
    }
    assert_eq!(rig.fake.report().requests, 0);
}

#[tokio::test]
async fn a_map_asks_for_nothing_and_takes_what_comes() {
    let rig = Rig::with_contacts(2).await;
    let contacts = rig.client.contacts().typed::<BTreeMap<String, String>>();
    let all = contacts.list().items().try_collect().await.unwrap();
    assert_eq!(all[1].properties["email"], "c1@example.com");
    assert!(!all[1].properties.contains_key("firstname"), "null is left out");
    assert!(rig.requests("contacts.list")[0].query_value("properties").is_none());
}

#[tokio::test]
async fn the_map_keeps_the_text_and_reads_times_in_all_their_forms() {
    let rig = Rig::new().await;
    let midnight = Some(1_767_312_000_000);
    for (text, millis) in [
        ("2026-01-02", midnight),
        ("1767312000000", midnight),
        ("2026-01-02T00:00:00Z", midnight),
        ("2026-01-02T01:00:00.000+01:00", midnight),
        ("1767312000000.0", midnight),
        ("2026-01-02T00:00:00.000+0000", midnight),
        ("2026-01-02T00:00Z", midnight),
        ("44582400000", Some(44_582_400_000)),
        ("2026-01-02T00:00:00", None),
        ("2026-01-02 00:00:00", None),
        ("soon", None),
    ] {
        let id = rig.fake.insert("deals", json!({"closedate": text}));
        let deal = rig.client.deals().get(&id).send().await.unwrap();
        assert_eq!(deal.property("closedate"), Some(text));
        let time = deal.time("closedate").unwrap();
        assert_eq!((time.as_str(), time.unix_millis()), (text, millis));
        assert_eq!(time.read().err().map(|error| error.text() == "soon"), (text == "soon").then_some(true), "{text}");
    }
    for none in [json!({}), json!({"closedate": null}), json!({"closedate": ""}), json!({"closedate": " "})] {
        let id = rig.fake.insert("deals", none);
        let deal = rig.client.deals().get(&id).properties(["closedate"]).send().await.unwrap();
        assert!(deal.time("closedate").is_none(), "{:?}", deal.property("closedate"));
    }
}
