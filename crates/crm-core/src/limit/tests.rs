//! No window is ever exceeded, none remains unused, and no waiter waits without a result.

mod arrivals;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use proptest::prelude::*;

use super::{Acquire, End, HOLD_SPANS, LimitRefusal, LocalLimiter, Permit, Quotas, RateLimiter, Window};
use crate::clock::{Clock, ManualClock};
use crate::sync::lock;
use crate::vendor::Feedback;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn poll<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// Asks once. The attempt of a granted permit ends at once.
fn taken(limiter: &LocalLimiter, acquire: &Acquire) -> bool {
    match poll(&mut limiter.acquire(acquire)) {
        Poll::Ready(Ok(permit)) => {
            limiter.finish(acquire, &permit, End::Over);
            true
        }
        _ => false,
    }
}

/// Returns the maximum number of units in any window of the given length. Windows include their first instant, not the
/// one after their last.
fn busiest(grants: &[(Duration, u64)], per: Duration) -> u64 {
    let mut most = 0;
    for (index, &(start, _)) in grants.iter().enumerate() {
        let inside = grants[index..].iter().take_while(|grant| grant.0 < start + per);
        most = most.max(inside.map(|grant| grant.1).sum());
    }
    most
}

#[derive(Debug, Clone)]
enum Step {
    Ask { search: bool, cost: u32, patience: Option<u64> },
    Pass(u64),
    Cancel(usize),
    Learn { status: u16, remaining: Option<u64>, reset: Option<u64> },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (any::<bool>(), 1..3u32, proptest::option::of(0..4_000u64))
            .prop_map(|(search, cost, patience)| Step::Ask { search, cost, patience }),
        3 => (0..1_500u64).prop_map(Step::Pass),
        1 => (0..64usize).prop_map(Step::Cancel),
        1 => (prop_oneof![Just(200u16), Just(429)], proptest::option::of(0..8u64), proptest::option::of(0..3_000u64))
            .prop_map(|(status, remaining, reset)| Step::Learn { status, remaining, reset }),
    ]
}

struct Asked<'a> {
    acquire: &'a Acquire,
    future: Pin<Box<dyn Future<Output = Result<Permit, LimitRefusal>> + Send + 'a>>,
    search: bool,
    cost: u64,
    until: Option<Duration>,
}

proptest! {
    /// Attempts end at once, so the permits are the arrivals.
    #[test]
    fn no_window_is_ever_exceeded(
        steps in proptest::collection::vec(step(), 1..200),
        burst in 2..12u64,
        search in 2..5u64,
        large in any::<bool>(),
    ) {
        let clock = ManualClock::new();
        // Above a thousand the log is divided into slices; costs scale so that it matters.
        let scale = if large { 1_000 } else { 1 };
        let quotas = Quotas::new([Window::new("burst", burst * scale, ms(2_000)).guard(Duration::ZERO)]).class(
            "search",
            [Window::new("search", search, ms(700)), Window::new("burst", burst * scale, ms(2_000))],
        );
        let limiter = LocalLimiter::new(quotas, Arc::new(clock.clone()));
        // The borrow of each permit must live as long as its future.
        let acquires: Vec<Option<Acquire>> = steps.iter().scan(Duration::ZERO, |now, step| Some(match step {
            Step::Ask { search, cost, patience } => {
                let cost = if *search { *cost } else { cost * u32::try_from(scale).unwrap() };
                let acquire = Acquire::new("k", if *search { "search" } else { "" }).cost(cost);
                Some(match patience { Some(wait) => acquire.deadline(*now + ms(*wait)), None => acquire })
            }
            Step::Pass(wait) => { *now += ms(*wait); None }
            _ => None,
        })).collect();
        let mut asked: Vec<Asked<'_>> = Vec::new();
        let mut all: Vec<(Duration, u64)> = Vec::new();
        let mut searches: Vec<(Duration, u64)> = Vec::new();
        for (step, acquire) in steps.iter().zip(&acquires) {
            match step {
                Step::Ask { search, .. } => {
                    let acquire = acquire.as_ref().unwrap();
                    let future = Box::pin(limiter.acquire(acquire));
                    asked.push(Asked { acquire, future, search: *search, cost: u64::from(acquire.cost), until: acquire.deadline });
                }
                Step::Pass(wait) => clock.advance(ms(*wait)),
                Step::Cancel(index) if !asked.is_empty() => drop(asked.remove(index % asked.len())),
                Step::Cancel(_) => {}
                Step::Learn { status, remaining, reset } => {
                    let feedback = Feedback { remaining: *remaining, reset_after: reset.map(ms), ..Feedback::default() };
                    limiter.observe(&Acquire::new("k", ""), &Permit::default(), *status, &feedback);
                }
            }
            // In no particular order, like in a runtime. Those that are served wake others, so this
            // repeats until nothing changes.
            loop {
                let before = asked.len();
                let now = clock.now();
                let mut blocked = [false, false];
                asked.retain_mut(|one| match poll(&mut one.future) {
                    Poll::Ready(Ok(permit)) => {
                        limiter.finish(one.acquire, &permit, End::Over);
                        assert!(!blocked[usize::from(one.search)], "served before one who asked earlier");
                        assert!(one.until.is_none_or(|until| now <= until), "served too late");
                        all.push((now, one.cost));
                        if one.search {
                            searches.push((now, one.cost));
                        }
                        false
                    }
                    Poll::Ready(Err(_)) => {
                        assert!(one.until.is_some() || one.cost > burst.min(search), "refused without a reason");
                        false
                    }
                    Poll::Pending => {
                        blocked[usize::from(one.search)] = true;
                        true
                    }
                });
                if asked.len() == before {
                    break;
                }
            }
        }
        prop_assert!(busiest(&all, ms(2_000)) <= burst * scale);
        prop_assert!(busiest(&searches, ms(700)) <= search);
        // No waiter is forgotten: in the end each is served or refused. Lowered limits recover
        // slowly, hence the long time.
        for _ in 0..2_000 {
            if asked.is_empty() {
                break;
            }
            clock.advance(ms(701));
            asked.retain_mut(|one| match poll(&mut one.future) {
                Poll::Ready(Ok(permit)) => {
                    limiter.finish(one.acquire, &permit, End::Over);
                    false
                }
                Poll::Ready(Err(_)) => false,
                Poll::Pending => true,
            });
        }
        prop_assert!(asked.is_empty(), "{} wait for ever", asked.len());
    }
}

/// 64 tasks that only ask, over ten windows.
async fn crowd(quotas: Quotas, per: Duration) -> Vec<(Duration, u64)> {
    let clock = ManualClock::auto();
    let limiter = Arc::new(LocalLimiter::new(quotas, Arc::new(clock.clone())));
    let grants = Arc::new(Mutex::new(Vec::new()));
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let (clock, limiter, grants) = (clock.clone(), Arc::clone(&limiter), Arc::clone(&grants));
            tokio::spawn(async move {
                let acquire = Acquire::new("k", "");
                loop {
                    let permit = limiter.acquire(&acquire).await.unwrap();
                    limiter.finish(&acquire, &permit, End::Over);
                    let now = clock.now();
                    if now >= per * 10 {
                        break;
                    }
                    lock(&grants).push((now, 1));
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    std::mem::take(&mut *lock(&grants))
}

#[tokio::test]
async fn a_crowd_uses_all_of_ten_windows_and_exceeds_none() {
    for (limit, seconds) in [(100, 10), (10, 30), (5, 1), (190, 10)] {
        let per = Duration::from_secs(seconds);
        let grants = crowd(Quotas::new([Window::new("burst", limit, per)]), per).await;
        assert!(busiest(&grants, per) <= limit, "{limit} per {per:?}");
        let used = grants.len() as f64 / (limit * 10) as f64;
        assert!(used >= 0.99, "{used:.3} of {limit} per {per:?}");
    }
}

#[tokio::test]
async fn a_crowd_stays_within_two_windows_at_once() {
    let (second, ten) = (Duration::from_secs(1), Duration::from_secs(10));
    let grants = crowd(Quotas::new([Window::new("burst", 60, ten), Window::new("second", 9, second)]), ten).await;
    assert!(busiest(&grants, ten) <= 60);
    assert!(busiest(&grants, second) <= 9);
    assert!(grants.len() >= 590, "{}", grants.len());
}

#[tokio::test]
async fn large_windows_are_counted_in_slices() {
    let day = Duration::from_secs(86_400);
    let grants = crowd(Quotas::new([Window::new("day", 5_000, day)]), day).await;
    assert!(busiest(&grants, day) <= 5_000);
    assert!(grants.len() >= 49_500, "{}", grants.len());
}

fn limiter(limit: u64) -> (ManualClock, LocalLimiter) {
    let clock = ManualClock::new();
    let quotas = Quotas::new([
        Window::new("burst", limit, ms(10_000)).guard(Duration::ZERO),
        Window::new("day", 1_000, Duration::from_secs(86_400)),
    ]);
    (clock.clone(), LocalLimiter::new(quotas, Arc::new(clock)))
}

/// Returns the number of permits that are available now.
fn room(limiter: &LocalLimiter) -> u64 {
    let acquire = Acquire::new("k", "");
    (0..).take_while(|_| taken(limiter, &acquire)).count() as u64
}

#[test]
fn a_wait_beyond_the_deadline_fails_at_once_and_takes_nothing() {
    let (clock, limiter) = limiter(3);
    assert_eq!(room(&limiter), 3);
    let acquire = Acquire::new("k", "").deadline(ms(9_999));
    let Poll::Ready(Err(refusal)) = poll(&mut limiter.acquire(&acquire)) else { panic!("should be refused") };
    assert_eq!(refusal.retry_after(), Some(ms(10_000)));
    assert!(refusal.reason().contains("burst"), "{}", refusal.reason());
    // The third in the queue would need a second window's room.
    let patient = Acquire::new("k", "");
    let mut queue: Vec<_> = (0..3).map(|_| limiter.acquire(&patient)).collect();
    assert!(queue.iter_mut().all(|waiter| poll(waiter).is_pending()));
    let acquire = Acquire::new("k", "").deadline(ms(19_999));
    let Poll::Ready(Err(refusal)) = poll(&mut limiter.acquire(&acquire)) else { panic!("should be refused") };
    assert_eq!(refusal.retry_after(), Some(ms(20_000)));
    drop(queue);
    clock.advance(ms(10_000));
    assert_eq!(room(&limiter), 3);
}

#[test]
fn a_deadline_that_has_passed_takes_nothing_where_nobody_waits() {
    let (clock, limiter) = limiter(2);
    clock.advance(ms(10));
    let late = Acquire::new("k", "").deadline(ms(9));
    assert!(matches!(poll(&mut limiter.acquire(&late)), Poll::Ready(Err(_))));
    assert_eq!(room(&limiter), 2);
}

#[test]
fn a_dropped_waiter_gives_its_place_back() {
    let (clock, limiter) = limiter(1);
    assert_eq!(room(&limiter), 1);
    let acquire = Acquire::new("k", "");
    let (mut first, mut second) = (limiter.acquire(&acquire), limiter.acquire(&acquire));
    assert!(poll(&mut first).is_pending());
    assert!(poll(&mut second).is_pending());
    drop(first);
    clock.advance(ms(10_000));
    assert!(poll(&mut second).is_ready());
}

#[test]
fn a_turn_that_nobody_takes_goes_to_the_next() {
    let (clock, limiter) = limiter(1);
    assert_eq!(room(&limiter), 1);
    let acquire = Acquire::new("k", "");
    let (mut first, mut second) = (limiter.acquire(&acquire), limiter.acquire(&acquire));
    assert!(poll(&mut first).is_pending());
    assert!(poll(&mut second).is_pending());
    clock.advance(ms(10_000));
    assert!(poll(&mut second).is_pending(), "the first comes first");
    drop(first);
    assert!(poll(&mut second).is_ready());
}

/// A future that is kept and not polled, as `select!` and `buffered` do, does not block others, and has
/// its place again once it checks.
#[test]
fn waiters_that_are_not_polled_are_passed_over() {
    let (clock, limiter) = limiter(1);
    let acquire = Acquire::new("k", "");
    assert!(taken(&limiter, &acquire));
    let mut idle: Vec<_> = (0..50).map(|_| limiter.acquire(&acquire)).collect();
    assert!(idle.iter_mut().all(|waiter| poll(waiter).is_pending()));
    let mut live = limiter.acquire(&acquire);
    assert!(poll(&mut live).is_pending());
    clock.advance(ms(10_000));
    let waited = (0..200).take_while(|_| {
        clock.advance(ms(10));
        !matches!(poll(&mut live), Poll::Ready(Ok(permit)) if { limiter.finish(&acquire, &permit, End::Over); true })
    });
    assert!(waited.count() < 150, "it waits behind those that nobody polls");
    // The last of them checks again, and comes before those that do not.
    clock.advance(ms(10_000));
    assert!(poll(&mut idle[49]).is_ready(), "whoever looks again has its place back");
}

#[test]
fn a_request_larger_than_the_window_is_refused() {
    let (_, limiter) = limiter(3);
    let acquire = Acquire::new("k", "").cost(4);
    let Poll::Ready(Err(refusal)) = poll(&mut limiter.acquire(&acquire)) else { panic!("should be refused") };
    assert_eq!(refusal.retry_after(), None);
}

#[test]
fn keys_are_counted_apart_and_windows_of_one_name_together() {
    let clock = ManualClock::new();
    let burst = || Window::new("burst", 2, ms(1_000));
    let quotas = Quotas::new([burst()]).class("search", [burst(), Window::new("search", 1, ms(1_000))]);
    let limiter = LocalLimiter::new(quotas, Arc::new(clock));
    let ready = |key: &str, class| taken(&limiter, &Acquire::new(key, class));
    assert!(ready("a", "search"));
    assert!(!ready("a", "search"));
    assert!(ready("a", ""));
    assert!(!ready("a", "unknown class"));
    assert!(ready("b", ""));
}

#[test]
fn feedback_lowers_and_never_raises() {
    let acquire = Acquire::new("k", "");
    let said = |remaining| Feedback { remaining: Some(remaining), ..Feedback::default() };
    // Other clients used the account.
    let (clock, one) = limiter(10);
    assert!(taken(&one, &acquire));
    one.observe(&acquire, &Permit::default(), 200, &said(4));
    assert_eq!(room(&one), 4);
    clock.advance(ms(10_000));
    // The vendor is more generous than configured.
    one.observe(&acquire, &Permit::default(), 200, &Feedback { limit: Some(500), ..said(500) });
    assert_eq!(room(&one), 10);
    // The vendor's window is smaller than configured.
    clock.advance(ms(10_000));
    one.observe(&acquire, &Permit::default(), 200, &Feedback { limit: Some(6), ..Feedback::default() });
    assert_eq!(room(&one), 6);
}

#[test]
fn what_is_left_of_the_day_counts_for_the_day() {
    let acquire = Acquire::new("k", "");
    let (clock, one) = limiter(10);
    assert!(taken(&one, &acquire));
    one.observe(&acquire, &Permit::default(), 200, &Feedback { daily_remaining: Some(3), ..Feedback::default() });
    assert_eq!(room(&one), 3);
    clock.advance(ms(10_000));
    assert_eq!(room(&one), 0);
}

#[test]
fn a_refusal_holds_the_window_until_the_hint() {
    let acquire = Acquire::new("k", "");
    let (clock, one) = limiter(10);
    assert!(taken(&one, &acquire));
    one.observe(&acquire, &Permit::default(), 429, &Feedback { reset_after: Some(ms(4_000)), ..Feedback::default() });
    assert_eq!(room(&one), 0);
    clock.advance(ms(3_999));
    assert_eq!(room(&one), 0);
    clock.advance(ms(1));
    assert_eq!(room(&one), 9);
}

/// One reply must not stop an account for a day if a window of ten seconds was exceeded.
#[test]
fn a_refusal_holds_a_window_for_a_few_of_its_lengths_at_most() {
    let acquire = Acquire::new("k", "");
    let (clock, one) = limiter(10);
    let day = Feedback { reset_after: Some(Duration::from_secs(86_400)), ..Feedback::default() };
    one.observe(&acquire, &Permit::default(), 429, &day);
    assert!(taken(&one, &acquire), "an account that is not known yet");
    one.observe(&acquire, &Permit::default(), 429, &day);
    clock.advance(ms(10_000) * HOLD_SPANS - ms(1));
    assert_eq!(room(&one), 0);
    clock.advance(ms(1));
    assert_eq!(room(&one), 10);
    // The day itself may be closed for a day.
    one.observe(&acquire, &Permit::default(), 429, &Feedback { window: Some("day"), ..day });
    clock.advance(Duration::from_secs(86_399));
    assert_eq!(room(&one), 0);
    clock.advance(Duration::from_secs(1));
    assert_eq!(room(&one), 10);
}

#[test]
fn a_person_can_lift_a_hold() {
    let acquire = Acquire::new("k", "");
    let (_, one) = limiter(10);
    assert!(taken(&one, &acquire));
    one.observe(&acquire, &Permit::default(), 429, &Feedback { reset_after: Some(ms(9_000)), ..Feedback::default() });
    one.observe(&acquire, &Permit::default(), 429, &Feedback::default());
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    let rung = || bell.0.load(std::sync::atomic::Ordering::SeqCst) > 0;
    let mut waits = one.acquire(&acquire);
    assert!(waits.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    assert!(poll(&mut one.lift("another account")).is_ready());
    assert!(!rung());
    assert!(poll(&mut one.lift("k")).is_ready());
    assert!(rung(), "whoever waits hears of it");
    let Poll::Ready(Ok(permit)) = poll(&mut waits) else { panic!("the window is open") };
    one.finish(&acquire, &permit, End::Over);
    // Requests already made count, and the limit is the whole one again.
    assert_eq!(room(&one), 8);
}

/// Creates `accounts` with a lower limit from the vendor than the configured one. Returns the number that is known when
/// another one has called for a while after an idle hour, and the longest wait for a permit.
fn forgotten(accounts: u32) -> (usize, Duration) {
    let clock = ManualClock::new();
    let limiter = LocalLimiter::new(
        Quotas::new([Window::new("burst", 100, ms(10_000)).guard(Duration::ZERO)]),
        Arc::new(clock.clone()),
    );
    let stated = Feedback { limit: Some(90), remaining: Some(80), ..Feedback::default() };
    let mut longest = Duration::ZERO;
    let mut timed = |key: String| {
        let acquire = Acquire::new(key, "");
        let start = std::time::Instant::now();
        let taken = taken(&limiter, &acquire);
        longest = longest.max(start.elapsed());
        limiter.observe(&acquire, &Permit::default(), 200, &stated);
        taken
    };
    assert!((0..accounts).all(|number| timed(format!("acme:{number}"))));
    clock.advance(ms(3_600_000));
    // The number of permits that it takes to search each part once.
    for _ in 0..330 {
        clock.advance(ms(10_000));
        assert!((0..50).all(|_| timed("acme:live".to_owned())));
    }
    (lock(&limiter.accounts).len() - 1, longest)
}

#[test]
fn idle_accounts_are_forgotten_whatever_limit_was_stated() {
    assert_eq!(forgotten(5_000).0, 0);
}

#[test]
#[ignore = "measures; run it with --release"]
fn three_hundred_thousand_idle_accounts() {
    let (kept, longest) = forgotten(300_000);
    println!("measured kept: {kept}\nmeasured longest permit: {longest:?}");
    assert_eq!(kept, 0);
    assert!(longest < ms(30), "{longest:?}");
}

#[test]
fn a_refusal_without_a_hint_halves_the_limit_for_a_while() {
    let acquire = Acquire::new("k", "");
    let (clock, one) = limiter(20);
    assert!(taken(&one, &acquire));
    // The refusals of one burst count once.
    (0..5).for_each(|_| one.observe(&acquire, &Permit::default(), 429, &Feedback::default()));
    assert_eq!(room(&one), 9);
    let mut seen = Vec::new();
    for _ in 0..6 {
        clock.advance(ms(10_000));
        seen.push(room(&one));
    }
    assert_eq!(seen, [12, 14, 16, 18, 20, 20]);
}

/// Counts its wakes.
#[derive(Default)]
struct Bell(std::sync::atomic::AtomicUsize);

impl std::task::Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }
}

/// A head that was woken, and whose turn had come when it checked, had no waker left. The waiter
/// behind it was never woken, and waited forever if no other task asked.
#[test]
fn whoever_becomes_the_head_is_told() {
    let clock = ManualClock::new();
    let quotas = Quotas::new([Window::new("burst", 1, ms(1_000)).guard(ms(0))]);
    let limiter = LocalLimiter::new(quotas, Arc::new(clock.clone()));
    let acquire = Acquire::new("account", "");
    let bells: Vec<Arc<Bell>> = (0..4).map(|_| Arc::default()).collect();
    let mut waiting: Vec<_> = (0..4).map(|_| limiter.acquire(&acquire)).collect();
    let poll = |waiting: &mut Vec<crate::sync::BoxFuture<'_, Result<Permit, LimitRefusal>>>, n: usize| {
        let waker = Waker::from(Arc::clone(&bells[n]));
        match waiting[n].as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(permit) => {
                limiter.finish(&acquire, &permit.unwrap(), End::Over);
                true
            }
            Poll::Pending => false,
        }
    };
    assert_eq!((0..4).map(|n| poll(&mut waiting, n)).collect::<Vec<_>>(), [true, false, false, false]);
    let told = |n: usize| bells[n].0.load(std::sync::atomic::Ordering::SeqCst);
    clock.advance(ms(1_000));
    assert!(poll(&mut waiting, 1));
    assert_eq!(told(2), 1, "it is the head now");
    // It checks late.
    clock.advance(ms(1_000));
    let before = told(3);
    assert!(poll(&mut waiting, 2));
    assert_eq!(told(3), before + 1, "and so is this one");
}

/// An abandoned attempt counts for longer than one under way may: a waiter has its turn
/// when the first of both has expired.
#[test]
fn one_that_was_given_up_holds_nobody_longer_than_one_under_way() {
    let clock = ManualClock::new();
    let quotas = Quotas::new([Window::new("burst", 2, ms(1_000)).guard(Duration::ZERO)]);
    let limiter = LocalLimiter::new(quotas, Arc::new(clock.clone()));
    let acquire = Acquire::new("k", "").allowance(ms(30_000));
    let permit = |acquire| match poll(&mut limiter.acquire(acquire)) {
        Poll::Ready(Ok(permit)) => permit,
        other => panic!("{other:?}"),
    };
    let (first, second) = (permit(&acquire), permit(&acquire));
    limiter.finish(&acquire, &first, End::GivenUp);
    let hurried = acquire.clone().deadline(ms(3_000));
    let mut third = limiter.acquire(&hurried);
    assert!(poll(&mut third).is_pending(), "refused although the second may end in time");
    clock.advance(ms(100));
    limiter.finish(&acquire, &second, End::Over);
    while clock.now() < ms(1_100) {
        assert!(poll(&mut third).is_pending());
        clock.advance(ms(100));
    }
    assert!(matches!(poll(&mut third), Poll::Ready(Ok(_))));
}
