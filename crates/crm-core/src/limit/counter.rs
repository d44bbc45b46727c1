//! One window of one account: the permits under way, the permits that still count, and the time at which there is room.

use std::time::Duration;

use super::Window;
use super::log::Log;
use super::told::{BELIEVED, Refused, Told};

/// Units that are held by attempts under way, and a sliding log of those whose attempt ended.
#[derive(Debug)]
pub(super) struct Counter {
    window: Window,
    /// Units under way. They count until their attempt ends.
    held: u64,
    log: Log,
    /// A lower limit that the vendor stated, and the time until which it applies if the vendor does not state it again.
    stated: Option<(u64, Duration)>,
    /// A lower limit after an unexplained refusal, which recovers over time.
    lowered: Option<(Duration, u64)>,
    /// Time until which a refusal of the vendor closes the window.
    closed_until: Duration,
    /// A limit that applies without exception until a time.
    cap: Option<(u64, Duration)>,
}

/// Initial state of a counter that was kept elsewhere.
#[cfg(feature = "redis")]
#[derive(Debug, Default)]
pub(super) struct Start {
    pub(super) held: u64,
    pub(super) log: Log,
    /// A limit that applies without exception until a time.
    pub(super) cap: Option<(u64, Duration)>,
}

impl Counter {
    pub(super) fn new(window: Window) -> Self {
        Self {
            window,
            held: 0,
            log: Log::default(),
            stated: None,
            lowered: None,
            closed_until: Duration::ZERO,
            cap: None,
        }
    }

    pub(super) fn name(&self) -> &'static str {
        self.window.name()
    }

    /// Returns the time at which `cost` is available if `ahead` is taken before it; `None` if never.
    pub(super) fn when(&mut self, cost: u64, ahead: u64, now: Duration) -> Option<Duration> {
        self.log.expire(now);
        if cost > self.window.limit() {
            return None;
        }
        let limit = self.limit(now);
        if self.used().saturating_add(ahead).saturating_add(cost) <= limit
            && self.closed_until <= now
            && self.cap.is_none()
        {
            return Some(now);
        }
        // A lowered limit must not starve a permit that costs more than the limit.
        let limit = limit.max(cost).max(1);
        let at = self.room(limit, cost, ahead, now);
        Some(match self.cap {
            Some((cap, until)) if until > now && cap >= cost.max(1) => {
                at.max(self.room(limit.min(cap), cost, ahead, now).min(until))
            }
            Some((_, until)) if until > now => at.max(until),
            _ => at,
        })
    }

    /// Returns the time at which `cost` is available under this limit, which is at least as large.
    #[inline]
    fn room(&self, limit: u64, cost: u64, ahead: u64, now: Duration) -> Duration {
        let open = now.max(self.closed_until);
        let (used, wanted) = (self.used(), ahead.saturating_add(cost));
        let excess = used.saturating_add(wanted).saturating_sub(limit);
        if excess == 0 {
            return open;
        }
        // The unit with the index `excess` to expire makes room. After the units that count come those that will have
        // been granted by then: first the units that are free now, then one for each unit that expires.
        let index = excess - 1;
        let span = self.window.span();
        let (place, rounds) = if index < used { (index, 0) } else { (index % limit, index / limit) };
        let first = self.nth_expiry(place, now.saturating_add(span)).unwrap_or_else(|| open.saturating_add(span));
        let rounds = u32::try_from(rounds).unwrap_or(u32::MAX);
        open.max(first.saturating_add(span.saturating_mul(rounds)))
    }

    /// Returns the time at which the unit at `index` expires, if each held unit expires at `earliest`: one window
    /// after this moment. Units of abandoned attempts may expire later.
    fn nth_expiry(&self, index: u64, earliest: Duration) -> Option<Duration> {
        match self.log.nth_expiry(index) {
            Some(at) if at <= earliest || self.held == 0 => Some(at),
            _ if index < self.held => Some(earliest),
            _ => self.log.nth_expiry(index - self.held).map(|at| at.max(earliest)),
        }
    }

    /// Number of units that count now: exact after the log has expired.
    fn used(&self) -> u64 {
        self.held.saturating_add(self.log.used())
    }

    /// Counts a grant until its attempt ends. Only called if there is room.
    pub(super) fn take(&mut self, cost: u64) {
        self.held = self.held.saturating_add(cost);
    }

    /// Removes a grant for which nothing was sent.
    #[cfg(feature = "redis")]
    pub(super) fn take_back(&mut self, cost: u64) {
        self.held = self.held.saturating_sub(cost);
    }

    /// Ends the attempt of a grant, which counts for one window from `until` on.
    pub(super) fn finish(&mut self, cost: u64, until: Duration) {
        self.held = self.held.saturating_sub(cost);
        self.log.insert(self.window.expiry(until), cost);
    }

    /// Applies the information in a reply.
    pub(super) fn learn(&mut self, told: &Told, now: Duration) {
        if let Some(limit) = told.limit {
            let until = now.saturating_add(BELIEVED);
            self.stated = (limit < self.window.limit()).then_some((limit.max(1), until));
        }
        if let Some((remaining, believed)) = told.remaining {
            self.log.expire(now);
            let free = self.limit(now).saturating_sub(self.used());
            if remaining < free {
                self.log.insert(now.saturating_add(believed), free - remaining);
            }
        }
        match told.refused {
            Some(Refused::For(hint)) => self.closed_until = self.closed_until.max(now.saturating_add(hint)),
            // The refusals of one burst count as one event.
            Some(Refused::Unexplained)
                if self.lowered.is_none_or(|(since, _)| now >= since.saturating_add(self.window.span())) =>
            {
                self.lowered = Some((now, (self.limit(now) / 2).max(1)));
            }
            _ => {}
        }
    }

    /// Undoes the effects of the vendor's refusals. Requests already made still count.
    pub(super) fn open(&mut self) {
        self.closed_until = Duration::ZERO;
        self.lowered = None;
    }

    /// Restarts from a count that was kept elsewhere.
    #[cfg(feature = "redis")]
    pub(super) fn resume(&mut self, start: Start) {
        (self.held, self.log, self.cap) = (start.held, start.log, start.cap);
    }

    /// Returns true if the state is the same as that of a new counter.
    pub(super) fn idle(&mut self, now: Duration) -> bool {
        self.log.expire(now);
        let capped = self.cap.is_some_and(|(_, until)| until > now);
        !capped && self.limit(now) == self.window.limit() && self.used() == 0 && self.closed_until <= now
    }

    /// Returns the current limit: the configured one, or a lower one.
    #[inline]
    fn limit(&mut self, now: Duration) -> u64 {
        let stated = self.stated.filter(|(_, until)| now < *until);
        let most = stated.map_or(self.window.limit(), |(limit, _)| limit);
        let Some((since, lowered)) = self.lowered else { return most };
        // A tenth of the limit is restored with each window that passes without another refusal.
        let span = self.window.span().as_nanos().max(1);
        let windows = u64::try_from(now.saturating_sub(since).as_nanos() / span).unwrap_or(u64::MAX);
        let back = windows.saturating_mul((most / 10).max(1));
        let limit = lowered.saturating_add(back);
        if limit >= most {
            self.lowered = None;
            return most;
        }
        limit
    }
}
