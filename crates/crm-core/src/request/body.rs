//! The body of a request, as stored and as sent.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

use super::multipart::{Multipart, Watch};
use super::paced::{Pieces, Streamed};
use crate::error::Error;

/// Size in bytes above which a body in memory is sent in pieces.
const LARGE: usize = 512 * 1024;

#[derive(Clone)]
pub(crate) enum Body {
    None,
    Json(Bytes),
    Form(Bytes),
    Text(Bytes),
    Multipart(Multipart),
}

/// A body that is ready for one attempt.
pub(crate) struct Outgoing {
    pub(crate) body: Option<reqwest::Body>,
    /// Headers that the body itself determines.
    pub(crate) headers: HeaderMap,
    /// There for uploads only.
    pub(crate) watch: Option<Arc<Watch>>,
}

impl Body {
    /// Returns the media type, unless it is multipart or empty.
    pub(crate) fn content_type(&self) -> Option<&'static str> {
        match self {
            Self::None | Self::Multipart(_) => None,
            Self::Json(_) => Some("application/json"),
            Self::Form(_) => Some("application/x-www-form-urlencoded"),
            Self::Text(_) => Some("text/plain; charset=utf-8"),
        }
    }

    /// Returns the body as it is sent, if it is in memory as a whole.
    pub(crate) fn bytes(&self) -> Option<&Bytes> {
        match self {
            Self::None | Self::Multipart(_) => None,
            Self::Json(bytes) | Self::Form(bytes) | Self::Text(bytes) => Some(bytes),
        }
    }

    /// Returns an error if the body could not be sent, without reading it.
    pub(crate) async fn check(&self) -> Result<(), Error> {
        match self {
            Self::Multipart(parts) => parts.open().await.map(drop),
            _ => Ok(()),
        }
    }

    /// Prepares the body for one attempt.
    pub(crate) async fn open(&self) -> Result<Outgoing, Error> {
        let mut outgoing = Outgoing { body: None, headers: HeaderMap::new(), watch: None };
        match self {
            Self::None => {}
            Self::Json(bytes) | Self::Form(bytes) | Self::Text(bytes) if bytes.len() > LARGE => {
                outgoing.headers.insert(header::CONTENT_LENGTH, bytes.len().into());
                outgoing.body = Some(Streamed::body(Pieces(bytes.clone())));
            }
            Self::Json(bytes) | Self::Form(bytes) | Self::Text(bytes) => outgoing.body = Some(bytes.clone().into()),
            Self::Multipart(parts) => {
                let encoder = parts.open().await?;
                if let Ok(kind) = HeaderValue::try_from(encoder.content_type()) {
                    outgoing.headers.insert(header::CONTENT_TYPE, kind);
                }
                if let Some(size) = encoder.size() {
                    outgoing.headers.insert(header::CONTENT_LENGTH, size.into());
                }
                outgoing.watch = Some(encoder.watch());
                outgoing.body = Some(Streamed::body(encoder));
            }
        }
        Ok(outgoing)
    }

    /// Returns true if the body was partly read and cannot be sent again.
    pub(crate) fn is_spent(&self) -> bool {
        matches!(self, Self::Multipart(parts) if parts.is_spent())
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("0 bytes"),
            Self::Json(bytes) | Self::Form(bytes) | Self::Text(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Multipart(parts) => parts.fmt(f),
        }
    }
}
