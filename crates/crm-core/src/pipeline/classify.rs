//! Reads replies outside 200 to 299 with the vendor's rules.

use http::header;

use super::Shared;
use crate::error::{BODY_CAP, Error, ErrorKind, LimitScope};
use crate::meta::OpMeta;
use crate::vendor::{Advice, Feedback, RawReply};

/// The message of a redirect. Its body is at most a web page.
const REDIRECT: &str = "the vendor redirects to another address, and redirects are not followed; check `base_url`";

/// Returns the error of a refused request, and the vendor's advice on repeating it.
pub(super) fn refused(shared: &Shared, op: &OpMeta, reply: &RawReply) -> (Error, Advice) {
    let read = shared.vendor.read_error(op, reply);
    let mut detail = read.detail;
    if detail.raw.is_empty() {
        let body = reply.body();
        detail.raw = bytes::Bytes::copy_from_slice(&body[..body.len().min(BODY_CAP)]);
    }
    if detail.content_type.is_none() {
        detail.content_type = reply.header(header::CONTENT_TYPE.as_str()).map(str::to_owned);
    }
    if matches!(reply.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        detail.message = Some(REDIRECT.to_owned());
    }
    let detail = reply.without_secret(detail);
    let body = detail.raw.clone();
    let error = Error::from_vendor(read.kind)
        .with_status(reply.status())
        .with_retry_after(read.retry_after.or_else(|| reply.retry_after()))
        .with_limit_scope(read.scope)
        .with_request_id(reply.request_id(&*shared.vendor))
        .with_refused(read.retry == Advice::Refused)
        .with_doubt(read.may_have_happened)
        .with_body(body)
        .with_vendor(detail);
    (error, read.retry)
}

/// Returns the information for the limiter in a reply.
pub(super) fn feedback(shared: &Shared, op: &OpMeta, reply: &RawReply, error: Option<&Error>) -> Feedback {
    let mut feedback = shared.vendor.feedback(op, reply);
    let Some(error) = error else { return feedback };
    let daily = error.kind() == ErrorKind::QuotaExhausted || error.limit_scope() == Some(LimitScope::Daily);
    if daily && feedback.window.is_none() {
        // The day's quota explains the refusal; the short window is not the cause.
        feedback.daily_remaining = Some(0);
    } else if reply.status().as_u16() == 429 && feedback.reset_after.is_none() {
        feedback.reset_after = error.retry_after();
    }
    feedback
}
