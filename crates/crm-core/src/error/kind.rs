//! Kinds of failure, by what to do next.

use std::fmt;

/// Kind of failure. Each kind describes what to do next.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The client or its surroundings are not configured correctly (address, token text, options, certificates,
    /// proxy). Fix the program or its configuration; nothing reached the vendor, and repeating does not help.
    Config,
    /// The input is invalid: refused before sending ([`Sent::No`]) or by the vendor
    /// ([`Sent::Answered`], usually 400 or 422). Also a file that could not be read to its end while
    /// it was sent ([`Sent::Maybe`]). Correct the input; repeating does not help.
    Validation,
    /// The credential is missing, expired or revoked. Renew it, then repeat.
    Auth,
    /// The credential is valid but lacks the permission. Grant the scope or use another account.
    Permission,
    /// The object or the path does not exist, or is not visible to this credential. Check the id, the path and
    /// the account.
    NotFound,
    /// The request conflicts with the vendor's data, for example a duplicate. Read the record and decide.
    Conflict,
    /// The vendor's limit was hit, and the retries were used up, or the wait that the vendor asked for is longer than
    /// the retry policy allows. Repeat after [`Error::retry_after`](crate::Error::retry_after).
    RateLimited,
    /// A daily or monthly quota is used up. Waiting a moment does not help; it is never retried. Repeat after
    /// [`Error::retry_after`](crate::Error::retry_after), if it is known.
    QuotaExhausted,
    /// The call would have to wait longer in the queue for the rate limit than
    /// [`queue_timeout`](crate::CallOptions::queue_timeout) allows. Nothing was sent by this attempt. Repeat after
    /// [`Error::retry_after`](crate::Error::retry_after), or allow a longer wait. Also if the quotas have no class of
    /// the name in [`limit_class`](crate::CallOptions::limit_class) (correct the program), and while Redis is unavailable
    /// with `WhenAway::Refuse`.
    LocalLimit,
    /// No reply arrived in time. Check [`Error::may_have_happened`](crate::Error::may_have_happened) before
    /// repeating a write.
    Timeout,
    /// No connection was established, or the server refused the request before it processed it (HTTP/2). Nothing was
    /// done by this attempt; repeating is safe.
    Connect,
    /// The connection broke after the request was (or may have been) sent, or the reply was cut
    /// off. Check [`Error::may_have_happened`](crate::Error::may_have_happened) before repeating a
    /// write.
    Io,
    /// The vendor is overloaded or down (502, 503, 504). Repeat later. Check
    /// [`Error::may_have_happened`](crate::Error::may_have_happened) before repeating a write.
    Unavailable,
    /// The vendor failed (other 5xx). Repeat later; report it with the request id if it persists. Check
    /// [`Error::may_have_happened`](crate::Error::may_have_happened) before repeating a write.
    Server,
    /// The vendor accepted the request but the result is not ready. Poll, or send a read again later; a write that
    /// is sent again may start the work a second time.
    Pending,
    /// The reply does not have the expected form. The body is kept in
    /// [`Error::body`](crate::Error::body). The request may have been carried out: check
    /// [`Error::may_have_happened`](crate::Error::may_have_happened) before repeating a write.
    Decode,
    /// The list does not advance: the vendor returned a cursor that was already used, or reported more pages without a
    /// position. Begin the list anew; if that fails too, report it to the vendor.
    Paging,
    /// No access token could be obtained, or new tokens could not be stored. If
    /// [`Error::needs_consent`](crate::Error::needs_consent) is true, authorise the account again; otherwise the message
    /// contains the next step, for example to repeat the call later.
    Token,
    /// None of the above. Read the message.
    Other,
}

impl ErrorKind {
    /// A short human-readable name, used in messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "wrong configuration",
            Self::Validation => "invalid input",
            Self::Auth => "not authenticated",
            Self::Permission => "not permitted",
            Self::NotFound => "not found",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate limited",
            Self::QuotaExhausted => "quota used up",
            Self::LocalLimit => "held back by the local rate limit",
            Self::Timeout => "timed out",
            Self::Connect => "no connection",
            Self::Io => "connection broken",
            Self::Unavailable => "unavailable",
            Self::Server => "server error",
            Self::Pending => "not ready",
            Self::Decode => "unexpected reply",
            Self::Paging => "paging failed",
            Self::Token => "no access token",
            Self::Other => "failed",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Progress of a request.
///
/// It does not show whether a write was carried out: a server error is
/// [`Answered`](Self::Answered), and the write may have happened nevertheless. Check
/// [`Error::may_have_happened`](crate::Error::may_have_happened) before repeating a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sent {
    /// Nothing reached the vendor.
    No,
    /// It may have reached the vendor, and may have been carried out.
    Maybe,
    /// The vendor answered with any status.
    Answered,
}

/// Kind of limit that was hit.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitScope {
    /// The short window, typically ten seconds. Waiting helps.
    Burst,
    /// The day's quota. Waiting a moment does not help.
    Daily,
    /// A limit per second.
    Secondly,
    /// The separate limit of searches.
    Search,
    /// The client's own limiter.
    Local,
    /// A limit the vendor did not name.
    Other,
}
