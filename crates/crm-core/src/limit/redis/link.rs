//! Whether Redis is there, as far as this worker knows.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::redis::Away;
use crate::sync::lock;

/// How long after a failure Redis is tried again.
const PROBE_EVERY: Duration = Duration::from_millis(500);
/// How long a failure lets the worker grant on its own.
pub(super) const BELIEVED: Duration = Duration::from_secs(1);

pub(super) struct Link {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    absence: Absence,
    failure: Option<Failure>,
}

/// The last time that Redis was away.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Absence {
    /// Counts the absences; 0 if there was none yet.
    pub(super) number: u64,
    pub(super) since: Duration,
    /// When it ended, if it did.
    pub(super) ended: Duration,
}

struct Failure {
    at: Duration,
    reason: Away,
    /// Until when somebody is trying.
    probing: Duration,
}

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

impl Link {
    pub(super) fn new() -> Self {
        Self { state: Mutex::default(), changed: Notify::new() }
    }

    pub(super) fn look(&self, now: Duration) -> Standing {
        let state = lock(&self.state);
        let absence = state.absence;
        match &state.failure {
            None => Standing::Up(absence),
            Some(failure) => Standing::Away {
                absence,
                fresh: now <= failure.at.saturating_add(BELIEVED),
                again: failure.at.saturating_add(PROBE_EVERY).max(failure.probing).saturating_sub(now),
            },
        }
    }

    /// Whether no absence began since this one.
    pub(super) fn is_still(&self, absence: Absence) -> bool {
        lock(&self.state).absence.number == absence.number
    }

    /// Whether the worker may grant on its own.
    pub(super) fn is_away(&self, now: Duration) -> bool {
        matches!(self.look(now), Standing::Away { fresh: true, .. })
    }

    /// Why Redis is away.
    pub(super) fn reason(&self) -> Option<Away> {
        lock(&self.state).failure.as_ref().map(|failure| failure.reason.clone())
    }

    /// A call that was sent after `absence` failed.
    pub(super) fn failed(&self, absence: Absence, now: Duration, reason: Away) {
        {
            let mut state = lock(&self.state);
            if state.absence.number != absence.number {
                // What failed began before; the present state is known from something newer.
                return;
            }
            if state.failure.is_none() {
                tracing::warn!(%reason, "Redis is away");
                state.absence = Absence { number: absence.number + 1, since: now, ended: Duration::MAX };
            }
            state.failure = Some(Failure { at: now, reason, probing: Duration::ZERO });
        }
        self.changed.notify_waiters();
    }

    /// Whether the caller is the one to try, now. The try is over after `time` at the latest.
    pub(super) fn claim(&self, now: Duration, time: Duration) -> bool {
        let mut state = lock(&self.state);
        let Some(failure) = &mut state.failure else { return false };
        let due = now >= failure.at.saturating_add(PROBE_EVERY).max(failure.probing);
        if due {
            failure.probing = now.saturating_add(time);
        }
        due
    }

    /// How the try went.
    pub(super) fn probed(&self, now: Duration, result: Result<(), Away>) {
        {
            let mut state = lock(&self.state);
            match (result, &mut state.failure) {
                (_, None) => return,
                (Ok(()), _) => {
                    tracing::info!("Redis is back");
                    state.failure = None;
                    state.absence.ended = now;
                }
                (Err(reason), Some(failure)) => {
                    *failure = Failure { at: now, reason, probing: Duration::ZERO };
                }
            }
        }
        self.changed.notify_waiters();
    }

    /// Resolves with the next change after it was made and enabled.
    pub(super) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }
}
