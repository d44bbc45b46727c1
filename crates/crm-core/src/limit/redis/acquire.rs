//! Getting a permit: in line for Redis, or from this worker's own part while Redis is away.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::account::{Account, State};
use super::line::{Fate, Waiter};
use super::link::{Absence, Standing};
use super::note::Note;
use super::seats::{Known, Seat};
use super::{Inner, WhenAway};
use crate::limit::{Grant, LimitRefusal, Permit};
use crate::redis::Away;
use crate::sync::BoxFuture;

/// A wait in this worker's own queue.
type Alone<'a> = BoxFuture<'a, Result<Grant, LimitRefusal>>;

/// What came of a place in line for Redis.
enum Outcome {
    Given(Note, bool),
    Refused(LimitRefusal),
    /// Redis went away meanwhile.
    Anew,
}

impl Inner {
    pub(super) async fn acquire(self: &Arc<Self>, permit: &Permit) -> Result<Grant, LimitRefusal> {
        let class = self.quotas.class_index(permit.class);
        if self.quotas.windows_of(class).is_empty() {
            return Ok(Grant::default());
        }
        let start = self.clock.now();
        let mut waited = false;
        let account = self.account(&permit.key);
        let mut alone: Option<Alone<'_>> = None;
        let note = loop {
            // Before looking, so that no change is missed.
            let links = self.links(&account);
            let (mut server, mut data) = (pin!(links.server.changed()), pin!(links.account.changed()));
            server.as_mut().enable();
            data.as_mut().enable();
            let changed = pin!(first(server, data));
            let now = self.clock.now();
            match links.look(now) {
                Standing::Up(_) => {
                    alone = None;
                    match InLine::new(self, &account, class, permit)?.await {
                        Outcome::Given(note, for_others) => {
                            waited |= for_others;
                            break note;
                        }
                        Outcome::Refused(refusal) => return Err(refusal),
                        Outcome::Anew => {}
                    }
                }
                Standing::Away { absence, fresh, again } => match self.when_away {
                    WhenAway::Refuse if links.claim(now, self.redis.time_limit()) => self.try_redis(&account).await,
                    WhenAway::Refuse => return Err(away(links.reason(), again)),
                    WhenAway::GoOn | WhenAway::Share if !fresh => {
                        self.probe(&account, now);
                        first(self.clock.sleep(self.redis.time_limit()).as_mut(), changed).await;
                    }
                    WhenAway::GoOn => {
                        self.probe(&account, now);
                        let note = account.with(|state| {
                            let alone = self.is_alone(&account, state, absence, now);
                            alone.then(|| self.granted_alone(state, class, permit, now)).ok_or(state.reporting)
                        });
                        match note {
                            Ok(note) => break note,
                            Err(reporting) => {
                                let wait = reporting.saturating_sub(now).max(Duration::from_millis(1));
                                first(self.clock.sleep(wait).as_mut(), changed).await;
                            }
                        }
                    }
                    WhenAway::Share => {
                        self.probe(&account, now);
                        let alone = alone.get_or_insert_with(|| self.local_turn(permit));
                        if let Some(result) = self.alone(alone, &account, permit, absence, again, changed).await {
                            let (note, for_others) = result?;
                            waited |= for_others;
                            break note;
                        }
                        waited = true;
                    }
                },
            }
        };
        // The time it takes to ask is no wait.
        let waited = if waited { self.clock.now().saturating_sub(start) } else { Duration::ZERO };
        Ok(Grant { waited, note })
    }

    fn local_turn<'a>(&'a self, permit: &'a Permit) -> Alone<'a> {
        use crate::limit::RateLimiter as _;
        self.local.acquire(permit)
    }

    /// Waits for a turn in this worker's own queue, until Redis may be back: then `None`.
    async fn alone<'a>(
        &'a self,
        turn: &mut Alone<'a>,
        account: &Account,
        permit: &'a Permit,
        absence: Absence,
        again: Duration,
        mut changed: Pin<&mut impl Future<Output = ()>>,
    ) -> Option<Result<(Note, bool), LimitRefusal>> {
        let reporting = account.with(|state| {
            let now = self.clock.now();
            if let Some(windows) = state.alone(&self.quotas, self.workers, absence, now) {
                self.local.resume(&permit.key, windows);
            }
            state.reporting.saturating_sub(now)
        });
        let wait = if reporting.is_zero() { again } else { again.min(reporting) };
        let mut look = self.clock.sleep(wait.max(Duration::from_millis(1)));
        poll_fn(|cx| {
            if changed.as_mut().poll(cx).is_ready() || look.as_mut().poll(cx).is_ready() {
                return Poll::Ready(None);
            }
            if !account.with(|state| self.is_alone(account, state, absence, self.clock.now())) {
                return Poll::Pending;
            }
            // Outside the lock, because it wakes others.
            let result = ready!(turn.as_mut().poll(cx));
            Poll::Ready(match result {
                Ok(grant) => {
                    let note = self.hold_alone(account, permit, absence);
                    if note.is_none() {
                        *turn = self.local_turn(permit);
                    }
                    note.map(|note| Ok((note, !grant.waited().is_zero())))
                }
                Err(refusal) => Some(Err(self.without_redis(&refusal))),
            })
        })
        .await
    }

    /// Whether this worker grants on its own. Under the lock that the joining takes too: what it reports
    /// is complete, and nothing is granted here while its message may still be under way.
    fn is_alone(&self, account: &Account, state: &State, absence: Absence, now: Duration) -> bool {
        let links = self.links(account);
        links.is_away(now) && links.is_still(absence) && now >= state.reporting
    }

    /// Holds what the local queue gave, unless the worker is not alone any more.
    fn hold_alone(&self, account: &Account, permit: &Permit, absence: Absence) -> Option<Note> {
        let class = self.quotas.class_index(permit.class);
        account.with(|state| {
            let now = self.clock.now();
            if self.is_alone(account, state, absence, now) {
                return Some(self.granted_alone(state, class, permit, now));
            }
            self.take_back_alone(account, state, class, permit.cost);
            None
        })
    }

    /// Takes back what is held in the local queue, if that is in use still, and was not sent.
    pub(super) fn take_back_alone(&self, account: &Account, state: &mut State, class: usize, cost: u32) {
        if state.is_alone() {
            state.lines[class].wake_later(self.local.take_back(&account.name, class, cost));
        }
    }

    /// Holds a seat that Redis does not know of.
    fn granted_alone(&self, state: &mut State, class: usize, permit: &Permit, now: Duration) -> Note {
        let number = self.next_number();
        let seat = self.seat(number, class, permit.cost, permit.allowance, Known::No, now);
        state.granted(&self.quotas, number, seat, &[]);
        #[cfg(feature = "test-util")]
        crate::sync::lock(&self.grants).push((self.clock_began + now, permit.class, permit.cost));
        Note { seat: Some(number), ..Note::default() }
    }

    pub(super) fn seat(
        &self,
        number: u64,
        class: usize,
        cost: u32,
        allowance: Duration,
        known: Known,
        now: Duration,
    ) -> Seat {
        let name = format!("{}:{number}:{cost}:{}", self.worker, self.quotas.classes[class].0);
        // Half of it is left when it is renewed, and a dead worker's last request may arrive for as
        // long as its allowance.
        let lease = allowance.max(self.renew).saturating_mul(2);
        Seat { name, class, cost, lease, known, renewed: now }
    }

    /// A refusal by this worker's own queue.
    fn without_redis(&self, refusal: &LimitRefusal) -> LimitRefusal {
        let own =
            LimitRefusal::new(format!("{}, of which this worker has a part while Redis is away", refusal.reason()));
        // A part of a long window lasts until Redis is back.
        let known = |wait: &Duration| self.clock.now().saturating_add(*wait) < Duration::MAX;
        match refusal.retry_after().filter(known) {
            Some(wait) => own.with_retry_after(wait),
            None => own,
        }
    }
}

/// A place in line, which is given up when dropped. A desk asks for it, in a task of its own, so a
/// caller who does not poll this holds up nobody.
struct InLine<'a> {
    inner: &'a Arc<Inner>,
    account: &'a Arc<Account>,
    class: usize,
    number: u64,
    deadline: Option<BoxFuture<'static, ()>>,
    late: Late,
    over: bool,
}

/// Whether the deadline has passed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Late {
    No,
    /// It has, which does not matter until the first answer, or until that takes too long.
    UnlessFirst,
    Yes,
}

impl<'a> InLine<'a> {
    fn new(
        inner: &'a Arc<Inner>,
        account: &'a Arc<Account>,
        class: usize,
        permit: &Permit,
    ) -> Result<Self, LimitRefusal> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(LimitRefusal::new("a shared rate limit works in a tokio runtime only"));
        }
        let (number, ask) = account.with(|state| {
            let waiter = Waiter {
                cost: permit.cost,
                allowance: permit.allowance,
                deadline: permit.deadline,
                waker: None,
                waited: false,
                fate: Fate::Waits,
            };
            let (number, now) = (inner.next_number(), inner.clock.now());
            let line = &mut state.lines[class];
            line.join(number, waiter, now).map(|()| (number, line.ask_at <= now))
        })?;
        let deadline = permit.deadline.map(|at| inner.clock.deadline(at));
        if ask {
            account.stir.notify_one();
        }
        inner.attend(account);
        Ok(Self { inner, account, class, number, deadline, late: Late::No, over: false })
    }
}

impl Future for InLine<'_> {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        while self.deadline.as_mut().is_some_and(|deadline| deadline.as_mut().poll(cx).is_ready()) {
            // The first answer comes soon, and says how long the wait would be.
            let clock = &self.inner.clock;
            let late = clock.now().saturating_add(self.inner.redis.time_limit());
            (self.deadline, self.late) = match self.late {
                Late::No => (Some(clock.deadline(late)), Late::UnlessFirst),
                Late::UnlessFirst | Late::Yes => (None, Late::Yes),
            };
        }
        let (number, class, late) = (self.number, self.class, self.late);
        let mut ask = false;
        let outcome = self.account.with(|state| {
            let line = &mut state.lines[class];
            let now = self.inner.clock.now();
            ask = line.unpark(number, now);
            let Some(waiter) = line.get_mut(number) else { return Some(Outcome::Anew) };
            let fate = match std::mem::replace(&mut waiter.fate, Fate::Waits) {
                Fate::Waits | Fate::Parked => {
                    waiter.waker = Some(cx.waker().clone());
                    let refusal = LimitRefusal::new("waiting for the rate limit would pass the deadline");
                    let late = late == Late::Yes || late == Late::UnlessFirst && waiter.waited;
                    late.then_some(Outcome::Refused(refusal))
                }
                Fate::Given(note, _) => Some(Outcome::Given(note, waiter.waited)),
                Fate::Refused(refusal) => Some(Outcome::Refused(refusal)),
            };
            if fate.is_some() {
                line.leave(number, now);
            }
            fate
        });
        match outcome {
            Some(outcome) => {
                self.over = true;
                Poll::Ready(outcome)
            }
            None => {
                if ask {
                    self.account.stir.notify_one();
                }
                // The one who asks for all may be gone.
                self.inner.attend(self.account);
                Poll::Pending
            }
        }
    }
}

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let (inner, class) = (self.inner, self.class);
        let concerns_desk = self.account.with(|state| {
            let now = inner.clock.now();
            let line = &mut state.lines[class];
            let asked_at = line.ask_at;
            let note = line.leave(self.number, now);
            // Thousands that are dropped together must not wake it thousands of times.
            let concerns_desk = note.is_some() || line.ask_at != asked_at || !line.is_waiting();
            if let Some(note) = note {
                inner.pass_on(self.account, state, class, note, now);
            }
            concerns_desk
        });
        if concerns_desk {
            inner.attend(self.account);
            self.account.stir.notify_one();
        }
    }
}

/// The refusal of a permit because Redis is away.
fn away(reason: Option<Away>, again: Duration) -> LimitRefusal {
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    LimitRefusal::new(format!("the shared rate limit cannot be asked, Redis is away{reason}")).with_retry_after(again)
}

/// Waits for the first of two.
pub(super) async fn first<A, B>(mut one: Pin<&mut A>, mut other: Pin<&mut B>)
where
    A: Future<Output = ()> + ?Sized,
    B: Future<Output = ()> + ?Sized,
{
    poll_fn(|cx| match one.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(()),
        Poll::Pending => other.as_mut().poll(cx),
    })
    .await;
}
