//! The one error type of all clients.
//!
//! [`Error::kind`] classifies the failure, and the other accessors describe it. `Display` writes one
//! complete line that is safe to log: it names the operation and the path template, never the
//! filled path, and hides e-mail addresses, phone numbers and tokens that the vendor quoted.

mod detail;
mod display;
mod kind;

pub(crate) use detail::BODY_CAP;
pub use detail::{FieldError, VendorDetail};
pub use kind::{ErrorKind, LimitScope, Sent};

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;

use crate::meta::Called;

/// The error of a failed call.
///
/// After a failed write, check [`may_have_happened`](Self::may_have_happened) first. [`kind`](Self::kind) determines what to
/// do next, and each [`ErrorKind`] documents it. [`vendor`](Self::vendor) has the code, the message and the fields of the vendor's reply.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: Option<Cow<'static, str>>,
    operation: Cow<'static, str>,
    method: Option<http::Method>,
    path: Cow<'static, str>,
    idempotent: bool,
    reads: bool,
    status: Option<StatusCode>,
    vendor: Option<VendorDetail>,
    request_id: Option<String>,
    account: Option<String>,
    attempts: u32,
    retry_after: Option<Duration>,
    sent: Sent,
    refused: bool,
    /// True if the vendor may have carried out the request that it refused.
    doubt: bool,
    /// True if an earlier attempt of the call may have been carried out.
    earlier: bool,
    /// True if the account must be authorised.
    needs_consent: bool,
    scope: Option<LimitScope>,
    body: Bytes,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// Creates an error of any kind, for vendor crates and for implementations of this crate's traits.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: Some(message.into()),
            operation: Cow::Borrowed(""),
            method: None,
            path: Cow::Borrowed(""),
            idempotent: true,
            reads: true,
            status: None,
            vendor: None,
            request_id: None,
            account: None,
            attempts: 0,
            retry_after: None,
            sent: Sent::No,
            refused: false,
            doubt: false,
            earlier: false,
            needs_consent: false,
            scope: None,
            body: Bytes::new(),
            source: None,
        }))
    }

    /// Creates an error of kind [`ErrorKind::Config`].
    #[must_use]
    pub fn config(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// Creates an error of kind [`ErrorKind::Validation`], found before anything was sent.
    #[must_use]
    pub fn validation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Validation, message)
    }

    /// Creates an error of kind [`ErrorKind::Decode`]: a reply arrived, but does not have the expected form.
    #[must_use]
    pub fn decode(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Decode, message).with_sent(Sent::Answered)
    }

    /// Names the operation that failed.
    #[must_use]
    pub fn with_operation(mut self, operation: impl Into<Called>) -> Self {
        let Called { op, name, path } = operation.into();
        self.0.operation = name;
        self.0.method = Some(op.method.clone());
        self.0.path = path;
        self.0.idempotent = op.idempotent;
        self.0.reads = op.rules.reads || matches!(op.method, http::Method::GET | http::Method::HEAD);
        self
    }

    /// Adds the error below this one. Its text must not contain a secret, because it is shown by reporters
    /// that walk the chain.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// Keeps the reply body, at most 64 KiB of it.
    #[must_use]
    pub fn with_body(mut self, mut body: Bytes) -> Self {
        if body.len() > BODY_CAP {
            // A copy, so that the error does not keep a large reply alive.
            body = Bytes::copy_from_slice(&body[..BODY_CAP]);
        }
        self.0.body = body;
        self
    }

    /// Sets the status of the reply.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Sets the progress of the request.
    #[must_use]
    pub fn with_sent(mut self, sent: Sent) -> Self {
        self.0.sent = sent;
        self
    }

    /// Sets the time to wait before repeating the call.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    /// Sets the number of requests that were sent for the call.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Sets the request id that the vendor assigned.
    #[must_use]
    pub fn with_request_id(mut self, id: Option<String>) -> Self {
        self.0.request_id = id;
        self
    }

    /// Names the account of the failed credential.
    #[must_use]
    pub fn with_account(mut self, account: impl Into<String>) -> Self {
        self.0.account = Some(account.into());
        self
    }

    /// Sets the limit that was hit.
    #[must_use]
    pub fn with_limit_scope(mut self, scope: Option<LimitScope>) -> Self {
        self.0.scope = scope;
        self
    }

    /// Adds the details of the vendor's error reply.
    #[must_use]
    pub fn with_vendor(mut self, detail: VendorDetail) -> Self {
        self.0.vendor = Some(detail);
        self
    }

    /// Sets whether repeating is harmless, if the caller knows better than the operation's metadata.
    pub(crate) fn with_idempotent(mut self, idempotent: bool) -> Self {
        self.0.idempotent = idempotent;
        self
    }

    /// Marks the error if the vendor is known to have done nothing.
    pub(crate) fn with_refused(mut self, refused: bool) -> Self {
        self.0.refused = refused;
        self
    }

    /// Sets whether the vendor may have carried out the request that it refused.
    pub(crate) fn with_doubt(mut self, doubt: bool) -> Self {
        self.0.doubt = doubt;
        self
    }

    /// Marks that an earlier attempt may have been carried out.
    pub(crate) fn with_earlier(mut self) -> Self {
        self.0.earlier = true;
        if self.0.sent == Sent::No {
            self.0.sent = Sent::Maybe;
        }
        self
    }

    /// Sets whether the account must be authorised.
    #[cfg(feature = "oauth")]
    pub(crate) fn with_needs_consent(mut self, needs_consent: bool) -> Self {
        self.0.needs_consent = needs_consent;
        self
    }

    /// Puts `context` before the message.
    pub(crate) fn in_context(mut self, context: String) -> Self {
        self.0.message = Some(match self.0.message {
            Some(message) => format!("{context}: {message}").into(),
            None => context.into(),
        });
        self
    }

    /// Creates an error whose text is the vendor's own.
    pub(crate) fn from_vendor(kind: ErrorKind) -> Self {
        let mut error = Self::new(kind, "");
        error.0.message = None;
        error.0.sent = Sent::Answered;
        error
    }

    /// Kind of failure, which determines what to do next.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The name by which the operation was called, for example `contacts.list`; `raw` for a raw request; empty
    /// if the failure belongs to no operation.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// The method and the path template, for example `GET /contacts/{contactId}`. The template is filled only with
    /// values that a handle holds, such as the type of object, never with ids.
    #[must_use]
    pub fn endpoint(&self) -> String {
        match &self.0.method {
            Some(method) => format!("{method} {}", self.0.path),
            None => String::new(),
        }
    }

    /// The status of the last reply, if one arrived.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status.map(|status| status.as_u16())
    }

    /// The details of the vendor's error reply, if it contained any.
    #[must_use]
    pub fn vendor(&self) -> Option<&VendorDetail> {
        self.0.vendor.as_ref()
    }

    /// The request id that the vendor assigned; its support asks for it.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Number of requests that were sent for this call; 0 if none.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Time to wait before repeating the call, if it is known from the vendor's reply or from the limiter.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the progress of the last attempt, or [`Sent::Maybe`] if nothing of it was sent but an earlier attempt may
    /// have been carried out. See
    /// [`may_have_happened`](Self::may_have_happened) for whether a write may have been carried out.
    #[must_use]
    pub fn sent(&self) -> Sent {
        self.0.sent
    }

    /// Returns true if the vendor may have carried out the request although the call failed. Check
    /// it before you repeat a failed write.
    ///
    /// It is true if, in any attempt of the call:
    ///
    /// - the request may have arrived, and there was no answer;
    /// - the answer was 408 or a server error, unless the vendor is known not to have carried the request out;
    /// - the answer was a success that could not be read, did not match the vendor's document, or is not ready
    ///   ([`ErrorKind::Pending`]);
    /// - the vendor is known to answer such a request with an error although it carried it out (HoopAI: 422).
    ///
    /// ```
    /// # fn example(error: &crm_core::Error) {
    /// if error.may_have_happened() {
    ///     println!("look the record up before sending it again");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        let status = self.0.status.map_or(0, |status| status.as_u16());
        self.0.earlier
            || self.0.doubt
            || match self.0.sent {
                Sent::No => false,
                Sent::Maybe => true,
                Sent::Answered if self.0.refused => false,
                Sent::Answered => status == 408 || status >= 500 || (200..300).contains(&status),
            }
    }

    /// The account of the failed credential, as named when the credential was created. `None` for other
    /// failures.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.0.account.as_deref()
    }

    /// Returns true if the calls of the [`account`](Self::account) fail until it is authorised, for the first time or again:
    /// the vendor refused its refresh token, there is none, or the store has no tokens of the account. Repeat the consent and
    /// install its tokens. If it is false for an error of kind [`ErrorKind::Token`], the store failed (the message contains
    /// the next step), or the renewal can succeed later: repeat the call.
    ///
    /// ```
    /// # fn example(error: &crm_core::Error) {
    /// if error.needs_consent() {
    ///     println!("ask the owner of {:?} for a new consent", error.account());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn needs_consent(&self) -> bool {
        self.0.needs_consent
    }

    /// The limit that was hit, for kinds that concern limits.
    #[must_use]
    pub fn limit_scope(&self) -> Option<LimitScope> {
        self.0.scope
    }

    /// The reply body, at most 64 KiB of it. May contain personal data.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests;
