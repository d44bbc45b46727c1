//! Events and spans of waits. In a process of its own, because `tracing` remembers for all threads what the first one
//! to come by wants to hear.

use std::fmt::{Debug, Write};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::support::{self, Reply, SECOND, Server, json as reply, limited, op};
use crm_core::vendor::Feedback;
use crm_core::{
    Acquire, Call, CallOptions, End, LocalLimiter, ManualClock, Pipeline, PollPolicy, Quotas, RateLimiter, Window,
};
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

op!(READ, "things.read", GET, "/things", idempotent: true);
op!(REPORT, "reports.run", POST, "/reports", idempotent: true, long_running: true);

struct Report {
    call: Call<Value>,
}
crm_core::call_builder!(Report => Value);
crm_core::poll_builder!(Report => Value);

async fn read(pipeline: &Pipeline, options: CallOptions) -> Result<Value, crm_core::Error> {
    Call::<Value>::new(pipeline, &READ).with(options).send().await
}

/// Keeps spans and events as lines of text.
#[derive(Clone, Default)]
struct Told {
    lines: Arc<Mutex<Vec<String>>>,
    next: Arc<AtomicU64>,
}

impl Told {
    fn with(&self, part: &str) -> Vec<String> {
        self.lines.lock().unwrap().iter().filter(|line| line.contains(part)).cloned().collect()
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Told {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line(format!("span {}", span.metadata().name()));
        span.record(&mut line);
        self.lines.lock().unwrap().push(line.0);
        Id::from_u64(self.next.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line("record".to_owned());
        values.record(&mut line);
        self.lines.lock().unwrap().push(line.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(format!("{} {}", event.metadata().level(), event.metadata().target()));
        event.record(&mut line);
        self.lines.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn waits_of_a_second_and_more_are_events_in_spans() {
    let told = Told::default();
    let _guard = tracing::subscriber::set_default(told.clone());
    let server = Server::start(|seen, number| match (seen.method.as_str(), number) {
        ("POST", 4) => reply(202, "{}"),
        (_, 2) => Reply::With(503, vec![("retry-after", "7".to_owned())], String::new()),
        _ => reply(200, "1"),
    })
    .await;
    let clock = ManualClock::auto();
    let quotas = Quotas::new([Window::new("burst", 1, 30 * SECOND)]).class("free", [Window::new("free", 100, SECOND)]);
    let pipeline = limited(&server.base_url, &clock, quotas).build().unwrap();
    read(&pipeline, CallOptions::new()).await.unwrap();
    assert_eq!(told.with("crm_core::wait"), Vec::<String>::new());
    clock.advance(19 * SECOND);
    read(&pipeline, CallOptions::new()).await.unwrap();
    let wait = told.with("crm_core::wait").remove(0);
    assert!(wait.starts_with("INFO ") && wait.contains("waiting 12 s for the limit `burst` of 1 per 30 s"), "{wait}");
    assert!(wait.contains("wait_ms=11030"), "{wait}");
    assert_eq!(told.with("span crm.wait"), ["span crm.wait reason=\"rate limit\""]);
    assert_eq!(told.with("span crm.attempt").len(), 2);
    assert_eq!(told.with("record"), ["record status=200"; 2]);

    let free = CallOptions::new().limit_class("free");
    read(&pipeline, free.clone()).await.unwrap();
    assert!(told.with("crm_core::wait")[1].contains(" s before attempt 2"), "{:?}", told.with("crm_core::wait"));
    let report = Report { call: Call::new(&pipeline, &REPORT) }.with(free);
    report.poll(PollPolicy::new(45 * SECOND, 300 * SECOND)).await.unwrap();
    assert!(told.with("crm_core::wait")[2].contains("waiting 45 s before poll 2"));
    assert_eq!(told.with("crm_core::wait").len(), 3);
    // Nothing of it shows a token or an account.
    assert_eq!(told.with(support::TOKEN), Vec::<String>::new());
}

fn polled<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn a_short_wait_that_a_refusal_makes_long_is_an_event() {
    let told = Told::default();
    let _guard = tracing::subscriber::set_default(told.clone());
    let clock = ManualClock::new();
    let quotas = Quotas::new([Window::new("burst", 1, 2 * SECOND).guard(Duration::ZERO)]);
    let limiter = LocalLimiter::new(quotas, Arc::new(clock.clone()));
    let acquire = Acquire::new("account", "");
    let permit = limiter.acquire(&acquire).await.unwrap();
    limiter.finish(&acquire, &permit, End::Over);
    clock.advance(Duration::from_millis(1_500));
    let mut waits = limiter.acquire(&acquire);
    assert!(polled(&mut waits).is_pending());
    assert_eq!(told.with("crm_core::wait"), Vec::<String>::new());
    let hold = Feedback { reset_after: Some(9 * SECOND), ..Feedback::default() };
    limiter.observe(&acquire, &permit, 429, &hold);
    clock.advance(Duration::from_millis(500));
    assert!(polled(&mut waits).is_pending());
    assert!(polled(&mut waits).is_pending());
    let [event] = &told.with("crm_core::wait")[..] else { panic!("{:?}", told.with("crm_core::wait")) };
    assert!(event.contains("waiting 9 s for the limit `burst` of 1 per 2 s"), "{event}");
    clock.advance(9 * SECOND);
    assert!(polled(&mut waits).is_ready());
    assert_eq!(told.with("crm_core::wait").len(), 1);
}
