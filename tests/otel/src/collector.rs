//! A collector of OTLP over HTTP with JSON: it keeps the spans that it gets.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use serde_json::Value;

/// A span as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) name: String,
    id: String,
    parent: String,
    start: u128,
    end: u128,
    attributes: Vec<String>,
}

pub(crate) struct Collector {
    pub(crate) address: String,
    spans: Arc<Mutex<Vec<Span>>>,
}

impl Collector {
    /// Starts on a free port.
    pub(crate) async fn start() -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = format!("http://{}", listener.local_addr()?);
        let spans = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&spans);
        let receive = post(async move |body: Bytes| {
            let export: Value = serde_json::from_slice(&body).unwrap_or_default();
            kept.lock().unwrap_or_else(PoisonError::into_inner).extend(read(&export));
            "{}"
        });
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/v1/traces", receive)).await });
        Ok(Self { address, spans })
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

fn read(export: &Value) -> Vec<Span> {
    let scopes = list(export, "resourceSpans").flat_map(|resource| list(resource, "scopeSpans"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    // Numbers of 64 bits are texts in OTLP's JSON.
    let time = |value: &Value| value.as_str().and_then(|text| text.parse().ok()).or(value.as_u64().map(u128::from));
    let spans = scopes.flat_map(|scope| list(scope, "spans"));
    spans
        .map(|span| Span {
            name: text(&span["name"]),
            id: text(&span["spanId"]),
            parent: text(&span["parentSpanId"]),
            start: time(&span["startTimeUnixNano"]).unwrap_or_default(),
            end: time(&span["endTimeUnixNano"]).unwrap_or_default(),
            attributes: list(span, "attributes").filter_map(shown).collect(),
        })
        .collect()
}

/// An attribute of the clients; those of the code (file, line, thread) are omitted.
fn shown(attribute: &Value) -> Option<String> {
    let name = attribute["key"].as_str()?;
    let own = ["operation", "number", "reason", "attempt", "status", "path"];
    let value = attribute["value"].as_object()?.values().next()?;
    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    own.contains(&name).then(|| format!("{name}={value}"))
}

/// The spans as a tree, with the time that each took.
pub(crate) fn tree(spans: &[Span]) -> String {
    let mut text = String::new();
    let has_parent = |span: &Span| spans.iter().any(|other| other.id == span.parent);
    branches(spans, spans.iter().filter(|span| !has_parent(span)).collect(), 0, &mut text);
    text
}

fn branches(spans: &[Span], mut level: Vec<&Span>, depth: usize, text: &mut String) {
    level.sort_by_key(|span| span.start);
    for span in level {
        let millis = span.end.saturating_sub(span.start) / 1_000_000;
        // Writing to memory does not fail.
        let _ =
            writeln!(text, "{:width$}{} {} ({millis} ms)", "", span.name, span.attributes.join(" "), width = depth * 2);
        branches(spans, spans.iter().filter(|other| other.parent == span.id).collect(), depth + 1, text);
    }
}
