//! A server that counts arrivals as vendors do and answers after a latency, in virtual time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use crm_core::{Clock as _, ManualClock};
use tokio::task::JoinHandle;

pub(crate) const LATENCY: Duration = Duration::from_millis(250);

/// The arrivals of requests, of which at most `limit` may come within `per`.
pub(crate) struct Count {
    pub(crate) limit: usize,
    per: Duration,
    arrived: Vec<Duration>,
    /// Number of arrivals before the present window.
    before: usize,
    pub(crate) busiest: usize,
}

impl Count {
    pub(crate) fn new(limit: usize, per: Duration) -> Self {
        Self { limit, per, arrived: Vec::new(), before: 0, busiest: 0 }
    }

    /// Counts an arrival. Returns true if the window has room for it.
    pub(crate) fn take(&mut self, now: Duration) -> bool {
        while self.arrived.get(self.before).is_some_and(|at| now - *at >= self.per) {
            self.before += 1;
        }
        self.arrived.push(now);
        let present = self.all() - self.before;
        self.busiest = self.busiest.max(present);
        present <= self.limit
    }

    /// Returns the part of limit × T / (T + L) that was used until `end`, in the whole periods of T + L since the first
    /// arrival. In the rest more may arrive than on average, because a period begins with the arrivals that its limit allows.
    pub(crate) fn used(&self, end: Duration) -> f64 {
        let Some(first) = self.arrived.first() else { return 0.0 };
        let period = self.per + LATENCY;
        let periods = ((end - *first).as_nanos() / period.as_nanos()) as u32;
        let counted = self.arrived.partition_point(|at| *at < *first + period * periods);
        counted as f64 / (f64::from(periods) * self.limit as f64)
    }

    /// Returns the number of all arrivals.
    pub(crate) fn all(&self) -> usize {
        self.arrived.len()
    }
}

/// A request as it arrived.
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
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
        let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or_default().to_owned());
        let asked = Asked { method, path, query, body };
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
