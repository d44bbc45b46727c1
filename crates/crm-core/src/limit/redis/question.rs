//! One question to Redis for the tasks of a worker, and its reply.

use std::time::Duration;

use serde_json::json;

use super::Inner;
use super::account::{Account, AccountState};
use super::call::{Join, Reply, Rest, Word, micros, say};
use super::line::{Line, Want};
use super::link::Absence;
use super::note::{Figures, Note};
use super::seats::{self, Ended, Known};
use crate::limit::LimitRefusal;
use crate::limit::counter::Start;
use crate::limit::queue::{too_late, too_small};

/// A question that is under way.
pub(super) struct Question {
    pub(super) class: usize,
    wants: Vec<Want>,
    pub(super) ends: Vec<Ended>,
    pub(super) joins: bool,
    /// For the script that acquires.
    pub(super) call: String,
}

impl Inner {
    /// Builds the question to Redis for the tasks that wait for a class.
    pub(super) fn question(&self, state: &mut AccountState, class: usize, absence: Absence) -> Question {
        let (now, time) = (self.clock.now(), self.redis.time_limit());
        let joining = !state.has_joined(absence);
        let join = if joining { state.join(&self.quotas, self.workers, absence, self.laggards, now) } else { None };
        if join.is_some() {
            state.reporting = now.saturating_add(time);
        }
        let ends = state.seats.take_ends(now);
        let (wants, all) = state.lines[class].wants(now);
        let asked = wants.iter().map(|want| {
            let seat = self.seat(want.number, class, want.cost, want.allowance, Known::Yes, now);
            match want.patience {
                Some(patience) => json!([seat.name, want.cost, micros(seat.lease), micros(patience)]),
                None => json!([seat.name, want.cost, micros(seat.lease)]),
            }
        });
        let tag = state.lines[class].place.as_ref().filter(|(_, data)| *data == state.data).map(|(tag, _)| tag);
        let name = || format!("{}:{}", self.worker, self.next_number());
        let call = say(json!({
            "worker": self.worker,
            "class": class + 1,
            "wants": asked.collect::<Vec<_>>(),
            "all": all,
            "tag": tag,
            "data": state.data,
            "round": state.round,
            "seen": state.seen,
            "before": state.before(now, time),
            "join": join.as_ref().map(|join: &Join| join.to_json(&name())),
            "ends": seats::ends(&ends, now),
            "renewed": state.seats.renew(self.renew / 2, now),
        }));
        Question { class, wants, ends, joins: join.is_some(), call }
    }

    /// Handles a lost reply: permits that it may have granted are returned.
    pub(super) fn unheard(&self, state: &mut AccountState, question: Question) {
        let now = self.clock.now();
        state.seats.put_back(question.ends);
        for want in question.wants {
            let seat = self.seat(want.number, question.class, want.cost, want.allowance, Known::Yes, now);
            state.seats.return_unsent(seat.name, seat.lease, now);
        }
    }

    /// Processes a reply. Returns false if the question must be sent again.
    pub(super) fn heard(
        &self,
        state: &mut AccountState,
        account: &Account,
        absence: Absence,
        question: Question,
        reply: Reply,
    ) -> bool {
        let now = self.clock.now();
        state.heard(&reply, now);
        let links = self.links(account);
        if matches!(reply.word, Word::Join | Word::Late) && links.is_up_since(absence, now) {
            if matches!(reply.word, Word::Join) {
                state.must_join(&reply.data);
            }
            state.seats.put_back(question.ends);
            return false;
        }
        // From then on this worker may grant on its own, and its message does not include that.
        let late = question.joins && now >= state.reporting;
        if late || matches!(reply.word, Word::Join | Word::Late) || !links.worked(absence, now) {
            // This worker's own log was closed without these permits.
            self.unheard(state, question);
            return true;
        }
        if question.joins && state.has_been_joined(absence, &reply, now) {
            // From here on Redis counts.
            self.local.resume(&account.name, self.quotas.windows.iter().map(|_| Start::default()));
        }
        if reply.data != state.data {
            self.unheard(state, question);
            return true;
        }
        let Word::Given { given, windows, rest } = reply.word else { return true };
        #[cfg(feature = "test-util")]
        for want in &question.wants[..given.min(question.wants.len())] {
            let class = self.quotas.classes[question.class].0;
            crate::sync::lock(&self.grants).push((Duration::from_micros(reply.now), class, want.cost));
        }
        let mut wants = question.wants.into_iter();
        self.hand_out(state, question.class, wants.by_ref().take(given).collect(), &windows, now);
        let line = &mut state.lines[question.class];
        let mut refuse = |line: &mut Line, refusal| {
            if let Some(first) = wants.next() {
                line.refuse(first.number, refusal);
            }
            line.ask_again(now);
        };
        match rest {
            Rest::None => line.ask_again(now),
            Rest::Again { wait, tag, last } => {
                line.place = Some((tag, reply.data));
                line.wait(now.saturating_add(wait), now.saturating_add(last), now);
            }
            Rest::Refused { wait, window } => refuse(line, too_late(Some(&window), wait)),
            Rest::Never { window } => {
                refuse(line, LimitRefusal::new(too_small(&window)));
            }
        }
        true
    }

    /// Gives permits to the waiters they were requested for. `windows` has the figures of each window of the class
    /// after the last permit.
    fn hand_out(&self, state: &mut AccountState, class: usize, wants: Vec<Want>, windows: &[[u64; 3]], now: Duration) {
        let used: Vec<u64> = windows.iter().map(|figures| figures[0]).collect();
        let mut later: u64 = wants.iter().map(|want| u64::from(want.cost)).sum();
        for want in wants {
            later -= u64::from(want.cost);
            let seat = self.seat(want.number, class, want.cost, want.allowance, Known::Yes, now);
            state.granted(&self.quotas, want.number, seat, &used);
            let figures = self.quotas.windows_of(class).iter().zip(windows);
            let figures = figures.map(|(&window, &[_, free, gone])| Figures { window, free: free + later, gone });
            let note = Note { seat: Some(want.number), data: state.data.clone(), windows: figures.collect() };
            if state.lines[class].give(Some(want.number), note, want.cost, now).is_some() {
                state.return_unsent(&self.quotas, want.number, now);
            }
        }
    }
}
