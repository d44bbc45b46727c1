//! Reasons why a delivery was not accepted.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::codec::DecodeError;

/// The reason why a delivery was refused. Contains no data of the delivery.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Refused {
    /// The header with the signature is missing. Anyone may have sent this.
    Unsigned {
        /// The header.
        header: &'static str,
    },
    /// A header cannot be read, or a signature does not have the required form.
    Malformed {
        /// The name of the header or the part.
        what: &'static str,
    },
    /// The signature was made with another key or over other bytes: it is forged, the key was
    /// replaced, the body was changed (parsed and written again, for example), or the address that
    /// [`Delivery::new`](super::Delivery::new) was given is not the one that the vendor called.
    WrongSignature,
    /// Signed correctly, but too long ago: an old delivery was sent again, or a clock is wrong.
    Stale {
        /// Time since it was signed.
        age: Duration,
    },
    /// Signed correctly, but with a time in the future: one of the clocks is wrong.
    Future {
        /// Time until the signed time.
        by: Duration,
    },
    /// Already received and accepted.
    Repeated,
    /// Signed correctly, but it is not known whether it was already received, because Redis cannot be used. Nothing was
    /// recorded, unless only the reply of Redis was lost. The vendor delivers it again if it is answered with
    /// [`status`](Self::status).
    Unremembered {
        /// Reason why Redis cannot be used, and advice.
        reason: String,
    },
    /// All other checks passed, but the body does not have the vendor's form.
    Body(DecodeError),
}

impl Refused {
    /// Status to answer with. A delivery that was already received is answered as received, so that the vendor
    /// does not send it again. One that cannot be recorded is answered with 429, the only status
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
                "the signature does not match: it was made with another key or over other bytes (check the key, that the \
                 body is raw, and that the address is the one the vendor called: public host, query, still percent-encoded)",
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
