//! The table of repeated failures.

use std::time::Duration;

use super::{Backoff, Budget, Exponential, Failure, RetryPolicy, Verdict, decide};
use crate::error::{ErrorKind, Sent};
use crate::vendor::Advice;

fn failure(kind: ErrorKind, sent: Sent, status: Option<u16>, idempotent: bool) -> Failure {
    Failure { kind, status, sent, advice: Advice::Default, hint: None, idempotent, attempts: 1 }
}

fn repeated(failure: &Failure) -> bool {
    decide(&RetryPolicy::default(), failure, 0.5) != Verdict::Stop
}

#[test]
fn the_table() {
    use ErrorKind::*;
    use Sent::*;
    // kind, sent, status, repeated if idempotent, repeated if not
    for (kind, sent, status, safe, unsafe_) in [
        (Connect, No, None, true, true),
        (Timeout, Maybe, None, true, false),
        (Io, Maybe, None, true, false),
        (Io, Maybe, Some(200), true, false),
        (RateLimited, Answered, Some(429), true, true),
        (RateLimited, Answered, Some(403), true, true),
        (QuotaExhausted, Answered, Some(429), false, false),
        (Timeout, Answered, Some(408), true, false),
        (Server, Answered, Some(500), true, false),
        (Server, Answered, Some(501), false, false),
        (Unavailable, Answered, Some(502), true, false),
        (Unavailable, Answered, Some(503), true, false),
        (Unavailable, Answered, Some(504), true, false),
        (Unavailable, Answered, Some(522), true, false),
        (Validation, Answered, Some(400), false, false),
        (Validation, No, None, false, false),
        (Auth, Answered, Some(401), false, false),
        (Permission, Answered, Some(403), false, false),
        (NotFound, Answered, Some(404), false, false),
        (Conflict, Answered, Some(409), false, false),
        (LocalLimit, No, None, false, false),
        (Pending, Answered, Some(202), false, false),
        (Decode, Answered, Some(200), false, false),
        (Config, No, None, false, false),
        (Token, No, None, false, false),
    ] {
        assert_eq!(repeated(&failure(kind, sent, status, true)), safe, "{kind:?} {status:?} idempotent");
        assert_eq!(repeated(&failure(kind, sent, status, false)), unsafe_, "{kind:?} {status:?} not idempotent");
    }
}

#[test]
fn the_vendor_may_know_better() {
    let with = |advice, kind, idempotent| Failure { advice, ..failure(kind, Sent::Answered, Some(500), idempotent) };
    assert!(!repeated(&with(Advice::Never, ErrorKind::Server, true)));
    assert!(repeated(&with(Advice::Refused, ErrorKind::Server, false)));
    assert!(repeated(&with(Advice::Safe, ErrorKind::Conflict, true)));
    assert!(!repeated(&with(Advice::Safe, ErrorKind::Conflict, false)));
    assert!(!repeated(&with(Advice::Refused, ErrorKind::QuotaExhausted, true)));
}

#[test]
fn hints_are_followed_up_to_the_cap() {
    let hinted = |seconds| Failure {
        hint: Some(Duration::from_secs(seconds)),
        ..failure(ErrorKind::RateLimited, Sent::Answered, Some(429), false)
    };
    let policy = RetryPolicy::default();
    for random in [0.0, 0.5, 0.999] {
        let Verdict::Retry { after, throttled } = decide(&policy, &hinted(10), random) else { panic!("should repeat") };
        assert!(throttled);
        assert!((Duration::from_secs(10)..=Duration::from_secs(11)).contains(&after), "{after:?}");
    }
    assert_ne!(decide(&policy, &hinted(60), 0.0), Verdict::Stop);
    assert_eq!(decide(&policy, &hinted(61), 0.0), Verdict::Stop);
}

#[test]
fn attempts_run_out() {
    let third = Failure { attempts: 3, ..failure(ErrorKind::Connect, Sent::No, None, true) };
    let fourth = Failure { attempts: 4, ..third };
    assert!(repeated(&third));
    assert!(!repeated(&fourth));
    let first = failure(ErrorKind::Connect, Sent::No, None, true);
    assert_eq!(decide(&RetryPolicy::none(), &first, 0.5), Verdict::Stop);
}

#[test]
fn full_jitter_doubles_up_to_its_cap() {
    let backoff = Exponential::default();
    let most: Vec<u64> = (1..=9).map(|failures| backoff.delay(failures, 1.0).as_millis() as u64).collect();
    assert_eq!(most, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    assert_eq!(backoff.delay(3, 0.0), Duration::ZERO);
    assert_eq!(backoff.delay(3, 0.25), Duration::from_millis(500));
    for random in [f64::NAN, f64::INFINITY, -1.0, 2.0] {
        assert!(backoff.delay(u32::MAX, random) <= Duration::from_secs(30));
    }
}

#[test]
fn the_budget_runs_dry_and_recovers() {
    let budget = Budget::default();
    let spent = std::iter::from_fn(|| budget.spend("a", false)).count();
    assert_eq!(spent, 35, "500 at 14 each");
    assert!(budget.spend("b", false).is_some(), "accounts are apart");
    assert_eq!(budget.spend("a", true), Some(5));
    assert_eq!(budget.spend("a", true), Some(5));
    assert_eq!(budget.spend("a", true), None);
    (0..5).for_each(|_| budget.earn("a", None));
    assert_eq!(budget.spend("a", true), Some(5));
    budget.earn("a", Some(14));
    assert_eq!(budget.spend("a", false), Some(14));
}
