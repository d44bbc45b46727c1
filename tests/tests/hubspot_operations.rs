//! The operations table's rows for HubSpot: what goes out and what comes back.

mod analytics;
mod associations;
mod beta;
mod blog;
mod companies;
mod contacts;
mod custom_objects;
mod deals;
mod engagements;
mod files;
mod legacy;
mod line_items;
mod lists;
mod marketing_events;
mod options;
mod owners;
mod products;
mod properties;
mod subscriptions;
mod tickets;

use std::sync::Arc;

use crm_core::ManualClock;
use crm_fake::{Fake, Recorded, Vendor};
use hubspot_client::{BatchReport, Client};
use serde_json::{Value, json};

/// A fake without quotas (its time is the real one), and a client whose time passes by itself.
struct Rig {
    fake: Fake,
    client: Client,
}

impl Rig {
    async fn new() -> Self {
        let fake = Fake::builder(Vendor::HubSpot).no_quota().start().await.unwrap();
        let builder = Client::builder().token(fake.token()).base_url(fake.base_url()).seed(7);
        let client = builder.clock(Arc::new(ManualClock::auto())).build().unwrap();
        Self { fake, client }
    }

    /// The last request was this one, without a body, and the document allows it.
    #[track_caller]
    fn sent(&self, line: &str) {
        self.sent_with(line, Value::Null);
    }

    /// The last request was this one, with this body, and the document allows it. Trace ids are
    /// created by the client and not compared.
    #[track_caller]
    fn sent_with(&self, line: &str, body: Value) {
        let request = self.fake.requests().pop().expect("nothing was sent");
        assert_eq!(written(&request), line);
        let mut sent = if request.body.is_empty() { Value::Null } else { request.json() };
        for row in sent.get_mut("inputs").and_then(Value::as_array_mut).into_iter().flatten() {
            row.as_object_mut().map(|row| row.remove("objectWriteTraceId"));
        }
        assert_eq!(sent, body, "{line}");
        let report = self.fake.report();
        assert_eq!((report.refused, report.unauthorized), (0, 0), "{line}: {:?}", report.problems);
    }

    fn insert(&self, collection: &str, properties: Value) -> String {
        self.fake.insert(collection, properties)
    }
}

/// Returns `GET /path?name=value&…`.
fn written(request: &Recorded) -> String {
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{} {}{mark}{}", request.method, request.path, query.join("&"))
}

/// Returns the written record of each row, in order.
#[track_caller]
fn all_written<O>(report: BatchReport<O>, rows: usize) -> Vec<O> {
    let written = report.into_result().unwrap();
    assert_eq!(written.len(), rows);
    written
}

/// The body of an archive of many.
fn inputs(ids: &[String]) -> Value {
    json!({"inputs": ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>()})
}
