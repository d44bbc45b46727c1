//! A reply as it was received.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};

use super::{Vendor, page};
use crate::auth::Secret;
use crate::codec::{self, Wire, memory};
use crate::error::{Error, Sent, VendorDetail};

/// The first two bytes of gzip (RFC 1952, 2.3.1).
pub(crate) const GZIP_BEGIN: [u8; 2] = [0x1f, 0x8b];

/// A complete reply: status, headers and body. `Debug` shows neither header values nor the body.
#[derive(Clone)]
pub struct RawReply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    /// Number of requests that were sent for it; 0 if it was created with [`new`](Self::new).
    pub(crate) attempts: u32,
    /// Memory that its values may take, in bytes.
    pub(crate) room: usize,
    /// The credential of the request, which must not be shown if the reply quotes it.
    pub(crate) secret: Option<Arc<Secret>>,
}

impl RawReply {
    /// Creates a reply, for tests and tables.
    #[must_use]
    pub fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self { status, headers, body: body.into(), attempts: 0, room: memory::USUAL, secret: None }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body as JSON, or `None` if it is not JSON or takes more memory than the client allows.
    #[must_use]
    pub fn json(&self) -> Option<serde_json::Value> {
        memory::within(self.room, self.body.len(), || memory::json(&self.body).ok())?
    }

    /// Returns the message in a body that is not JSON: the title of a web page, or a line of text.
    /// `None` if it is empty or is JSON.
    #[must_use]
    pub fn plain_message(&self) -> Option<String> {
        page::message(self)
    }

    /// The first header of that name, or `None` if it is absent or not plain text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the id that the vendor gave the request. An echo of the credential is not an id.
    #[doc(hidden)]
    #[must_use]
    pub fn request_id(&self, vendor: &dyn Vendor) -> Option<String> {
        vendor.request_id(self).filter(|id| !self.secret().is_some_and(|secret| id.contains(secret)))
    }

    /// Removes the credential from the details of an error that the reply contains.
    #[doc(hidden)]
    #[must_use]
    pub fn without_secret(&self, mut detail: VendorDetail) -> VendorDetail {
        if let Some(secret) = self.secret() {
            detail.forget(secret);
        }
        detail
    }

    fn secret(&self) -> Option<&str> {
        self.secret.as_ref().map(|secret| secret.expose()).filter(|secret| !secret.is_empty())
    }

    /// Reads the body as a typed value. An empty body reads like `null`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) with the place in the body; the body is
    /// kept in the error, its values are not part of the message. The same if it takes more memory than the client
    /// allows ([`max_decoded`](crate::ClientBuilder::max_decoded)).
    pub fn decode<T: Wire>(&self) -> Result<T, Error> {
        let read = memory::within(self.room, self.body.len(), || codec::decode(&self.body));
        read.unwrap_or_else(|| Err(codec::DecodeError::too_large())).map_err(|error| self.undecoded(error))
    }

    /// Decodes as [`decode`](Self::decode) does, and reports oddities to subscribers.
    pub(crate) fn decode_reply<T: Wire>(&self, operation: impl Fn() -> String) -> Result<T, Error> {
        codec::decode_reporting(&self.body, operation).map_err(|error| self.undecoded(error))
    }

    fn undecoded(&self, error: codec::DecodeError) -> Error {
        let text = if self.body.starts_with(&GZIP_BEGIN) {
            "the reply is gzip, which its Content-Encoding does not name".to_owned()
        } else if page::is_page(self) && codec::parse(&self.body).is_none() {
            page::PAGE.to_owned()
        } else {
            error.to_string()
        };
        Error::decode(text)
            .with_status(self.status)
            .with_sent(Sent::Answered)
            .with_attempts(self.attempts)
            .with_body(self.body.clone())
            .with_source(error)
    }

    /// `Retry-After` as a duration from now. The header contains seconds or a date.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.header(header::RETRY_AFTER.as_str())?.trim();
        if let Ok(seconds) = text.parse::<f64>() {
            return Duration::try_from_secs_f64(seconds).ok();
        }
        let at = httpdate::parse_http_date(text).ok()?;
        Some(self.until(at))
    }

    /// Returns the wait until a time that the vendor returned; zero if it has passed. It is compared with the
    /// reply's own `Date`, so that a wrong local clock does not matter.
    #[must_use]
    pub fn until(&self, at: SystemTime) -> Duration {
        let now = self.header(header::DATE.as_str()).and_then(|date| httpdate::parse_http_date(date).ok());
        at.duration_since(now.unwrap_or_else(SystemTime::now)).unwrap_or_default()
    }
}

impl fmt::Debug for RawReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.keys().map(|name| name.as_str()).collect();
        f.debug_struct("RawReply")
            .field("status", &self.status)
            .field("headers", &names)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}
