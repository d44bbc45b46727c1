//! HubSpot's errors, limit headers and request ids.
//!
//! | status | kind | repeated |
//! |---|---|---|
//! | 400, 413, 414, 415, 422, 501 of Analytics | `Validation`, unless the category is more specific | never |
//! | 401 | `Auth` | with category `EXPIRED_AUTHENTICATION`, once the token is renewed |
//! | 403, category `MISSING_SCOPES` | `Permission` | never |
//! | 404, category `OBJECT_NOT_FOUND` | `NotFound` | never |
//! | 409, categories `CONFLICT` and `OBJECT_ALREADY_EXISTS`, a unique value that another record has, the name of another list | `Conflict` | never |
//! | 423 | `Unavailable` | any method, after two seconds |
//! | 429 | see [`limits`] | |
//! | 477 | `Unavailable` | any method, after `Retry-After` |
//! | 500, 502, 503, 504, 521, 523, 524 | `Server`, `Unavailable` | idempotent operations |
//! | 501, 522, 525, 526 | `Server`, `Unavailable` | never |

mod body;
mod conflict;
mod limits;

pub(crate) use body::ErrorBody;
#[cfg(feature = "objects")]
pub(crate) use body::texts;
#[cfg(feature = "objects")]
pub(crate) use conflict::existing;

use std::time::Duration;

use crm_core::reexport::serde_json::Value;
use crm_core::{Advice, ErrorKind, Feedback, OpMeta, RawReply, Vendor, VendorError};

/// Duration of the lock after heavy writes.
const LOCK: Duration = Duration::from_secs(2);
/// Time for which an unused connection is kept. HubSpot's edge is Cloudflare (its replies have `CF-Ray`), which closes
/// one after 400 seconds (developers.cloudflare.com, "Connection limits"); load balancers and NAT between may do so
/// after a minute.
const IDLE: Duration = Duration::from_secs(30);
/// The advice for a 414 of a read.
const TOO_LONG: &str = "the URL is too long, for example because of many properties; \
     use `read_many` or `search`, which send them in the body";

/// The advice if a search has more results than HubSpot returns.
const PAST_THE_END: &str = "search_all has no such end";

/// HubSpot.
pub(crate) struct HubSpot;

impl Vendor for HubSpot {
    fn name(&self) -> &'static str {
        "hubspot"
    }

    fn idle_timeout(&self) -> Duration {
        IDLE
    }

    fn read_error(&self, op: &OpMeta, reply: &RawReply) -> VendorError {
        let mut body = ErrorBody::of_reply(reply);
        let mut error = VendorError::from_status(reply.status());
        if let Some(kind) = kind_of(reply.status().as_u16(), &body) {
            error.kind = kind;
        }
        match reply.status().as_u16() {
            400 if op.id == "objects.search" => body.message = body.message.take().map(past_the_end),
            // Other categories mean that the token was never valid; a new one does not help.
            401 if body.category.as_deref() == Some("EXPIRED_AUTHENTICATION") => error.retry = Advice::Renew,
            413 => error.retry = Advice::Never,
            414 => {
                error.retry = Advice::Never;
                if op.method == http::Method::GET {
                    body.message = Some(TOO_LONG.to_owned());
                }
            }
            423 => {
                error.kind = ErrorKind::Unavailable;
                error.retry = Advice::Refused;
                error.retry_after = reply.retry_after().or(Some(LOCK));
            }
            429 => limits::read(&mut error, op, reply, &body),
            477 => {
                error.kind = ErrorKind::Unavailable;
                error.retry = Advice::Refused;
            }
            501 => {
                error.retry = Advice::Never;
                if op.id.starts_with("analytics.") {
                    // More breakdowns than it can count: the question is too wide.
                    error.kind = ErrorKind::Validation;
                }
            }
            522 | 525 | 526 => error.retry = Advice::Never,
            _ => {}
        }
        error.detail = body.into_detail();
        error
    }

    fn refuses(&self, body: &Value) -> bool {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let named = text("category").or(text("errorType")).or(text("subCategory")).is_some();
        // A batch or a task also has a status, in addition to its content.
        let holds = ["id", "results"].iter().any(|name| body.get(*name).is_some_and(|value| !value.is_null()));
        text("message").is_some() && (text("status") == Some("error") || named) && !holds
    }

    fn feedback(&self, _: &OpMeta, reply: &RawReply) -> Feedback {
        limits::feedback(reply)
    }

    fn request_id(&self, reply: &RawReply) -> Option<String> {
        match reply.header("x-hubspot-correlation-id") {
            Some(id) => Some(id.to_owned()),
            None => reply.json()?.get("correlationId")?.as_str().map(str::to_owned),
        }
    }
}

/// Returns the message of a refused search, with the advice if it went past the end of the results.
fn past_the_end(message: String) -> String {
    let ends = ["10,000", "10000", "10.000"].iter().any(|end| message.contains(end));
    if ends { format!("{message} ({PAST_THE_END})") } else { message }
}

/// Returns the kind that the texts of the body imply in addition to the status.
fn kind_of(status: u16, body: &ErrorBody) -> Option<ErrorKind> {
    if !(400..500).contains(&status) || status == 429 {
        return None;
    }
    let named = body.category.as_deref().and_then(kind_of_category);
    named
        .or_else(|| conflict::is_conflict(body).then_some(ErrorKind::Conflict))
        .or_else(|| kind_of_code(body.code.as_deref()?))
}

/// Returns the kind of a category alone. `VALIDATION_ERROR` comes with too many statuses to replace
/// the kind of the status.
fn kind_of_category(category: &str) -> Option<ErrorKind> {
    Some(match category {
        "CONFLICT" | "OBJECT_ALREADY_EXISTS" => ErrorKind::Conflict,
        "OBJECT_NOT_FOUND" => ErrorKind::NotFound,
        "MISSING_SCOPES" => ErrorKind::Permission,
        "EXPIRED_AUTHENTICATION" | "INVALID_AUTHENTICATION" => ErrorKind::Auth,
        _ => return None,
    })
}

/// The codes of OAuth (RFC 6749).
fn kind_of_code(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "invalid_grant" | "invalid_client" | "unauthorized_client" => ErrorKind::Auth,
        "access_denied" | "invalid_scope" => ErrorKind::Permission,
        _ => return None,
    })
}

/// Reads the error of one row of a mixed batch result.
#[cfg(any(feature = "files", feature = "objects"))]
pub(crate) fn kind_of_row(body: &ErrorBody) -> ErrorKind {
    let category = body.category.as_deref().unwrap_or_default();
    kind_of_category(category).unwrap_or(match category {
        _ if conflict::is_conflict(body) => ErrorKind::Conflict,
        "VALIDATION_ERROR" => ErrorKind::Validation,
        "RATE_LIMITS" => ErrorKind::RateLimited,
        _ => ErrorKind::Other,
    })
}
