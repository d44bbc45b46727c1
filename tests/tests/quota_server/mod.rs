//! A server that counts arrivals as vendors do and answers after a latency, in virtual time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use crm_core::{Clock as _, ManualClock};
use tokio::task::JoinHandle;

pub(crate) const LATENCY: Duration = Duration::from_millis(250);

/// Requests that arrived within a window.
pub(crate) struct Count {
    pub(crate) limit: usize,
    per: Duration,
    arrived: VecDeque<Duration>,
    pub(crate) busiest: usize,
    pub(crate) all: usize,
}

impl Count {
    pub(crate) fn new(limit: usize, per: Duration) -> Self {
        Self { limit, per, arrived: VecDeque::new(), busiest: 0, all: 0 }
    }

    /// Counts an arrival. Returns true if the window has room for it.
    pub(crate) fn take(&mut self, now: Duration) -> bool {
        while self.arrived.front().is_some_and(|at| now - *at >= self.per) {
            self.arrived.pop_front();
        }
        self.arrived.push_back(now);
        self.all += 1;
        self.busiest = self.busiest.max(self.arrived.len());
        self.arrived.len() <= self.limit
    }
}

/// A request as it arrived.
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) query: String,
    pub(crate) body: Bytes,
}

/// The account that is asked.
pub(crate) trait Account: Send + 'static {
    /// Counts an arrival. Returns false if the request is refused.
    fn arrives(&mut self, asked: &Asked, now: Duration) -> bool;
    /// Returns the JSON of the reply.
    fn answer(&mut self, asked: &Asked) -> String;
}

/// Serves an account. Returns the base URL and the task.
pub(crate) async fn serve<A: Account>(clock: ManualClock, account: Arc<Mutex<A>>) -> (String, JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(move |method, uri: Uri, body| {
        let asked = Asked { method, query: uri.query().unwrap_or_default().to_owned(), body };
        answer(clock.clone(), Arc::clone(&account), asked)
    });
    (base, tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }))
}

async fn answer<A: Account>(clock: ManualClock, account: Arc<Mutex<A>>, asked: Asked) -> Response {
    let room = account.lock().unwrap().arrives(&asked, clock.now());
    clock.sleep(LATENCY).await;
    if !room {
        return (StatusCode::TOO_MANY_REQUESTS, r#"{"status":"error","policyName":"TEN_SECONDLY_ROLLING"}"#)
            .into_response();
    }
    let text = account.lock().unwrap().answer(&asked);
    ([("content-type", "application/json")], text).into_response()
}
