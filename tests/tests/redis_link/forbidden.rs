//! The documented ACL is sufficient. If another one is not, the error contains the documented one.

use std::time::Duration;

use crm_core::{Acquire, End, Feedback, Quotas, RateLimiter, RedisLimiter, RedisStore, TokenStore, Window};
use crm_testkit::redis_server::RedisServer;
use crm_testkit::traces::Traces;

use super::{PER, builder, lines, ms, record, refusal, strict, take};

const LIMITER: &str = include_str!("../../../crates/crm-core/src/limit/redis.rs");
const STORE: &str = include_str!("../../../crates/crm-core/src/oauth/store/redis.rs");

/// The line of the documentation.
fn documented(source: &str) -> &str {
    source.lines().find_map(|line| line.strip_prefix("/// ").filter(|line| line.starts_with("ACL SETUSER"))).unwrap()
}

fn user(server: &RedisServer) -> String {
    server.url().replace("://", "://crm:password@")
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn the_documented_line_suffices_for_the_limiter() {
    let server = RedisServer::start();
    assert_eq!(server.command(documented(LIMITER)).unwrap(), "+OK");
    let window = Window::new("burst", 5, ms(300)).guard(Duration::ZERO);
    let build = || RedisLimiter::builder(user(&server), Quotas::new([window.clone()]), 2).build().unwrap();
    let (a, b) = (build(), build());
    // Permits, places in the queue, large ones, some that are given up, replies, and lost data.
    for round in 0..3 {
        let all = (0..12).map(|n| {
            let (a, b) = (&a, &b);
            async move {
                let acquire = Acquire::new("k", "").cost(1 + n % 3);
                let limiter = if n % 2 == 0 { a } else { b };
                let patience = ms(if n % 4 == 3 { 20 } else { 3_000 });
                if let Ok(Ok(permit)) = tokio::time::timeout(patience, limiter.acquire(&acquire)).await {
                    limiter.finish(&acquire, &permit, End::Over);
                    limiter.observe(&acquire, &permit, 429, &Feedback { remaining: Some(1), ..Feedback::default() });
                }
            }
        });
        futures::future::join_all(all).await;
        if round == 1 {
            server.command("FLUSHALL").unwrap();
        }
    }
    tokio::time::sleep(ms(100)).await;
    assert_eq!(server.command("ACL LOG").unwrap(), "*0", "something was denied");
    assert_ne!(server.command("EXISTS {crm:k}:state").unwrap(), ":0");
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn the_documented_line_suffices_for_the_store() {
    let server = RedisServer::start();
    assert_eq!(server.command(documented(STORE)).unwrap(), "+OK");
    let store = RedisStore::open(&user(&server)).unwrap();
    assert!(store.load("k").await.unwrap().is_none());
    assert!(store.swap("k", &record()).await.unwrap());
    assert!(store.load("k").await.unwrap().is_some());
    store.lock("k", ms(60_000)).await.unwrap().expect("it is free").release().await;
    assert!(store.lock("k", ms(60_000)).await.unwrap().is_some());
    assert_eq!(server.command("ACL LOG").unwrap(), "*0", "something was denied");
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn one_that_is_too_narrow_is_said_once_with_the_remedy() {
    // The ACL that the prefix suggests, one without scripts, ones without some commands of the scripts, and none at
    // all.
    let narrow = ["~crm:* +@all", "~* +@all -@scripting", "~* +@all -zadd", "~* +@all -hset", "resetkeys -@all"];
    for rules in narrow {
        let (log, _guard) = Traces::watch();
        let server = RedisServer::start();
        server.command(&format!("ACL SETUSER crm on >password {rules}")).unwrap();
        let limiter = strict(&user(&server));
        let sharing = builder(&user(&server), 4).build().unwrap();
        let mut remedy = String::new();
        for _ in 0..10 {
            for account in ["a", "b"] {
                let text = refusal(&limiter, account).await;
                assert!(text.contains("its ACL is too narrow"), "{rules}: {text}");
                remedy = text.split_once("ACL SETUSER <user>").unwrap().1.to_owned();
            }
            tokio::time::sleep(ms(170)).await;
        }
        let part = async {
            for _ in 0..25 {
                take(&sharing, "c").await;
            }
        };
        if rules == narrow[0] {
            tokio::time::timeout(PER * 2, part).await.expect("its part a window later");
        }
        let said = log.take();
        let limiters = if rules == narrow[0] { 2 } else { 1 };
        assert_eq!(
            (lines(&said, "Redis is unavailable"), lines(&said, "Redis is available again")),
            (limiters, 0),
            "{rules}: {said}"
        );
        assert_eq!(server.command(&format!("ACL SETUSER crm resetkeys {remedy}")).unwrap(), "+OK");
        tokio::time::sleep(ms(600)).await;
        take(&limiter, "a").await;
        assert_eq!(lines(&log.take(), "Redis is available again"), 1, "{rules}");
    }
}
