//! The limiter of one process.

use std::fmt;
use std::future::{Future, poll_fn, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::accounts::Accounts;
#[cfg(feature = "redis")]
use super::counter::Start;
use super::queue::{Account, Outlook, Place, Standing, too_late};
use super::told::Told;
use super::{Acquire, End, LimitRefusal, Permit, Quotas, RateLimiter, Window};
use crate::clock::Clock;
use crate::error::Error;
use crate::sync::{BoxFuture, lock};
use crate::vendor::Feedback;
use crate::waiting::{is_noticed, noticed};

/// Counts in memory. Exact up to a limit of 1,000 per window; above that the window is divided into a
/// thousand slices and rounding errs on the safe side. First come, first served, among the futures that
/// are polled.
pub struct LocalLimiter {
    quotas: Quotas,
    clock: Arc<dyn Clock>,
    pub(super) accounts: Mutex<Accounts<Account>>,
}

impl LocalLimiter {
    /// Creates a limiter with nothing used yet.
    #[must_use]
    pub fn new(quotas: Quotas, clock: Arc<dyn Clock>) -> Self {
        Self { quotas, clock, accounts: Mutex::default() }
    }

    /// Returns true if it counts these quotas by this clock.
    pub(super) fn is_for(&self, quotas: &Quotas, clock: &Arc<dyn Clock>) -> bool {
        Arc::ptr_eq(&self.clock, clock) && self.quotas == *quotas
    }

    /// Takes a permit at once, or a place in the queue.
    fn join(&self, acquire: &Acquire) -> Result<Option<(Ticket<'_>, Outlook)>, LimitRefusal> {
        let mut accounts = lock(&self.accounts);
        // Read under the lock, so that grants are counted in the order of time.
        let now = self.clock.now();
        accounts.asked(|_, account| !account.idle(now));
        let part = accounts.part_of(&acquire.key);
        let account = match part.get_mut(&acquire.key) {
            Some(account) => account,
            None => part.entry(acquire.key.clone()).or_insert_with(|| Account::new(&self.quotas)),
        };
        if account.take(&self.quotas, acquire, now) {
            return Ok(None);
        }
        let (place, outlook) = account.join(&self.quotas, acquire, now)?;
        Ok(Some((Ticket { limiter: self, key: acquire.key.clone(), place }, outlook)))
    }

    /// Applies the information in a reply about the windows of an account.
    pub(super) fn learn(&self, key: &str, told: &[Told]) {
        self.with_account(key, |account, now| {
            account.learn(told, now);
            ((), Vec::new())
        });
    }

    /// Restarts an account from counts that were kept elsewhere, one entry per window.
    #[cfg(feature = "redis")]
    pub(super) fn resume(&self, key: &str, windows: impl IntoIterator<Item = Start>) {
        let mut accounts = lock(&self.accounts);
        accounts.part_of(key).entry(key.to_owned()).or_insert_with(|| Account::new(&self.quotas)).resume(windows);
    }

    /// Removes an account.
    #[cfg(feature = "redis")]
    pub(super) fn forget(&self, key: &str) {
        lock(&self.accounts).part_of(key).remove(key);
    }

    /// Opens the windows of an account that a refusal closed.
    pub(super) fn open(&self, key: &str) {
        self.with_account(key, |account, now| ((), account.open(now)));
    }

    /// Takes back a permit that will not be sent. Returns the wakers to call.
    #[cfg(feature = "redis")]
    pub(super) fn take_back(&self, key: &str, class: usize, cost: u32) -> Vec<Waker> {
        let mut accounts = lock(&self.accounts);
        let now = self.clock.now();
        let account = accounts.part_of(key).get_mut(key);
        account.map_or_else(Vec::new, |account| account.take_back(&self.quotas, class, u64::from(cost), now))
    }

    /// Runs `work` on an account and calls, outside the lock, the wakers that it returns.
    fn with_account<R>(&self, key: &str, work: impl FnOnce(&mut Account, Duration) -> (R, Vec<Waker>)) -> Option<R> {
        let (result, wake) = {
            let mut accounts = lock(&self.accounts);
            let now = self.clock.now();
            work(accounts.part_of(key).get_mut(key)?, now)
        };
        wake.into_iter().for_each(Waker::wake);
        Some(result)
    }
}

impl RateLimiter for LocalLimiter {
    fn acquire<'a>(&'a self, acquire: &'a Acquire) -> BoxFuture<'a, Result<Permit, LimitRefusal>> {
        Box::pin(async move {
            let Some((mut ticket, outlook)) = self.join(acquire)? else { return Ok(Permit::default()) };
            acquire.wait();
            let start = self.clock.now();
            let mut timer = Timer { until: None, future: None, told: start };
            let mut deadline = acquire.deadline.map(|at| self.clock.deadline(at));
            timer.tell(&self.quotas, &outlook, start);
            let mut at_once = true;
            poll_fn(|cx| {
                let turn = ticket.poll(cx, &mut timer, deadline.as_mut());
                at_once &= turn.is_ready();
                turn
            })
            .await?;
            // Time spent in the check does not count as waiting.
            Ok(Permit::new(if at_once { Duration::ZERO } else { self.clock.now().saturating_sub(start) }))
        })
    }

    fn finish(&self, acquire: &Acquire, _: &Permit, end: End) {
        self.with_account(&acquire.key, |account, now| {
            account.finish(&self.quotas, acquire, end.counts_from(acquire, now));
            ((), Vec::new())
        });
    }

    fn observe(&self, acquire: &Acquire, _: &Permit, status: u16, feedback: &Feedback) {
        self.learn(&acquire.key, &Told::all(&self.quotas, acquire.class, status, feedback));
    }

    fn windows(&self, class: &str) -> Vec<Window> {
        self.quotas.windows(class)
    }

    fn lift<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), Error>> {
        self.open(key);
        Box::pin(ready(Ok(())))
    }
}

impl fmt::Debug for LocalLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalLimiter")
            .field("quotas", &self.quotas)
            .field("accounts", &lock(&self.accounts).len())
            .finish_non_exhaustive()
    }
}

/// The sleep until a waiter checks again.
struct Timer {
    until: Option<Duration>,
    future: Option<BoxFuture<'static, ()>>,
    /// The time until which the events so far say that it waits.
    told: Duration,
}

impl Timer {
    /// Emits an event if the wait is long, and longer than the events so far say.
    fn tell(&mut self, quotas: &Quotas, outlook: &Outlook, now: Duration) {
        let end = now.saturating_add(outlook.wait);
        if let Some(window) = outlook.window
            && is_noticed(outlook.wait)
            && is_noticed(end.saturating_sub(self.told))
        {
            noticed(outlook.wait, format_args!("for the limit {}", quotas.windows[window]));
            self.told = end;
        }
    }
}

/// A place in the queue that is given up when dropped.
struct Ticket<'a> {
    limiter: &'a LocalLimiter,
    key: String,
    place: Place,
}

impl Ticket<'_> {
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        timer: &mut Timer,
        mut deadline: Option<&mut BoxFuture<'static, ()>>,
    ) -> Poll<Result<(), LimitRefusal>> {
        let limiter = self.limiter;
        loop {
            let standing = limiter.with_account(&self.key, |account, now| {
                let (standing, wake) = account.look(&limiter.quotas, self.place, now, cx.waker());
                ((standing, now), wake)
            });
            let Some((standing, now)) = standing else {
                return Poll::Ready(Err(LimitRefusal::new("the account is unknown")));
            };
            match standing {
                Standing::Granted => return Poll::Ready(Ok(())),
                Standing::TooLate(wait) => return Poll::Ready(Err(too_late(None, wait))),
                Standing::Again(at, outlook) => {
                    timer.tell(&limiter.quotas, &outlook, now);
                    if timer.until != Some(at) {
                        timer.until = Some(at);
                        timer.future = Some(limiter.clock.sleep(at.saturating_sub(now)));
                    }
                }
            }
            let slept = timer.future.as_mut().is_some_and(|future| Pin::new(future).poll(cx).is_ready());
            let late = deadline.as_mut().is_some_and(|future| future.as_mut().poll(cx).is_ready());
            if slept {
                timer.until = None;
                timer.future = None;
            }
            if !slept && !late {
                return Poll::Pending;
            }
        }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let (limiter, place) = (self.limiter, self.place);
        limiter.with_account(&self.key, |account, now| ((), account.leave(&limiter.quotas, place, now)));
    }
}
