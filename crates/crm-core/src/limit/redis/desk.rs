//! The task of an account that asks Redis for all waiting tasks, and reports the seats.
//!
//! It runs as long as a task waits, a permit is held, or an end must be reported, and makes one call
//! at a time, on the thread of the library. A task that finds no desk starts another one.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use serde_json::json;
use tracing::instrument::WithSubscriber;

use super::Inner;
use super::account::{Account, AccountState};
use super::acquire::first;
use super::call::{Reply, say};
use super::line::Line;
use super::link::{Absence, Standing};
use super::note::Note;
use super::question::Question;
use super::seats;
use crate::redis::{self, Away, Why};

/// Maximum number of times that a question is repeated at once: to join, and to receive the server's time first.
const ROUNDS: usize = 6;

struct Desk {
    inner: Arc<Inner>,
    account: Arc<Account>,
    /// True if it ended normally, and another desk may have started since.
    left: bool,
}

enum Step {
    /// Ask for the tasks that wait for this class, or join.
    Ask(usize, Absence),
    /// Report seats, and give up the place of this class.
    Report(Option<usize>, Absence),
    Wait(Duration),
    Leave,
}

impl Inner {
    /// Ensures that a desk asks for the waiting tasks.
    pub(super) fn attend(self: &Arc<Self>, account: &Arc<Account>) {
        let Ok(runtime) = redis::runtime() else { return };
        if account.with(|state| std::mem::replace(&mut state.attended, true)) {
            return;
        }
        let desk = Desk { inner: Arc::clone(self), account: Arc::clone(account), left: false };
        runtime.spawn(desk.run().with_current_subscriber());
    }

    /// Passes a permit that was not taken to another task that waits for the same cost, or back to Redis.
    pub(super) fn pass_on(&self, account: &Account, state: &mut AccountState, class: usize, note: Note, now: Duration) {
        let Some(number) = note.seat else { return };
        let cost = state.seats.cost(number).unwrap_or_default();
        if state.lines[class].give(None, note, cost, now).is_some() {
            state.return_unsent(&self.quotas, number, now);
            self.take_back_alone(account, state, class, cost);
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if !self.left {
            self.account.with(|state| {
                state.attended = false;
                state.lines.iter_mut().for_each(Line::wake_all);
            });
        }
    }
}

impl Desk {
    async fn run(mut self) {
        let (inner, account) = (Arc::clone(&self.inner), Arc::clone(&self.account));
        loop {
            // Created before the check, so that no change is missed.
            let links = inner.links(&account);
            let (mut server, mut data) = (pin!(links.server.changed()), pin!(links.account.changed()));
            server.as_mut().enable();
            data.as_mut().enable();
            let mut changed = pin!(first(server, data));
            let mut stirred = pin!(account.stir.notified());
            stirred.as_mut().enable();
            match self.next() {
                Step::Ask(class, absence) => self.ask(class, absence).await,
                Step::Report(place, absence) => self.report(place, absence).await,
                Step::Leave => return,
                Step::Wait(time) => {
                    let mut sleep = inner.clock.sleep(time);
                    poll_fn(|cx| {
                        let woken = sleep.as_mut().poll(cx).is_ready() | stirred.as_mut().poll(cx).is_ready();
                        if woken | changed.as_mut().poll(cx).is_ready() { Poll::Ready(()) } else { Poll::Pending }
                    })
                    .await;
                }
            }
        }
    }

    fn next(&mut self) -> Step {
        let inner = &self.inner;
        let now = inner.clock.now();
        let standing = inner.links(&self.account).look(now);
        let step = self.account.with(|state| {
            if inner.dropped.load(Ordering::Relaxed) {
                state.seats.abandon_held();
            }
            for class in 0..state.lines.len() {
                for note in state.lines[class].untaken(now) {
                    inner.pass_on(&self.account, state, class, note, now);
                }
            }
            match standing {
                Standing::Up(absence) => inner.next(state, absence, now),
                Standing::Away { again, .. } => {
                    state.lines.iter_mut().for_each(Line::send_away);
                    if state.seats.is_silent(now) || inner.dropped.load(Ordering::Relaxed) {
                        Step::Leave
                    } else {
                        Step::Wait(again.max(Duration::from_millis(1)))
                    }
                }
            }
            .leaving(state)
        });
        match step {
            Step::Leave => self.left = true,
            Step::Wait(_) => inner.probe(&self.account, now),
            _ => {}
        }
        step
    }

    /// Asks Redis for the tasks that wait for a class, and joins first if necessary.
    async fn ask(&self, class: usize, absence: Absence) {
        let (inner, account) = (&*self.inner, &*self.account);
        for _ in 0..ROUNDS {
            // The time limit of a call does not include the calls before it.
            let _turn = inner.turns.acquire().await;
            let links = inner.links(account);
            if !links.is_up_since(absence, inner.clock.now()) {
                return;
            }
            let question = account.with(|state| inner.question(state, class, absence));
            let texts = inner.redis.run(&inner.scripts.acquire, &account.keys, &[&inner.layout, &question.call]).await;
            let reply = texts.and_then(|texts| Reply::read(&texts, inner.quotas.windows_of(class).len()));
            let reply = match reply {
                Ok(reply) => reply,
                Err(reason) => {
                    account.with(|state| match question {
                        question if reason.may_act() => inner.unheard(state, question),
                        Question { joins, ends, .. } => {
                            // The message is no longer under way.
                            if joins {
                                state.reporting = Duration::ZERO;
                            }
                            state.seats.put_back(ends);
                        }
                    });
                    return self.failed(absence, &reason);
                }
            };
            if account.with(|state| inner.heard(state, account, absence, question, reply)) {
                return;
            }
        }
        let reason = Away::new(Why::Unable, "it changes faster than it can be joined");
        self.failed(absence, &reason);
    }

    /// Records that Redis is unavailable, unless no task is affected any more.
    fn failed(&self, absence: Absence, reason: &Away) {
        if self.inner.dropped.load(Ordering::Relaxed) {
            self.account.with(|state| state.seats.forget());
        } else {
            self.inner.links(&self.account).failed(absence, self.inner.clock.now(), reason);
        }
    }

    /// Reports seats to Redis if no question does.
    async fn report(&self, place: Option<usize>, absence: Absence) {
        let (inner, account) = (&*self.inner, &*self.account);
        let _turn = inner.turns.acquire().await;
        let (call, ends) = account.with(|state| {
            let now = inner.clock.now();
            let ends = state.seats.take_ends(now);
            let call = say(json!({
                "worker": inner.worker,
                "leave": place.map(|class| class + 1),
                "ends": seats::ends(&ends, now),
                "renewed": state.seats.renew(inner.renew / 2, now),
            }));
            (call, ends)
        });
        let result = inner.redis.run(&inner.scripts.report, &account.keys, &[&inner.layout, &call]).await;
        let failed = account.with(|state| match result.as_deref() {
            Ok([data]) if *data == state.data => None,
            Ok([data, ..]) => {
                state.seats.put_back(ends);
                state.must_join(data);
                None
            }
            Ok([]) => None,
            Err(reason) => {
                state.seats.put_back(ends);
                Some(reason.clone())
            }
        });
        if let Some(reason) = failed {
            self.failed(absence, &reason);
        }
    }
}

impl Step {
    /// No other task may act in between.
    fn leaving(self, state: &mut AccountState) -> Self {
        if matches!(self, Self::Leave) {
            state.attended = false;
        }
        self
    }
}

impl Inner {
    /// Returns the next step while Redis is available.
    fn next(&self, state: &mut AccountState, absence: Absence, now: Duration) -> Step {
        let mut wake = None;
        let mut at = |time: Duration| wake = Some(wake.map_or(time, |wake: Duration| wake.min(time)));
        let mut place = None;
        for (class, line) in state.lines.iter_mut().enumerate() {
            if line.is_waiting() {
                if line.ask_at <= now {
                    return Step::Ask(class, absence);
                }
                at(line.ask_at);
            } else if line.place.take().is_some() {
                place = Some(class);
                break;
            }
            line.untaken_at().into_iter().for_each(&mut at);
        }
        if !state.has_joined(absence) && state.has_news(now) {
            return Step::Ask(0, absence);
        }
        // A question that is due soon also reports the ends.
        let asks = state.lines.iter().filter(|line| line.is_waiting()).map(|line| line.ask_at).min();
        let due = state.seats.due(self.flush, self.renew).map(|due| match asks {
            Some(asks) if asks <= due.saturating_add(self.flush) => due.max(asks),
            _ => due,
        });
        if place.is_some() || due.is_some_and(|due| due <= now) {
            return Step::Report(place, absence);
        }
        due.into_iter().for_each(&mut at);
        match wake {
            Some(wake) => Step::Wait(wake.saturating_sub(now)),
            None => Step::Leave,
        }
    }
}
