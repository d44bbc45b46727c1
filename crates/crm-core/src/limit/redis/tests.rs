//! The states between a worker and its Redis, without a server.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use super::account::Account;
use super::builder::{RedisLimiterBuilder, TURNS, WhenAway};
use super::call::Reply;
use super::link::Standing;
use super::note::Note;
use super::seats::Known;
use super::{Inner, RedisLimiter};
use crate::clock::{Clock, ManualClock, SystemClock};
use crate::limit::{Acquire, End, Permit, Quotas, Window};
use crate::redis::{Away, Why};
use crate::sync::lock;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A worker whose Redis does not respond.
fn inner(quotas: Quotas, clock: Arc<dyn Clock>) -> Arc<Inner> {
    inner_of(builder(quotas, clock))
}

fn builder(quotas: Quotas, clock: Arc<dyn Clock>) -> RedisLimiterBuilder {
    RedisLimiter::builder("redis://127.0.0.1:9", quotas, 1).clock(clock).time_limit(ms(100))
}

fn inner_of(builder: RedisLimiterBuilder) -> Arc<Inner> {
    Arc::clone(&builder.build().unwrap().inner)
}

fn burst(limit: u64, per: Duration) -> Quotas {
    Quotas::new([Window::new("burst", limit, per).guard(Duration::ZERO)])
}

fn lose(inner: &Inner, account: &Account, now: Duration) {
    let (Standing::Up(absence) | Standing::Away { absence, .. }) = inner.links(account).look(now);
    inner.links(account).failed(absence, now, &Away::new(Why::Unreachable, "it is gone"));
}

fn poll<F: Future>(future: &mut Pin<Box<F>>, waker: &Waker) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(waker))
}

fn is_given(poll: &Poll<Result<Permit, crate::limit::LimitRefusal>>) -> bool {
    matches!(poll, Poll::Ready(Ok(_)))
}

#[test]
fn a_permit_that_nobody_took_is_free_again_while_redis_is_away() {
    let clock = ManualClock::new();
    let quotas = burst(2, ms(10_000));
    let inner = inner(quotas.clone(), Arc::new(clock.clone()));
    let (acquire, account) = (Acquire::new("k", ""), inner.account("k"));
    // Redis granted it, and then went away.
    let seat = inner.seat(7, 0, 1, acquire.allowance, Known::Yes, clock.now());
    account.with(|state| state.granted(&quotas, 7, seat, &[]));
    lose(&inner, &account, clock.now());
    let mut first = Box::pin(inner.acquire(&acquire));
    assert!(is_given(&poll(&mut first, Waker::noop())));
    let mut second = Box::pin(inner.acquire(&acquire));
    assert!(poll(&mut second, Waker::noop()).is_pending(), "two of two are held");
    let note = Note { seat: Some(7), ..Note::default() };
    account.with(|state| inner.pass_on(&account, state, 0, note, clock.now()));
    assert!(is_given(&poll(&mut second, Waker::noop())));
    let mut third = Box::pin(inner.acquire(&acquire));
    assert!(poll(&mut third, Waker::noop()).is_pending(), "two of two are held");
}

#[test]
fn a_window_with_fewer_requests_than_workers_has_no_part_while_redis_is_away() {
    for (workers, is_granted) in [(5, true), (6, false)] {
        let clock = ManualClock::new();
        let builder = RedisLimiter::builder("redis://127.0.0.1:9", burst(5, ms(1_000)), workers);
        let inner = inner_of(builder.clock(Arc::new(clock.clone())));
        lose(&inner, &inner.account("k"), clock.now());
        clock.advance(ms(1_000));
        let acquire = Acquire::new("k", "");
        match poll(&mut Box::pin(inner.acquire(&acquire)), Waker::noop()) {
            Poll::Ready(Ok(_)) => assert!(is_granted),
            Poll::Ready(Err(refusal)) => {
                assert_eq!((is_granted, refusal.retry_after()), (false, None));
                let text = "allows 5 requests for 6 processes, so this process has none while Redis is unavailable; \
                            declare at most 5 processes or choose another `when_away`";
                assert!(refusal.reason().contains(text), "{}", refusal.reason());
            }
            Poll::Pending => panic!("{workers} workers: nothing to wait for"),
        }
    }
}

/// A waker that runs its task at once, like some executors. The task needs the account.
struct AtOnce {
    account: Arc<Account>,
    woken: AtomicBool,
    locked: AtomicBool,
}

impl Wake for AtOnce {
    fn wake(self: Arc<Self>) {
        let (done, wait) = mpsc::channel();
        let account = Arc::clone(&self.account);
        thread::spawn(move || {
            account.with(|_| ());
            let _ = done.send(());
        });
        self.woken.store(true, Ordering::Relaxed);
        self.locked.store(wait.recv_timeout(ms(2_000)).is_err(), Ordering::Relaxed);
    }
}

#[test]
fn nobody_is_woken_while_the_account_is_locked() {
    let clock = ManualClock::new();
    let inner = inner(burst(2, ms(100)), Arc::new(clock.clone()));
    let (acquire, account) = (Acquire::new("k", ""), inner.account("k"));
    lose(&inner, &account, clock.now());
    for _ in 0..2 {
        let Poll::Ready(Ok(permit)) = poll(&mut Box::pin(inner.acquire(&acquire)), Waker::noop()) else { panic!() };
        inner.finish(&acquire, &permit, End::Over);
    }
    let (mut first, mut second) = (Box::pin(inner.acquire(&acquire)), Box::pin(inner.acquire(&acquire)));
    assert!(poll(&mut first, Waker::noop()).is_pending());
    let waker = Arc::new(AtOnce { account, woken: AtomicBool::new(false), locked: AtomicBool::new(false) });
    assert!(poll(&mut second, &Waker::from(Arc::clone(&waker))).is_pending());
    clock.advance(ms(100));
    waker.woken.store(false, Ordering::Relaxed);
    assert!(is_given(&poll(&mut first, Waker::noop())));
    assert!(waker.woken.load(Ordering::Relaxed), "the next in line");
    assert!(!waker.locked.load(Ordering::Relaxed));
}

/// The reply of Redis to a joining worker arrives when the worker considers Redis unavailable again and grants on its own.
#[test]
fn a_permit_that_was_given_before_a_late_answer_is_reported() {
    let clock = ManualClock::new();
    let inner = inner_of(builder(burst(4, ms(10_000)), Arc::new(clock.clone())).when_away(WhenAway::GoOn));
    let (asked, account) = (Acquire::new("k", ""), inner.account("k"));
    let is_back = || {
        inner.links(&account).tried(clock.now(), Ok(()));
        let Standing::Up(absence) = inner.links(&account).look(clock.now()) else { panic!("away") };
        absence
    };
    lose(&inner, &account, clock.now());
    let absence = is_back();
    let question = account.with(|state| inner.question(state, 0, absence));
    assert!(question.joins);
    lose(&inner, &account, clock.now());
    let mut waits = Box::pin(inner.acquire(&asked));
    assert!(poll(&mut waits, Waker::noop()).is_pending(), "the message may be under way");
    clock.advance(ms(100));
    let Poll::Ready(Ok(permit)) = poll(&mut waits, Waker::noop()) else { panic!("not given") };
    let absence = is_back();
    let texts = ["ok", "7", "data", "1", "1", "0", "0", "4", "0"].map(str::to_owned);
    let reply = Reply::read(&texts, 1).unwrap();
    account.with(|state| inner.heard(state, &account, absence, question, reply));
    let next = account.with(|state| inner.question(state, 0, absence)).call;
    let seat = format!("{}:{}:1:", inner.worker, permit.note.seat.unwrap());
    assert!(next.contains(&seat), "{next}");
}

#[test]
fn a_wait_for_a_message_that_may_be_under_way_is_a_wait_in_the_queue() {
    for when_away in [WhenAway::GoOn, WhenAway::Share] {
        let clock = ManualClock::new();
        let inner = inner_of(builder(burst(4, ms(10_000)), Arc::new(clock.clone())).when_away(when_away));
        let (asked, account) = (Acquire::new("k", ""), inner.account("k"));
        lose(&inner, &account, clock.now());
        inner.links(&account).tried(clock.now(), Ok(()));
        let Standing::Up(absence) = inner.links(&account).look(clock.now()) else { panic!("away") };
        account.with(|state| inner.question(state, 0, absence));
        lose(&inner, &account, clock.now());
        let mut waits = Box::pin(inner.acquire(&asked));
        assert!(poll(&mut waits, Waker::noop()).is_pending() && asked.is_waiting(), "{when_away:?}");
        clock.advance(ms(100));
        let Poll::Ready(Ok(permit)) = poll(&mut waits, Waker::noop()) else { panic!("not given") };
        assert_eq!(permit.waited(), ms(100), "{when_away:?}");
    }
}

/// A worker's part of a long window does not end while Redis is unavailable, and is removed with its account.
#[test]
fn an_account_that_was_used_without_redis_is_forgotten() {
    let clock = ManualClock::new();
    let per = Duration::from_secs(3_600);
    let inner = inner(burst(4, per), Arc::new(clock.clone()));
    let names: Vec<_> = (0..500).map(|number| format!("account {number}")).collect();
    lose(&inner, &inner.account("0"), clock.now());
    for name in &names {
        let asked = Acquire::new(name.as_str(), "");
        let Poll::Ready(Ok(permit)) = poll(&mut Box::pin(inner.acquire(&asked)), Waker::noop()) else { panic!() };
        inner.finish(&asked, &permit, End::Over);
    }
    let known = |inner: &Inner| (lock(&inner.accounts).len(), lock(&inner.local.accounts).len());
    assert_eq!(known(&inner), (501, 500));
    clock.advance(per * 2);
    // Each of 64 parts is searched after 256 permits. Their desks end on the library's thread.
    for _ in 0..200 {
        (0..64 * 256).for_each(|_| drop(inner.account("0")));
        if known(&inner) == (1, 0) {
            return;
        }
        thread::sleep(ms(10));
    }
    panic!("{:?}", known(&inner));
}

/// Other calls have all turns, and Redis is slow.
#[tokio::test]
async fn a_deadline_holds_before_the_first_answer_too() {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let inner = inner(burst(1, ms(1_000)), Arc::clone(&clock));
    let _turns = inner.turns.acquire_many(TURNS as u32).await.unwrap();
    let acquire = Acquire::new("k", "").deadline(clock.now() + ms(20));
    let asked = clock.now();
    let given = tokio::time::timeout(ms(2_000), inner.acquire(&acquire)).await.expect("an answer");
    assert!(given.unwrap_err().reason().contains("would exceed the deadline"));
    let took = clock.now() - asked;
    assert!(took >= ms(100) && took < ms(1_000), "{took:?}");
}
