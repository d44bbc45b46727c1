//! One quota for several processes, counted in Redis. The processes are the *workers*.
//!
//! **While Redis is available** it decides: one script takes permits from all windows of the class or from
//! none, by the server's clock. A permit is a *seat* from its grant until its attempt has ended, and
//! counts for one window from then on, so no window of the vendor is exceeded wherever it starts (the
//! proof is in [`limit`](super)). A worker reports ends with its next call for the account, and after
//! a fraction of a window at the latest, as the time between the end of the attempt and the sending of the call. A
//! delayed call therefore reports a later end than the true one, never an earlier one. Seats are
//! leased. A worker renews the lease of a long attempt, so that only the seats of a dead worker
//! lapse; the lease is never shorter than the time for which its last requests may still arrive.
//!
//! **Waiting.** All tasks of a worker that wait for one class share one place in Redis, and a separate
//! task, the [desk], asks for all of them: for up to 32 permits with one call. The load
//! of Redis therefore grows with the number of workers and not of tasks, and a future that is not polled does
//! not block others. The workers take turns by start-time fair queueing. A place lapses a fraction of a second
//! after its worker should have asked. While a refusal of the vendor holds a window back, each desk asks
//! once a second, because another process may lift the hold.
//!
//! **While Redis is unavailable** no worker knows the use of the others. With [`WhenAway::Share`] each worker
//! continues with the units that it used itself when the absence started, at most an equal part of the limit; after
//! a whole window it continues with an equal part. The units that it holds and those that count are carried over in
//! both directions. Proof: the use of all workers was within the limit when Redis became unavailable, no worker's
//! own count grows beyond its value then, and one window later all units of that time have expired and
//! the equal parts add up to the limit. For windows longer than a minute this rule would stop
//! all workers for too long; there each worker takes an equal part of the remaining units, and the vendor's
//! headers correct it.
//!
//! **When Redis is back** a worker first reports the units that it holds, those of its own permits that count, and the
//! size of its part. For one window (at most a minute) and a short margin, the *gate*, Redis grants only
//! the parts of the workers that are back, since the others may not have noticed yet. The same applies
//! to an account without data: it is new, or its data was lost, and these cases cannot be distinguished. The
//! first window of an account therefore starts with the parts of the workers that have reported; the first of them has
//! a whole permit, even if its part is less. The gate opens early if all workers are back and each was
//! present for the whole previous window, because then everything is known.
//!
//! **Older data counts as lost.** A Redis that starts from a snapshot or a backup, or a replica that
//! lagged when it became the primary, contains too little under the same name. Each account's data contains
//! the replication history in which it was written (`master_replid`), which is new after each
//! restart and promotion, whichever worker asks first. In addition every worker reports the number of changes
//! that it has seen, and Redis must have at least as many; this detects a snapshot of a virtual machine, whose
//! history is the same. In both cases the data is discarded, and the workers report their own permits
//! again, as described above. Proof: each permit of the previous window is known to the worker that received
//! it; that worker reports it before it receives a new one, and until then the gate limits the others to
//! their own parts. A worker with seats contacts Redis at least every half window, so it
//! reports before the gate opens.
//!
//! **Calls may be repeated.** Seats have names that are used once. A call that is sent again because
//! its reply was lost returns the same seats again, and an end that is reported twice counts once. A
//! call that arrives after its time limit only ends seats.
//!
//! **Limitations.** A worker that alone is cut off from a Redis that serves the others uses its
//! part in addition. So does a worker that was not present when the data was lost, in the window after that. An
//! attempt that is under way for longer than a window while Redis is unavailable counts only for its own worker;
//! if that worker holds more than an equal part by then, the others do not know. A request that
//! is sent later than half its lease after the permit was granted, because its process was stopped, no
//! longer counts when it arrives. After a snapshot of a virtual machine is restored, a worker
//! that has seen nothing since the snapshot cannot notice it until another worker asks. Redis
//! detects older data by `INFO`; if that command is forbidden, only by the changes that the workers saw. If the
//! limit is smaller than the number of workers, an equal part is less than one permit, and nothing is
//! permitted while Redis is unavailable. If the server's clock jumps ahead, windows become shorter; if it
//! jumps back, this is compensated. All windows of one account are in one slot of a cluster.

mod account;
mod acquire;
mod alone;
mod builder;
mod call;
mod desk;
mod in_line;
mod line;
mod link;
mod note;
mod observe;
mod question;
mod seats;
#[cfg(test)]
mod tests;

pub use builder::{RedisLimiterBuilder, WhenAway};
pub(super) use note::Note;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::sync::Semaphore;
use tracing::instrument::WithSubscriber;

use account::Account;
use call::{Reply, Scripts, say};
use link::{Link, Links, Said};

use super::accounts::Accounts;
use super::{Acquire, End, LimitRefusal, LocalLimiter, Permit, Quotas, RateLimiter, Window};
use crate::clock::Clock;
use crate::error::Error;
use crate::redis::{self, Address, Connection};
use crate::sync::{BoxFuture, lock};
use crate::vendor::Feedback;

/// Counts in Redis, for all processes that use the same server, prefix and quotas. Create one in each
/// process and pass it to all clients there; start with [`RedisLimiter::builder`].
///
/// # The server
///
/// Redis 6.2 or newer, or Valkey 8 or newer. For a Redis Cluster, give one or more nodes and enable the
/// feature `redis-cluster`. With Sentinel, give its addresses and the name of the primary:
/// `redis+sentinel://[user:password@]host[:port][,host[:port]]/name[/database]`. An eviction policy
/// other than `noeviction` lets Redis remove counts; the limiter detects this and continues more
/// slowly.
///
/// A user with this minimal ACL suffices, for the prefix `crm`:
///
/// ```text
/// ACL SETUSER crm on >password ~{crm:* +hello +eval +evalsha +info +time +del +exists +pexpire +hgetall +hset +hdel +sadd +zadd +zrange +zrem +zremrangebyscore +zscore
/// ```
///
/// For a cluster add `+cluster|slots`, and for a database other than 0 `+select`.
///
/// # While Redis cannot be used
///
/// Permits are granted as [`WhenAway`] describes. An idle connection that was closed, or a failover behind
/// the same address, does not count as an absence: the request is sent again over a new connection. Each reason for
/// an absence is logged once at the level WARN, with advice, until Redis grants permits again. A
/// problem of one account only, for example a key of another type, does not affect the others.
///
/// ```no_run
/// # use crm_core as hubspot_client;
/// use std::sync::Arc;
/// use std::time::Duration;
/// use hubspot_client::{Quotas, RedisLimiter, Window};
///
/// # fn main() -> Result<(), crm_core::Error> {
/// let quotas = Quotas::new([Window::new("burst", 190, Duration::from_secs(10))]);
/// // Four processes share the quota.
/// let limiter = RedisLimiter::builder("redis://redis.internal", quotas, 4).build()?;
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
    /// Time after the return of Redis for which a worker that has not noticed it may continue alone.
    laggards: Duration,
    /// Maximum time for which the end of an attempt waits to be sent with another call.
    flush: Duration,
    /// Maximum age of the lease of a seat.
    renew: Duration,
    prefix: String,
    /// The name of this worker, different each time.
    worker: String,
    clock: Arc<dyn Clock>,
    redis: Connection,
    scripts: Scripts,
    /// The quotas, for the scripts.
    layout: String,
    /// Limits the number of questions under way.
    turns: Semaphore,
    link: Link,
    said: Said,
    /// The queue while Redis is unavailable, with this worker's part of the quotas.
    local: LocalLimiter,
    accounts: Mutex<Accounts<Arc<Account>>>,
    /// True if it is no longer used.
    dropped: AtomicBool,
    /// Numbers of seats.
    numbers: AtomicU64,
    /// The time of day at which the clock started, since 1970.
    #[cfg(feature = "test-util")]
    clock_began: Duration,
    #[cfg(feature = "test-util")]
    grants: Mutex<Vec<(Duration, &'static str, u32)>>,
}

impl RedisLimiter {
    /// Builds a limiter for this many processes that share the quotas. With [`WhenAway::Share`], give at
    /// most as many as the smallest window of at most a minute has requests: with more, a process has no part of this
    /// window while Redis is unavailable. The address is
    /// `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS, which checks the
    /// server's certificate against those of the system. Further hosts of a cluster follow the first,
    /// separated by commas. `redis+sentinel://[user:password@]host[:port][,host[:port]]/name[/database]`
    /// looks up the primary of that name at these Sentinels for each connection. User and password are
    /// those of Redis, and are sent to a Sentinel only if it requires them.
    pub fn builder(url: impl Into<String>, quotas: Quotas, workers: u32) -> RedisLimiterBuilder {
        RedisLimiterBuilder::new(Address::parse(&url.into()), quotas, workers)
    }

    /// Builds a limiter that connects with the settings of this client of the `redis` crate, for example with
    /// your own certificates.
    pub fn builder_for(client: &::redis::Client, quotas: Quotas, workers: u32) -> RedisLimiterBuilder {
        RedisLimiterBuilder::new(Ok(Address::of(client)), quotas, workers)
    }

    /// Returns the time of day of each permit of this worker, with its class and cost: by the server's clock, or
    /// by its own while Redis was unavailable.
    #[cfg(feature = "test-util")]
    #[must_use]
    pub fn grants(&self) -> Vec<(Duration, &'static str, u32)> {
        lock(&self.inner.grants).clone()
    }
}

impl RateLimiter for RedisLimiter {
    fn acquire<'a>(&'a self, acquire: &'a Acquire) -> BoxFuture<'a, Result<Permit, LimitRefusal>> {
        Box::pin(self.inner.acquire(acquire))
    }

    fn finish(&self, acquire: &Acquire, permit: &Permit, end: End) {
        self.inner.finish(acquire, permit, end);
    }

    fn observe(&self, acquire: &Acquire, permit: &Permit, status: u16, feedback: &Feedback) {
        self.inner.observe(acquire, permit, status, feedback);
    }

    fn windows(&self, class: &str) -> Vec<Window> {
        self.inner.quotas.windows(class)
    }

    fn lift<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(self.inner.lift(key))
    }
}

/// Pending reports are sent if Redis is available, and no task waits for Redis to return.
impl Drop for RedisLimiter {
    fn drop(&mut self) {
        self.inner.dropped.store(true, Ordering::Relaxed);
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
    /// Returns the state of an account. Occasionally removes idle ones.
    fn account(&self, name: &str) -> Arc<Account> {
        let mut accounts = lock(&self.accounts);
        let now = self.clock.now();
        let longest = self.quotas.windows.iter().map(Window::span).max().unwrap_or_default();
        accounts.asked(|name, account| {
            let keep = Arc::strong_count(account) > 1 || !account.with(|state| state.idle(longest, now));
            if !keep {
                // The count of the time when Redis was unavailable is idle too.
                self.local.forget(name);
            }
            keep
        });
        let part = accounts.part_of(name);
        if let Some(known) = part.get(name) {
            return Arc::clone(known);
        }
        let account = Arc::new(Account::new(&self.prefix, name, &self.quotas));
        part.insert(name.to_owned(), Arc::clone(&account));
        account
    }

    fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Ends the holding of a permit. Redis is informed with the next call for this account.
    fn finish(self: &Arc<Self>, acquire: &Acquire, permit: &Permit, end: End) {
        let Some(number) = permit.note.seat else { return };
        let account = self.account(&acquire.key);
        let allowance = match end {
            End::Over => Duration::ZERO,
            End::GivenUp => acquire.allowance,
        };
        account.with(|state| {
            if state.finish(&self.quotas, number, self.clock.now(), allowance) && state.is_alone() {
                self.local.finish(acquire, permit, end);
            }
        });
        self.attend(&account);
        account.stir.notify_one();
    }

    fn links<'a>(&'a self, account: &'a Account) -> Links<'a> {
        Links { server: &self.link, account: &account.link, said: &self.said }
    }

    /// Checks in a separate task whether Redis is back, if a check is due.
    fn probe(self: &Arc<Self>, account: &Arc<Account>, now: Duration) {
        let Ok(runtime) = redis::runtime() else { return };
        if self.links(account).claim(now, self.redis.time_limit()) {
            let (inner, account) = (Arc::clone(self), Arc::clone(account));
            runtime.spawn(async move { inner.try_redis(&account).await }.with_current_subscriber());
        }
    }

    /// Sends the question that asks for permits, about the same keys, as a worker that has not joined. The
    /// script then replies before it changes anything.
    async fn try_redis(&self, account: &Account) {
        let call = say(json!({
            "worker": self.worker, "class": 1, "wants": [], "all": 0, "data": "", "round": "", "seen": 0,
        }));
        let answer = self.redis.run(&self.scripts.acquire, &account.keys, &[&self.layout, &call]).await;
        let windows = self.quotas.windows_of(0).len();
        let answer = answer.and_then(|texts| Reply::read(&texts, windows));
        self.links(account).tried(self.clock.now(), answer.map(drop));
    }
}
