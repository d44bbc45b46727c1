//! Builds a limiter.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::call::{LONG, Scripts, layout};
use super::link::{BELIEVED, Link, Said};
use super::{Inner, RedisLimiter};
use crate::clock::{Clock, SystemClock};
use crate::error::Error;
use crate::limit::{LocalLimiter, Quotas, Window};
use crate::redis::{Address, Connection};

/// The commands of the connection and of the scripts, in the form of ACL rules.
const ALLOWED: &str = "+hello +eval +evalsha +info +time +del +exists +pexpire +hgetall +hset +hdel +sadd +zadd \
                       +zrange +zrem +zremrangebyscore +zscore";
const TIME_LIMIT: Duration = Duration::from_millis(500);
/// Maximum time for which the end of an attempt waits for another call.
const FLUSH: Duration = Duration::from_millis(250);
/// Maximum age of the lease of a seat.
const RENEW: Duration = Duration::from_secs(5);
/// Maximum number of questions of a worker under way at once.
pub(super) const TURNS: usize = 32;

/// Behaviour of a process while Redis is unavailable, that is, while it does not respond in time or cannot be used.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenAway {
    /// Continues with its part of the quotas: the limit divided by the number of processes, rounded down. All
    /// processes together stay within the limit. A window of at most a minute with fewer requests than there are
    /// processes has no part: its calls fail at once with
    /// [`ErrorKind::LocalLimit`](crate::ErrorKind::LocalLimit), without a time to wait.
    #[default]
    Share,
    /// Grants no permits: calls fail with [`ErrorKind::LocalLimit`](crate::ErrorKind::LocalLimit).
    Refuse,
    /// Grants every permit at once. Only the vendor's own limit applies then.
    GoOn,
}

/// Settings of a [`RedisLimiter`].
#[must_use = "a builder does nothing until it is built"]
pub struct RedisLimiterBuilder {
    address: Result<Address, Error>,
    quotas: Quotas,
    workers: u32,
    when_away: WhenAway,
    prefix: String,
    time_limit: Duration,
    clock: Option<Arc<dyn Clock>>,
}

impl RedisLimiterBuilder {
    pub(super) fn new(address: Result<Address, Error>, quotas: Quotas, workers: u32) -> Self {
        let (when_away, prefix) = (WhenAway::default(), "crm".to_owned());
        Self { address, quotas, workers, when_away, prefix, time_limit: TIME_LIMIT, clock: None }
    }

    /// Sets the behaviour while Redis is unavailable. The default is [`WhenAway::Share`].
    pub fn when_away(mut self, when_away: WhenAway) -> Self {
        self.when_away = when_away;
        self
    }

    /// Sets the prefix of all keys, to separate programs that must not share their quotas. The default is
    /// `crm`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets the time without a reply after which Redis counts as unavailable. The default is half a second.
    pub fn time_limit(mut self, time_limit: Duration) -> Self {
        self.time_limit = time_limit;
        self
    }

    /// Sets another clock, for tests. It should be the client's clock, which deadlines refer to.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Checks all settings and creates the limiter. Redis need not be available yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if a setting is invalid. The address is
    /// never shown.
    pub fn build(self) -> Result<RedisLimiter, Error> {
        if self.workers == 0 {
            return Err(Error::config("the number of processes must be greater than zero"));
        }
        if self.time_limit.is_zero() {
            return Err(Error::config("the time limit of calls to Redis must be greater than zero"));
        }
        let clock = self.clock.unwrap_or_else(|| SystemClock::shared());
        let local = LocalLimiter::new(part(&self.quotas, self.workers), Arc::clone(&clock));
        let rules = format!("~{{{}:* {ALLOWED}", self.prefix);
        let laggards = match self.when_away {
            WhenAway::Refuse => Duration::ZERO,
            // An attempt that was sent before Redis was back may fail after it.
            WhenAway::Share | WhenAway::GoOn => BELIEVED.saturating_add(self.time_limit),
        };
        let shortest = self.quotas.windows.iter().map(Window::span).min().unwrap_or(RENEW);
        Ok(RedisLimiter {
            inner: Arc::new(Inner {
                layout: layout(&self.quotas, self.workers, laggards),
                quotas: self.quotas,
                workers: self.workers,
                laggards,
                flush: FLUSH.min(shortest / 8),
                // A worker that holds seats learns within half a window that the data was lost.
                renew: (shortest / 2).clamp(FLUSH, RENEW),
                when_away: self.when_away,
                prefix: self.prefix,
                worker: name(),
                redis: Connection::new(self.address?, Arc::clone(&clock), self.time_limit, rules),
                #[cfg(feature = "test-util")]
                clock_began: began(&*clock),
                clock,
                scripts: Scripts::new(),
                turns: Semaphore::new(TURNS),
                link: Link::default(),
                said: Said::default(),
                local,
                accounts: Default::default(),
                dropped: Default::default(),
                numbers: Default::default(),
                #[cfg(feature = "test-util")]
                grants: Default::default(),
            }),
        })
    }
}

impl fmt::Debug for RedisLimiterBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisLimiterBuilder")
            .field("quotas", &self.quotas)
            .field("workers", &self.workers)
            .field("when_away", &self.when_away)
            .field("prefix", &self.prefix)
            .field("time_limit", &self.time_limit)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "test-util")]
fn began(clock: &dyn Clock) -> Duration {
    let wall = clock.wall().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default();
    wall.saturating_sub(clock.now())
}

/// Returns one worker's part of the quotas. The part of a long window depends on its remaining units.
fn part(quotas: &Quotas, workers: u32) -> Quotas {
    let mut part = quotas.clone();
    for window in &mut part.windows {
        if window.span() <= LONG {
            let guard = window.span() - window.per();
            *window = Window::new(window.name(), window.limit() / u64::from(workers), window.per()).guard(guard);
        }
    }
    part
}

/// Returns a name that no other worker has. The hasher's keys are random in every process.
fn name() -> String {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::ALLOWED;

    /// Every command that a script runs is in the documented ACL, and no other.
    #[test]
    fn the_acl_is_that_of_the_scripts() {
        let scripts = [
            include_str!("common.lua"),
            include_str!("acquire.lua"),
            include_str!("report.lua"),
            include_str!("observe.lua"),
            include_str!("lift.lua"),
        ];
        let calls = scripts.iter().flat_map(|script| script.split("call('").skip(1));
        let mut used: Vec<_> = calls.filter_map(|rest| Some(rest.split_once('\'')?.0.to_lowercase())).collect();
        used.extend(["hello", "eval", "evalsha"].map(str::to_owned));
        used.sort_unstable();
        used.dedup();
        let mut allowed: Vec<_> = ALLOWED.split_whitespace().map(|rule| rule.trim_start_matches('+')).collect();
        allowed.sort_unstable();
        assert_eq!(allowed, used);
        assert!(include_str!("../redis.rs").contains(ALLOWED), "the documentation of `RedisLimiter` has another line");
    }
}
