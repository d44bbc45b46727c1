//! Accounts and windows, and what a vendor's replies tell about them.

use super::super::HOLD_SPANS;
use super::*;

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

#[test]
fn a_day_without_calls_holds_for_an_hour_or_until_a_person_lifts_it() {
    let used_up = Feedback { daily_remaining: Some(0), ..Feedback::default() };
    for (status, lifted) in [(200, false), (200, true), (429, false), (429, true)] {
        let acquire = Acquire::new("k", "");
        let (clock, one) = limiter(10);
        assert!(taken(&one, &acquire));
        one.observe(&acquire, &Permit::default(), status, &used_up);
        clock.advance(ms(10_000));
        assert_eq!(room(&one), 0);
        if lifted {
            assert!(poll(&mut one.lift("k")).is_ready());
        } else {
            clock.advance(Duration::from_secs(3_589));
            assert_eq!(room(&one), 0);
            clock.advance(Duration::from_secs(1));
        }
        // The request already made still counts.
        let all = (0..200).map(|_| (room(&one), clock.advance(ms(10_000))).0).sum::<u64>();
        assert_eq!(all, 999, "{status} {lifted}");
    }
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
