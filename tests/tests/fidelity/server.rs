//! A server on loopback without any vendor's behaviour: it sends the replies that a test sets and keeps the requests.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A reply to send.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: Bytes,
}

/// A request that was received.
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Default)]
struct Shared {
    /// The next replies; the last one is repeated.
    replies: Vec<Reply>,
    seen: Vec<Seen>,
}

pub(crate) struct Server {
    pub(crate) url: String,
    shared: Arc<Mutex<Shared>>,
    task: JoinHandle<()>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, kind: "application/json", body: body.into() }
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let held = Arc::clone(&shared);
        let router = Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let reply = held.lock().unwrap().answer(Seen { method, uri, headers, body });
            async move { reply }
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, shared, task }
    }

    /// Sets the replies to the next requests, in order. The last one is repeated.
    pub(crate) fn answer(&self, replies: impl IntoIterator<Item = Reply>) {
        let mut shared = self.shared.lock().unwrap();
        shared.replies = replies.into_iter().collect();
        shared.seen.clear();
    }

    /// Returns the requests since the last [`answer`](Self::answer).
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.shared.lock().unwrap().seen)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn answer(&mut self, seen: Seen) -> Response<Body> {
        self.seen.push(seen);
        let reply = if self.replies.len() > 1 { self.replies.remove(0) } else { self.replies[0].clone() };
        let status = StatusCode::from_u16(reply.status).unwrap();
        let response = Response::builder().status(status);
        let response = if reply.body.is_empty() { response } else { response.header("content-type", reply.kind) };
        response.body(Body::from(reply.body)).unwrap()
    }
}
