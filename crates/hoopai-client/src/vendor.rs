//! Versions, limit headers and request ids of HoopAI.

use std::time::Duration;

use crm_core::reexport::http::{HeaderMap, HeaderName, HeaderValue};
use crm_core::reexport::serde_json::Value;
use crm_core::{Feedback, OpMeta, RawReply, Vendor, VendorError};

use crate::errors;
use crate::generated::limits;
use crate::headers::number;
use crate::version::ApiVersion;

const VERSION: HeaderName = HeaderName::from_static("version");
/// The only path that is sent without a version if its document names none.
const TOKEN_PATH: &str = "/oauth/token";

/// Time for which an unused connection is kept. The edge of the LeadConnector hosts is Cloudflare (users report its
/// error 1010), which closes one after 400 seconds (developers.cloudflare.com, "Connection limits"); load balancers and
/// NAT between may do so after a minute.
const IDLE: Duration = Duration::from_secs(30);

/// The vendor, with the version that goes with every request if there is one.
#[derive(Debug, Default)]
pub(crate) struct HoopAi {
    pinned: Option<HeaderValue>,
}

impl HoopAi {
    pub(crate) fn pinned(version: ApiVersion) -> Self {
        Self { pinned: Some(version.header()) }
    }
}

/// The vendor as the pipeline uses it, for tests.
#[doc(hidden)]
#[must_use]
pub fn vendor() -> impl Vendor {
    HoopAi::default()
}

impl Vendor for HoopAi {
    fn name(&self) -> &'static str {
        "hoopai"
    }

    fn idle_timeout(&self) -> Duration {
        IDLE
    }

    fn read_error(&self, op: &OpMeta, reply: &RawReply) -> VendorError {
        errors::read(op, reply)
    }

    fn refuses(&self, body: &Value) -> bool {
        let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
        let status = ["statusCode", "status"].iter().find_map(|name| body.get(*name).and_then(number));
        let said = ["message", "error"].iter().any(|name| body.get(*name).is_some_and(|value| !value.is_null()));
        said && status.is_some_and(|status| (400..600).contains(&status))
    }

    fn feedback(&self, op: &OpMeta, reply: &RawReply) -> Feedback {
        // The headers describe the two windows that all calls except token calls share.
        if op.limit_class == limits::TOKEN {
            return Feedback::default();
        }
        Feedback {
            limit: number(reply, limits::HEADER_BURST_LIMIT),
            remaining: number(reply, limits::HEADER_BURST_REMAINING),
            daily_remaining: number(reply, limits::HEADER_DAILY_REMAINING),
            ..Feedback::default()
        }
    }

    fn prepare(&self, op: &OpMeta, version: Option<&'static str>, headers: &mut HeaderMap) {
        if op.path == TOKEN_PATH && version.is_none() {
            return;
        }
        let version = self.pinned.clone().unwrap_or_else(|| HeaderValue::from_static(version.unwrap_or("2021-07-28")));
        headers.insert(VERSION, version);
    }

    fn request_id(&self, reply: &RawReply) -> Option<String> {
        Some(reply.json()?.get("traceId")?.as_str()?.to_owned())
    }
}
