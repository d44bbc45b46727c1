//! One window of one account: what was let through, and when there is room again.

use std::collections::VecDeque;
use std::time::Duration;

use super::Window;
use crate::vendor::Feedback;

/// Up to this limit every grant is remembered exactly; above it the window is cut into as many
/// slices, and a grant counts as made at the end of its slice, which errs on the safe side.
const EXACT: u64 = 1_000;
/// The longest a vendor's hint can hold a window.
const LONGEST_HOLD: Duration = Duration::from_secs(86_400);
/// How long a vendor's "so many are left" is believed where it does not say until when.
const BELIEVED: Duration = Duration::from_secs(3_600);

/// A sliding log of grants.
#[derive(Debug)]
pub(super) struct Counter {
    window: Window,
    /// When grants stop counting, and how many; in order of time.
    runs: VecDeque<(Duration, u64)>,
    used: u64,
    /// A lower limit that the vendor stated.
    stated: Option<u64>,
    /// A lower limit since an unexplained refusal, which recovers with time.
    lowered: Option<(Duration, u64)>,
    held_until: Duration,
}

impl Counter {
    pub(super) fn new(window: Window) -> Self {
        Self { window, runs: VecDeque::new(), used: 0, stated: None, lowered: None, held_until: Duration::ZERO }
    }

    pub(super) fn name(&self) -> &'static str {
        self.window.name()
    }

    pub(super) fn length(&self) -> Duration {
        self.window.per()
    }

    /// When `cost` can be had if `ahead` is taken before it; `None` if never.
    pub(super) fn when(&mut self, cost: u64, ahead: u64, now: Duration) -> Option<Duration> {
        self.expire(now);
        if cost > self.window.limit() {
            return None;
        }
        // A lowered limit must not starve a permit that costs more than what is left of it.
        let limit = self.limit(now).max(cost).max(1);
        let open = now.max(self.held_until);
        let wanted = ahead.saturating_add(cost);
        let excess = self.used.saturating_add(wanted).saturating_sub(limit);
        if excess == 0 {
            return Some(open);
        }
        // The excess-th unit to expire makes room. Units beyond those in the log are those that
        // will have been granted by then: first the free ones now, then each as one expires.
        let index = excess - 1;
        let span = self.window.span();
        let (place, rounds) = if index < self.used { (index, 0) } else { (index % limit, index / limit) };
        let first = match self.nth_expiry(place) {
            Some(at) => at,
            None => open.saturating_add(span),
        };
        let rounds = u32::try_from(rounds).unwrap_or(u32::MAX);
        Some(open.max(first.saturating_add(span.saturating_mul(rounds))))
    }

    /// Counts a grant. Only called when there is room.
    pub(super) fn take(&mut self, cost: u64, now: Duration) {
        let expiry = self.expiry(now);
        self.insert(expiry, cost);
    }

    /// Forgets a grant made at `at` that was not used.
    pub(super) fn give_back(&mut self, cost: u64, at: Duration) {
        let expiry = self.expiry(at);
        if let Some(index) = self.runs.iter().rposition(|run| run.0 == expiry) {
            let run = &mut self.runs[index];
            let back = cost.min(run.1);
            run.1 -= back;
            self.used -= back;
            if run.1 == 0 {
                self.runs.remove(index);
            }
        }
    }

    /// The vendor says that `remaining` are left, for `reset` if it knows.
    pub(super) fn remaining(&mut self, remaining: u64, reset: Option<Duration>, now: Duration) {
        self.expire(now);
        let free = self.limit(now).saturating_sub(self.used);
        if remaining < free {
            let span = self.window.span();
            let until = reset.unwrap_or(BELIEVED).min(span).max(Duration::from_millis(1));
            self.insert(now.saturating_add(until), free - remaining);
        }
    }

    /// The vendor states the size of its window.
    pub(super) fn stated_limit(&mut self, limit: u64) {
        self.stated = (limit < self.window.limit()).then_some(limit.max(1));
    }

    /// The vendor refused although there should have been room.
    pub(super) fn refused(&mut self, feedback: &Feedback, now: Duration) {
        if let Some(hint) = feedback.reset_after {
            self.held_until = self.held_until.max(now.saturating_add(hint.min(LONGEST_HOLD)));
            return;
        }
        let span = self.window.span();
        // The refusals of one burst are one event.
        if self.lowered.is_some_and(|(since, _)| now < since.saturating_add(span)) {
            return;
        }
        self.lowered = Some((now, (self.limit(now) / 2).max(1)));
    }

    /// Whether nothing is remembered that a new counter would not know.
    pub(super) fn idle(&mut self, now: Duration) -> bool {
        self.expire(now);
        self.limit(now) == self.window.limit() && self.used == 0 && self.held_until <= now
    }

    /// The limit that holds now: the configured one, or a lower one.
    fn limit(&mut self, now: Duration) -> u64 {
        let most = self.stated.unwrap_or(self.window.limit());
        let Some((since, lowered)) = self.lowered else { return most };
        // A tenth comes back with each window that passes without another refusal.
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

    fn expiry(&self, granted: Duration) -> Duration {
        let end = if self.window.limit() <= EXACT {
            granted
        } else {
            let slice = (self.window.per().as_nanos() / u128::from(EXACT)).max(1);
            let slices = granted.as_nanos() / slice + 1;
            u64::try_from(slices.saturating_mul(slice)).map_or(granted, Duration::from_nanos)
        };
        end.saturating_add(self.window.span())
    }

    fn insert(&mut self, expiry: Duration, count: u64) {
        self.used = self.used.saturating_add(count);
        let index = self.runs.iter().rposition(|run| run.0 <= expiry);
        match index {
            Some(index) if self.runs[index].0 == expiry => self.runs[index].1 += count,
            Some(index) => self.runs.insert(index + 1, (expiry, count)),
            None => self.runs.push_front((expiry, count)),
        }
    }

    fn expire(&mut self, now: Duration) {
        while let Some(&(expiry, count)) = self.runs.front() {
            if expiry > now {
                break;
            }
            self.used -= count;
            self.runs.pop_front();
        }
    }

    /// When the `index`-th unit in the log expires.
    fn nth_expiry(&self, index: u64) -> Option<Duration> {
        let mut passed = 0;
        self.runs.iter().find_map(|&(expiry, count)| {
            passed += count;
            (passed > index).then_some(expiry)
        })
    }
}
