//! The rule that decides whether a failed attempt is repeated.

use std::time::Duration;

use super::RetryPolicy;
use crate::error::{ErrorKind, Sent};
use crate::vendor::Advice;

/// A failed attempt, as far as the decision needs it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) status: Option<u16>,
    pub(crate) sent: Sent,
    pub(crate) advice: Advice,
    pub(crate) hint: Option<Duration>,
    pub(crate) idempotent: bool,
    /// Number of attempts made, including this one.
    pub(crate) attempts: u32,
}

/// Decision after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Repeat after a pause.
    Retry { after: Duration, throttled: bool },
    /// Give up.
    Stop,
}

/// Decides. `random` is uniform in `0.0..1.0`.
pub(crate) fn decide(policy: &RetryPolicy, failure: &Failure, random: f64) -> Verdict {
    if failure.attempts >= policy.attempts || !repeatable(failure) {
        return Verdict::Stop;
    }
    let throttled = failure.kind == ErrorKind::RateLimited;
    let after = match failure.hint {
        Some(hint) if hint > policy.max_hint => return Verdict::Stop,
        // A little later than requested, to spread the repeats of calls that were refused together.
        Some(hint) => hint.saturating_add(spread(hint).mul_f64(random.clamp(0.0, 1.0))),
        None => policy.backoff.delay(failure.attempts, random),
    };
    Verdict::Retry { after, throttled }
}

fn repeatable(failure: &Failure) -> bool {
    use ErrorKind::{
        Auth, Config, Conflict, Decode, LocalLimit, NotFound, Paging, Pending, Permission, QuotaExhausted, Token,
        Validation,
    };
    if failure.kind == ErrorKind::QuotaExhausted {
        return false;
    }
    match failure.advice {
        Advice::Never => return false,
        Advice::Refused => return true,
        Advice::Safe => return failure.idempotent,
        Advice::Default | Advice::Renew => {}
    }
    match (failure.sent, failure.kind, failure.status) {
        (
            _,
            Auth | Config | Conflict | Decode | LocalLimit | NotFound | Paging | Pending | Permission | QuotaExhausted
            | Token | Validation,
            _,
        ) => false,
        (_, ErrorKind::RateLimited, _) => true,
        (Sent::No, _, _) => true,
        (Sent::Maybe, _, _) => failure.idempotent,
        (Sent::Answered, _, Some(408 | 500 | 502..=504 | 520..=529)) => failure.idempotent,
        (Sent::Answered, _, _) => false,
    }
}

/// The interval over which repeats after a hint are spread: a tenth of the hint, within bounds.
fn spread(hint: Duration) -> Duration {
    (hint / 10).clamp(Duration::from_millis(50), Duration::from_secs(1))
}
