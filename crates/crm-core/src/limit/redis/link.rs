//! Whether Redis can be used, as far as this worker knows: at all, and for one account.
//!
//! An absence lasts until the work itself succeeds. A first question, which takes nothing, shows that
//! it may; then permits are asked for again, and if that fails the same absence goes on. So what works
//! only halfway is neither reported as back nor as away again.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::redis::{Away, Why};
use crate::sync::lock;

/// How long after a failure Redis is tried again.
const PROBE_EVERY: Duration = Duration::from_millis(500);
/// How long a failure lets the worker grant on its own.
pub(super) const BELIEVED: Duration = Duration::from_secs(1);

/// Of the server, or of one account's data there.
#[derive(Default)]
pub(super) struct Link {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    absence: Period,
    failure: Option<Failure>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Period {
    /// Counts the absences; 0 if there was none yet.
    number: u64,
    since: Duration,
    ended: Duration,
}

struct Failure {
    at: Duration,
    reason: Away,
    /// Until when somebody is trying.
    probing: Duration,
    /// The try succeeded, and the work has yet to.
    tried: bool,
}

/// The last time that Redis was away, for one account.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Absence {
    /// Another one for each absence, of the server or of the account's data.
    pub(super) number: Number,
    pub(super) since: Duration,
    /// When it ended; `Duration::MAX` while it lasts.
    pub(super) ended: Duration,
}

/// How often the server, and the account's data, were away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Number(u64, u64);

impl Number {
    pub(super) fn is_first(self) -> bool {
        self == Self::default()
    }
}

/// Redis was found away meanwhile.
struct Failing;

/// How Redis stands.
pub(super) enum Standing {
    Up(Absence),
    Away {
        absence: Absence,
        /// Whether a try failed a moment ago.
        fresh: bool,
        /// When to look again.
        again: Duration,
    },
}

/// Both links of one account.
#[derive(Clone, Copy)]
pub(super) struct Links<'a> {
    pub(super) server: &'a Link,
    pub(super) account: &'a Link,
    pub(super) said: &'a Said,
}

impl Links<'_> {
    pub(super) fn look(self, now: Duration) -> Standing {
        let ((server, first), (account, second)) = (self.server.look(now), self.account.look(now));
        let absence = Absence {
            number: Number(server.number, account.number),
            // The later one is the more careful one: doubt about what others use begins anew.
            since: server.since.max(account.since),
            ended: server.ended.max(account.ended),
        };
        match first.or(second) {
            None => Standing::Up(absence),
            Some((fresh, again)) => Standing::Away { absence, fresh, again },
        }
    }

    /// Whether Redis is there, or was found to be, and no absence began since this one.
    pub(super) fn is_up_since(self, absence: Absence, now: Duration) -> bool {
        matches!(self.look(now), Standing::Up(last) if last.number == absence.number)
    }

    /// Whether no absence began since this one.
    pub(super) fn is_still(self, absence: Absence) -> bool {
        absence.number == Number(self.server.number(), self.account.number())
    }

    /// Whether the worker may grant on its own.
    pub(super) fn is_away(self, now: Duration) -> bool {
        matches!(self.look(now), Standing::Away { fresh: true, .. })
    }

    /// Why Redis is away.
    pub(super) fn reason(self) -> Option<Away> {
        self.server.reason().or_else(|| self.account.reason())
    }

    /// Whether the caller is the one to try, now. The try is over after `time` at the latest.
    pub(super) fn claim(self, now: Duration, time: Duration) -> bool {
        if self.server.is_failing() { self.server.claim(now, time) } else { self.account.claim(now, time) }
    }

    /// The result of the first question.
    pub(super) fn tried(self, now: Duration, result: Result<(), Away>) {
        match result {
            Ok(()) => {
                self.account.tried();
                self.server.tried();
            }
            Err(away) => {
                let link = if away.is_of_the_account() {
                    // The server did answer.
                    self.server.tried();
                    self.account
                } else {
                    self.server
                };
                link.begin_or_go_on(link.number(), now, &away);
                self.said.say(&away);
            }
        }
    }

    /// The work that was begun after `absence` succeeded, and so that absence ended. `false` if Redis is
    /// away again: then the success must not be used.
    pub(super) fn worked(self, absence: Absence, now: Duration) -> bool {
        for (link, number) in [(self.server, absence.number.0), (self.account, absence.number.1)] {
            match link.worked(number, now) {
                Ok(None) => {}
                Ok(Some(reason)) => self.said.unsay(&reason),
                Err(Failing) => return false,
            }
        }
        true
    }

    /// The work that was begun after `absence` failed.
    pub(super) fn failed(self, absence: Absence, now: Duration, reason: &Away) {
        let (link, number) = if reason.is_of_the_account() {
            // The server did answer.
            if let Ok(Some(ended)) = self.server.worked(absence.number.0, now) {
                self.said.unsay(&ended);
            }
            (self.account, absence.number.1)
        } else {
            (self.server, absence.number.0)
        };
        if link.begin_or_go_on(number, now, reason) {
            self.said.say(reason);
        }
    }
}

impl Link {
    fn look(&self, now: Duration) -> (Period, Option<(bool, Duration)>) {
        let state = lock(&self.state);
        let failing = state.failure.as_ref().filter(|failure| !failure.tried).map(|failure| {
            let fresh = now <= failure.at.saturating_add(BELIEVED);
            (fresh, failure.at.saturating_add(PROBE_EVERY).max(failure.probing).saturating_sub(now))
        });
        (state.absence, failing)
    }

    fn number(&self) -> u64 {
        lock(&self.state).absence.number
    }

    fn is_failing(&self) -> bool {
        lock(&self.state).failure.as_ref().is_some_and(|failure| !failure.tried)
    }

    fn reason(&self) -> Option<Away> {
        lock(&self.state).failure.as_ref().filter(|failure| !failure.tried).map(|failure| failure.reason.clone())
    }

    /// Whether that was news: what failed in an earlier absence is not.
    fn begin_or_go_on(&self, number: u64, now: Duration, reason: &Away) -> bool {
        {
            let mut state = lock(&self.state);
            if state.absence.number != number {
                return false;
            }
            if state.failure.is_none() {
                state.absence = Period { number: number + 1, since: now, ended: Duration::MAX };
            }
            state.failure = Some(Failure { at: now, reason: reason.clone(), probing: Duration::ZERO, tried: false });
        }
        self.changed.notify_waiters();
        true
    }

    fn claim(&self, now: Duration, time: Duration) -> bool {
        let mut state = lock(&self.state);
        let Some(failure) = state.failure.as_mut().filter(|failure| !failure.tried) else { return false };
        let due = now >= failure.at.saturating_add(PROBE_EVERY).max(failure.probing);
        if due {
            failure.probing = now.saturating_add(time);
        }
        due
    }

    fn tried(&self) {
        if let Some(failure) = &mut lock(&self.state).failure {
            failure.tried = true;
        }
        self.changed.notify_waiters();
    }

    /// Ends the absence if there is one; returns why it was.
    fn worked(&self, number: u64, now: Duration) -> Result<Option<Away>, Failing> {
        let mut state = lock(&self.state);
        if state.absence.number != number || state.failure.as_ref().is_some_and(|failure| !failure.tried) {
            return Err(Failing);
        }
        let ended = state.failure.take().map(|failure| failure.reason);
        if ended.is_some() {
            state.absence.ended = now;
        }
        Ok(ended)
    }

    /// Resolves with the next change after it was made and enabled.
    pub(super) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }
}

/// What was logged: each reason once while it lasts, however many accounts it concerns.
#[derive(Default)]
pub(super) struct Said(Mutex<Vec<(Why, bool)>>);

impl Said {
    fn say(&self, reason: &Away) {
        let mut said = lock(&self.0);
        let one = (reason.why(), reason.is_of_the_account());
        // That something else is unreachable as well says nothing new.
        let first = !said.iter().any(|said| said.1 == one.1);
        if !said.contains(&one) && (first || one.0 != Why::Unreachable) {
            said.push(one);
            tracing::warn!(%reason, "Redis is away, for shared rate limits");
        }
    }

    /// An absence for this reason ended. The server's reasons end together.
    fn unsay(&self, reason: &Away) {
        let mut said = lock(&self.0);
        let before = said.len();
        said.retain(|&(why, of_the_account)| of_the_account && why != reason.why());
        if said.len() < before {
            tracing::info!("Redis is back, for shared rate limits");
        }
    }
}
