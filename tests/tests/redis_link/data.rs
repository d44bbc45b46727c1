//! Invalid data under the keys of one account affects only that account.

use crm_core::{RedisStore, TokenStore};
use crm_testkit::redis_server::RedisServer;
use crm_testkit::traces::Traces;

use super::{PER, builder, counted, lines, ms, refusal, strict, take};

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_key_of_another_type_leaves_the_other_accounts_alone() {
    let (log, _guard) = Traces::watch();
    let server = RedisServer::start();
    let keys = ["state", "runs:burst"];
    for key in keys {
        server.command("FLUSHALL").unwrap();
        let (strict, sharing) = (strict(&server.url()), builder(&server.url(), 2).build().unwrap());
        take(&strict, "bad").await;
        server.command(&format!("SET {{crm:bad}}:{key} x")).unwrap();
        for _ in 0..10 {
            let text = refusal(&strict, "bad").await;
            assert!(text.contains("its data cannot be used; remove the keys of the account"), "{key}: {text}");
            take(&strict, "good").await;
            // By Redis, not by its equal part.
            take(&sharing, "good").await;
            tokio::time::sleep(ms(60)).await;
        }
        assert_eq!(counted(&server, "good"), 20, "{key}");
        let said = log.take();
        assert_eq!(
            (lines(&said, "Redis is unavailable"), lines(&said, "Redis is available again")),
            (1, 0),
            "{key}: {said}"
        );

        server.command(&format!("DEL {{crm:bad}}:{key}")).unwrap();
        tokio::time::sleep(ms(600)).await;
        take(&strict, "bad").await;
        let said = log.take();
        assert_eq!(
            (lines(&said, "Redis is unavailable"), lines(&said, "Redis is available again")),
            (0, 1),
            "{key}: {said}"
        );
    }
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn such_an_account_has_its_part() {
    let server = RedisServer::start();
    server.command("SET {crm:bad}:state x").unwrap();
    let limiter = builder(&server.url(), 4).build().unwrap();
    // Nothing was used when the doubt began, so the part comes a window later.
    let given = async {
        for _ in 0..25 {
            take(&limiter, "bad").await;
        }
    };
    tokio::time::timeout(PER * 2, given).await.expect("25 permits a window later");
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_store_reports_it_for_that_account() {
    let server = RedisServer::start();
    let store = RedisStore::open(&server.url()).unwrap();
    server.command("SET crm:tokens:record:bad x").unwrap();
    let error = store.load("bad").await.unwrap_err();
    assert!(error.to_string().contains("its data cannot be used"), "{error}");
    assert!(store.load("good").await.unwrap().is_none());
}
