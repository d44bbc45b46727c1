//! Receives webhooks of HubSpot and HoopAI with axum, and prints what happened.
//!
//! ```text
//! HUBSPOT_CLIENT_SECRET=… PUBLIC_URL=https://hooks.example.com \
//!     cargo run --package hubspot-client --features webhook-receiver --example receive_webhooks -- 127.0.0.1:8080
//! ```
//!
//! `PUBLIC_URL` is the address that HubSpot calls. It is part of the signature, and a server behind a proxy does
//! not receive it. Respond quickly and do the work afterwards: HubSpot waits five seconds.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::post;
use hubspot_client::receiver::Delivery;

struct Hooks {
    public_url: String,
    hubspot: hubspot_client::receiver::Receiver,
    hoopai: hoopai_client::receiver::Receiver,
}

async fn hubspot(
    State(hooks): State<Arc<Hooks>>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    // With HTTP/2, `uri` also has a scheme and a host.
    let address = format!("{}{}", hooks.public_url, uri.path_and_query().map_or("/", PathAndQuery::as_str));
    match hooks.hubspot.receive(&Delivery::new(&method, &address, &headers, &body)) {
        Ok(events) => {
            for event in events {
                println!("HubSpot: {} of {}", text(&event.subscription_type), text(&event.object_id));
            }
            (StatusCode::NO_CONTENT, String::new())
        }
        Err(refused) => (refused.status(), refused.to_string()),
    }
}

async fn hoopai(
    State(hooks): State<Arc<Hooks>>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    match hooks.hoopai.receive(&Delivery::new(&method, &uri.to_string(), &headers, &body)) {
        Ok(events) => {
            for event in events {
                let kind = event.kind.as_ref().map_or("something", |kind| kind.as_str());
                println!("HoopAI: {kind} in {}", text(&event.location_id));
            }
            (StatusCode::OK, String::new())
        }
        Err(refused) => (refused.status(), refused.to_string()),
    }
}

fn text(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or("something")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = std::env::var("HUBSPOT_CLIENT_SECRET").map_err(|_| "set HUBSPOT_CLIENT_SECRET")?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let listener = tokio::net::TcpListener::bind(&address).await?;
    let address = listener.local_addr()?;
    let hooks = Hooks {
        public_url: std::env::var("PUBLIC_URL").unwrap_or_else(|_| format!("http://{address}")),
        hubspot: hubspot_client::receiver::Receiver::new(secret),
        hoopai: hoopai_client::receiver::Receiver::new()?,
    };
    println!("Listening on http://{address}: POST /hubspot and /hoopai");
    let router = Router::new().route("/hubspot", post(hubspot)).route("/hoopai", post(hoopai));
    axum::serve(listener, router.with_state(Arc::new(hooks))).await?;
    Ok(())
}
