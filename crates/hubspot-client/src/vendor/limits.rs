//! HubSpot's limits, from headers and from the body of a 429.
//!
//! | policy in the body | kind | wait |
//! |---|---|---|
//! | `TEN_SECONDLY_ROLLING` | `RateLimited`, scope `Burst` | the interval of the headers, at most ten seconds |
//! | `SECONDLY` | `RateLimited`, scope `Search` for a search, otherwise `Secondly` | one second |
//! | `DAILY` | `QuotaExhausted`, scope `Daily` | never repeated; the day ends at midnight in the account's time zone |
//! | none | by the message, the headers and the operation | |
//!
//! A `Retry-After` takes precedence over all of these, although HubSpot does not document it.

use std::time::Duration;

use crm_core::reexport::http::HeaderName;
use crm_core::{Advice, ErrorKind, Feedback, LimitScope, OpMeta, RawReply, VendorError};

use super::ErrorBody;
use crate::generated::limits;

const TEN_SECONDS: Duration = Duration::from_secs(10);
const SECOND: Duration = Duration::from_secs(1);

// Every reply is asked for them, so their names are parsed beforehand.
static BURST_LENGTH_MS: HeaderName = HeaderName::from_static(limits::HEADER_BURST_LENGTH_MS);
static BURST_LIMIT: HeaderName = HeaderName::from_static(limits::HEADER_BURST_LIMIT);
static BURST_REMAINING: HeaderName = HeaderName::from_static(limits::HEADER_BURST_REMAINING);
static DAY_REMAINING: HeaderName = HeaderName::from_static(limits::HEADER_DAY_REMAINING);

/// Completes the error of a 429.
pub(super) fn read(error: &mut VendorError, op: &OpMeta, reply: &RawReply, body: &ErrorBody) {
    let scope = scope(op, reply, body);
    error.scope = Some(scope);
    if scope == LimitScope::Daily {
        error.kind = ErrorKind::QuotaExhausted;
        error.retry = Advice::Never;
        return;
    }
    let usual = match scope {
        LimitScope::Burst => Some(interval(reply).map_or(TEN_SECONDS, |interval| interval.min(TEN_SECONDS))),
        LimitScope::Search | LimitScope::Secondly => Some(SECOND),
        _ => None,
    };
    error.retry_after = reply.retry_after().or(usual);
}

fn scope(op: &OpMeta, reply: &RawReply, body: &ErrorBody) -> LimitScope {
    let search = op.limit_class == limits::SEARCH;
    let secondly = if search { LimitScope::Search } else { LimitScope::Secondly };
    // Older replies contain the policy only in the message: "… your ten_secondly_rolling limit".
    let said = body.policy.as_deref().or(body.message.as_deref()).unwrap_or_default().to_ascii_lowercase();
    if said.contains("ten_secondly") {
        LimitScope::Burst
    } else if said.contains("secondly") {
        secondly
    } else if said.contains("daily") || number(reply, &DAY_REMAINING) == Some(0) {
        LimitScope::Daily
    } else if search {
        LimitScope::Search
    } else if interval(reply).is_some() {
        LimitScope::Burst
    } else {
        LimitScope::Other
    }
}

/// Reads the headers of any reply. Those of a search contain nothing, and those of a public app
/// nothing about the day.
pub(super) fn feedback(reply: &RawReply) -> Feedback {
    let mut feedback = Feedback::default();
    // The numbers are used only for the window that they describe.
    if interval(reply).is_none_or(|interval| interval == TEN_SECONDS) {
        feedback.limit = number(reply, &BURST_LIMIT);
        feedback.remaining = number(reply, &BURST_REMAINING);
    }
    feedback.daily_remaining = number(reply, &DAY_REMAINING);
    feedback
}

fn interval(reply: &RawReply) -> Option<Duration> {
    number(reply, &BURST_LENGTH_MS).filter(|millis| *millis > 0).map(Duration::from_millis)
}

fn number(reply: &RawReply, name: &HeaderName) -> Option<u64> {
    reply.headers().get(name)?.to_str().ok()?.trim().parse().ok()
}
