//! The way to Redis: what an absence is and what is none, for shared quotas and for tokens.

mod cluster;
mod data;
mod failover;
mod forbidden;
mod idle;
mod sentinel;
mod stand_in;
mod wrong_server;

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crm_core::limit::RedisLimiterBuilder;
use crm_core::{Acquire, End, Quotas, RateLimiter, RedisLimiter, StoredTokens, WhenAway, Window};
use crm_testkit::redis_server::RedisServer;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const PER: Duration = ms(3_000);

/// A hundred in a window, for this many workers.
fn builder(url: &str, workers: u32) -> RedisLimiterBuilder {
    of_window(url, workers, PER)
}

fn of_window(url: &str, workers: u32, per: Duration) -> RedisLimiterBuilder {
    let quotas = Quotas::new([Window::new("burst", 100, per).guard(Duration::ZERO)]);
    // Other tests have the machine busy.
    RedisLimiter::builder(url, quotas, workers).time_limit(ms(1_000))
}

/// A limiter that gives permits by Redis or not at all.
fn strict(url: &str) -> RedisLimiter {
    builder(url, 1).when_away(WhenAway::Refuse).build().unwrap()
}

/// The first record of an account.
fn record() -> StoredTokens {
    StoredTokens::decode(r#"{"format": 1, "revision": 1, "generation": 1, "access_token": "token"}"#).unwrap()
}

/// Takes a permit, which must be given.
async fn take(limiter: &RedisLimiter, account: &str) {
    let acquire = Acquire::new(account, "");
    let taken = limiter.acquire(&acquire).await;
    let permit = taken.unwrap_or_else(|refusal| panic!("{account}: {}", refusal.reason()));
    limiter.finish(&acquire, &permit, End::Over);
}

/// The reason of the refusal.
async fn refusal(limiter: &RedisLimiter, account: &str) -> String {
    let refused = limiter.acquire(&Acquire::new(account, "")).await;
    refused.expect_err("this should have been refused").reason().to_owned()
}

/// Returns the number of times that this was logged.
fn lines(log: &str, message: &str) -> usize {
    log.lines().filter(|line| line.starts_with("message=") && line.contains(message)).count()
}

/// Returns the number of permits of an account that count in Redis: open ones, and those that ended within a window.
fn counted(server: &RedisServer, account: &str) -> u32 {
    let of = |what: &str| server.command(&format!("HGET {{crm:{account}}}:state {what}:burst")).unwrap();
    [of("used"), of("seats")].iter().map(|units| units.parse::<u32>().unwrap_or(0)).sum()
}

fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
