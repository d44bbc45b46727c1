//! What a vendor crate implements, once, so that the pipeline can read that vendor's replies.

mod page;
mod reply;

pub(crate) use reply::GZIP_BEGIN;
pub use reply::RawReply;

use std::time::Duration;

use http::{HeaderMap, StatusCode};

use crate::error::{ErrorKind, LimitScope, VendorDetail};
use crate::meta::OpMeta;

/// How long an unused connection is kept to a server of which nothing is known. Node.js and Apache close it after 5
/// seconds by default (`server.keepAliveTimeout`, `KeepAliveTimeout`), nginx after 75.
pub(crate) const UNKNOWN_SERVER: Duration = Duration::from_secs(4);

/// How one vendor speaks: its errors, its limit headers, its request ids.
///
/// All methods are pure readings of a reply, so each can be tested with a table of
/// [`RawReply`]s.
pub trait Vendor: Send + Sync + 'static {
    /// The vendor's name in lower case, for spans and limiter keys.
    fn name(&self) -> &'static str;

    /// Reads any reply outside 200 to 299.
    fn read_error(&self, op: &OpMeta, reply: &RawReply) -> VendorError;

    /// Returns true if the body of a reply with a status from 200 to 299 is one of the vendor's
    /// errors. Such a reply is never a success.
    fn refuses(&self, body: &serde_json::Value) -> bool {
        let _ = body;
        false
    }

    /// Reads what the headers of any reply say about the limits.
    fn feedback(&self, op: &OpMeta, reply: &RawReply) -> Feedback {
        let _ = (op, reply);
        Feedback::default()
    }

    /// Adds headers every request needs, for example the API version to ask for: the client's, or else the
    /// operation's. Headers set by the caller win over these.
    fn prepare(&self, op: &OpMeta, version: Option<&'static str>, headers: &mut HeaderMap) {
        let _ = (op, version, headers);
    }

    /// How long a connection that is not used is kept. It must be shorter than the time after which the vendor's edge
    /// closes it: a write that is sent at that moment fails, and may have been carried out. Four seconds if not set, and
    /// for addresses that are not the vendor's, because servers close unused connections after five seconds and more.
    fn idle_timeout(&self) -> Duration {
        UNKNOWN_SERVER
    }

    /// The id under which the vendor's support finds the request.
    fn request_id(&self, reply: &RawReply) -> Option<String> {
        let _ = reply;
        None
    }
}

/// What a vendor's error reply means.
#[non_exhaustive]
#[derive(Debug, Clone)]
pub struct VendorError {
    /// What went wrong.
    pub kind: ErrorKind,
    /// What the vendor said.
    pub detail: VendorDetail,
    /// Which limit was hit, where it was one.
    pub scope: Option<LimitScope>,
    /// Whether the request may be repeated.
    pub retry: Advice,
    /// How long the vendor asks to wait. Left empty, the pipeline reads `Retry-After`.
    pub retry_after: Option<Duration>,
    /// True if the vendor may have carried out the request although it refused it. It need not be
    /// set for server errors.
    pub may_have_happened: bool,
}

impl VendorError {
    /// The usual meaning of a status, with nothing said about it.
    #[must_use]
    pub fn from_status(status: StatusCode) -> Self {
        let kind = match status.as_u16() {
            400 | 413 | 414 | 415 | 422 => ErrorKind::Validation,
            401 => ErrorKind::Auth,
            403 => ErrorKind::Permission,
            404 | 410 => ErrorKind::NotFound,
            408 => ErrorKind::Timeout,
            409 | 412 | 423 => ErrorKind::Conflict,
            429 => ErrorKind::RateLimited,
            502..=504 | 520..=529 => ErrorKind::Unavailable,
            500..=599 => ErrorKind::Server,
            _ => ErrorKind::Other,
        };
        let scope = (kind == ErrorKind::RateLimited).then_some(LimitScope::Other);
        Self {
            kind,
            detail: VendorDetail::default(),
            scope,
            retry: Advice::Default,
            retry_after: None,
            may_have_happened: false,
        }
    }
}

/// Whether a refused request may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Advice {
    /// Decide by status and idempotency.
    #[default]
    Default,
    /// Repeating cannot help.
    Never,
    /// Nothing was done: any method may be repeated.
    Refused,
    /// May be repeated if the operation is idempotent.
    Safe,
    /// The credential expired: may be repeated once it is renewed.
    Renew,
}

/// What a reply says about the limits. The limiter only ever becomes more careful by it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feedback {
    /// The size of the window.
    pub limit: Option<u64>,
    /// How many requests are left in the window.
    pub remaining: Option<u64>,
    /// When the window starts anew, from now.
    pub reset_after: Option<Duration>,
    /// How many requests are left today. Applied to the class's window of a day.
    pub daily_remaining: Option<u64>,
    /// The name of the window that the figures speak of; `None` is the first of the class.
    pub window: Option<&'static str>,
}
