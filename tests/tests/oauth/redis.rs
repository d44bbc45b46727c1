//! The store in Redis: its promises, and a Redis that is unavailable, slow, restarted or empty.

use std::sync::Arc;
use std::time::Duration;

use crm_core::{
    Clock as _, Credentials as _, ErrorKind, ManualClock, OAuthCredentials, RedisStore, TokenSet, TokenStore,
};
use crm_fake::Vendor;
use crm_testkit::redis_server::RedisServer;
use hubspot_client::{App, Client};

use super::stores::keeps_its_promises;
use super::{ACCOUNT, CANARY, fake, shared, told};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn it_keeps_its_promises() {
    let redis = RedisServer::start();
    keeps_its_promises(Arc::new(RedisStore::open(&redis.url()).unwrap())).await;
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_lock_ends_with_its_lease_and_is_given_back_by_its_holder_alone() {
    let redis = RedisServer::start();
    let store = RedisStore::open(&redis.url()).unwrap();
    let late = store.lock(ACCOUNT, Duration::from_millis(1)).await.unwrap().expect("it is free");
    while store.load(ACCOUNT).await.is_ok()
        && redis.command(&format!("EXISTS crm:tokens:lock:{ACCOUNT}")).unwrap() != ":0"
    {}
    let held = store.lock(ACCOUNT, Duration::from_secs(60)).await.unwrap().expect("the lease is over");
    late.release().await;
    assert!(store.lock(ACCOUNT, Duration::from_secs(60)).await.unwrap().is_none(), "it is another's now");
    held.release().await;
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn away_slow_restarted_or_empty() {
    let mut redis = RedisServer::start();
    let (fake, clock) = (fake(Vendor::HubSpot).await, ManualClock::auto());
    let builder = Client::builder().base_url(fake.base_url()).clock(shared(&clock));
    let app = App::with(builder, "app-1", format!("{CANARY}-secret")).unwrap();
    let store = RedisStore::open(&redis.url()).unwrap();
    let credentials = OAuthCredentials::new(ACCOUNT, app, store).unwrap().with_clock(shared(&clock), 7);
    let tokens = TokenSet::new(fake.token()).unwrap().with_refresh_token(format!("{CANARY}-refresh")).unwrap();
    credentials.install(tokens.with_expiry(clock.wall() + Duration::from_secs(600))).await.unwrap();
    let calls = || fake.report().per_operation.get("oauth.create_token").copied().unwrap_or(0);

    redis.kill();
    credentials.authorize().await.expect("a good token needs no store");
    clock.advance(Duration::from_secs(601));
    let error = credentials.authorize().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Token);
    assert!(told(&error).contains("the token store in Redis cannot be used"), "{}", told(&error));
    assert_eq!(calls(), 0);

    // Back, and empty: the process puts back what it used last.
    redis.restart();
    clock.advance(Duration::from_secs(6));
    credentials.authorize().await.unwrap();
    assert_eq!(calls(), 1);

    redis.pause();
    clock.advance(Duration::from_secs(3_600));
    let error = credentials.authorize().await.unwrap_err();
    assert!(told(&error).contains("no answer within 2 s"), "{}", told(&error));
    redis.resume();
    clock.advance(Duration::from_secs(6));
    credentials.authorize().await.unwrap();
    assert_eq!(calls(), 2);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn what_is_no_store_is_said() {
    for url in ["", "localhost", "http://localhost", &format!("redis://user:{CANARY}@")] {
        let error = RedisStore::open(url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(told(&error).contains("redis://"), "{error}");
    }
    let redis = RedisServer::start_with(&["--requirepass", "other"]);
    let url = redis.url().replace("redis://", &format!("redis://:{CANARY}@"));
    let store = RedisStore::open(&url).unwrap();
    let error = store.load(ACCOUNT).await.unwrap_err();
    assert!(told(&error).contains("it refuses the credentials"), "{}", told(&error));
    assert!(!format!("{store:?}").contains(CANARY));

    let redis = RedisServer::start();
    redis.command(&format!("HSET crm:tokens:record:{ACCOUNT} revision 1 tokens {CANARY}")).unwrap();
    let error = RedisStore::open(&redis.url()).unwrap().load(ACCOUNT).await.unwrap_err();
    assert!(told(&error).contains("remove it and authorise the account again"), "{}", told(&error));
}
