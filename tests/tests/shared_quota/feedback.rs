//! Limits that one worker reads slow all workers down.

use std::time::Duration;

use crm_core::{Acquire, End, ErrorKind, Feedback, Permit, Quotas, RateLimiter, RedisLimiter, Window};

use super::{Rig, Take, burst, ms};

/// Lets a message that nobody waits for arrive.
async fn arrives() {
    tokio::time::sleep(ms(30)).await;
}

/// Worker A takes one permit and reads this in the reply.
async fn told(a: &RedisLimiter, status: u16, feedback: Feedback) {
    let acquire = Acquire::new("k", "");
    a.take(&acquire).await.unwrap();
    a.observe(&acquire, &Permit::default(), status, &feedback);
    arrives().await;
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_hint_holds_all_workers() {
    let rig = Rig::new();
    let [a, b] = &rig.workers(&burst(10, ms(10_000)), 2).await[..] else { unreachable!() };
    told(a, 429, Feedback { reset_after: Some(ms(400)), ..Feedback::default() }).await;
    let wait = rig.wait(b).await;
    assert!(wait > ms(200) && wait <= ms(400), "{wait:?}");
    tokio::time::sleep(wait).await;
    assert_eq!(rig.room(b).await, 9);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_hold_is_bounded_by_its_window_and_a_person_lifts_it_for_all_workers() {
    let rig = Rig::new();
    let [a, b] = &rig.workers(&burst(10, ms(10_000)), 2).await[..] else { unreachable!() };
    told(a, 429, Feedback { reset_after: Some(Duration::from_secs(86_400)), ..Feedback::default() }).await;
    let wait = rig.wait(b).await;
    assert!(wait > ms(59_000) && wait <= ms(60_100), "{wait:?}");
    // One waits, of the worker that lifts it, and takes its turn at once.
    let acquire = rig.patient(ms(70_000));
    let lifted = async {
        arrives().await;
        a.lift("k").await.unwrap();
    };
    let (waited, ()) = tokio::join!(a.take(&acquire), lifted);
    assert!(waited.unwrap() < ms(2_000));
    assert_eq!(rig.room(b).await, 8);
    drop(rig);
    let error = a.lift("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Other);
    assert!(error.to_string().contains("could not be lifted in Redis, try again"), "{error}");
}

/// Waiters in other processes are not notified: they check once a second while a refusal holds them back.
#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_hold_that_is_lifted_wakes_those_who_wait_in_other_processes() {
    let per = ms(6_000);
    let lifted = async |limit, reset_after, lifted_after| {
        let rig = Rig::new();
        let [a, b] = &rig.workers(&burst(limit, per), 2).await[..] else { unreachable!() };
        // Waiters for the end of an account's first window check more often.
        tokio::time::sleep(per + ms(4_000)).await;
        told(a, 429, Feedback { reset_after, ..Feedback::default() }).await;
        // Until the end of the permit is reported.
        tokio::time::sleep(ms(600)).await;
        let before = rig.commands();
        let asked = rig.patient(ms(70_000));
        let lift = async {
            tokio::time::sleep(lifted_after).await;
            // The first question, and a look a second.
            let looks = Duration::from_secs(u64::from(rig.commands() - before - 1));
            assert!(looks <= lifted_after && looks + ms(2_000) >= lifted_after, "{looks:?} in {lifted_after:?}");
            a.lift("k").await.unwrap();
        };
        let (waited, ()) = tokio::join!(b.take(&asked), lift);
        let waited = waited.unwrap();
        assert!(waited >= lifted_after && waited < lifted_after + ms(1_500), "{waited:?}");
    };
    // A refusal for a day, and one without a hint, which halves the limit.
    tokio::join!(lifted(10, Some(Duration::from_secs(86_400)), ms(3_500)), lifted(2, None, ms(2_500)));
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_refusal_without_a_hint_halves_the_limit_for_a_while() {
    let rig = Rig::new();
    let per = ms(400);
    let [a, b] = &rig.workers(&burst(20, per), 2).await[..] else { unreachable!() };
    let acquire = Acquire::new("k", "");
    a.take(&acquire).await.unwrap();
    // The refusals of one burst count once.
    (0..5).for_each(|_| a.observe(&acquire, &Permit::default(), 429, &Feedback::default()));
    arrives().await;
    assert_eq!(rig.room(b).await, 9);
    tokio::time::sleep(per).await;
    assert_eq!(rig.room(b).await, 12);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn figures_lower_and_never_raise() {
    let rig = Rig::new();
    let per = ms(300);
    let [a, b] = &rig.workers(&burst(10, per), 2).await[..] else { unreachable!() };
    // Others use the account.
    told(a, 200, Feedback { remaining: Some(4), ..Feedback::default() }).await;
    assert_eq!(rig.room(b).await, 4);
    tokio::time::sleep(per).await;
    // The vendor is more generous than configured.
    told(a, 200, Feedback { limit: Some(500), remaining: Some(500), ..Feedback::default() }).await;
    assert_eq!(rig.room(b).await, 9);
    tokio::time::sleep(per).await;
    // The vendor's window is smaller than configured.
    told(a, 200, Feedback { limit: Some(6), ..Feedback::default() }).await;
    assert_eq!(rig.room(b).await, 5);
    tokio::time::sleep(per).await;
    // It is as configured again, which a worker reads that never read of the smaller one.
    told(b, 200, Feedback { limit: Some(10), ..Feedback::default() }).await;
    assert_eq!(rig.room(a).await, 9);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn what_is_left_of_the_day_counts_for_the_day() {
    let rig = Rig::new();
    let day = Window::new("day", 1_000, Duration::from_secs(86_400));
    let quotas = Quotas::new([Window::new("burst", 10, ms(300)).guard(Duration::ZERO), day]);
    let [a, b] = &rig.workers(&quotas, 2).await[..] else { unreachable!() };
    told(a, 200, Feedback { daily_remaining: Some(3), ..Feedback::default() }).await;
    assert_eq!(rig.room(b).await, 3);
    tokio::time::sleep(ms(300)).await;
    assert_eq!(rig.room(b).await, 0);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_person_lifts_the_hold_of_a_day_without_calls_for_all_workers() {
    let rig = Rig::new();
    let day = Window::new("day", 6, Duration::from_secs(86_400));
    let quotas = Quotas::new([Window::new("burst", 10, ms(300)).guard(Duration::ZERO), day]);
    let [a, b] = &rig.workers(&quotas, 2).await[..] else { unreachable!() };
    for status in [200, 429] {
        told(a, status, Feedback { daily_remaining: Some(0), ..Feedback::default() }).await;
        let wait = rig.wait(b).await;
        assert!(wait > Duration::from_secs(3_590) && wait <= Duration::from_secs(3_600), "{wait:?}");
        // One waits in another process, and checks once a second.
        let asked = rig.patient(Duration::from_secs(4_000));
        let lift = async {
            arrives().await;
            a.lift("k").await.unwrap();
        };
        let (waited, ()) = tokio::join!(b.take(&asked), lift);
        assert!(waited.unwrap() < ms(2_000));
    }
    // The four requests already made still count.
    tokio::time::sleep(ms(300)).await;
    assert_eq!(rig.room(b).await, 2);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_figure_from_before_an_expiry_does_not_eat_the_next_window() {
    let rig = Rig::new();
    let per = ms(300);
    let [a, b] = &rig.workers(&burst(10, per), 2).await[..] else { unreachable!() };
    let asked: Vec<_> = (0..10).map(|_| Acquire::new("k", "")).collect();
    let mut permits = Vec::new();
    for acquire in &asked {
        let permit = a.acquire(acquire).await.unwrap();
        a.finish(acquire, &permit, End::Over);
        permits.push(permit);
    }
    tokio::time::sleep(per).await;
    // Replies that were under way while the window passed: there were 9, 8 … 0 left.
    for (left, (acquire, permit)) in asked.iter().zip(&permits).rev().enumerate() {
        a.observe(acquire, permit, 200, &Feedback { remaining: Some(left as u64), ..Feedback::default() });
    }
    arrives().await;
    assert_eq!(rig.room(b).await, 10);
    // A larger number is accepted once.
    tokio::time::sleep(per).await;
    let asked: Vec<_> = (0..3).map(|_| Acquire::new("k", "")).collect();
    let mut permits = Vec::new();
    for acquire in &asked {
        let permit = a.acquire(acquire).await.unwrap();
        a.finish(acquire, &permit, End::Over);
        permits.push(permit);
    }
    for (acquire, permit) in asked.iter().zip(&permits) {
        a.observe(acquire, permit, 200, &Feedback { remaining: Some(2), ..Feedback::default() });
    }
    arrives().await;
    assert_eq!(rig.room(b).await, 2);
}
