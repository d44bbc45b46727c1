//! One quota for several workers, counted in a real Redis. Its clock is real too, so the windows
//! here are short and a few tests take a second.

mod away;
mod bad_days;
mod feedback;
mod older;
mod queue;
mod seats;
mod windows;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crm_core::limit::RedisLimiterBuilder;
use crm_core::{Acquire, Clock, End, LimitRefusal, Quotas, RateLimiter, RedisLimiter, SystemClock, Window};
use crm_testkit::redis_server::RedisServer;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A Redis, and the time of all who use it here.
struct Rig {
    server: RedisServer,
    clock: Arc<SystemClock>,
}

impl Rig {
    fn new() -> Self {
        Self::with(&[])
    }

    /// The same, with more arguments for the server.
    fn with(arguments: &[&str]) -> Self {
        Self { server: RedisServer::start_with(arguments), clock: Arc::new(SystemClock::new()) }
    }

    /// Returns the number of commands that clients have sent to count.
    fn commands(&self) -> u32 {
        let stats = self.server.command("INFO commandstats").unwrap();
        let calls = stats.lines().filter_map(|line| line.strip_prefix("cmdstat_")?.split_once(":calls="));
        // Commands within the script are not commands of the client.
        let sent = calls.filter(|(name, _)| name.starts_with("eval"));
        sent.filter_map(|(_, calls)| calls.split(',').next()?.parse::<u32>().ok()).sum()
    }

    fn builder(&self, quotas: &Quotas, workers: u32) -> RedisLimiterBuilder {
        let builder = RedisLimiter::builder(self.server.url(), quotas.clone(), workers).clock(self.clock.clone());
        // Other tests have the machine busy.
        builder.time_limit(ms(1_000))
    }

    /// All workers of an account, each of which has shown up.
    async fn workers(&self, quotas: &Quotas, workers: u32) -> Vec<RedisLimiter> {
        let all: Vec<_> = (0..workers).map(|_| self.builder(quotas, workers).build().unwrap()).collect();
        for one in &all {
            // Takes nothing.
            one.take(&Acquire::new("k", "").cost(0)).await.unwrap();
        }
        all
    }

    /// A permit that can wait so long.
    fn patient(&self, patience: Duration) -> Acquire {
        Acquire::new("k", "").deadline(self.clock.now() + patience)
    }

    /// Returns the number of permits that are available now.
    async fn room(&self, limiter: &RedisLimiter) -> u64 {
        self.room_of(limiter, "").await
    }

    async fn room_of(&self, limiter: &RedisLimiter, class: &'static str) -> u64 {
        let mut room = 0;
        loop {
            let acquire = Acquire::new("k", class).deadline(self.clock.now() + ms(5));
            match limiter.take(&acquire).await {
                Ok(_) => room += 1,
                Err(_) => return room,
            }
        }
    }

    /// Returns the wait for the next permit.
    async fn wait(&self, limiter: &RedisLimiter) -> Duration {
        match limiter.take(&self.patient(ms(5))).await {
            Ok(_) => Duration::ZERO,
            Err(refusal) => refusal.retry_after().unwrap_or(Duration::MAX),
        }
    }
}

/// Takes a permit for an attempt that is over at once. Gives the wait.
trait Take {
    async fn take(&self, acquire: &Acquire) -> Result<Duration, LimitRefusal>;
}

impl Take for RedisLimiter {
    async fn take(&self, acquire: &Acquire) -> Result<Duration, LimitRefusal> {
        let permit = self.acquire(acquire).await?;
        self.finish(acquire, &permit, End::Over);
        Ok(permit.waited())
    }
}

/// The refusal of a permit that must not be had.
async fn refused(limiter: &RedisLimiter, acquire: &Acquire) -> LimitRefusal {
    limiter.take(acquire).await.expect_err("this should have been refused")
}

/// The most units in any window of this length.
fn busiest(grants: &mut [(Duration, u32)], per: Duration) -> u64 {
    grants.sort_unstable();
    let inside = |start: usize| {
        let end = grants[start].0 + per;
        grants[start..].iter().take_while(|grant| grant.0 < end).map(|grant| u64::from(grant.1)).sum()
    };
    (0..grants.len()).map(inside).max().unwrap_or(0)
}

/// Returns the permits of these workers, by the server's time.
fn grants<'a>(workers: impl IntoIterator<Item = &'a RedisLimiter>) -> Vec<(Duration, &'static str, u32)> {
    workers.into_iter().flat_map(RedisLimiter::grants).collect()
}

fn burst(limit: u64, per: Duration) -> Quotas {
    Quotas::new([Window::new("burst", limit, per).guard(Duration::ZERO)])
}

/// Tasks that count what they are given.
#[derive(Default)]
struct Count(AtomicU32);

impl Count {
    fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}
