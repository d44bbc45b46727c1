//! Exports all records by several concurrent walks, while records change and requests fail.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crm_core::{Clock as _, ManualClock};
use crm_fake::{Fake, Fault, Hint, Vendor, When};
use crm_testkit::traces::Traces;
use fastrand::Rng;
use hubspot_client::types::{MergeInput, ObjectWithAssociations};
use hubspot_client::{Client, Cursor, ErrorKind, Export, Position, Quotas, RetryPolicy, Window};
use serde_json::json;

use super::{failed, play};

struct Rig {
    fake: Fake,
    client: Client,
    clock: ManualClock,
}

impl Rig {
    /// Returns a fake with the observed cursors, and a client without quotas, which walks at eight places at once.
    async fn new() -> Self {
        Self::with(Fake::builder(Vendor::HubSpot).id_cursors().search_lag(20), Quotas::none()).await
    }

    async fn with(fake: crm_fake::Builder, quotas: Quotas) -> Self {
        let fake = fake.no_quota().keep_requests(100_000).start().await.unwrap();
        let clock = ManualClock::auto();
        // A request that is repeated can meet several of the faults.
        let often = RetryPolicy::new().attempts(50).budget(false);
        let builder = Client::builder().token(fake.token()).base_url(fake.base_url()).clock(Arc::new(clock.clone()));
        Self { client: builder.retry(often).quotas(quotas).seed(7).build().unwrap(), fake, clock }
    }

    /// Inserts contacts whose ids are unevenly spaced.
    fn insert(&self, rng: &mut Rng, number: usize) -> Vec<String> {
        let insert = |n| {
            for _ in 0..rng.u8(..).saturating_sub(250) {
                self.fake.insert("deals", json!({}));
            }
            self.fake.insert("contacts", json!({"email": format!("c{n}-{}@example.com", rng.u64(..))}))
        };
        (0..number).map(insert).collect()
    }

    fn export(&self) -> Export {
        self.client.contacts().export().limit(5)
    }

    fn asked(&self, operation: &str) -> usize {
        self.fake.requests().iter().filter(|request| request.is(operation)).count()
    }

    fn assert_accepted(&self) {
        let report = self.fake.report();
        assert_eq!((report.refused, report.unauthorized), (0, 0), "{:?}", report.problems);
    }
}

fn id(record: ObjectWithAssociations) -> String {
    record.id.unwrap()
}

async fn rest(mut export: Export, seen: &mut HashMap<String, usize>) {
    while let Some(record) = export.next().await {
        *seen.entry(id(record.unwrap())).or_default() += 1;
    }
    assert!(export.cursor().is_end());
}

fn fault(rng: &mut Rng) -> Fault {
    match rng.u8(0..6) {
        0 => Fault::RateLimited { hint: Some(Hint::VendorHeaders) },
        1 => Fault::RateLimited { hint: None },
        2 => Fault::status(502),
        3 => Fault::CutBody { after: rng.usize(0..200) },
        4 => Fault::Reset { when: When::AfterHeaders },
        _ => Fault::Slow(Duration::from_millis(rng.u64(0..4))),
    }
}

/// Runs one export with changes and faults. Records that exist all the time must come exactly once.
async fn history(seed: u64) {
    let rng = &mut Rng::with_seed(seed);
    let rig = Rig::new().await;
    let mut constant: HashSet<String> = {
        let number = rng.usize(0..200);
        rig.insert(rng, number).into_iter().collect()
    };
    let documented = seed.is_multiple_of(5);
    // Searches do not include the last 20 changes.
    if documented {
        for _ in 0..20 {
            rig.fake.insert("deals", json!({}));
        }
    }
    let contacts = rig.client.contacts();
    let mut export = if documented { rig.export().documented_only() } else { rig.export() };
    let mut seen: HashMap<String, usize> = HashMap::new();
    for _ in 0..rng.usize(0..4) {
        rig.fake.fail(fault(rng));
    }
    while let Some(record) = export.next().await {
        *seen.entry(id(record.unwrap())).or_default() += 1;
        if rng.u8(0..20) == 0 && rig.fake.faults_left() == 0 {
            rig.fake.fail(fault(rng));
        }
        if rng.u8(0..4) > 0 {
            continue;
        }
        let some = |rng: &mut Rng| rng.choice(&constant).cloned();
        match (rng.u8(0..3), some(rng), some(rng)) {
            (0, Some(gone), _) => {
                rig.fake.heal();
                contacts.archive(&gone).send().await.unwrap();
                constant.remove(&gone);
            }
            (1, Some(one), Some(other)) if one != other => {
                rig.fake.heal();
                contacts.merge(MergeInput::new(&one, &other)).send().await.unwrap();
                constant.remove(&one);
                constant.remove(&other);
            }
            _ => drop(rig.insert(rng, 1)),
        }
    }
    // The last faults may have come too late for a request.
    rig.fake.heal();
    let lost = constant.iter().filter(|id| !seen.contains_key(*id)).count();
    let doubled = seen.values().filter(|times| **times > 1).count();
    assert_eq!((lost, doubled), (0, 0), "history {seed}");
    assert_eq!(export.done(), seen.len() as u64);
    rig.assert_accepted();
}

#[tokio::test]
async fn a_hundred_histories_of_changes_and_faults() {
    play(100, history).await;
}

#[tokio::test]
#[ignore = "ten thousand histories over HTTP, some minutes"]
async fn ten_thousand_histories_of_changes_and_faults() {
    play(10_000, history).await;
}

#[tokio::test]
async fn several_walks_read_the_list_and_searches_find_their_beginnings() {
    let rig = Rig::new().await;
    let ids = rig.insert(&mut Rng::with_seed(1), 1_000);
    let company = rig.fake.insert("companies", json!({"name": "Acme"}));
    rig.client.contacts().add_to_company(&ids[0], &company).send().await.unwrap();
    let mut export = rig.export().properties(["email"]).associations(["companies"]);
    let (mut first, mut seen) = (None, HashSet::new());
    while let Some(record) = export.next().await {
        let record = record.unwrap();
        assert!(record.property("email").is_some());
        if record.id.as_deref() == Some(&ids[0]) {
            first = Some(record.associations.get("companies").is_some());
        }
        assert!(seen.insert(id(record)));
    }
    assert_eq!((seen.len(), first, export.done()), (1_000, Some(true), 1_000));
    assert!(export.total().is_some_and(|total| (980..=1_000).contains(&total)), "the index lags: {:?}", export.total());
    // 200 pages, and one search for every ten of them.
    assert_eq!(rig.asked("objects.list"), 200);
    assert!((15..=25).contains(&rig.asked("objects.search")), "{}", rig.asked("objects.search"));
    // The walks took turns.
    let requests = rig.fake.requests();
    let asked = requests.iter().filter(|request| request.is("objects.list")).filter_map(|request| {
        request.query.iter().find(|pair| pair.0 == "after").and_then(|pair| pair.1.parse::<u64>().ok())
    });
    let asked: Vec<u64> = asked.collect();
    let turns = asked.windows(2).filter(|pair| pair[0] > pair[1]).count();
    assert!(turns > 20, "{turns} turns back in {} pages", asked.len());
    rig.assert_accepted();
}

#[tokio::test]
async fn a_list_with_other_cursors_is_read_by_one_walk_and_an_event_says_so() {
    let rig = Rig::with(Fake::builder(Vendor::HubSpot), Quotas::none()).await;
    rig.insert(&mut Rng::with_seed(1), 300);
    let mut seen = HashMap::new();
    let (traces, guard) = Traces::watch();
    rest(rig.export(), &mut seen).await;
    drop(guard);
    assert_eq!((seen.len(), seen.values().max()), (300, Some(&1)));
    assert_eq!((rig.asked("objects.list"), rig.asked("objects.search")), (60, 0));
    assert!(traces.take().contains("the export reads one page after the other"));
}

#[tokio::test]
async fn without_searches_one_walk_reads_all() {
    let rig = Rig::new().await;
    rig.insert(&mut Rng::with_seed(1), 100);
    rig.fake.fail(Fault::status(403).on("objects.search").times(10));
    let mut seen = HashMap::new();
    rest(rig.export(), &mut seen).await;
    assert_eq!((seen.len(), rig.asked("objects.search")), (100, 1));
}

#[tokio::test]
async fn few_records_take_no_search_and_none_take_one_page() {
    let rig = Rig::new().await;
    rest(rig.export(), &mut HashMap::new()).await;
    rig.insert(&mut Rng::with_seed(1), 5);
    let mut seen = HashMap::new();
    rest(rig.export(), &mut seen).await;
    assert_eq!((seen.len(), rig.asked("objects.list"), rig.asked("objects.search")), (5, 2, 0));
}

/// Stops runs at random, and continues from the last cursor with other page sizes.
#[tokio::test]
async fn killed_and_resumed_with_other_page_sizes_nothing_is_lost_or_comes_twice() {
    let rig = Rig::new().await;
    let rng = &mut Rng::with_seed(3);
    rig.insert(rng, 700);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let (mut stored, mut runs): (Option<String>, u32) = (None, 0);
    loop {
        runs += 1;
        let cursor = stored.take().map(|text| text.parse::<Cursor>().unwrap());
        let mut export = rig.client.contacts().export().limit(rng.u16(3..12)).resume_or_begin(cursor).unwrap();
        let most = rng.usize(1..60);
        let mut ended = false;
        for _ in 0..most {
            let Some(record) = export.next().await else {
                ended = true;
                break;
            };
            *seen.entry(id(record.unwrap())).or_default() += 1;
            assert_eq!(export.done(), seen.values().sum::<usize>() as u64);
        }
        let text = export.cursor().to_string();
        assert!(text.len() < 10_000, "{} bytes", text.len());
        stored = Some(text);
        if ended {
            break;
        }
    }
    assert!(runs > 10);
    assert_eq!((seen.len(), seen.values().max()), (700, Some(&1)));
    rig.assert_accepted();
}

/// Reads the parts of an export, each stopped at random, while records are archived and created.
#[tokio::test]
async fn the_parts_of_an_export_are_all_of_it_and_do_not_overlap() {
    let rig = Rig::with(Fake::builder(Vendor::HubSpot), Quotas::none()).await;
    let rng = &mut Rng::with_seed(5);
    let mut constant: HashSet<String> = rig.insert(rng, 20_500).into_iter().collect();
    let contacts = rig.client.contacts();
    let export = || contacts.export().documented_only();
    let parts = export().parts().await.unwrap();
    assert_eq!((parts.len(), rig.asked("objects.search")), (3, 3));
    let (mut seen, mut totals) = (HashMap::<String, usize>::new(), Vec::new());
    for mut part in parts {
        while !part.is_end() {
            let mut run = export().resume(part.to_string().parse().unwrap()).unwrap();
            totals.extend((run.done() == 0).then(|| run.total()));
            for _ in 0..rng.usize(1..8_000) {
                let Some(record) = run.next().await else { break };
                *seen.entry(id(record.unwrap())).or_default() += 1;
            }
            part = run.cursor();
            let gone = rng.choice(&constant).unwrap().clone();
            contacts.archive(&gone).send().await.unwrap();
            constant.remove(&gone);
            rig.insert(rng, 1);
        }
    }
    assert_eq!(totals, [Some(10_000), Some(10_000), Some(500)]);
    let lost = constant.iter().filter(|id| !seen.contains_key(*id)).count();
    assert_eq!((lost, seen.values().max()), (0, Some(&1)));
    let refused = failed(contacts.export().parts().await);
    assert_eq!(refused.kind(), ErrorKind::Validation);
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let rig = Rig::new().await;
    rig.insert(&mut Rng::with_seed(1), 20);
    let mut export = rig.export();
    export.next().await.unwrap().unwrap();
    let cursor = export.cursor();
    assert!(rig.export().properties(["email"]).resume(cursor.clone()).is_ok());
    let contacts = rig.client.contacts();
    for refused in [
        failed(rig.client.deals().export().resume(cursor.clone())),
        failed(rig.export().documented_only().resume(cursor.clone())),
        failed(rig.export().resume(contacts.list().items().cursor())),
        failed(contacts.list().items().resume(cursor.clone())),
    ] {
        assert_eq!(refused.kind(), ErrorKind::Validation, "{refused}");
    }
    // A cursor at the end returns no records; `resume_or_begin` starts again.
    let mut seen = HashMap::new();
    rest(rig.export().resume(cursor).unwrap(), &mut seen).await;
    assert_eq!(seen.len(), 19);
    let mut over = rig.export();
    while over.next().await.is_some() {}
    let end = over.cursor();
    assert_eq!((end.is_end(), end.position()), (true, &Position::End));
    assert!(rig.export().resume(end.clone()).unwrap().next().await.is_none());
    assert!(rig.export().resume_or_begin(Some(end)).unwrap().next().await.is_some());
}

#[tokio::test]
async fn an_error_comes_after_what_was_read_and_the_cursor_continues() {
    let rig = Rig::new().await;
    rig.insert(&mut Rng::with_seed(1), 300);
    rig.fake.script([crm_fake::Step::pass().on("objects.list").times(9), Fault::status(401).on("objects.list")]);
    let mut export = rig.export();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let error = loop {
        match export.next().await.expect("an error") {
            Ok(record) => *seen.entry(id(record)).or_default() += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Auth, "{error}");
    assert!(export.next().await.is_none() && seen.len() >= 45, "{}", seen.len());
    rest(rig.export().resume(export.cursor()).unwrap(), &mut seen).await;
    assert_eq!((seen.len(), seen.values().max()), (300, Some(&1)));
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_before_anything_is_sent() {
    let rig = Rig::new().await;
    let contacts = rig.client.contacts();
    for mut export in [
        contacts.export().limit(0),
        contacts.export().limit(101),
        contacts.export().share(0.0),
        contacts.export().share(1.5),
        contacts.export().share(f64::NAN),
        contacts.export().documented_only().associations(["companies"]),
    ] {
        assert_eq!(failed(export.next().await.unwrap()).kind(), ErrorKind::Validation);
        assert!(export.next().await.is_none());
    }
    assert_eq!(rig.fake.report().requests, 0);
}

#[tokio::test]
async fn a_share_leaves_the_rest_of_the_limit_to_others() {
    let quotas = Quotas::new([Window::new("burst", 100, Duration::from_secs(10))])
        .class("search", [Window::new("search", 5, Duration::from_secs(1))]);
    let rig = Rig::with(Fake::builder(Vendor::HubSpot).id_cursors(), quotas).await;
    rig.insert(&mut Rng::with_seed(1), 300);
    let mut seen = HashMap::new();
    rest(rig.export().share(0.25), &mut seen).await;
    // 60 pages, 2.5 in a second; the first is sent at once.
    let took = rig.clock.now();
    assert!(took >= Duration::from_millis(23_600) && took < Duration::from_secs(25), "{took:?}");
}
