//! Exports all contacts of a location by several concurrent walks, against the fake, over real HTTP.

mod speed;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crm_core::ManualClock;
use crm_fake::{Fake, Fault, Hint, Vendor, When};
use fastrand::Rng;
use hoopai_client::{Client, ContactExport, Cursor, ErrorKind, Quotas};
use serde_json::{Value, json};

const LOCATION: &str = "location-fake";

/// Returns a fake with contacts, and a client without quotas, which reads at eight places at once.
async fn rig(number: usize) -> (Fake, Client) {
    let fake = Fake::builder(Vendor::HoopAi).no_quota().keep_requests(100_000).start().await.unwrap();
    for n in 0..number {
        fake.insert("contacts", json!({"email": format!("c{n}@example.com")}));
    }
    let builder = Client::builder().token(fake.token()).base_url(fake.base_url()).quotas(Quotas::none());
    let client = builder.clock(Arc::new(ManualClock::auto())).seed(7).build().unwrap();
    (fake, client)
}

fn add(seen: &mut HashMap<String, usize>, id: Option<String>) {
    *seen.entry(id.unwrap()).or_default() += 1;
}

async fn rest(mut export: ContactExport, seen: &mut HashMap<String, usize>) {
    while let Some(contact) = export.next().await {
        add(seen, contact.unwrap().id);
    }
    assert!(export.cursor().is_end());
}

/// During the export, contacts are deleted and created, and requests fail.
#[tokio::test]
async fn each_contact_comes_once_while_contacts_change_and_requests_fail() {
    let (fake, client) = rig(10_600).await;
    let rng = &mut Rng::with_seed(1);
    let mut constant: Vec<String> =
        fake.records("contacts").iter().map(|contact| contact["id"].as_str().unwrap().to_owned()).collect();
    let mut export = client.contacts().export(LOCATION);
    let mut seen = HashMap::new();
    while let Some(contact) = export.next().await {
        add(&mut seen, contact.unwrap().id);
        if fake.faults_left() == 0 && rng.u8(..) == 0 {
            match rng.u8(0..4) {
                0 => fake.fail(Fault::RateLimited { hint: Some(Hint::VendorHeaders) }),
                1 => fake.fail(Fault::CutBody { after: 100 }),
                2 => fake.fail(Fault::Reset { when: When::AfterHeaders }),
                _ => fake.fail(Fault::Slow(Duration::from_millis(3))),
            }
        }
        match rng.u16(0..200) {
            // Not the last contact of a page, because the fake continues after it.
            0 => {
                let index = rng.usize(0..constant.len() / 500) * 500 + rng.usize(10..400);
                if index < constant.len() {
                    fake.heal();
                    client.contacts().delete(constant.swap_remove(index)).send().await.unwrap();
                }
            }
            1 => drop(fake.insert("contacts", json!({"email": format!("new{}@example.com", rng.u64(..))}))),
            _ => {}
        }
    }
    // The last fault may have come too late for a request.
    fake.heal();
    assert_eq!(constant.iter().filter(|id| !seen.contains_key(*id)).count(), 0);
    assert_eq!(seen.values().max(), Some(&1));
    assert_eq!((export.done(), export.total()), (seen.len() as u64, Some(10_600)));
    assert_eq!(fake.report().refused, 0, "{:?}", fake.report().problems);
}

#[tokio::test]
async fn windows_of_time_do_not_overlap() {
    let (fake, client) = rig(10_600).await;
    let mut seen = HashMap::new();
    rest(client.contacts().export(LOCATION), &mut seen).await;
    assert_eq!((seen.len(), seen.values().max()), (10_600, Some(&1)));
    let bodies: Vec<Value> = fake.requests().iter().map(|request| request.json().clone()).collect();
    let borders = bodies.iter().filter(|body| !body["page"].is_null()).count();
    assert_eq!(borders, 1, "the search for the first border counted the few contacts behind it");
    // The search for the border found the contacts between.
    let added = |n: usize| fake.records("contacts")[n]["dateAdded"].clone();
    let (known, border) = (added(19 * 499 + 1), added(20 * 499 - 1));
    let mut ranges: Vec<String> = bodies
        .iter()
        .filter(|body| body["pageLimit"] == json!(500))
        .map(|body| {
            assert_eq!(body["sort"], json!([{"field": "dateAdded", "direction": "asc"}]));
            let filter = &body["filters"][0];
            format!("{} {} {}", filter["operator"], filter["value"]["gte"], filter["value"]["lt"])
        })
        .collect();
    ranges.sort();
    ranges.dedup();
    let mut expected =
        [format!("\"range\" {border} null"), format!("\"range\" null {known}"), "\"not_exists\" null null".to_owned()];
    expected.sort();
    assert_eq!(ranges, expected);
    // The first part takes 20 searches, the second part two, and one finds no contact without a time.
    assert_eq!(bodies.len(), 23);
}

#[tokio::test]
async fn killed_and_resumed_with_other_page_sizes_nothing_is_lost_or_comes_twice() {
    let (_fake, client) = rig(10_100).await;
    let rng = &mut Rng::with_seed(3);
    let mut seen = HashMap::new();
    let (mut stored, mut runs): (Option<String>, u32) = (None, 0);
    loop {
        runs += 1;
        let cursor = stored.take().map(|text| text.parse::<Cursor>().unwrap());
        let export = client.contacts().export(LOCATION).limit(rng.u16(200..=500));
        let mut export = export.resume_or_begin(cursor).unwrap();
        for _ in 0..rng.usize(1..2_000) {
            let Some(contact) = export.next().await else { break };
            add(&mut seen, contact.unwrap().id);
        }
        let cursor = export.cursor();
        if cursor.is_end() {
            break;
        }
        stored = Some(cursor.to_string());
    }
    assert!(runs > 5);
    assert_eq!((seen.len(), seen.values().max()), (10_100, Some(&1)));
}

#[tokio::test]
async fn a_cursor_of_another_location_and_what_cannot_be_asked_are_refused() {
    let (fake, client) = rig(10).await;
    let contacts = client.contacts();
    let mut export = contacts.export(LOCATION);
    export.next().await.unwrap().unwrap();
    let cursor = export.cursor();
    let mut seen = HashMap::new();
    rest(contacts.export(LOCATION).resume(cursor.clone()).unwrap(), &mut seen).await;
    assert_eq!(seen.len(), 9);
    let other = contacts.export("another").resume(cursor);
    assert_eq!(other.err().unwrap().kind(), ErrorKind::Validation);
    let sent = fake.report().requests;
    for mut export in
        [contacts.export(LOCATION).limit(0), contacts.export(LOCATION).limit(501), contacts.export(LOCATION).share(0.0)]
    {
        assert_eq!(export.next().await.unwrap().err().unwrap().kind(), ErrorKind::Validation);
    }
    assert_eq!(fake.report().requests, sent);
}

#[tokio::test]
async fn what_changed_comes_once_per_run_and_the_next_run_overlaps() {
    use hoopai_client::types::UpdateContact;
    let (fake, client) = rig(30).await;
    let contacts = client.contacts();
    let all = fake.records("contacts");
    let id = |n: usize| all[n]["id"].as_str().unwrap().to_owned();
    let since = all[29]["dateUpdated"].as_str().unwrap();
    for n in [3, 17, 25] {
        contacts.update(id(n), UpdateContact::default().first_name("Ada")).send().await.unwrap();
    }
    contacts.delete(id(25)).send().await.unwrap();
    let new = fake.insert("contacts", json!({"email": "new@example.com"}));
    let overlap = Duration::ZERO;
    let changes = |cursor: Option<Cursor>| {
        let changes = contacts.changes(LOCATION, since).unwrap().limit(2).overlap(overlap);
        changes.resume_or_begin(cursor.map(|cursor| cursor.to_string().parse().unwrap())).unwrap()
    };
    // Each run is stopped after every contact.
    let (mut cursor, mut found) = (None, Vec::new());
    loop {
        let mut run = changes(cursor);
        let contact = run.next().await;
        cursor = Some(run.cursor());
        match contact {
            Some(contact) => found.push(contact.unwrap().id.unwrap()),
            None => break,
        }
    }
    assert_eq!(found, [id(3), id(17), id(29), new.clone()]);
    let mut next = changes(cursor.clone());
    assert_eq!(next.next().await.unwrap().unwrap().id, Some(new), "the last change comes again");
    assert!(next.next().await.is_none() && next.next().await.is_none());
    assert_eq!(Some(next.cursor()), cursor);

    for refused in [
        contacts.changes("another", since).unwrap().resume(cursor.clone().unwrap()).err(),
        contacts.changes(LOCATION, since).unwrap().resume(contacts.export(LOCATION).cursor()).err(),
        contacts.changes(LOCATION, "yesterday").err(),
        contacts.changes(LOCATION, since).unwrap().limit(501).next().await.unwrap().err(),
    ] {
        assert_eq!(refused.unwrap().kind(), ErrorKind::Validation);
    }
}

#[tokio::test]
async fn a_contact_dated_in_the_future_hides_no_later_change() {
    use hoopai_client::types::UpdateContact;
    let (fake, client) = rig(1).await;
    let contacts = client.contacts();
    let first = fake.records("contacts")[0]["id"].as_str().unwrap().to_owned();
    let future = json!({"email": "future@example.com", "dateUpdated": "2030-01-01T00:00:00.000Z"});
    let future = fake.insert("contacts", future);
    let changes = || contacts.changes(LOCATION, "2020-01-01").unwrap().overlap(Duration::ZERO);
    let mut run = changes();
    while let Some(contact) = run.next().await {
        contact.unwrap();
    }
    // The clock of the client is twelve hours ahead of the fake's.
    for _ in 0..12 * 3_600 {
        fake.insert("opportunities", json!({}));
    }
    contacts.update(&first, UpdateContact::default().first_name("Ada")).send().await.unwrap();
    let mut next = changes().resume(run.cursor()).unwrap();
    let mut found = Vec::new();
    while let Some(contact) = next.next().await {
        found.push(contact.unwrap().id.unwrap());
    }
    assert_eq!(found, [first, future]);
}
