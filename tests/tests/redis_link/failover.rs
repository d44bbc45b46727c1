//! One address leads to a new primary, and the old one stays as a replica of it, connections and all.

use crm_core::{RedisStore, TokenStore};
use crm_testkit::forwarder::Forwarder;
use crm_testkit::redis_server::RedisServer;
use crm_testkit::traces::Traces;

use super::{PER, builder, lines, ms, refusal, strict, take};

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_demoted_primary_is_left_at_once() {
    let (old, new) = (RedisServer::start(), RedisServer::start());
    let way = Forwarder::to(old.port());
    let (limiter, store) = (strict(&way.url()), RedisStore::open(&way.url()).unwrap());
    take(&limiter, "k").await;
    store.lock("k", ms(60_000)).await.unwrap().expect("it is free").release().await;

    old.command(&format!("REPLICAOF 127.0.0.1 {}", new.port())).unwrap();
    way.turn(new.port());
    for _ in 0..20 {
        take(&limiter, "k").await;
    }
    assert!(store.lock("k", ms(60_000)).await.unwrap().is_some());
    assert_eq!(new.command("EXISTS {crm:k}:state").unwrap(), ":1");
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn while_there_is_no_new_primary_it_is_said_once_and_the_parts_are_given() {
    let (log, _guard) = Traces::watch();
    let (old, new) = (RedisServer::start(), RedisServer::start());
    let way = Forwarder::to(old.port());
    let limiter = builder(&way.url(), 4).build().unwrap();
    let strict = strict(&way.url());
    for _ in 0..10 {
        take(&limiter, "k").await;
        take(&strict, "strict").await;
    }
    old.command(&format!("REPLICAOF 127.0.0.1 {}", new.port())).unwrap();
    let text = refusal(&strict, "strict").await;
    assert!(text.contains("read-only replica; its address must lead to the primary"), "{text}");
    let error = RedisStore::open(&way.url()).unwrap().lock("k", ms(60_000)).await.unwrap_err();
    assert!(error.to_string().contains("read-only replica"), "{error}");
    drop(strict);
    let before = log.take();
    assert_eq!(lines(&before, "Redis is unavailable"), 1, "{before}");
    // Ten were used, which is less than a quarter; a window later a quarter may be.
    tokio::time::timeout(PER * 2, async {
        for _ in 0..25 {
            take(&limiter, "k").await;
        }
    })
    .await
    .expect("25 permits in two windows");
    let during = log.take();
    assert_eq!(
        (lines(&during, "Redis is unavailable"), lines(&during, "Redis is available again")),
        (1, 0),
        "{during}"
    );
    way.turn(new.port());
    tokio::time::sleep(ms(600)).await;
    take(&limiter, "other").await;
    tokio::time::sleep(ms(600)).await;
    take(&limiter, "other").await;
    let after = log.take();
    assert_eq!((lines(&after, "Redis is unavailable"), lines(&after, "Redis is available again")), (0, 1), "{after}");
}
