//! A task's place in line for Redis.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::Inner;
use super::account::Account;
use super::line::{Fate, Waiter};
use super::note::Note;
use crate::limit::{Acquire, LimitRefusal};
use crate::sync::BoxFuture;
use crate::waiting::noticed;

/// Result of a place in line for Redis.
pub(super) enum Outcome {
    Given(Note, bool),
    Refused(LimitRefusal),
    /// Redis became unavailable in the meantime.
    Anew,
}

/// A place in line, which is given up when dropped. A desk asks for it in a separate task, so a
/// caller that does not poll this future does not block others.
pub(super) struct InLine<'a> {
    inner: &'a Arc<Inner>,
    account: &'a Arc<Account>,
    acquire: &'a Acquire,
    class: usize,
    number: u64,
    deadline: Option<BoxFuture<'static, ()>>,
    late: Late,
    over: bool,
}

/// State of the deadline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Late {
    No,
    /// It has passed, which does not matter until the first reply, or until that takes too long.
    UnlessFirst,
    Yes,
}

impl<'a> InLine<'a> {
    pub(super) fn new(
        inner: &'a Arc<Inner>,
        account: &'a Arc<Account>,
        class: usize,
        acquire: &'a Acquire,
    ) -> Result<Self, LimitRefusal> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(LimitRefusal::new("a shared rate limit requires a tokio runtime"));
        }
        let (number, ask) = account.with(|state| {
            let waiter = Waiter {
                cost: acquire.cost,
                allowance: acquire.allowance,
                deadline: acquire.deadline,
                waker: None,
                turn: None,
                told: false,
                waited: false,
                fate: Fate::Waits,
            };
            let (number, now) = (inner.next_number(), inner.clock.now());
            let line = &mut state.lines[class];
            line.join(number, waiter, now).map(|()| (number, line.ask_at <= now))
        })?;
        let deadline = acquire.deadline.map(|at| inner.clock.deadline(at));
        if ask {
            account.stir.notify_one();
        }
        inner.attend(account);
        Ok(Self { inner, account, acquire, class, number, deadline, late: Late::No, over: false })
    }
}

impl Future for InLine<'_> {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        while self.deadline.as_mut().is_some_and(|deadline| deadline.as_mut().poll(cx).is_ready()) {
            // The first reply arrives soon, and contains the length of the wait.
            let clock = &self.inner.clock;
            let late = clock.now().saturating_add(self.inner.redis.time_limit());
            (self.deadline, self.late) = match self.late {
                Late::No => (Some(clock.deadline(late)), Late::UnlessFirst),
                Late::UnlessFirst | Late::Yes => (None, Late::Yes),
            };
        }
        let (number, class, late) = (self.number, self.class, self.late);
        let mut ask = false;
        let mut turn = None;
        let outcome = self.account.with(|state| {
            let line = &mut state.lines[class];
            let now = self.inner.clock.now();
            ask = line.unpark(number, now);
            let Some(waiter) = line.get_mut(number) else { return Some(Outcome::Anew) };
            turn = waiter.turn.take().map(|turn| turn.saturating_sub(now));
            if waiter.waited {
                self.acquire.wait();
            }
            let fate = match std::mem::replace(&mut waiter.fate, Fate::Waits) {
                Fate::Waits | Fate::Parked => {
                    waiter.waker = Some(cx.waker().clone());
                    let refusal = LimitRefusal::new("waiting for the rate limit would exceed the deadline");
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
        turn.into_iter().for_each(|wait| noticed(wait, "for the shared rate limit"));
        match outcome {
            Some(outcome) => {
                self.over = true;
                Poll::Ready(outcome)
            }
            None => {
                if ask {
                    self.account.stir.notify_one();
                }
                // The task that asks for all may have ended.
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
            // Thousands of futures that are dropped together must not wake it thousands of times.
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
