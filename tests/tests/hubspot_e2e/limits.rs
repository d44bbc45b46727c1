//! Limits: kept, waited for, or given up on.

use std::sync::Arc;
use std::time::Duration;

use crm_core::{Clock as _, Feedback, ManualClock};
use crm_fake::{Fault, Hint, Payload, Policy};
use hubspot_client::types::{ObjectCreate, SearchRequest};
use hubspot_client::{Acquire, End, ErrorKind, LimitScope, LocalLimiter, Permit, RateLimiter, Sent, Tier};

use super::{Rig, failed};

fn policy(policy: Policy) -> Fault {
    Fault::RateLimited { hint: Some(Hint::Policy(policy)) }
}

#[tokio::test]
async fn a_burst_is_waited_for_whatever_the_method() {
    let rig = Rig::new().await;
    rig.fake.fail(policy(Policy::Burst).times(2));
    let contact = rig.client.contacts().create(ObjectCreate::from([("email", "a@example.com")])).send().await.unwrap();
    assert_eq!(contact.property("email"), Some("a@example.com"));
    let stats = rig.client.stats();
    assert_eq!((stats.calls, stats.attempts, stats.retries), (1, 3, 2));
    assert!((20..=22).contains(&rig.passed().as_secs()), "{:?}", rig.passed());
    assert_eq!(rig.fake.count("contacts"), 1);
}

#[tokio::test]
async fn the_quota_of_the_day_stops_at_once_and_holds_later_calls_back() {
    let rig = Rig::new().await;
    rig.fake.fail(policy(Policy::Daily).times(5));
    let error = failed(rig.client.contacts().list().send().await);
    assert_eq!((error.kind(), error.attempts(), error.sent()), (ErrorKind::QuotaExhausted, 1, Sent::Answered));
    assert_eq!(error.limit_scope(), Some(LimitScope::Daily));
    assert!(
        error.to_string().contains("429 quota used up [RATE_LIMIT/DAILY]: You have reached your daily limit."),
        "{error}"
    );
    let error = failed(rig.client.deals().list().send().await);
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::LocalLimit, 0));
    assert_eq!(rig.fake.report().requests, 1);
    assert_eq!(rig.passed(), Duration::ZERO);
}

#[tokio::test]
async fn a_search_waits_one_second_and_has_a_window_of_its_own() {
    let rig = Rig::new().await;
    rig.fake.fail(policy(Policy::Search));
    let search = || rig.client.contacts().search(SearchRequest::default()).send();
    search().await.unwrap();
    assert!((1000..1300).contains(&rig.passed().as_millis()), "{:?}", rig.passed());
    for _ in 0..20 {
        search().await.unwrap();
    }
    // 22 requests at five a second; the first was refused, which took another second.
    assert!((5..=6).contains(&rig.passed().as_secs()), "{:?}", rig.passed());
    let before = rig.passed();
    for _ in 0..50 {
        rig.client.contacts().list().send().await.unwrap();
    }
    assert_eq!(rig.passed(), before, "searches do not use up the burst");
}

#[tokio::test]
async fn no_more_than_a_hundred_calls_in_ten_seconds_unless_told_otherwise() {
    let rig = Rig::new().await;
    for _ in 0..201 {
        rig.client.owners().list().send().await.unwrap();
    }
    assert!((20..=21).contains(&rig.passed().as_secs()), "{:?}", rig.passed());
    assert_eq!(rig.client.stats().retries, 0);
}

#[tokio::test]
async fn locks_and_moves_are_repeated_for_writes_too() {
    let rig = Rig::new().await;
    rig.fake.script([Fault::status(423), Fault::status(477)]);
    rig.client.contacts().create(ObjectCreate::from([("email", "a@example.com")])).send().await.unwrap();
    assert!(rig.passed().as_secs() >= 2);
    assert_eq!((rig.client.stats().attempts, rig.fake.count("contacts")), (3, 1));
}

#[tokio::test]
async fn a_server_error_repeats_reads_and_not_creates() {
    let rig = Rig::new().await;
    rig.fake.fail(Fault::status(503).applied());
    let error = failed(rig.client.contacts().create(ObjectCreate::from([("email", "a@example.com")])).send().await);
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unavailable, 1));
    assert!(error.may_have_happened() && error.to_string().contains("check before repeating it"), "{error}");
    assert_eq!(rig.fake.count("contacts"), 1, "it was");

    rig.fake.script([Fault::status(502), Fault::status(524)]);
    rig.client.contacts().list().send().await.unwrap();
    assert_eq!(rig.client.stats().retries, 2);
    rig.fake.fail(Fault::Status(522, Payload::Html));
    let error = failed(rig.client.contacts().list().send().await);
    assert_eq!((error.kind(), error.attempts(), error.status()), (ErrorKind::Unavailable, 1, Some(522)));
}

#[tokio::test]
async fn a_wrong_token_is_not_repeated_and_not_shown() {
    let rig = Rig::new().await;
    rig.fake.expire_tokens();
    let error = failed(rig.client.contacts().list().send().await);
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Auth, 1));
    let shown = format!("{error} {error:?} {:?}", rig.client);
    assert!(!shown.contains(rig.fake.token()), "{shown}");
    let error = failed(hubspot_client::Client::new("two words"));
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[tokio::test]
async fn tiers_have_the_published_limits() {
    for (tier, burst, has_day) in [
        (Tier::Free, 100, true),
        (Tier::Starter, 100, true),
        (Tier::Professional, 190, true),
        (Tier::Enterprise, 190, true),
        (Tier::ApiIncrease, 250, true),
        (Tier::OauthApp, 110, false),
    ] {
        let clock = ManualClock::new();
        let limiter = LocalLimiter::new(tier.quotas(), Arc::new(clock.clone()));
        let at_once = |class| Acquire::new("account", class).deadline(clock.now());
        for (class, most) in [("search", 5), ("", burst)] {
            let mut granted = 0;
            while granted < 1_000
                && let Ok(permit) = limiter.acquire(&at_once(class)).await
            {
                limiter.finish(&at_once(class), &permit, End::Over);
                granted += 1;
            }
            assert_eq!(granted, most, "{tier:?} {class}");
        }
        clock.advance(Duration::from_secs(11));
        let used_up = Feedback { daily_remaining: Some(0), ..Feedback::default() };
        limiter.observe(&at_once(""), &Permit::default(), 200, &used_up);
        for class in ["", "search"] {
            assert_eq!(limiter.acquire(&at_once(class)).await.is_err(), has_day, "{tier:?} {class}");
        }
    }
}
