//! One quota for several processes, counted in Redis.
//!
//! **While Redis is there** it decides: each permit is one round trip of one script, which takes
//! from all windows of the class or from none, by the server's clock. A permit that cannot be had
//! yet gets a place in a queue and is told when to ask again. The workers take turns in that queue,
//! however many of their tasks wait. A place lapses a fraction of a second after its worker should
//! have asked, and that is all a dead worker can hold.
//!
//! **While Redis is away** nobody knows what the others use. With [`WhenAway::Share`] each worker
//! goes on with what it used itself in the window before, at most an equal part of the limit; after
//! a whole window with an equal part. Proof: what all used together was within the limit when Redis
//! went away, no worker's own count grows beyond what it was then, and one window later all that
//! Redis gave has expired and the equal parts add up to the limit. For windows longer than a minute
//! that rule would stop everybody for as long; there each worker takes an equal part of what was
//! left, and the vendor's headers correct it.
//!
//! **When Redis is back** a worker first says what it granted meanwhile, and how large its part is.
//! For one window (at most a minute) and a little, Redis gives only as much as the parts of those
//! who are back, since the others may not have noticed yet. The same holds for an account whose
//! data is not there: it is new, or was lost, which nobody can tell. So the first window of an
//! account begins with the parts of those who have shown up.
//!
//! **Limits of this.** A worker that alone is cut off from a Redis that serves the others takes its
//! part on top. So does one that was not there when the data was lost, in the window after that.
//! Where the limit is smaller than the number of workers, an equal part is less than one permit:
//! then nothing is let through while Redis is away. A clock of the server that jumps ahead makes
//! windows short; one that jumps back is made up for. The task that is dropped while its question
//! is under way may leave a permit unused. Several windows of one account lie in one slot of a
//! cluster, but the client speaks to one server.

mod account;
mod acquire;
mod builder;
mod call;
mod link;
mod note;
mod observe;
mod ticket;

pub use builder::{RedisLimiterBuilder, WhenAway};
pub(super) use note::Note;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Semaphore;

use account::Account;
use call::Scripts;
use link::Link;

use super::{End, Grant, LimitRefusal, LocalLimiter, Permit, Quotas, RateLimiter, Window};
use crate::clock::Clock;
use crate::redis::Connection;
use crate::sync::{BoxFuture, lock};
use crate::vendor::Feedback;

/// How many permits pass between two looks for accounts to forget.
const SWEEP: u64 = 1_024;

/// Counts in Redis, for all processes that use the same server, prefix and quotas. Make one in each
/// process and give it to all clients there; begin with [`RedisLimiter::builder`].
///
/// ```no_run
/// use std::sync::Arc;
/// use std::time::Duration;
/// use crm_core::limit::{Quotas, RedisLimiter, Window};
///
/// # fn main() -> Result<(), crm_core::Error> {
/// let quotas = Quotas::new([Window::new("burst", 190, Duration::from_secs(10))]);
/// // Eight processes share the quota.
/// let limiter = RedisLimiter::builder("redis://redis.internal", quotas, 8).build()?;
/// // Client::builder().limiter(Arc::new(limiter)) …
/// # let _ = Arc::new(limiter);
/// # Ok(())
/// # }
/// ```
pub struct RedisLimiter {
    inner: Arc<Inner>,
}

struct Inner {
    quotas: Quotas,
    workers: u32,
    when_away: WhenAway,
    /// How long after Redis is back a worker that has not noticed may go on alone.
    laggards: Duration,
    prefix: String,
    /// The name of this worker; another one each time.
    worker: String,
    clock: Arc<dyn Clock>,
    redis: Connection,
    scripts: Scripts,
    /// The quotas, for the scripts.
    layout: String,
    /// Bounds how many questions are under way.
    turns: Semaphore,
    link: Link,
    /// The queue while Redis is away, with this worker's part of the quotas.
    local: LocalLimiter,
    accounts: Mutex<HashMap<String, Arc<Account>>>,
    tickets: AtomicU64,
    /// The time of day at which the clock began, since 1970.
    #[cfg(feature = "test-util")]
    clock_began: Duration,
    #[cfg(feature = "test-util")]
    grants: Mutex<Vec<(Duration, &'static str, u32)>>,
}

impl RedisLimiter {
    /// A limiter for this many workers, the processes that share the quotas. The address is
    /// `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS.
    pub fn builder(url: impl Into<String>, quotas: Quotas, workers: u32) -> RedisLimiterBuilder {
        RedisLimiterBuilder::new(url.into(), quotas, workers)
    }

    /// The time of day of each permit of this worker, with its class and cost: by the server's clock, or
    /// by its own while Redis was away.
    #[cfg(feature = "test-util")]
    #[must_use]
    pub fn grants(&self) -> Vec<(Duration, &'static str, u32)> {
        lock(&self.inner.grants).clone()
    }
}

impl RateLimiter for RedisLimiter {
    fn acquire<'a>(&'a self, permit: &'a Permit) -> BoxFuture<'a, Result<Grant, LimitRefusal>> {
        Box::pin(self.inner.acquire(permit))
    }

    fn finish(&self, permit: &Permit, grant: &Grant, end: End) {
        if grant.note.alone {
            self.inner.local.finish(permit, grant, end);
        }
    }

    fn observe(&self, permit: &Permit, grant: &Grant, status: u16, feedback: &Feedback) {
        self.inner.observe(permit, grant, status, feedback);
    }
}

impl fmt::Debug for RedisLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisLimiter")
            .field("redis", &self.inner.redis)
            .field("prefix", &self.inner.prefix)
            .field("quotas", &self.inner.quotas)
            .field("workers", &self.inner.workers)
            .field("when_away", &self.inner.when_away)
            .finish_non_exhaustive()
    }
}

impl Inner {
    fn account(&self, name: &str) -> Arc<Account> {
        let mut accounts = lock(&self.accounts);
        if let Some(known) = accounts.get(name) {
            return Arc::clone(known);
        }
        let account = Arc::new(Account::new(&self.prefix, name, &self.quotas));
        accounts.insert(name.to_owned(), Arc::clone(&account));
        account
    }

    /// The number of the next ticket. Forgets idle accounts now and then.
    fn next_ticket(&self) -> u64 {
        let number = self.tickets.fetch_add(1, Ordering::Relaxed);
        if number % SWEEP == SWEEP - 1 {
            let now = self.clock.now();
            let longest = self.quotas.windows.iter().map(Window::span).max().unwrap_or_default();
            lock(&self.accounts)
                .retain(|_, account| Arc::strong_count(account) > 1 || !lock(&account.state).idle(longest, now));
        }
        number
    }

    /// Looks, in a task of its own, whether Redis is back, if it is time to.
    fn probe(self: &Arc<Self>, now: Duration) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if self.link.claim(now, self.redis.time_limit()) {
            let inner = Arc::clone(self);
            runtime.spawn(async move { inner.try_redis().await });
        }
    }

    async fn try_redis(&self) {
        let result = self.redis.probe(&format!("{}:probe", self.prefix)).await;
        self.link.probed(self.clock.now(), result);
    }
}
