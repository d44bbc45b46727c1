//! Permits from this worker's own part of the quotas, while Redis is unavailable.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Poll, ready};
use std::time::Duration;

use super::Inner;
use super::account::{Account, AccountState};
use super::call::LONG;
use super::link::Absence;
use super::note::Note;
use super::seats::Known;
use crate::limit::{Acquire, LimitRefusal, Permit, RateLimiter as _, Window};
use crate::sync::BoxFuture;

/// A wait in this worker's own queue.
pub(super) type Alone<'a> = BoxFuture<'a, Result<Permit, LimitRefusal>>;

impl Inner {
    pub(super) fn local_turn<'a>(&'a self, acquire: &'a Acquire) -> Alone<'a> {
        self.local.acquire(acquire)
    }

    /// Waits for a turn in this worker's own queue. Resolves to `None` once Redis may be back.
    pub(super) async fn alone<'a>(
        &'a self,
        turn: &mut Alone<'a>,
        account: &Account,
        acquire: &'a Acquire,
        absence: Absence,
        again: Duration,
        mut changed: Pin<&mut impl Future<Output = ()>>,
    ) -> Option<Result<(Note, bool), LimitRefusal>> {
        let reporting = account.with(|state| {
            let now = self.clock.now();
            if let Some(windows) = state.alone(&self.quotas, self.workers, absence, now) {
                self.local.resume(&acquire.key, windows);
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
                acquire.wait();
                return Poll::Pending;
            }
            // Outside the lock, because it wakes other tasks.
            let result = ready!(turn.as_mut().poll(cx));
            Poll::Ready(match result {
                Ok(permit) => {
                    let note = self.hold_alone(account, acquire, absence);
                    if note.is_none() {
                        *turn = self.local_turn(acquire);
                    }
                    note.map(|note| Ok((note, !permit.waited().is_zero())))
                }
                Err(refusal) => Some(Err(self.without_redis(acquire, &refusal))),
            })
        })
        .await
    }

    /// Returns true if this worker grants on its own. Called under the lock that joining takes too, so that its
    /// report is complete, and nothing is granted here while its message may still be under way.
    pub(super) fn is_alone(&self, account: &Account, state: &AccountState, absence: Absence, now: Duration) -> bool {
        let links = self.links(account);
        links.is_away(now) && links.is_still(absence) && now >= state.reporting
    }

    /// Holds a permit of the local queue, unless the worker is no longer alone.
    fn hold_alone(&self, account: &Account, acquire: &Acquire, absence: Absence) -> Option<Note> {
        // An unknown class was refused before.
        let class = self.quotas.class_index(acquire.class)?;
        account.with(|state| {
            let now = self.clock.now();
            if self.is_alone(account, state, absence, now) {
                return Some(self.granted_alone(state, class, acquire, now));
            }
            // Otherwise it restarted in the meantime without this permit.
            if state.is_alone_in(absence) {
                self.take_back_alone(account, state, class, acquire.cost);
            }
            None
        })
    }

    /// Takes back a permit that is held in the local queue, if that is in use, and will not be sent.
    pub(super) fn take_back_alone(&self, account: &Account, state: &mut AccountState, class: usize, cost: u32) {
        if state.is_alone() {
            state.lines[class].wake_later(self.local.take_back(&account.name, class, cost));
        }
    }

    /// Holds a seat that was not reported to Redis.
    pub(super) fn granted_alone(
        &self,
        state: &mut AccountState,
        class: usize,
        acquire: &Acquire,
        now: Duration,
    ) -> Note {
        let number = self.next_number();
        let seat = self.seat(number, class, acquire.cost, acquire.allowance, Known::No, now);
        state.granted(&self.quotas, number, seat, &[]);
        #[cfg(feature = "test-util")]
        crate::sync::lock(&self.grants).push((self.clock_began + now, acquire.class, acquire.cost));
        Note { seat: Some(number), ..Note::default() }
    }

    /// Returns a refusal by this worker's own queue.
    fn without_redis(&self, acquire: &Acquire, refusal: &LimitRefusal) -> LimitRefusal {
        let workers = u64::from(self.workers);
        let windows = self.quotas.class_of(acquire).map(|class| self.quotas.windows_of(class)).unwrap_or_default();
        let windows = windows.iter().map(|&window| &self.quotas.windows[window]);
        let without_part = |window: &&Window| window.span() <= LONG && window.limit() < workers;
        let reason = match windows.filter(without_part).min_by_key(|window| window.limit()) {
            Some(window) => format!(
                "window \"{}\" allows {} requests for {workers} processes, so this process has none while Redis is \
                 unavailable; declare at most {} processes or choose another `when_away`",
                window.name(),
                window.limit(),
                window.limit(),
            ),
            None => format!("{}; this process has only a share of it while Redis is unavailable", refusal.reason()),
        };
        let own = LimitRefusal::new(reason);
        // A part of a long window lasts until Redis is back.
        let known = |wait: &Duration| self.clock.now().saturating_add(*wait) < Duration::MAX;
        match refusal.retry_after().filter(known) {
            Some(wait) => own.with_retry_after(wait),
            None => own,
        }
    }
}
