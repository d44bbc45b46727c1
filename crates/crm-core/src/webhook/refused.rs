//! Why a delivery was not accepted.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::codec::DecodeError;

/// A delivery that must not be acted on. Holds nothing of what was sent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Refused {
    /// The header with the signature is missing. Anybody may have sent this.
    Unsigned {
        /// The header.
        header: &'static str,
    },
    /// A header cannot be read, or a signature is not of the form it must have.
    Malformed {
        /// What it is.
        what: &'static str,
    },
    /// The signature was made with another key or over other bytes: it is forged, the key was
    /// replaced, the body was changed (parsed and written again, for example), or the address that
    /// [`Delivery::new`](super::Delivery::new) was given is not the one that the vendor called.
    WrongSignature,
    /// Signed rightly, too long ago: an old delivery sent again, or a clock that is wrong.
    Stale {
        /// How long ago.
        age: Duration,
    },
    /// Signed rightly, for a time to come: one of the clocks is wrong.
    Future {
        /// How far ahead.
        by: Duration,
    },
    /// Came before and was accepted.
    Repeated,
    /// Everything is right, but whether it came before is not known, because Redis cannot be used. Nothing was
    /// remembered, unless the answer alone was lost. The vendor delivers it again if it is answered with
    /// [`status`](Self::status).
    Unremembered {
        /// Why Redis cannot be used, and what to change.
        reason: String,
    },
    /// Everything else is right, but the body is not what the vendor sends.
    Body(DecodeError),
}

impl Refused {
    /// What to answer. A delivery that came before is answered as received, so that the vendor
    /// does not send it once more. One that cannot be remembered is answered with 429, the only status
    /// after which HoopAI delivers again; HubSpot does so after any error.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Repeated => StatusCode::OK,
            Self::Unremembered { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Body(_) => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNAUTHORIZED,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned { header } => write!(f, "the delivery is not signed: there is no `{header}` header"),
            Self::Malformed { what } => write!(f, "`{what}` of the delivery cannot be read"),
            Self::WrongSignature => f.write_str(
                "the signature does not match: it was made with another key or over other bytes (check the key, that the body \
                 is raw, and that the address is the one the vendor called: public host, query, still percent-encoded)",
            ),
            Self::Stale { age } => write!(f, "the delivery was signed {} s ago", age.as_secs()),
            Self::Future { by } => write!(f, "the delivery was signed {} s ahead of the local clock", by.as_secs()),
            Self::Repeated => f.write_str("the delivery was already received"),
            Self::Unremembered { reason } => write!(
                f,
                "it is not known whether the delivery was already received; the vendor delivers it again: {reason}"
            ),
            Self::Body(error) => write!(f, "the body of the delivery cannot be read {error}"),
        }
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Body(error) => Some(error),
            _ => None,
        }
    }
}
