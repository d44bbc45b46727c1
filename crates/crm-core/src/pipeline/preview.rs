//! A request as it would be sent.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};

use super::Pipeline;
use super::exchange::Whole;
use super::run::Run;
use crate::error::Error;
use crate::redact::HIDDEN;
use crate::request::Request;

/// A request as it would be sent, without its credential. Returned by [`Call::preview`](crate::Call::preview).
///
/// `Debug` shows the method, the names of the headers and the size of the body.
#[derive(Clone)]
#[non_exhaustive]
pub struct Preview {
    /// The HTTP method.
    pub method: Method,
    /// The whole address, with the query.
    pub url: String,
    /// The headers. The value of the header with the credential is `[…]`.
    pub headers: HeaderMap,
    /// The body; `None` if there is none, or if it is a form with files.
    pub body: Option<Bytes>,
}

impl fmt::Debug for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.keys().map(|name| name.as_str()).collect();
        f.debug_struct("Preview")
            .field("method", &self.method)
            .field("headers", &headers)
            .field("body", &self.body.as_ref().map(Bytes::len))
            .finish_non_exhaustive()
    }
}

impl Pipeline {
    /// Returns the request as its first attempt would send it.
    pub(crate) async fn preview(&self, request: &Request) -> Result<Preview, Error> {
        let request = &*request.with(self.options());
        let run = Run::new(self, request)?;
        let (used, outgoing) = (run.authorization().await?, request.body.open().await?);
        let mut headers = run.headers::<Whole>(&used, &outgoing);
        for value in headers.values_mut().filter(|value| value.is_sensitive()) {
            *value = HeaderValue::from_str(HIDDEN).unwrap_or_else(|_| HeaderValue::from_static("hidden"));
        }
        let url = run.url().to_string();
        Ok(Preview { method: request.op.method.clone(), url, headers, body: request.body.bytes().cloned() })
    }
}
