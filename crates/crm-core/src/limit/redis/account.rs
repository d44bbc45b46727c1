//! What a worker knows about one account.

use std::sync::Mutex;
use std::time::Duration;

use super::call::{Join, LONG, Reply, micros};
use super::link::Absence;
use crate::limit::log::Log;
use crate::limit::{Quotas, Window};

pub(super) struct Account {
    /// The account's keys in Redis.
    pub(super) keys: Vec<String>,
    /// Held by the one who joins for all.
    pub(super) joining: tokio::sync::Mutex<()>,
    pub(super) state: Mutex<State>,
}

impl Account {
    pub(super) fn new(prefix: &str, name: &str, quotas: &Quotas) -> Self {
        // All of one account in one slot of a cluster.
        let key = |part: &str| format!("{{{prefix}:{name}}}:{part}");
        let mut keys: Vec<_> = ["state", "tags", "members"].into_iter().map(key).collect();
        keys.extend(quotas.windows.iter().map(|window| key(&format!("runs:{}", window.name()))));
        for (class, _) in &quotas.classes {
            keys.extend(["queue", "leases", "large"].map(|part| key(&format!("{part}:{class}"))));
        }
        let windows = quotas.windows.iter().map(|_| Own::default()).collect();
        let state = State { windows, ..State::default() };
        Self { keys, joining: tokio::sync::Mutex::default(), state: Mutex::new(state) }
    }
}

#[derive(Default)]
pub(super) struct State {
    /// The name of the data that this worker has joined, and its round.
    pub(super) data: String,
    pub(super) round: String,
    /// The number of the absence after which it joined.
    joined: Option<u64>,
    /// The server's time, and when it was heard.
    server: Option<(u64, Duration)>,
    /// Since when the use by others is in doubt because the data was lost.
    lost: Option<Duration>,
    /// A message that says what was granted here may be under way until then.
    pub(super) reporting: Duration,
    /// The absence for which the local queue was set up.
    alone: Option<u64>,
    windows: Vec<Own>,
}

/// One window.
#[derive(Default)]
struct Own {
    /// What was granted to this worker, by Redis or by itself.
    all: Log,
    /// What Redis does not know yet.
    unreported: Log,
    /// What all workers used when it was last heard.
    seen: u64,
    /// The lower limit that Redis was told.
    stated: Option<u64>,
}

impl State {
    pub(super) fn has_joined(&self, absence: Absence) -> bool {
        self.joined == Some(absence.number)
    }

    /// Counts a grant. `seen` says for each window of the class what all workers use.
    pub(super) fn granted(&mut self, quotas: &Quotas, class: usize, cost: u64, now: Duration, seen: &[u64]) {
        for (at, &window) in quotas.windows_of(class).iter().enumerate() {
            let own = &mut self.windows[window];
            own.all.expire(now);
            own.all.insert(quotas.windows[window].expiry(now), cost);
            own.seen = seen.get(at).copied().unwrap_or(own.seen);
        }
    }

    /// Counts a grant that Redis does not know of.
    pub(super) fn granted_alone(&mut self, quotas: &Quotas, class: usize, cost: u64, now: Duration) {
        self.granted(quotas, class, cost, now, &[]);
        for &window in quotas.windows_of(class) {
            self.windows[window].unreported.expire(now);
            self.windows[window].unreported.insert(quotas.windows[window].expiry(now), cost);
        }
    }

    /// The time of the server until which a call that ends after `time` may act. Errs on the early
    /// side.
    pub(super) fn before(&self, now: Duration, time: Duration) -> Option<u64> {
        let (server, heard) = self.server?;
        Some(server.saturating_add(micros(now.saturating_add(time).saturating_sub(heard))))
    }

    /// What is said when joining. `None` while it cannot be said in a way that comes too late
    /// safely: then the time has to be heard first. `laggards` is how long after the end of an
    /// absence other workers may not have noticed it.
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
        let away = absence.number > 0 && (unreported || recent);
        // The later one: Redis may lose its data just after it came back.
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
        Some(Join { shares, logs, away: away.then(|| micros(now.saturating_sub(absence.since))) })
    }

    /// The joining was heard.
    pub(super) fn has_been_joined(&mut self, absence: Absence, reply: &Reply) {
        self.joined = Some(absence.number);
        self.data.clone_from(&reply.data);
        self.round.clone_from(&reply.round);
        self.lost = None;
        self.alone = None;
        for own in &mut self.windows {
            own.unreported = Log::default();
            own.stated = None;
        }
    }

    /// Redis asks to join.
    pub(super) fn must_join(&mut self, reply: &Reply) {
        self.joined = None;
        if !self.data.is_empty() && self.data != reply.data {
            self.lost = self.server.map(|(_, heard)| heard);
            self.data.clear();
        }
    }

    /// Any answer.
    pub(super) fn heard(&mut self, reply: &Reply, now: Duration) {
        self.server = Some((reply.now, now));
    }

    /// What the local queue begins with, where it was not yet set up for this absence.
    pub(super) fn alone(
        &mut self,
        quotas: &Quotas,
        workers: u32,
        absence: Absence,
        now: Duration,
    ) -> Option<Vec<(Log, (u64, Duration))>> {
        if self.alone == Some(absence.number) {
            return None;
        }
        self.alone = Some(absence.number);
        let windows = quotas.windows.iter().zip(&mut self.windows);
        Some(
            windows
                .map(|(window, own)| {
                    let (share, until) = own.share(window, workers, Some(absence.since), now);
                    (own.all.clone(), (share as u64, until))
                })
                .collect(),
        )
    }

    /// Whether Redis has yet to be told of this limit.
    pub(super) fn is_news(&mut self, window: usize, most: u64, limit: u64) -> bool {
        let stated = (limit < most).then_some(limit);
        let own = &mut self.windows[window];
        let news = own.stated != stated;
        own.stated = stated;
        news
    }

    /// Whether nothing is known that a new worker would not know.
    pub(super) fn idle(&self, longest: Duration, now: Duration) -> bool {
        let heard = self.server.map_or(Duration::ZERO, |(_, heard)| heard);
        let counts = |own: &Own| own.all.runs().any(|(expiry, _)| expiry > now);
        heard.saturating_add(longest) < now && !self.windows.iter().any(counts)
    }
}

impl Own {
    /// What this worker may use while the use by others is in doubt, and until when that holds.
    ///
    /// Short windows: what it used when the doubt began, but not more than an equal part; after a
    /// whole window an equal part. What all used together was within the limit then, nobody uses
    /// more than then, and when the window has passed the equal parts add up to the limit.
    ///
    /// That would stop everybody for a day where the window is a day. So there it is what the
    /// worker used, and an equal part of what was left when it was last heard.
    fn share(&mut self, window: &Window, workers: u32, doubt: Option<Duration>, now: Duration) -> (f64, Duration) {
        self.all.expire(now);
        let (limit, used, workers) = (window.limit() as f64, self.all.used() as f64, f64::from(workers));
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
