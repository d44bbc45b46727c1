//! Error bodies and headers of Account Intelligence.

use crm_core::reexport::http::StatusCode;
use crm_core::reexport::serde_json::Value;
use crm_core::{ErrorKind, FieldError, LimitScope, OpMeta, RawReply, Vendor, VendorError};

use super::refusal::Refusal;
use crate::headers;

#[derive(Debug)]
pub(crate) struct AccountIntelligence;

impl Vendor for AccountIntelligence {
    fn name(&self) -> &'static str {
        "hockeystack"
    }

    fn read_error(&self, _op: &OpMeta, reply: &RawReply) -> VendorError {
        let mut error = VendorError::from_status(reply.status());
        let body = reply.json().unwrap_or_default();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let result = &body["result"];
        error.detail.message =
            text(&body["message"]).or_else(|| text(&result["error"])).or_else(|| reply.plain_message());
        error.detail.category = text(&result["status"]);
        match reply.status() {
            // The vendor never returns 401: a missing, malformed or revoked token is a 403.
            StatusCode::FORBIDDEN => error.kind = ErrorKind::Auth,
            StatusCode::TOO_MANY_REQUESTS => error.scope = Some(LimitScope::Burst),
            _ => {}
        }
        if let Some(message) = &error.detail.message {
            let field = Refusal::read(message).and_then(Refusal::field).map(str::to_owned);
            error.detail.fields.extend(field.map(|field| FieldError::new(Some(field), None, message.clone())));
        }
        error
    }

    fn request_id(&self, reply: &RawReply) -> Option<String> {
        headers::request_id(reply)
    }
}
