//! Connections that were closed or went silent while nobody used them, and callers that are not polled.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crm_core::{Acquire, ManualClock, RateLimiter, RedisStore, TokenStore, WhenAway};
use crm_testkit::forwarder::Forwarder;
use crm_testkit::redis_server::RedisServer;
use crm_testkit::traces::Traces;
use futures::future::join_all;

use super::{builder, counted, lines, ms, of_window, poll_once, record, strict, take};

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_connection_that_the_server_closed_is_made_again() {
    let server = RedisServer::start();
    let limiter = of_window(&server.url(), 1, ms(60_000)).when_away(WhenAway::Refuse).build().unwrap();
    let store = RedisStore::open(&server.url()).unwrap();
    take(&limiter, "k").await;
    store.load("k").await.unwrap();
    let ways: [(&str, Duration); 2] =
        [("CLIENT KILL TYPE normal", Duration::ZERO), ("CONFIG SET timeout 1", ms(3_000))];
    for (command, wait) in ways {
        server.command(command).unwrap();
        tokio::time::sleep(wait).await;
        let (taken, loaded) = (join_all((0..20).map(|_| take(&limiter, "k"))), store.load("k"));
        let (_, loaded) = tokio::join!(taken, loaded);
        loaded.unwrap_or_else(|error| panic!("{command}: {error}"));
        assert!(store.lock(command, ms(60_000)).await.unwrap().is_some());
    }
    // Nothing was counted twice: a connection that is known to be closed is not asked.
    let used: u32 = 1 + 2 * 20;
    let room = limiter.acquire(&Acquire::new("k", "").cost(100 - used)).await;
    assert!(room.is_ok(), "{room:?}");
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_connection_that_went_silent_while_idle_costs_half_the_time_limit() {
    let server = RedisServer::start();
    let (way, clock) = (Forwarder::to(server.port()), ManualClock::new());
    let store = RedisStore::open_with(&way.url(), "crm:tokens", Arc::new(clock.clone())).unwrap();
    store.load("k").await.unwrap();
    clock.advance(ms(11_000));
    way.silence();
    let mut loading = store.load("k");
    assert!(poll_once(loading.as_mut()).is_pending());
    while clock.waiting() < 1 {
        tokio::task::yield_now().await;
    }
    clock.advance(ms(1_000));
    let loaded = tokio::time::timeout(ms(10_000), loading).await.expect("it asks again over a new connection");
    loaded.unwrap();
    assert_eq!(way.connections(), 2);
}

/// A command whose answer was lost is sent again, and has the same answer.
#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn an_answer_that_was_lost_is_given_again() {
    let server = RedisServer::start();
    let way = Forwarder::to(server.port());
    let store = RedisStore::open(&way.url()).unwrap();
    store.load("k").await.unwrap();
    way.lose_answers();
    assert!(store.swap("k", &record()).await.unwrap());
    way.lose_answers();
    let lock = store.lock("k", ms(60_000)).await.unwrap().expect("it is free");
    way.lose_answers();
    lock.release().await;
    assert!(!store.swap("k", &record()).await.unwrap(), "another call is another one");
    assert!(store.lock("k", ms(60_000)).await.unwrap().is_some());
    assert!(store.lock("k", ms(60_000)).await.unwrap().is_none(), "another call is another one");

    let limiter = strict(&way.url());
    take(&limiter, "k").await;
    way.lose_answers();
    take(&limiter, "k").await;
    assert_eq!(counted(&server, "k"), 2);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn who_is_not_polled_while_it_connects_holds_up_nobody() {
    let server = RedisServer::start();
    let (limiter, store) = (strict(&server.url()), RedisStore::open(&server.url()).unwrap());
    let acquire = Acquire::new("a", "");
    let mut kept = limiter.acquire(&acquire);
    // Redis may answer before the poll returns: the exchange runs on another thread.
    let early = poll_once(kept.as_mut());
    take(&limiter, "b").await;
    assert!(finished(early, kept).await.is_ok());

    let mut kept = store.load("a");
    let early = poll_once(kept.as_mut());
    store.load("b").await.unwrap();
    finished(early, kept).await.unwrap();
}

/// The output of a future that was polled once.
async fn finished<F: Future + Unpin>(early: Poll<F::Output>, future: F) -> F::Output {
    match early {
        Poll::Ready(output) => output,
        Poll::Pending => future.await,
    }
}

/// The runtime that a connection began in may not run, or have ended.
#[test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
fn a_runtime_that_stands_still_holds_up_no_other() {
    let server = RedisServer::start();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let limiter = builder(&server.url(), 1).time_limit(ms(300)).build().unwrap();
    let (still, other) = (runtime(), runtime());
    let acquire = Acquire::new("a", "");
    let mut kept = limiter.acquire(&acquire);
    still.block_on(async {
        for _ in 0..3 {
            if poll_once(kept.as_mut()).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
    });
    let (log, _guard) = Traces::watch();
    // If the connection depended on that runtime, Redis would count as unavailable until it is replaced.
    let mut said = String::new();
    other.block_on(async {
        for _ in 0..10 {
            take(&limiter, "b").await;
            tokio::time::sleep(ms(200)).await;
            said += &log.take();
        }
    });
    assert_eq!(lines(&said, "Redis is unavailable"), lines(&said, "Redis is available again"), "{said}");
    assert_eq!(counted(&server, "b"), 10);
    // The runtime that the connection lives in ends, and the next one connects again.
    drop((still, other));
    runtime().block_on(take(&limiter, "b"));
    assert_eq!(log.take(), "");
}

/// One task asks Redis for all who wait for an account. It did so in the runtime of the first of them, and
/// the others waited beyond their deadline if nobody drove that.
#[test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
fn nobody_waits_for_the_runtime_of_another() {
    let server = RedisServer::start();
    let limiter = strict(&server.url());
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for runtime in [&runtime(), &runtime()].repeat(2) {
        let in_time = runtime.block_on(async { tokio::time::timeout(ms(5_000), take(&limiter, "a")).await });
        in_time.expect("nobody asked Redis");
    }
    assert_eq!(counted(&server, "a"), 4);
}
