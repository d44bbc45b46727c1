//! Measures how much of the quota an export uses, in virtual time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::Method;
use crm_core::{Clock as _, ManualClock};
use fastrand::Rng;
use futures::{Stream, StreamExt};
use hubspot_client::types::ObjectWithAssociations;
use hubspot_client::{Client, Error, Tier};
use serde_json::{Value, json};

use crate::quota_server::{Account, Asked, Count, serve};

/// Associations of which the list does not return all.
const CUT: &str = r#"{"companies":{"results":[{"id":"1"}],"paging":{"next":{"after":"1"}}}}"#;

struct Contacts {
    /// The ids of the live records, in ascending order.
    ids: Vec<u64>,
    /// The number of records at the start.
    constant: usize,
    archived: Vec<u64>,
    last: u64,
    /// True if one record is archived and one is created with every second page.
    changes: bool,
    rng: Rng,
    lists: Count,
    searches: Count,
}

impl Contacts {
    fn new(records: usize, changes: bool) -> Self {
        let mut rng = Rng::with_seed(1);
        let mut last = 0;
        let mut ids = Vec::new();
        for _ in 0..records {
            last += 1 + if rng.u8(..) == 0 { rng.u64(..5_000) } else { rng.u64(..3) };
            ids.push(last);
        }
        let lists = Count::new(190, Duration::from_secs(10));
        let searches = Count::new(5, Duration::from_secs(1));
        Self { constant: records, ids, archived: Vec::new(), last, changes, rng, lists, searches }
    }

    fn change(&mut self) {
        if self.changes && self.lists.all().is_multiple_of(2) {
            let gone = self.ids.remove(self.rng.usize(..self.ids.len()));
            self.archived.push(gone);
            self.last += 1 + self.rng.u64(..3);
            self.ids.push(self.last);
        }
    }

    fn list(&mut self, query: &str) -> String {
        self.change();
        let after = query.split('&').find_map(|pair| pair.strip_prefix("after=")).map_or(0, |id| id.parse().unwrap());
        let from = self.ids.partition_point(|id| *id < after);
        assert!(query.contains("limit=10"));
        let page = &self.ids[from..self.ids.len().min(from + 10)];
        let records: Vec<String> = page
            .iter()
            .map(|id| {
                let associations = if query.contains("associations=") { CUT } else { "{}" };
                format!(
                    r#"{{"id":"{id}","properties":{{"email":"c{id}@example.com"}},"associations":{associations},"archived":false}}"#
                )
            })
            .collect();
        let paging = match page.last() {
            Some(last) if from + page.len() < self.ids.len() => {
                format!(r#","paging":{{"next":{{"after":"{}"}}}}"#, last + 1)
            }
            _ => String::new(),
        };
        format!(r#"{{"results":[{}]{paging}}}"#, records.join(","))
    }

    fn search(&self, body: &[u8]) -> String {
        let body: Value = serde_json::from_slice(body).unwrap();
        let text = |value: &Value| value.as_str().and_then(|text| text.parse::<u64>().ok());
        let behind = text(&body["filterGroups"][0]["filters"][0]["value"]).unwrap_or(0);
        let from = self.ids.partition_point(|id| *id <= behind);
        let rank = usize::try_from(text(&body["after"]).unwrap_or(0)).unwrap();
        assert!(rank < 10_000 && body["limit"] == json!(1));
        let found: Vec<Value> =
            self.ids.get(from + rank).map(|id| json!({"id": id.to_string(), "properties": {}})).into_iter().collect();
        json!({"total": self.ids.len() - from, "results": found}).to_string()
    }
}

impl Account for Contacts {
    fn arrives(&mut self, asked: &Asked, now: Duration) -> bool {
        if asked.method == Method::POST { self.searches.take(now) } else { self.lists.take(now) }
    }

    fn answer(&mut self, asked: &Asked) -> String {
        match asked.method {
            Method::POST => self.search(&asked.body),
            _ if asked.path.contains("/associations/") => r#"{"results":[{"toObjectId":2}]}"#.to_owned(),
            _ => self.list(&asked.query),
        }
    }
}

struct Measured {
    seconds: f64,
    records: usize,
    pages: usize,
    /// The part of limit × T / (T + L) that was used.
    used: f64,
    /// Records that existed all the time and did not come, and records that came again.
    astray: usize,
}

impl Measured {
    fn rate(&self) -> f64 {
        self.records as f64 / self.seconds
    }
}

async fn measure<S>(records: usize, changes: bool, read: impl FnOnce(&Client) -> S) -> Measured
where
    S: Stream<Item = Result<ObjectWithAssociations, Error>>,
{
    let clock = ManualClock::auto();
    let account = Arc::new(Mutex::new(Contacts::new(records, changes)));
    let (base, server) = serve(clock.clone(), Arc::clone(&account)).await;
    let builder = Client::builder().token("token").base_url(base).clock(Arc::new(clock.clone()));
    let client = builder.quotas(Tier::Professional.quotas()).build().unwrap();

    let stream = read(&client);
    let mut stream = std::pin::pin!(stream);
    let mut seen: Vec<u64> = Vec::with_capacity(records);
    while let Some(record) = stream.next().await {
        seen.push(record.unwrap().id.unwrap().parse().unwrap());
    }
    let seconds = clock.now().as_secs_f64();
    server.abort();
    let account = account.lock().unwrap();
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    let doubled = all - seen.len();
    let constant = account.ids.iter().filter(|id| **id <= Contacts::new(records, false).last);
    let (mut lost, mut left) = (0, 0);
    for id in constant {
        left += 1;
        lost += usize::from(seen.binary_search(id).is_err());
    }
    assert!(left > 0);
    assert!(left + account.archived.len() >= account.constant);
    assert!(account.lists.busiest <= account.lists.limit && account.searches.busiest <= account.searches.limit);
    let used = account.lists.used(clock.now());
    Measured { seconds, records: all, pages: account.lists.all(), used, astray: lost + doubled }
}

/// Uses pages of ten records, because only the number of pages counts.
#[tokio::test]
async fn an_export_uses_the_quota() {
    let sequential = measure(1_000, false, |client| client.contacts().list().limit(10).items()).await;
    let quiet = measure(10_000, false, |client| client.contacts().export().limit(10)).await;
    let changing = measure(10_000, true, |client| client.contacts().export().limit(10)).await;
    let shared = measure(1_000, false, |client| client.contacts().export().limit(10).share(0.5)).await;
    // Each page takes ten more requests.
    let linked = |client: &Client| client.contacts().export().limit(10).associations(["companies"]).share(0.5);
    let linked = measure(1_000, false, linked).await;
    let astray =
        [&sequential, &quiet, &changing, &shared, &linked].iter().map(|measured| measured.astray).sum::<usize>();
    for (name, value) in [
        ("records lost or doubled", astray as f64),
        ("seconds of a page of a list", sequential.seconds / sequential.pages as f64),
        ("seconds of a page of an export", quiet.seconds * 10.0 / quiet.records as f64),
        ("part of the bound", quiet.used),
        ("part of the bound while records change", changing.used),
        ("part of the bound with half a share", shared.used),
        ("part of the bound with half a share and associations", linked.used),
    ] {
        println!("measured {name}: {value}");
    }
    assert_eq!(astray, 0);
    // Slightly below the targets of `cargo xtask bench`: on a busy machine the clock may pass before a reply is read.
    assert!(quiet.rate() > 4.2 * sequential.rate(), "{} beside {}", quiet.rate(), sequential.rate());
    assert!([&quiet, &changing].iter().all(|measured| measured.used <= 1.0), "more than the limit");
    assert!(quiet.used > 0.93 && changing.used > 0.93, "{} {}", quiet.used, changing.used);
    assert!((0.45..0.55).contains(&shared.used), "{}", shared.used);
    // Less at the beginning, when one page is read, and at the end, where the requests of a page follow one another.
    assert!((0.4..0.55).contains(&linked.used), "{}", linked.used);
}
