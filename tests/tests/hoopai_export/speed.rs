//! Measures how much of the quota an export uses, in virtual time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::Method;
use crm_core::{Clock as _, ManualClock};
use futures::{Stream, StreamExt};
use hoopai_client::types::{ContactSearch, ContactSort, FoundContact};
use hoopai_client::{Client, Error, Timestamp};
use serde_json::{Value, json};

use super::LOCATION;
use crate::quota_server::{Account, Asked, Count, serve};

const CONTACTS: i64 = 100_000;

/// Contacts that were added a second apart. The number of a contact is the second in which it was added.
struct Contacts {
    arrivals: Count,
}

fn number(value: &Value) -> Option<i64> {
    Some(Timestamp::from(value.as_str()?).unix_millis()? / 1_000)
}

impl Account for Contacts {
    fn arrives(&mut self, _: &Asked, now: Duration) -> bool {
        self.arrivals.take(now)
    }

    fn answer(&mut self, asked: &Asked) -> String {
        assert!(asked.method == Method::POST && asked.path == "/contacts/search" && asked.query.is_empty());
        let body: Value = serde_json::from_slice(&asked.body).unwrap();
        assert_eq!(body["sort"], json!([{"field": "dateAdded", "direction": "asc"}]));
        let filter = &body["filters"][0];
        let limit = body["pageLimit"].as_i64().unwrap();
        let (mut from, mut to) = (1, CONTACTS + 1);
        if filter["operator"] == "not_exists" {
            to = from;
        } else {
            from = number(&filter["value"]["gte"]).unwrap_or(from);
            to = number(&filter["value"]["lt"]).unwrap_or(to);
        }
        let total = to - from;
        if let Some(after) = body["searchAfter"][0].as_i64() {
            from = after + 1;
        }
        from += (body["page"].as_i64().unwrap_or(1) - 1) * limit;
        let contacts: Vec<String> = (from..to.min(from + limit))
            .map(|n| {
                let added = Timestamp::from_unix_millis(n * 1_000);
                format!(r#"{{"id":"c{n}","dateAdded":"{added}","searchAfter":[{n},"c{n}"]}}"#)
            })
            .collect();
        format!(r#"{{"contacts":[{}],"total":{total}}}"#, contacts.join(","))
    }
}

/// Returns the seconds of a page of 500 contacts.
async fn measure<S>(read: impl FnOnce(&Client) -> S) -> f64
where
    S: Stream<Item = Result<FoundContact, Error>>,
{
    let clock = ManualClock::auto();
    let arrivals = Count::new(100, Duration::from_secs(10));
    let account = Arc::new(Mutex::new(Contacts { arrivals }));
    let (base, server) = serve(clock.clone(), Arc::clone(&account)).await;
    let client = Client::builder().token("token").base_url(base).clock(Arc::new(clock.clone())).build().unwrap();
    let mut stream = std::pin::pin!(read(&client));
    let mut seen: Vec<String> = Vec::new();
    while let Some(contact) = stream.next().await {
        seen.push(contact.unwrap().id.unwrap());
    }
    let seconds = clock.now().as_secs_f64();
    server.abort();
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((seen.len(), all as i64), (all, CONTACTS), "lost or doubled");
    let account = account.lock().unwrap();
    assert!(account.arrivals.busiest <= account.arrivals.limit && account.arrivals.used(clock.now()) <= 1.0);
    seconds / (CONTACTS as f64 / 500.0)
}

#[tokio::test]
async fn an_export_uses_the_quota() {
    let list = measure(|client| {
        let search = ContactSearch::new(LOCATION, 500).sort([ContactSort::ascending("dateAdded")]);
        client.contacts().search(search).items()
    });
    let (list, export) = (list.await, measure(|client| client.contacts().export(LOCATION)).await);
    println!("measured seconds of a page of a list: {list}");
    println!("measured seconds of a page of an export: {export}");
    // Slightly below the target of `cargo xtask bench`: on a busy machine the clock may pass before a reply is read.
    assert!(list / export > 2.0, "{list} beside {export}");
}
