//! Places in the queue: deadlines, callers that are gone, and turns that nobody takes.

use super::*;

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
