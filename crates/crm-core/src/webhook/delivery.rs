//! A delivery as it was received.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Method};

use super::Refused;

/// The vendor's request: nothing parsed, nothing decoded.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    method: &'a Method,
    uri: &'a str,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl<'a> Delivery<'a> {
    /// Creates a delivery from the parts of a request. `uri` is the whole address that the vendor
    /// called, with scheme, host and query, and still percent-encoded, because some vendors sign it. Behind
    /// a proxy the server does not see it, so put the public address before path and query.
    #[must_use]
    pub fn new(method: &'a Method, uri: &'a str, headers: &'a HeaderMap, body: &'a [u8]) -> Self {
        Self { method, uri, headers, body }
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &'a Method {
        self.method
    }

    /// The whole address.
    #[must_use]
    pub fn uri(&self) -> &'a str {
        self.uri
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Returns true if the delivery has this header.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// Returns a header that must occur exactly once, as text.
    ///
    /// # Errors
    ///
    /// [`Refused::Unsigned`] if it is missing; [`Refused::Malformed`] if it occurs twice or is not
    /// text.
    pub fn header(&self, name: &'static str) -> Result<&'a str, Refused> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().ok_or(Refused::Unsigned { header: name })?;
        match (value.to_str(), values.next()) {
            (Ok(text), None) => Ok(text.trim()),
            _ => Err(Refused::Malformed { what: name }),
        }
    }

    /// Returns the base64 signature in a header.
    ///
    /// # Errors
    ///
    /// Those of [`header`](Self::header); [`Refused::Malformed`] also if it is not base64.
    pub fn signature(&self, name: &'static str) -> Result<Vec<u8>, Refused> {
        STANDARD.decode(self.header(name)?).map_err(|_| Refused::Malformed { what: name })
    }
}

/// Shows neither header values nor the body, because neither may be logged.
impl std::fmt::Debug for Delivery<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery").field("method", self.method).field("body", &self.body.len()).finish_non_exhaustive()
    }
}
