//! An example: a list is read from a fake HubSpot, and its spans go by OTLP to a collector in this process, which prints
//! them as a tree.
//!
//! ```console
//! cargo run --manifest-path tests/otel/Cargo.toml
//! ```
//!
//! With a collector of your own, only [`exporting_to`] is needed, with its address.

mod collector;

use std::error::Error;
use std::time::Duration;

use collector::Collector;
use crm_fake::{Fake, Fault, Hint, Vendor};
use hubspot_client::{Client, Quotas, Window};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde_json::json;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

/// Sends the spans of this process to an OTLP collector, and shows waits of a second and more on standard output.
fn exporting_to(collector: &str) -> Result<SdkTracerProvider, Box<dyn Error>> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpJson)
        .with_endpoint(format!("{collector}/v1/traces"))
        .build()?;
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
    // Of the clients alone: the exporter's own HTTP client has spans and events, too.
    let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("crm"));
    tracing_subscriber::registry()
        .with(spans.with_filter(EnvFilter::new("crm_core=info")))
        .with(tracing_subscriber::fmt::layer().with_filter(EnvFilter::new("crm_core::wait=info")))
        .init();
    Ok(provider)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let collector = Collector::start().await?;
    let provider = exporting_to(&collector.address)?;

    let hubspot = Fake::builder(Vendor::HubSpot).no_quota().start().await?;
    for number in 0..5 {
        hubspot.insert("contacts", json!({"email": format!("contact{number}@example.com")}));
    }
    hubspot.fail(Fault::RateLimited { hint: Some(Hint::RetryAfterSeconds(1)) });
    let slow = Quotas::new([Window::new("burst", 2, Duration::from_secs(2))]).class("search", []);
    let client = Client::builder().token(hubspot.token()).base_url(hubspot.base_url()).quotas(slow).build()?;

    let mut contacts = client.contacts().list().limit(2).items();
    let mut read = 0;
    while let Some(contact) = contacts.next().await {
        contact?;
        read += 1;
    }

    // The batch of spans is sent by a thread of its own, which must not be waited for on a thread of the runtime.
    tokio::task::spawn_blocking(move || provider.shutdown()).await??;
    let spans = collector.spans();
    print!("{}", collector::tree(&spans));
    let count = |name: &str| spans.iter().filter(|span| span.name == name).count();
    let counts = (read, count("crm.page"), count("crm.call"), count("crm.attempt"));
    assert_eq!(counts, (5, 3, 3, 4), "contacts, pages, calls, attempts");
    assert!(count("crm.wait") >= 2, "the pause before the repeat, and the queue");
    Ok(())
}
