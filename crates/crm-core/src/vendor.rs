//! The trait that a vendor crate implements, so that the pipeline can read that vendor's replies.

mod page;
mod reply;

pub(crate) use reply::GZIP_BEGIN;
pub use reply::RawReply;

use std::time::Duration;

use http::{HeaderMap, StatusCode};

use crate::error::{ErrorKind, LimitScope, VendorDetail};
use crate::meta::OpMeta;

/// Time for which an unused connection to an unknown server is kept. Node.js and Apache close it after 5
/// seconds by default (`server.keepAliveTimeout`, `KeepAliveTimeout`), nginx after 75.
pub(crate) const UNKNOWN_SERVER: Duration = Duration::from_secs(4);

/// The conventions of one vendor: its errors, its limit headers, its request ids.
///
/// All methods only read a reply, so each can be tested with a table of
/// [`RawReply`]s.
pub trait Vendor: Send + Sync + 'static {
    /// The vendor's name in lower case, for spans and limiter keys.
    fn name(&self) -> &'static str;

    /// Reads any reply outside 200 to 299. [`OpMeta::idempotent`] is true if this call may be repeated.
    fn read_error(&self, op: &OpMeta, reply: &RawReply) -> VendorError;

    /// Returns true if the body of a reply with a status from 200 to 299 is one of the vendor's
    /// errors. Such a reply is never a success.
    fn refuses(&self, body: &serde_json::Value) -> bool {
        let _ = body;
        false
    }

    /// Reads the information about limits in the headers of any reply.
    fn feedback(&self, op: &OpMeta, reply: &RawReply) -> Feedback {
        let _ = (op, reply);
        Feedback::default()
    }

    /// Adds headers that every request needs, for example the API version: the client's version, or else the
    /// operation's. Headers set by the caller take precedence over these.
    fn prepare(&self, op: &OpMeta, version: Option<&'static str>, headers: &mut HeaderMap) {
        let _ = (op, version, headers);
    }

    /// Time for which an unused connection is kept. It must be shorter than the time after which the vendor's edge
    /// closes it: a write that is sent at that moment fails, and may have been carried out. Four seconds if not set,
    /// and for addresses that are not the vendor's, because servers close unused connections after five seconds and
    /// more.
    fn idle_timeout(&self) -> Duration {
        UNKNOWN_SERVER
    }

    /// The request id by which the vendor's support finds the request.
    fn request_id(&self, reply: &RawReply) -> Option<String> {
        let _ = reply;
        None
    }
}

/// Meaning of a vendor's error reply.
#[non_exhaustive]
#[derive(Debug, Clone)]
pub struct VendorError {
    /// Kind of failure.
    pub kind: ErrorKind,
    /// Details of the vendor's error reply.
    pub detail: VendorDetail,
    /// Kind of limit, if one was hit.
    pub scope: Option<LimitScope>,
    /// Advice on repeating the request.
    pub retry: Advice,
    /// Wait that the vendor asks for. If it is `None`, the pipeline reads `Retry-After`.
    pub retry_after: Option<Duration>,
    /// True if the vendor may have carried out the request although it refused it. It need not be
    /// set for server errors.
    pub may_have_happened: bool,
}

impl VendorError {
    /// Returns the usual meaning of a status, without details.
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

/// Advice on repeating a refused request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Advice {
    /// Decide by status and idempotency.
    #[default]
    Default,
    /// Repeating cannot help.
    Never,
    /// The request had no effect: any method may be repeated.
    Refused,
    /// May be repeated if the operation is idempotent.
    Safe,
    /// The credential expired: may be repeated once it is renewed.
    Renew,
}

/// Information in a reply about the limits. It can only make the limiter stricter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feedback {
    /// The size of the window.
    pub limit: Option<u64>,
    /// Number of requests left in the window.
    pub remaining: Option<u64>,
    /// Time from now until the window is reset.
    pub reset_after: Option<Duration>,
    /// Number of requests left today. Applied to the class's window of a day.
    pub daily_remaining: Option<u64>,
    /// The name of the window that the figures describe; `None` is the first of the class.
    pub window: Option<&'static str>,
}
