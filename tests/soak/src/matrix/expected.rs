//! The rule: the result of each kind of fault.

use std::fmt;

use crm_core::{Error, ErrorKind, Sent};

use super::faults::{Fault, Kind};
use super::operations::{Operation, POLLS};

/// Number of times that an operation meets a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Times {
    Once,
    Always,
}

/// The result of a cell. Attempts are those of the request that meets the fault.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Right { attempts: u32 },
    Error { kind: ErrorKind, sent: Sent, attempts: u32 },
}

/// The attempts of the default policy.
const ATTEMPTS: u32 = 4;

/// Returns the expected result of a fault, or `None` if the combination does not exist.
pub(crate) fn expected(fault: &Fault, operation: Operation, times: Times) -> Option<Outcome> {
    if operation == Operation::Renew && is_sent_again(fault, times) {
        // The vendor had carried it out, so it refuses the refresh token now.
        return Some(Outcome::Error { kind: ErrorKind::Validation, sent: Sent::Answered, attempts: 1 });
    }
    let repeatable = operation.is_repeatable() && !(operation.streams_down() && fault.in_body);
    let (kind, sent, repeated) = match fault.kind {
        Kind::Harmless => return Some(Outcome::Right { attempts: 1 }),
        // Nothing was done, so anything may be done again.
        Kind::NotSent => (ErrorKind::Connect, Sent::No, true),
        Kind::Refused => (ErrorKind::RateLimited, Sent::Answered, true),
        // Something may have been done, so only what does no harm twice.
        Kind::Lost(kind) => (kind, Sent::Maybe, repeatable),
        Kind::Failed(kind) => (kind, Sent::Answered, repeatable),
        // Repeating does not help.
        Kind::RefusedForLong => (ErrorKind::RateLimited, Sent::Answered, false),
        Kind::RefusedToday if !operation.has_days() => return None,
        Kind::RefusedToday => (ErrorKind::QuotaExhausted, Sent::Answered, false),
        Kind::OutOfTime => (ErrorKind::Timeout, Sent::Maybe, false),
        Kind::Elsewhere => (ErrorKind::Other, Sent::Answered, false),
        Kind::Encoded => (ErrorKind::Decode, Sent::Answered, false),
        // A file may hold anything, and nobody but its reader knows.
        Kind::NoJson if operation.streams_down() => return None,
        Kind::NoJson => (ErrorKind::Decode, Sent::Answered, false),
        // Only a call that waits for a result gets `Pending`.
        Kind::NotYet if !operation.polls() => return None,
        Kind::NotYet if times == Times::Always => {
            return Some(Outcome::Error { kind: ErrorKind::Pending, sent: Sent::Answered, attempts: POLLS });
        }
        Kind::NotYet => return Some(Outcome::Right { attempts: 2 }),
    };
    Some(match (repeated, times) {
        (true, Times::Once) => Outcome::Right { attempts: 2 },
        (true, Times::Always) => Outcome::Error { kind, sent, attempts: ATTEMPTS },
        (false, _) => Outcome::Error { kind, sent, attempts: 1 },
    })
}

/// Returns true if the refresh token of an ended access token is sent again and answered. This happens after a quick
/// answer that leaves the result open. A fault that does not change the status leaves the vendor's refusal unchanged.
fn is_sent_again(fault: &Fault, times: Times) -> bool {
    let uncertain = match fault.kind {
        Kind::Lost(kind) => kind != ErrorKind::Timeout,
        // 503 means that nothing was done.
        Kind::Failed(_) => fault.name != "503",
        Kind::NoJson | Kind::Encoded => true,
        _ => false,
    };
    uncertain && (times == Times::Once || fault.in_body)
}

impl Outcome {
    /// Returns the outcome that the caller sees. For a renewal the source of the error counts, because all are "no
    /// token".
    pub(crate) fn of(error: &Error) -> Self {
        let mut found = error;
        let mut source = std::error::Error::source(error);
        while let Some(next) = source {
            found = next.downcast_ref::<Error>().unwrap_or(found);
            source = next.source();
        }
        Self::Error { kind: found.kind(), sent: found.sent(), attempts: found.attempts() }
    }

    pub(crate) fn is_right(&self) -> bool {
        matches!(self, Self::Right { .. })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right { attempts: 1 } => f.write_str("right"),
            Self::Right { attempts } => write!(f, "right ×{attempts}"),
            Self::Error { kind, sent, attempts } => {
                let mark = match sent {
                    Sent::No => "unsent",
                    Sent::Maybe => "maybe",
                    Sent::Answered => "answered",
                };
                write!(f, "{kind:?} {mark} ×{attempts}")
            }
        }
    }
}
