//! The state of one account in a worker.

use std::sync::Mutex;
use std::task::Waker;
use std::time::Duration;

use tokio::sync::Notify;

use super::call::{Join, LONG, Reply, micros};
use super::line::Line;
use super::link::{Absence, Link, Number};
use super::seats::{Known, Seat, Seats};
use crate::limit::counter::Start;
use crate::limit::log::Log;
use crate::limit::{Quotas, Window};
use crate::sync::lock;

pub(super) struct Account {
    /// The name that the client uses.
    pub(super) name: String,
    /// The account's keys in Redis.
    pub(super) keys: Vec<String>,
    /// State of its data: usable or not.
    pub(super) link: Link,
    state: Mutex<AccountState>,
    /// Notifies the desk that there is work.
    pub(super) stir: Notify,
}

impl Account {
    pub(super) fn new(prefix: &str, name: &str, quotas: &Quotas) -> Self {
        // All keys of one account are in one slot of a cluster.
        let key = |part: &str| format!("{{{prefix}:{name}}}:{part}");
        let mut keys: Vec<_> = ["state", "tags", "members", "seats"].into_iter().map(key).collect();
        keys.extend(quotas.windows.iter().map(|window| key(&format!("runs:{}", window.name()))));
        keys.extend(quotas.classes.iter().map(|(class, _)| key(&format!("line:{class}"))));
        let windows = quotas.windows.iter().map(|_| Own::default()).collect();
        let lines = quotas.classes.iter().map(|_| Line::default()).collect();
        let state = AccountState { windows, lines, ..AccountState::default() };
        Self { name: name.to_owned(), keys, link: Link::default(), state: Mutex::new(state), stir: Notify::new() }
    }

    /// Changes the state, and wakes the tasks that are affected after the lock is released.
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut AccountState) -> R) -> R {
        let (result, woken) = {
            let mut state = lock(&self.state);
            let result = work(&mut state);
            (result, state.lines.iter_mut().flat_map(Line::take_woken).collect::<Vec<_>>())
        };
        woken.into_iter().for_each(Waker::wake);
        result
    }
}

#[derive(Default)]
pub(super) struct AccountState {
    /// The name of the data that this worker has joined, its round, and the count of changes that it
    /// has seen there.
    pub(super) data: String,
    pub(super) round: String,
    pub(super) seen: u64,
    /// The number of the absence after which it joined.
    joined: Option<Number>,
    /// Time at which it joined for the first time.
    first: Option<Duration>,
    /// The server's time, and the time at which it was received.
    server: Option<(u64, Duration)>,
    /// Time since which the use by others is in doubt because the data was lost.
    lost: Option<Duration>,
    /// Time until which a message that reports the permits granted here may be under way.
    pub(super) reporting: Duration,
    /// The absence for which the local queue was set up.
    alone: Option<Number>,
    windows: Vec<Own>,
    pub(super) seats: Seats,
    pub(super) lines: Vec<Line>,
    /// True if a desk asks for those that wait.
    pub(super) attended: bool,
}

/// One window.
#[derive(Default)]
struct Own {
    /// Units held by this worker's attempts under way.
    held: u64,
    /// Units of its ended attempts that still count.
    all: Log,
    /// Those units that have not been reported to Redis.
    unreported: Log,
    /// Use of all workers when it was last received.
    seen: u64,
    /// The last report of this worker to Redis: a lower limit, or that the vendor states none.
    stated: Option<Option<u64>>,
}

impl AccountState {
    pub(super) fn has_joined(&self, absence: Absence) -> bool {
        self.joined == Some(absence.number)
    }

    /// Counts a grant. `seen` is the use of all workers for each window of the class.
    pub(super) fn granted(&mut self, quotas: &Quotas, number: u64, seat: Seat, seen: &[u64]) {
        for (at, &window) in quotas.windows_of(seat.class).iter().enumerate() {
            let own = &mut self.windows[window];
            own.held += u64::from(seat.cost);
            own.seen = seen.get(at).copied().unwrap_or(own.seen);
        }
        self.seats.hold(number, seat);
    }

    /// Ends an attempt, whose request may arrive for `allowance` longer. Returns true if its permit was
    /// held.
    pub(super) fn finish(&mut self, quotas: &Quotas, number: u64, now: Duration, allowance: Duration) -> bool {
        let Some(seat) = self.seats.end(number, now, Some(allowance)) else { return false };
        let (from, cost) = (now.saturating_add(allowance), u64::from(seat.cost));
        for &window in quotas.windows_of(seat.class) {
            let own = &mut self.windows[window];
            let expiry = quotas.windows[window].expiry(from);
            own.held = own.held.saturating_sub(cost);
            own.all.expire(now);
            own.all.insert(expiry, cost);
            // The report to Redis may not have arrived.
            if seat.known != Known::Yes {
                own.unreported.expire(now);
                own.unreported.insert(expiry, cost);
            }
        }
        true
    }

    /// Returns a permit for which nothing was or will be sent.
    pub(super) fn return_unsent(&mut self, quotas: &Quotas, number: u64, now: Duration) {
        let Some(seat) = self.seats.end(number, now, None) else { return };
        for &window in quotas.windows_of(seat.class) {
            let own = &mut self.windows[window];
            own.held = own.held.saturating_sub(u64::from(seat.cost));
        }
    }

    /// Returns the server's time until which a call that ends after `time` may act. Errs on the early
    /// side.
    pub(super) fn before(&self, now: Duration, time: Duration) -> Option<u64> {
        let (server, heard) = self.server?;
        Some(server.saturating_add(micros(now.saturating_add(time).saturating_sub(heard))))
    }

    /// Returns true if the worker must join to report something, even if no task waits.
    pub(super) fn has_news(&mut self, now: Duration) -> bool {
        self.windows.iter_mut().for_each(|own| own.unreported.expire(now));
        !self.seats.is_empty() || self.windows.iter().any(|own| own.unreported.used() > 0)
    }

    /// Returns the report for joining. `None` while it cannot be made safe against late arrival, because the
    /// server's time must be received first. `laggards` is the time after the end of an
    /// absence for which other workers may not have noticed it.
    pub(super) fn join(
        &mut self,
        quotas: &Quotas,
        workers: u32,
        absence: Absence,
        laggards: Duration,
        now: Duration,
    ) -> Option<Join> {
        self.windows.iter_mut().for_each(|own| own.unreported.expire(now));
        let unreported = self.windows.iter().any(|own| own.unreported.used() > 0);
        if unreported && self.server.is_none() {
            return None;
        }
        let recent = now < absence.ended.saturating_add(laggards);
        let away = !absence.number.is_first() && (unreported || recent);
        // The later time counts, because Redis may lose its data just after it came back.
        let doubt = self.lost.max(away.then_some(absence.since));
        let whole = self.data.is_empty();
        let windows = quotas.windows.iter().zip(&mut self.windows);
        let (shares, logs) = windows
            .map(|(window, own)| {
                let share = own.share(window, workers, doubt, now).0;
                let log = if whole { &own.all } else { &own.unreported };
                (share, log.runs().map(|(expiry, count)| (micros(expiry.saturating_sub(now)), count)).collect())
            })
            .unzip();
        let knows = quotas
            .windows
            .iter()
            .map(|window| self.first.is_some_and(|first| now >= first.saturating_add(window.span())));
        let knows = knows.collect();
        let seats = self.seats.tell_all(whole, now);
        Some(Join { shares, knows, logs, seats, away: away.then(|| micros(now.saturating_sub(absence.since))) })
    }

    /// Records that the join was received. Returns true if the local queue was in use.
    pub(super) fn has_been_joined(&mut self, absence: Absence, reply: &Reply, now: Duration) -> bool {
        self.first.get_or_insert(now);
        self.joined = Some(absence.number);
        self.data.clone_from(&reply.data);
        self.round.clone_from(&reply.round);
        self.seen = reply.count;
        self.lost = None;
        self.reporting = Duration::ZERO;
        self.seats.were_heard();
        for own in &mut self.windows {
            own.unreported = Log::default();
            own.stated = None;
        }
        self.alone.take().is_some()
    }

    /// Records that Redis requires a join, and has this data.
    pub(super) fn must_join(&mut self, data: &str) {
        self.joined = None;
        if !self.data.is_empty() && self.data != data {
            self.lost = self.server.map(|(_, heard)| heard);
            self.data.clear();
            self.seen = 0;
        }
    }

    /// Records any reply.
    pub(super) fn heard(&mut self, reply: &Reply, now: Duration) {
        self.server = Some((reply.now, now));
        if reply.data == self.data {
            self.seen = self.seen.max(reply.count);
        }
    }

    /// Returns the initial state of the local queue, if it was not yet set up for this absence: units held,
    /// units that count, and a limit until a time.
    pub(super) fn alone(
        &mut self,
        quotas: &Quotas,
        workers: u32,
        absence: Absence,
        now: Duration,
    ) -> Option<Vec<Start>> {
        if self.alone == Some(absence.number) {
            return None;
        }
        self.alone = Some(absence.number);
        let windows = quotas.windows.iter().zip(&mut self.windows);
        Some(
            windows
                .map(|(window, own)| {
                    let (share, until) = own.share(window, workers, Some(absence.since), now);
                    Start { held: own.held, log: own.all.clone(), cap: Some((share as u64, until)) }
                })
                .collect(),
        )
    }

    /// Returns true if the local queue counts for this worker.
    pub(super) fn is_alone(&self) -> bool {
        self.alone.is_some()
    }

    /// Returns true if it counts since this absence.
    pub(super) fn is_alone_in(&self, absence: Absence) -> bool {
        self.alone == Some(absence.number)
    }

    /// Returns true if this limit still has to be reported to Redis. If this worker has not reported it, another worker
    /// may have reported a different one, so the first statement after joining is always new.
    pub(super) fn is_news(&mut self, window: usize, most: u64, limit: u64) -> bool {
        let stated = Some((limit < most).then_some(limit));
        let own = &mut self.windows[window];
        let news = own.stated != stated;
        own.stated = stated;
        news
    }

    /// Returns true if the state is the same as that of a new worker.
    pub(super) fn idle(&self, longest: Duration, now: Duration) -> bool {
        let heard = self.server.map_or(Duration::ZERO, |(_, heard)| heard);
        let counts = |own: &Own| own.held > 0 || own.all.runs().any(|(expiry, _)| expiry > now);
        heard.saturating_add(longest) < now
            && self.seats.is_empty()
            && self.lines.iter().all(Line::is_empty)
            && !self.windows.iter().any(counts)
    }
}

impl Own {
    /// Returns the number of units that this worker may use while the use by others is in doubt, and the time until
    /// which it applies.
    ///
    /// Short windows: the units that it used when the doubt started, but at most an equal part; after a
    /// whole window an equal part. The total use was within the limit then, no worker uses
    /// more than then, and when the window has passed the equal parts add up to the limit.
    ///
    /// For a window of a day this would stop all workers for a day. There it is the units that the
    /// worker used, and an equal part of the units that remained at the last reply.
    fn share(&mut self, window: &Window, workers: u32, doubt: Option<Duration>, now: Duration) -> (f64, Duration) {
        self.all.expire(now);
        let used = self.all.used().saturating_add(self.held) as f64;
        let (limit, workers) = (window.limit() as f64, f64::from(workers));
        if workers <= 1.0 {
            return (limit, Duration::MAX);
        }
        if window.span() > LONG {
            let left = (limit - used.max(self.seen as f64)).max(0.0);
            return (used + left / workers, Duration::MAX);
        }
        let certain = doubt.map_or(now, |since| since.saturating_add(window.span()));
        let equal = limit / workers;
        (if now < certain { used.min(equal) } else { equal }, certain)
    }
}
