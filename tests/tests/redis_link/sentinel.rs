//! Sentinel names the primary, also after a failover.

use crm_core::{Acquire, Clock, End, RateLimiter, RedisLimiter, SystemClock};
use crm_testkit::redis_server::RedisServer;

use super::{ms, refusal, strict};

/// A Sentinel that watches a primary alone, under the name `main`, and the file of its settings.
fn watch(primary: &RedisServer, more: &str) -> (RedisServer, tempfile::NamedTempFile) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let settings = format!(
        "sentinel monitor main 127.0.0.1 {} 1\nsentinel down-after-milliseconds main 300\n\
         sentinel failover-timeout main 2000\n{more}\n",
        primary.port()
    );
    std::fs::write(&file, settings).unwrap();
    (RedisServer::start_with(&[file.path().to_str().unwrap(), "--sentinel"]), file)
}

fn url(sentinel: &RedisServer, rest: &str) -> String {
    sentinel.url().replace("redis://", "redis+sentinel://") + rest
}

/// Waits until something is so.
async fn until(mut so: impl FnMut() -> bool) {
    let clock = SystemClock::new();
    let end = clock.now() + ms(20_000);
    while !so() {
        assert!(clock.now() < end, "it takes too long");
        tokio::time::sleep(ms(50)).await;
    }
}

/// Asks until a permit is given.
async fn recover(limiter: &RedisLimiter) {
    let acquire = Acquire::new("k", "");
    for _ in 0..200 {
        if let Ok(permit) = limiter.acquire(&acquire).await {
            return limiter.finish(&acquire, &permit, End::Over);
        }
        tokio::time::sleep(ms(100)).await;
    }
    panic!("{}", refusal(limiter, "k").await);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn the_primary_is_found_and_after_a_failover_the_new_one() {
    let (mut primary, replica) = (RedisServer::start(), RedisServer::start());
    replica.command(&format!("REPLICAOF 127.0.0.1 {}", primary.port())).unwrap();
    until(|| replica.command("INFO replication").unwrap().contains("master_link_status:up")).await;
    let (sentinel, _file) = watch(&primary, "");
    until(|| sentinel.command("SENTINEL REPLICAS main").unwrap() == "*1").await;
    // The first one is gone.
    let address = url(&sentinel, "/main").replace("127.0.0.1", "127.0.0.1:9,127.0.0.1");
    let limiter = strict(&address);
    recover(&limiter).await;
    assert_eq!(primary.command("EXISTS {crm:k}:state").unwrap(), ":1");
    primary.kill();
    recover(&limiter).await;
    assert!(replica.command("INFO replication").unwrap().contains("role:master"));
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn credentials_are_those_of_redis_and_a_wrong_name_is_said() {
    let primary = RedisServer::start_with(&["--requirepass", "secret"]);
    for settings in ["", "requirepass secret"] {
        let (sentinel, _file) = watch(&primary, settings);
        let with = |password: &str, rest: &str| url(&sentinel, rest).replace("://", &format!("://:{password}@"));
        recover(&strict(&with("secret", "/main/1"))).await;
        let reason = refusal(&strict(&with("wrong", "/main")), "k").await;
        assert!(reason.contains("refuses the credentials") && !reason.contains("wrong"), "{reason}");
        let reason = refusal(&strict(&with("secret", "/other")), "k").await;
        assert!(reason.contains("Sentinel has no primary of the given name"), "{reason}");
    }
}
