//! The availability of Redis, as far as this worker knows it: in general, and for one account.
//!
//! An absence lasts until the work itself succeeds. A first question, which takes nothing, shows that
//! Redis may be back. Permits are then requested again, and if that fails the same absence continues. A partial
//! success is therefore reported neither as a return nor as a new absence.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::redis::{Away, Why};
use crate::sync::lock;

/// Pause after a failure before Redis is tried again.
const PROBE_EVERY: Duration = Duration::from_millis(500);
/// Time for which a failure allows the worker to grant on its own.
pub(super) const BELIEVED: Duration = Duration::from_secs(1);

/// The link to the server, or to one account's data there.
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
    /// Time until which another task is trying.
    probing: Duration,
    /// True if the try succeeded and the work is still to be done.
    tried: bool,
}

/// The last time that Redis was unavailable, for one account.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Absence {
    /// Different for each absence, of the server or of the account's data.
    pub(super) number: Number,
    pub(super) since: Duration,
    /// Time at which it ended; `Duration::MAX` while it lasts.
    pub(super) ended: Duration,
}

/// Number of absences of the server, and of the account's data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Number(u64, u64);

impl Number {
    pub(super) fn is_first(self) -> bool {
        self == Self::default()
    }
}

/// Redis became unavailable in the meantime.
struct Failing;

/// State of Redis.
pub(super) enum Standing {
    Up(Absence),
    Away {
        absence: Absence,
        /// True if a try failed a moment ago.
        fresh: bool,
        /// Time of the next check.
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
            // The later time is the safer one: the doubt about the use by others starts again.
            since: server.since.max(account.since),
            ended: server.ended.max(account.ended),
        };
        match first.or(second) {
            None => Standing::Up(absence),
            Some((fresh, again)) => Standing::Away { absence, fresh, again },
        }
    }

    /// Returns true if Redis is available, or was found to be, and no absence started since this one.
    pub(super) fn is_up_since(self, absence: Absence, now: Duration) -> bool {
        matches!(self.look(now), Standing::Up(last) if last.number == absence.number)
    }

    /// Returns true if no absence started since this one.
    pub(super) fn is_still(self, absence: Absence) -> bool {
        absence.number == Number(self.server.number(), self.account.number())
    }

    /// Returns true if the worker may grant on its own.
    pub(super) fn is_away(self, now: Duration) -> bool {
        matches!(self.look(now), Standing::Away { fresh: true, .. })
    }

    /// Returns the reason why Redis is unavailable.
    pub(super) fn reason(self) -> Option<Away> {
        self.server.reason().or_else(|| self.account.reason())
    }

    /// Returns true if the caller is to try now. The try ends after `time` at the latest.
    pub(super) fn claim(self, now: Duration, time: Duration) -> bool {
        if self.server.is_failing() { self.server.claim(now, time) } else { self.account.claim(now, time) }
    }

    /// Records the result of the first question.
    pub(super) fn tried(self, now: Duration, result: Result<(), Away>) {
        match result {
            Ok(()) => {
                self.account.tried();
                self.server.tried();
            }
            Err(away) => {
                let link = if away.is_of_the_account() {
                    // The server did reply.
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

    /// Records that work started after `absence` succeeded, which ends that absence. Returns false if Redis is
    /// unavailable again; the success must then not be used.
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

    /// Records that work started after `absence` failed.
    pub(super) fn failed(self, absence: Absence, now: Duration, reason: &Away) {
        let (link, number) = if reason.is_of_the_account() {
            // The server did reply.
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

    /// Returns true if the failure was new. A failure in an earlier absence is not.
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

    /// Ends the absence if there is one; returns its reason.
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

    /// Resolves with the next change after the future was created and enabled.
    pub(super) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }
}

/// The reasons that were logged: each once while it lasts, for any number of accounts.
#[derive(Default)]
pub(super) struct Said(Mutex<Vec<(Why, bool)>>);

impl Said {
    fn say(&self, reason: &Away) {
        let mut said = lock(&self.0);
        let one = (reason.why(), reason.is_of_the_account());
        // If another part is unreachable as well, this is not new.
        let first = !said.iter().any(|said| said.1 == one.1);
        if !said.contains(&one) && (first || one.0 != Why::Unreachable) {
            said.push(one);
            tracing::warn!(%reason, "Shared rate limits: Redis is unavailable");
        }
    }

    /// Records that an absence for this reason ended. The server's reasons end together.
    fn unsay(&self, reason: &Away) {
        let mut said = lock(&self.0);
        let before = said.len();
        said.retain(|&(why, of_the_account)| of_the_account && why != reason.why());
        if said.len() < before {
            tracing::info!("Shared rate limits: Redis is available again");
        }
    }
}
