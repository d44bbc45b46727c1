//! The HubSpot client over real HTTP, against the fake. Time is the client's own, so nothing waits.

mod absent;
mod analytics;
mod batches;
mod changes;
mod doubles;
mod existing;
mod export;
mod export_associations;
mod export_speed;
mod files;
mod find;
mod limits;
mod lists;
mod matching;
mod options;
mod paths;
mod replies;
mod reports;
mod search_all;
mod smoke;
mod traced;
mod typed;
mod write_back;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crm_core::{Clock as _, ManualClock};
use crm_fake::{Fake, Recorded, Vendor};
use hubspot_client::{Client, Error};
use serde_json::json;

/// A fake without quotas (its time is the real one), and a client whose time passes by itself.
struct Rig {
    fake: Fake,
    client: Client,
    clock: ManualClock,
}

impl Rig {
    async fn new() -> Self {
        let fake = Fake::builder(Vendor::HubSpot).no_quota().start().await.unwrap();
        let clock = ManualClock::auto();
        let client = Client::builder()
            .token(fake.token())
            .base_url(fake.base_url())
            .clock(Arc::new(clock.clone()))
            .seed(7)
            .build()
            .unwrap();
        Self { fake, client, clock }
    }

    /// With contacts `c0@example.com`, `c1@example.com` …
    async fn with_contacts(number: usize) -> Self {
        let rig = Self::new().await;
        for n in 0..number {
            rig.insert_contact(&format!("c{n}@example.com"));
        }
        rig
    }

    fn insert_contact(&self, email: &str) -> String {
        self.fake.insert("contacts", json!({"email": email}))
    }

    fn requests(&self, operation: &str) -> Vec<Recorded> {
        self.fake.requests().into_iter().filter(|request| request.is(operation)).collect()
    }

    /// The client's time.
    fn passed(&self) -> Duration {
        self.clock.now()
    }

    /// No request was against the document.
    fn assert_accepted(&self) {
        let report = self.fake.report();
        assert_eq!(report.refused, 0, "{:?}", report.problems);
        assert_eq!(report.unauthorized, 0);
    }
}

/// Plays this number of histories, and writes a line after every 500 of them, which the test harness does not capture.
async fn play(histories: u64, mut history: impl AsyncFnMut(u64)) {
    let began = Instant::now();
    for seed in 0..histories {
        history(seed).await;
        let played = seed + 1;
        if played.is_multiple_of(500) {
            eprintln!("{played} of {histories} histories, {:.0?}", began.elapsed());
        }
    }
}

/// The error of a result that must have one.
fn failed<T>(result: Result<T, Error>) -> Error {
    match result {
        Ok(_) => panic!("this should have failed"),
        Err(error) => error,
    }
}
