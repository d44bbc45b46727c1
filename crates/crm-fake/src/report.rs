//! Records of the requests that a fake received.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::multipart::{self, Part};

/// One request as it arrived.
#[derive(Clone)]
#[non_exhaustive]
pub struct Recorded {
    /// Name of the operation (`contacts.list`), or `-` for a path without an operation.
    pub operation: String,
    /// `GET`, `POST` …
    pub method: String,
    /// The path as sent, with the base path and its escapes.
    pub path: String,
    /// The decoded query, in order.
    pub query: Vec<(String, String)>,
    /// Names in lower case. `authorization` has the value `present`; the secret is not kept.
    pub headers: Vec<(String, String)>,
    /// The body as sent.
    pub body: Vec<u8>,
    /// Time since the fake was started.
    pub at: Duration,
    /// Status of the answer; `None` if the connection was reset instead.
    pub status: Option<u16>,
    /// The beginning of an answer that refuses.
    pub(crate) refusal: String,
    pub(crate) aliases: Vec<String>,
}

impl Recorded {
    /// Returns the body as JSON, or null if it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body as text. Bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The parts of a form with files; empty when it is none.
    pub fn parts(&self) -> Vec<Part> {
        let kind = self.header("content-type").unwrap_or("");
        multipart::read(kind, &self.body.clone().into()).unwrap_or_default()
    }

    /// Returns the first header with this name (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the first query value with this name.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns true if the request was of this operation, by any name that [`Fault::on`](crate::Fault::on) accepts.
    pub fn is(&self, operation: &str) -> bool {
        self.operation == operation || self.aliases.iter().any(|alias| alias == operation)
    }
}

/// Shows the body as text.
impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("headers", &self.headers)
            .field("body", &format_args!("{}", self.text()))
            .field("at", &self.at)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Counts over all requests.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// Number of requests received.
    pub requests: u64,
    /// Number of requests refused because method, path, parameters or body do not fit the document.
    pub refused: u64,
    /// Number of requests refused because of a missing or invalid token.
    pub unauthorized: u64,
    /// Number of requests answered with 429, by a quota or a fault.
    pub rate_limited: u64,
    /// Number of requests that a fault was applied to.
    pub faults: u64,
    /// Requests by operation name.
    pub per_operation: BTreeMap<String, u64>,
    /// Number of times each operation was carried out, regardless of the answer.
    pub carried_out: BTreeMap<String, u64>,
    /// Maximum number of requests within one window, and the limit, by quota.
    pub busiest_window: BTreeMap<String, (u64, u64)>,
    /// The first hundred refusals as text, each with its operation.
    pub problems: Vec<String>,
}

/// The last requests, up to a maximum number.
pub(crate) struct Journal {
    kept: VecDeque<Recorded>,
    dropped: usize,
    most: usize,
}

impl Journal {
    pub(crate) fn new(most: usize) -> Self {
        Self { kept: VecDeque::new(), dropped: 0, most }
    }

    /// Returns the number under which [`set_reply`](Self::set_reply) updates it.
    pub(crate) fn push(&mut self, recorded: Recorded) -> usize {
        self.kept.push_back(recorded);
        let number = self.dropped + self.kept.len();
        while self.kept.len() > self.most {
            self.kept.pop_front();
            self.dropped += 1;
        }
        number
    }

    pub(crate) fn set_reply(&mut self, number: usize, status: Option<u16>, refusal: String) {
        let at = number.checked_sub(self.dropped + 1);
        if let Some(recorded) = at.and_then(|at| self.kept.get_mut(at)) {
            (recorded.status, recorded.refusal) = (status, refusal);
        }
    }

    /// A sentence about the requests, and the last ones with their answers, a line each.
    pub(crate) fn last(&self, most: usize) -> String {
        if self.kept.is_empty() {
            return match self.dropped {
                0 => "It received no request.".to_owned(),
                1 => "It received 1 request, and kept none (`keep_requests`).".to_owned(),
                requests => format!("It received {requests} requests, and kept none (`keep_requests`)."),
            };
        }
        let lines = self.kept.iter().skip(self.kept.len().saturating_sub(most)).map(|recorded| {
            let Recorded { method, path, refusal, .. } = recorded;
            let status = recorded.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
            format!("\n  {method} {path}: {status} {refusal}").trim_end().to_owned()
        });
        format!("It received last, and answered:{}", lines.collect::<String>())
    }

    pub(crate) fn all(&self) -> Vec<Recorded> {
        self.kept.iter().cloned().collect()
    }
}
