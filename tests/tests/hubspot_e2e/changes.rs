//! Keeps a copy of all records by an export and by what changed since, while records change, the index lags and runs are
//! killed.

mod astray;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crm_core::ManualClock;
use crm_fake::{Fake, Fault, Hint, Vendor, When};
use fastrand::Rng;
use futures::TryStreamExt;
use hubspot_client::types::{MergeInput, Object, ObjectUpdate};
use hubspot_client::{Change, Changes, Client, Cursor, ErrorKind, Quotas, RetryPolicy};
use serde_json::{Value, json};

use super::{failed, play};

struct Rig {
    fake: Fake,
    client: Client,
}

impl Rig {
    /// Returns a fake whose index lags by this number of changes. Each change takes a second.
    async fn new(lag: u32) -> Self {
        let fake = Fake::builder(Vendor::HubSpot).id_cursors().search_lag(lag).no_quota().keep_requests(100_000);
        let fake = fake.start().await.unwrap();
        // A request that is repeated can meet several of the faults.
        let often = RetryPolicy::new().attempts(50).budget(false);
        let builder = Client::builder().token(fake.token()).base_url(fake.base_url()).retry(often).seed(7);
        let client = builder.clock(Arc::new(ManualClock::auto())).quotas(Quotas::none()).build().unwrap();
        Self { fake, client }
    }

    fn insert(&self, rng: &mut Rng) -> String {
        self.fake.insert("contacts", json!({"email": format!("c{}@example.com", rng.u64(..)), "city": "Rome"}))
    }

    /// Lets this number of seconds pass, and returns the time.
    fn pass(&self, seconds: u32) -> String {
        (0..seconds).for_each(|_| drop(self.fake.insert("deals", json!({}))));
        self.fake.records("deals").last().unwrap()["createdAt"].as_str().unwrap().to_owned()
    }

    async fn update(&self, id: &str, city: &str) {
        self.client.contacts().update(id, ObjectUpdate::from([("city", city)])).send().await.unwrap();
    }

    async fn archive(&self, id: &str) {
        self.client.contacts().archive(id).send().await.unwrap();
    }

    /// Merges two records. Returns the id of the new one.
    async fn merge(&self, other: &str, primary: &str) -> String {
        id(&self.client.contacts().merge(MergeInput::new(other, primary)).send().await.unwrap())
    }

    /// The city of each live contact.
    fn source(&self) -> BTreeMap<String, String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.fake.records("contacts").iter().map(|row| (text(&row["id"]), text(&row["properties"]["city"]))).collect()
    }

    fn changes(&self, since: &str) -> Changes {
        self.client.contacts().changes(since).unwrap().properties(["city"]).limit(7)
    }

    fn asked(&self) -> Vec<&'static str> {
        let name = |operations: &[&'static str], request: &crm_fake::Recorded| {
            operations.iter().find(|operation| request.is(operation)).copied().unwrap_or("another")
        };
        self.fake.requests().iter().map(|request| name(&["objects.search", "objects.list"], request)).collect()
    }
}

/// A copy of all contacts.
#[derive(Default)]
struct Replica {
    cities: BTreeMap<String, String>,
    /// The records that the present run returned.
    returned: HashSet<String>,
}

impl Replica {
    fn save(&mut self, id: Option<String>, city: Option<&str>) {
        self.cities.insert(id.unwrap(), city.unwrap().to_owned());
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Created(record) | Change::Changed(record) => {
                assert!(self.returned.insert(record.id.clone().unwrap()), "a record came twice in a run");
                self.save(record.id.clone(), record.property("city"));
            }
            Change::Merged { old, .. } => old.iter().for_each(|id| drop(self.cities.remove(id))),
            Change::Archived { id, merged, .. } => {
                merged.iter().chain([&id]).for_each(|id| drop(self.cities.remove(id)))
            }
            other => panic!("{other:?}"),
        }
    }
}

fn fault(rng: &mut Rng) -> Fault {
    match rng.u8(0..5) {
        0 => Fault::RateLimited { hint: Some(Hint::VendorHeaders) },
        1 => Fault::status(502),
        2 => Fault::CutBody { after: rng.usize(0..200) },
        3 => Fault::Reset { when: When::AfterHeaders },
        _ => Fault::Slow(Duration::from_millis(rng.u64(0..4))),
    }
}

/// Changes the account at random, mostly by one change.
async fn change(rig: &Rig, rng: &mut Rng) {
    rig.fake.heal();
    for _ in 0..if rng.u8(0..20) == 0 { 15 } else { 1 } {
        let live: Vec<String> = rig.source().into_keys().collect();
        match (rng.u8(0..7), rng.choice(&live), rng.choice(&live)) {
            (0 | 1, Some(id), _) => rig.archive(id).await,
            (2, Some(one), Some(other)) if one != other => drop(rig.merge(one, other).await),
            (3..=5, Some(id), _) => rig.update(id, &rng.u32(..).to_string()).await,
            _ => drop(rig.insert(rng)),
        }
    }
    if rng.bool() {
        rig.fake.fail(fault(rng));
    }
}

/// Reads a run to its end, stopped at random and continued with other page sizes. Returns the beginning of the next one.
async fn run(rig: &Rig, rng: &mut Rng, replica: &mut Replica, overlap: u32, cursor: Cursor, quiet: bool) -> Cursor {
    replica.returned.clear();
    let mut stored = cursor;
    loop {
        let changes = rig.changes("2020-01-01").limit(rng.u16(1..9)).overlap(Duration::from_secs(overlap.into()));
        let mut changes = changes.resume(stored.to_string().parse().unwrap()).unwrap();
        for _ in 0..rng.usize(1..30) {
            match changes.next().await {
                Some(change) => replica.apply(change.unwrap()),
                None => return changes.cursor(),
            }
            if !quiet && rng.u8(0..3) == 0 {
                change(rig, rng).await;
            }
        }
        stored = changes.cursor();
    }
}

/// Plays changes during an export and during several runs. Returns what the copy and the source hold when all is quiet.
async fn history(seed: u64, shorter: u32) -> [BTreeMap<String, String>; 2] {
    let rng = &mut Rng::with_seed(seed);
    let lag = rng.u32(shorter..20);
    let rig = Rig::new(lag).await;
    for _ in 0..rng.usize(0..60) {
        rig.insert(rng);
    }
    let began = rig.pass(1);
    let mut replica = Replica::default();
    let mut export = rig.client.contacts().export().properties(["city"]).limit(rng.u16(1..9));
    while let Some(record) = export.next().await {
        let record = record.unwrap();
        replica.save(record.id.clone(), record.property("city"));
        if rng.u8(0..3) == 0 {
            change(&rig, rng).await;
        }
    }
    let mut cursor = rig.changes(&began).cursor();
    for _ in 0..rng.usize(1..4) {
        cursor = run(&rig, rng, &mut replica, lag - shorter, cursor, false).await;
        rig.pass(rng.u32(1..30));
    }
    rig.fake.heal();
    rig.pass(lag + 1);
    run(&rig, rng, &mut replica, lag - shorter, cursor, true).await;
    let report = rig.fake.report();
    assert_eq!((report.refused, report.unauthorized), (0, 0), "{:?}", report.problems);
    [replica.cities, rig.source()]
}

async fn equal(seed: u64) {
    let [copy, source] = history(seed, 0).await;
    assert_eq!(copy, source, "history {seed}");
}

#[tokio::test]
async fn a_copy_equals_the_source_after_a_hundred_histories() {
    play(100, equal).await;
}

#[tokio::test]
#[ignore = "ten thousand histories over HTTP, some minutes"]
async fn a_copy_equals_the_source_after_ten_thousand_histories() {
    play(10_000, equal).await;
}

/// The histories are hard enough: with an overlap that is shorter than the lag, some copies differ.
#[tokio::test]
async fn an_overlap_that_is_too_short_loses_changes() {
    for seed in 0..400 {
        let [copy, source] = history(seed, 15).await;
        if copy != source {
            return;
        }
    }
    panic!("all copies equal their sources");
}

fn id(record: &Object) -> String {
    record.id.clone().unwrap()
}

#[tokio::test]
async fn changes_are_told_apart() {
    let rig = Rig::new(0).await;
    let rng = &mut Rng::with_seed(1);
    let ids: Vec<String> = (0..9).map(|_| rig.insert(rng)).collect();
    rig.archive(&ids[0]).await;
    let since = rig.pass(1);
    rig.update(&ids[1], "Oslo").await;
    rig.archive(&ids[2]).await;
    let first = rig.merge(&ids[4], &ids[3]).await;
    // An old id leads to the new record.
    let merged = rig.merge(&ids[5], &ids[3]).await;
    let archived = rig.merge(&ids[7], &ids[6]).await;
    rig.archive(&archived).await;
    let new = rig.insert(rng);
    let before = rig.asked().len();
    let mut changes = rig.client.contacts().changes(&*since).unwrap().overlap(Duration::ZERO);
    let said = |change: Change| match change {
        Change::Created(record) => format!("created {}", id(&record)),
        Change::Changed(record) => format!("changed {}", id(&record)),
        Change::Merged { old, new } => format!("{old:?} into {new}"),
        Change::Archived { id, merged, at } => {
            assert!(at.is_some_and(|at| at > since.as_str().into()));
            format!("archived {id} {merged:?}")
        }
        other => panic!("{other:?}"),
    };
    let mut found = Vec::new();
    while let Some(change) = changes.next().await {
        found.push(said(change.unwrap()));
    }
    let expected = vec![
        format!("changed {}", ids[1]),
        format!("created {merged}"),
        format!("created {new}"),
        format!("{:?} into {merged}", [&ids[3], &ids[4], &first, &ids[5]]),
        format!("archived {} []", ids[2]),
        format!("archived {archived} {:?}", [&ids[6], &ids[7]]),
    ];
    assert_eq!(found, expected);
    assert_eq!(rig.asked()[before..], ["objects.search", "objects.search", "objects.search", "objects.list"]);
    assert!(changes.next().await.is_none());
    // The same, stopped after each change.
    let mut cursor = rig.client.contacts().changes(&*since).unwrap().cursor();
    let mut stopped = Vec::new();
    loop {
        let mut changes = rig.changes("2020-01-01").overlap(Duration::ZERO).limit(3).resume(cursor).unwrap();
        let change = changes.next().await;
        cursor = changes.cursor();
        let Some(change) = change else { break };
        stopped.push(said(change.unwrap()));
        assert!(stopped.len() < 20, "{stopped:?}");
    }
    assert_eq!((stopped, &cursor), (found, &changes.cursor()));
    // Without an overlap the next run begins at the last change.
    let next: Vec<Change> = rig.changes("2020-01-01").resume(changes.cursor()).unwrap().try_collect().await.unwrap();
    assert!(matches!(&next[..], [Change::Created(record)] if id(record) == new), "{next:?}");
}

#[tokio::test]
async fn the_next_run_begins_before_the_last_change_by_the_overlap() {
    let rig = Rig::new(0).await;
    let rng = &mut Rng::with_seed(1);
    let ids: Vec<String> = (0..20).map(|_| rig.insert(rng)).collect();
    let mut first = rig.changes("2020-01-01").overlap(Duration::from_secs(3));
    let mut all = Vec::new();
    while let Some(change) = first.next().await {
        let Change::Created(record) = change.unwrap() else { panic!() };
        all.push(id(&record));
    }
    assert_eq!(all, ids);
    assert!(!first.cursor().is_end());
    let again = rig.changes("2020-01-01").resume_or_begin(Some(first.cursor())).unwrap();
    let again: Vec<Change> = again.try_collect().await.unwrap();
    assert_eq!(again.len(), 4, "the last one and three seconds before it");
    // A run that finds nothing keeps its place.
    for id in &ids {
        rig.archive(id).await;
    }
    let mut third = rig.changes("2020-01-01").without_archived().resume(first.cursor()).unwrap();
    assert!(third.next().await.is_none());
    assert_eq!(third.cursor(), first.cursor());
}

#[tokio::test]
async fn changes_come_by_the_property_of_their_type() {
    let rig = Rig::new(0).await;
    for day in 1..=9 {
        let changed = format!("2025-03-0{day}T00:00:00.000Z");
        rig.fake.insert("contacts", json!({"email": format!("c{day}@example.com"), "lastmodifieddate": changed}));
        rig.fake.insert("deals", json!({"dealname": format!("d{day}"), "hs_lastmodifieddate": changed}));
    }
    let contacts = rig.client.contacts().changes("2025-03-06T00:00:00Z").unwrap().properties(["email"]);
    assert_eq!(contacts.try_collect::<Vec<_>>().await.unwrap().len(), 4);
    let deals: Vec<Change> = rig.client.deals().changes("2025-03-08").unwrap().try_collect().await.unwrap();
    let name = |change: &Change| match change {
        Change::Created(deal) => deal.property("dealname").unwrap().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(deals.iter().map(name).collect::<Vec<_>>(), ["d8", "d9"]);
    assert_eq!(rig.client.objects("0-1").last_modified_property(), "lastmodifieddate");
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_before_anything_is_sent() {
    let rig = Rig::new(0).await;
    for (since, said) in [("yesterday", "is not a time"), ("2025-09-10T10:00:00", "has no zone; add Z or an offset")] {
        let error = failed(rig.client.deals().changes(since));
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Validation, "deals.search"));
        assert!(error.to_string().contains(said), "{error}");
    }
    for limit in [0, 201] {
        let error = failed(rig.changes("2026-01-01").limit(limit).next().await.unwrap());
        assert_eq!(error.kind(), ErrorKind::Validation, "{error}");
    }
    let contacts = rig.client.contacts();
    let cursor = rig.changes("2026-01-01").cursor();
    for refused in [
        failed(rig.client.deals().changes("2026-01-01").unwrap().resume(cursor.clone())),
        failed(rig.changes("2026-01-01").resume(contacts.export().cursor())),
        failed(contacts.export().resume(cursor.clone())),
    ] {
        assert_eq!(refused.kind(), ErrorKind::Validation, "{refused}");
    }
    assert_eq!(rig.fake.report().requests, 0);
}

#[tokio::test]
async fn an_error_ends_the_run_and_its_cursor_continues() {
    let rig = Rig::new(0).await;
    let rng = &mut Rng::with_seed(1);
    for _ in 0..20 {
        rig.insert(rng);
    }
    rig.fake.script([crm_fake::Step::pass().times(2), Fault::status(401).into()]);
    let mut changes = rig.changes("2020-01-01");
    let mut seen: HashMap<String, usize> = HashMap::new();
    let error = loop {
        match changes.next().await.expect("an error") {
            Ok(Change::Created(record)) => *seen.entry(id(&record)).or_default() += 1,
            Ok(other) => panic!("{other:?}"),
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), seen.len()), (ErrorKind::Auth, 7), "{error}");
    assert!(changes.next().await.is_none());
    let mut rest = rig.changes("2020-01-01").resume(changes.cursor()).unwrap();
    while let Some(change) = rest.next().await {
        let Change::Created(record) = change.unwrap() else { panic!() };
        *seen.entry(id(&record)).or_default() += 1;
    }
    assert_eq!((seen.len(), seen.values().max()), (20, Some(&1)));
}
