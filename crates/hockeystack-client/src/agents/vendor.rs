//! Error bodies and headers of Revenue Agents.

use std::time::{Duration, UNIX_EPOCH};

use crm_core::reexport::http::StatusCode;
use crm_core::reexport::serde_json::Value;
use crm_core::{Feedback, LimitScope, OpMeta, RawReply, Vendor, VendorDetail, VendorError};

use crate::generated::limits::revenue_agents as limits;
use crate::headers;

#[derive(Debug)]
pub(crate) struct RevenueAgents;

impl Vendor for RevenueAgents {
    fn name(&self) -> &'static str {
        "hockeystack-agents"
    }

    fn read_error(&self, _op: &OpMeta, reply: &RawReply) -> VendorError {
        let mut error = VendorError::from_status(reply.status());
        let body = reply.json().unwrap_or_default();
        error.detail = detail(&body["error"]);
        error.detail.message = error.detail.message.or_else(|| reply.plain_message());
        if reply.status() == StatusCode::TOO_MANY_REQUESTS {
            error.scope = Some(LimitScope::Burst);
            error.retry_after = reply.retry_after().or_else(|| reset(reply).filter(|wait| !wait.is_zero()));
        }
        error
    }

    /// A failed job also has an `error`, besides its other members.
    fn refuses(&self, body: &Value) -> bool {
        body["error"].is_object() && body.as_object().is_some_and(|members| members.len() == 1)
    }

    fn feedback(&self, _op: &OpMeta, reply: &RawReply) -> Feedback {
        let number = |name: &str| reply.header(name)?.trim().parse().ok();
        let class = reply.header(limits::HEADER_CLASS);
        let window = [limits::READ, limits::WRITE].into_iter().find(|name| class == Some(name));
        Feedback {
            limit: number(limits::HEADER_LIMIT),
            remaining: number(limits::HEADER_REMAINING),
            reset_after: reset(reply),
            window,
            ..Feedback::default()
        }
    }

    fn request_id(&self, reply: &RawReply) -> Option<String> {
        headers::request_id(reply)
    }
}

/// Reads an `error` member of a refusal, a failed job or a failed set-up.
pub(super) fn detail(error: &Value) -> VendorDetail {
    let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut detail = VendorDetail::default();
    detail.code = text("code");
    detail.category = text("category");
    detail.message = text("message").or_else(|| error.as_str().map(str::to_owned));
    detail
}

/// Reads `X-RateLimit-Reset`, in seconds since 1970, and returns the wait.
fn reset(reply: &RawReply) -> Option<Duration> {
    let at: u64 = reply.header(limits::HEADER_RESET_AT)?.trim().parse().ok()?;
    Some(reply.until(UNIX_EPOCH.checked_add(Duration::from_secs(at))?))
}
