//! Setting up a limiter.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::call::{LONG, Scripts, layout};
use super::link::{BELIEVED, Link};
use super::{Inner, RedisLimiter};
use crate::clock::{Clock, SystemClock};
use crate::error::Error;
use crate::limit::{LocalLimiter, Quotas, Window};
use crate::redis::Connection;

const TIME_LIMIT: Duration = Duration::from_millis(500);
/// How many questions of a worker are under way at once.
const TURNS: usize = 32;

/// What a worker does while Redis is away: it does not answer in time, or cannot be used.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenAway {
    /// Goes on with its part of the quotas: the limit divided by the number of workers. All
    /// workers together stay within the limit.
    #[default]
    Share,
    /// Gives no permits: calls fail with [`ErrorKind::LocalLimit`](crate::ErrorKind::LocalLimit).
    Refuse,
    /// Gives every permit at once. The vendor's own limit is the only one then.
    GoOn,
}

/// Settings of a [`RedisLimiter`].
#[must_use = "a builder does nothing until it is built"]
pub struct RedisLimiterBuilder {
    url: String,
    quotas: Quotas,
    workers: u32,
    when_away: WhenAway,
    prefix: String,
    time_limit: Duration,
    clock: Option<Arc<dyn Clock>>,
}

impl RedisLimiterBuilder {
    pub(super) fn new(url: String, quotas: Quotas, workers: u32) -> Self {
        let (when_away, prefix) = (WhenAway::default(), "crm".to_owned());
        Self { url, quotas, workers, when_away, prefix, time_limit: TIME_LIMIT, clock: None }
    }

    /// What to do while Redis is away. A part of the quotas if not set.
    pub fn when_away(mut self, when_away: WhenAway) -> Self {
        self.when_away = when_away;
        self
    }

    /// What the names of all keys begin with, to keep programs apart that must not share their
    /// quotas. `crm` if not set.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// After how long without an answer Redis counts as away. Half a second if not set.
    pub fn time_limit(mut self, time_limit: Duration) -> Self {
        self.time_limit = time_limit;
        self
    }

    /// Another clock, for tests. It should be the client's: deadlines are times of that.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Checks everything and makes the limiter. Redis need not be there yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), which says what is wrong. The address is
    /// never shown.
    pub fn build(self) -> Result<RedisLimiter, Error> {
        if self.workers == 0 {
            return Err(Error::config("a quota cannot be shared by 0 workers"));
        }
        let clock = self.clock.unwrap_or_else(|| SystemClock::shared());
        let local = LocalLimiter::new(part(&self.quotas, self.workers), Arc::clone(&clock));
        let laggards = match self.when_away {
            WhenAway::Refuse => Duration::ZERO,
            // A try that was sent before Redis was back may fail after it.
            WhenAway::Share | WhenAway::GoOn => BELIEVED.saturating_add(self.time_limit),
        };
        Ok(RedisLimiter {
            inner: Arc::new(Inner {
                layout: layout(&self.quotas, laggards),
                quotas: self.quotas,
                workers: self.workers,
                laggards,
                when_away: self.when_away,
                prefix: self.prefix,
                worker: name(),
                redis: Connection::new(&self.url, Arc::clone(&clock), self.time_limit)?,
                #[cfg(feature = "test-util")]
                clock_began: began(&*clock),
                clock,
                scripts: Scripts::new(),
                turns: Semaphore::new(TURNS),
                link: Link::new(),
                local,
                accounts: Default::default(),
                tickets: Default::default(),
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

/// One worker's part of the quotas. That of a long window depends on what was left of it.
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

/// A name that no other worker has. The hasher's keys are random in every process.
fn name() -> String {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    format!("{:016x}", hasher.finish())
}
