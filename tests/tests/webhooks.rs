//! Deliveries of webhooks: accepted and refused ones, and the messages.

mod hatch;
mod hoopai;
mod hubspot;
mod shared;
mod signed;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crm_core::webhook::{Delivery, WebhookReceiver};
use crm_core::{BoxFuture, Clock};
use http::{HeaderMap, Method};

/// A clock that is fixed at a time of day.
struct Standing(SystemTime);

impl Standing {
    fn at_millis(millis: u64) -> std::sync::Arc<dyn Clock> {
        std::sync::Arc::new(Self(UNIX_EPOCH + Duration::from_millis(millis)))
    }
}

impl Clock for Standing {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn wall(&self) -> SystemTime {
        self.0
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }

    fn deadline(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| {
            (http::HeaderName::from_static(name), http::HeaderValue::from_bytes(value.as_bytes()).unwrap())
        })
        .collect()
}

fn post<'a>(uri: &'a str, headers: &'a HeaderMap, body: &'a [u8]) -> Delivery<'a> {
    Delivery::new(&Method::POST, uri, headers, body)
}

/// Returns a receiver's result for a delivery: the status to answer, and the reason.
fn said<R: WebhookReceiver>(receiver: &R, delivery: &Delivery<'_>) -> String {
    match receiver.receive(delivery) {
        Ok(events) => format!("200 {} accepted", events.len()),
        Err(refused) => format!("{} {refused}", refused.status().as_u16()),
    }
}

fn table(rows: &[(&str, String)]) -> String {
    rows.iter().map(|(what, said)| format!("{what}: {said}\n")).collect()
}
