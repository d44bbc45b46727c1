//! A small client for the tests.

use crm_fake::Fake;
use reqwest::{Client, Method, Response};
use serde_json::Value;

/// A reply that was read to its end.
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or("")
    }
}

pub(crate) fn client() -> Client {
    // Independent of the features of reqwest that other tests of the workspace enable.
    Client::builder().no_proxy().no_gzip().build().expect("a client without TLS always builds")
}

/// Sends with the fake's token and the headers that every vendor accepts.
pub(crate) async fn raw(fake: &Fake, method: Method, path: &str, body: Option<Value>) -> reqwest::Result<Response> {
    let request = client()
        .request(method, format!("{}{path}", fake.base_url()))
        .bearer_auth(fake.token())
        .header("Version", "2021-07-28");
    match body {
        Some(body) => request.json(&body).send().await,
        None => request.send().await,
    }
}

pub(crate) async fn send(fake: &Fake, method: Method, path: &str, body: Option<Value>) -> Got {
    let reply = raw(fake, method, path, body).await.expect("the fake answers");
    read(reply).await
}

pub(crate) async fn read(reply: Response) -> Got {
    let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
    let bytes = reply.bytes().await.expect("the body arrives");
    Got { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
}

pub(crate) async fn get(fake: &Fake, path: &str) -> Got {
    send(fake, Method::GET, path, None).await
}

pub(crate) async fn post(fake: &Fake, path: &str, body: Value) -> Got {
    send(fake, Method::POST, path, Some(body)).await
}

pub(crate) async fn patch(fake: &Fake, path: &str, body: Value) -> Got {
    send(fake, Method::PATCH, path, Some(body)).await
}

pub(crate) async fn put(fake: &Fake, path: &str, body: Value) -> Got {
    send(fake, Method::PUT, path, Some(body)).await
}

pub(crate) async fn delete(fake: &Fake, path: &str) -> Got {
    send(fake, Method::DELETE, path, None).await
}
