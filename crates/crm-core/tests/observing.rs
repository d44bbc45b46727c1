//! What is traced, and what never is.

mod support;

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use crm_core::Call;
use serde_json::{Value, json};
use support::{Server, TOKEN, json as reply, op, pipeline};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

op!(UPDATE, "things.update", PUT, "/things/{id}", idempotent: true);

/// Writes down every name and value of spans and events.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<String>>);

impl Visit for Notes {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = writeln!(self.0.lock().unwrap(), "{field}={value:?}");
    }
}

impl Subscriber for Notes {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn traces_show_the_operation_and_no_values() {
    let notes = Notes::default();
    let server = Server::start(|_, number| match number {
        0 => reply(500, "{\"message\":\"canary-reply\"}"),
        _ => reply(404, "{\"message\":\"canary-reply\"}"),
    })
    .await;
    let pipeline = pipeline(&server);
    let guard = tracing::subscriber::set_default(notes.clone());
    let call: Call<Value> = Call::new(&pipeline, &UPDATE)
        .path("id", "canary-id")
        .query("q", "canary-query")
        .header("x-h", "canary-header")
        .json(&json!({"a": "canary-body"}));
    call.send().await.unwrap_err();
    drop(guard);
    let text = notes.0.lock().unwrap().clone();
    // The libraries below trace too; what they show of a request is their user's choice.
    let ours: String = text.lines().filter(|line| !line.starts_with("message=")).collect::<Vec<_>>().join("\n");
    for shown in ["operation=\"things.update\"", "path=\"/things/{id}\"", "vendor=\"acme\"", "attempt=2", "status=404"]
    {
        assert!(ours.contains(shown), "{shown} not in\n{ours}");
    }
    for secret in ["canary-id", "canary-query", "canary-header", "canary-body", "canary-reply", TOKEN] {
        assert!(!text.contains(secret), "{secret} in\n{text}");
    }
}
