//! Deliveries that several processes accept once together, remembered in a real Redis.

use crm_core::webhook::{Refused, SharedReceiver};
use crm_testkit::redis_server::RedisServer;
use hubspot_client::receiver::Receiver;

use super::hubspot::{BODY, URI, receiver, signed};
use super::*;

fn shared(server: &RedisServer) -> SharedReceiver<Receiver> {
    receiver(0).shared(&server.url()).unwrap()
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_delivery_is_accepted_once_by_all_processes_together() {
    let server = RedisServer::start();
    let (one, other) = (shared(&server), shared(&server));
    let headers = signed(URI, BODY);
    let delivery = post(URI, &headers, BODY);
    assert_eq!(one.receive(&delivery).await.unwrap().len(), 1);
    for receiver in [&one, &other, &shared(&server)] {
        assert!(matches!(receiver.receive(&delivery).await, Err(Refused::Repeated)));
    }
    // Neither the body nor the signature is in Redis, and what is there ends with the delivery's time.
    assert_eq!(server.command("DBSIZE").unwrap().trim_start_matches(':').trim(), "1");
    let key = server.command("RANDOMKEY").unwrap();
    let key = key.trim();
    assert!(key.starts_with("crm:webhooks:hubspot:"), "{key}");
    assert_eq!(key.rsplit(':').next().unwrap().len(), 64, "{key}");
    let left: u64 = server.command(&format!("PTTL {key}")).unwrap().trim().trim_start_matches(':').parse().unwrap();
    assert!((290_000..=301_000).contains(&left), "{left}");

    // A forged one is refused before Redis is asked, and another one is accepted.
    let forged = post(URI, &headers, b"[]");
    assert!(matches!(other.receive(&forged).await, Err(Refused::WrongSignature)));
    let headers = signed(URI, b"[]");
    assert!(other.receive(&post(URI, &headers, b"[]")).await.is_ok());

    other.forget(&delivery).await.unwrap();
    assert!(one.receive(&delivery).await.is_ok());
    assert!(matches!(other.receive(&delivery).await, Err(Refused::Repeated)));
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn many_at_once_are_accepted_once() {
    let server = RedisServer::start();
    let receivers: Vec<_> = (0..8).map(|_| shared(&server)).collect();
    let headers = signed(URI, BODY);
    let delivery = post(URI, &headers, BODY);
    let answers = futures::future::join_all((0..200).map(|number| receivers[number % 8].receive(&delivery))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(
        answers.iter().flat_map(|answer| answer.as_ref().err()).all(|refused| matches!(refused, Refused::Repeated))
    );
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn without_redis_nothing_is_accepted_and_the_vendor_delivers_again() {
    let server = RedisServer::start();
    let one = shared(&server);
    drop(server);
    let headers = signed(URI, BODY);
    let delivery = post(URI, &headers, BODY);
    let refused = one.receive(&delivery).await.unwrap_err();
    assert!(matches!(refused, Refused::Unremembered { .. }), "{refused}");
    assert_eq!(refused.status(), 429);
    assert!(refused.to_string().contains("the vendor delivers it again"), "{refused}");
    assert!(one.forget(&delivery).await.unwrap_err().to_string().contains("try again"));
}

/// A server may drop the handler of a request whose client is gone. Nobody has the delivery then.
#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_delivery_that_nobody_received_is_accepted_again() {
    const LONG: Duration = Duration::from_millis(100);
    let server = RedisServer::start();
    let one = shared(&server);
    let headers = signed(URI, BODY);
    let delivery = post(URI, &headers, BODY);
    // Dropped while it connects, and later while Redis works, and after its answer came.
    for pause in [Duration::ZERO, Duration::ZERO, Duration::from_millis(1), LONG] {
        let mut receiving = Box::pin(one.receive(&delivery));
        while futures::poll!(receiving.as_mut()).is_ready() {
            one.forget(&delivery).await.unwrap();
            receiving = Box::pin(one.receive(&delivery));
        }
        tokio::time::sleep(pause).await;
        drop(receiving);
        // The dropped command is carried out, and then undone.
        tokio::time::sleep(LONG).await;
        let accepted = one.receive(&delivery).await;
        assert!(accepted.is_ok(), "{pause:?}: {accepted:?}");
        assert!(matches!(one.receive(&delivery).await, Err(Refused::Repeated)), "what was received stays so");
        one.forget(&delivery).await.unwrap();
    }
}

const SOURCE: &str = include_str!("../../../crates/crm-core/src/webhook/shared.rs");

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn the_documented_acl_suffices() {
    let server = RedisServer::start();
    let line = SOURCE.lines().find_map(|line| line.strip_prefix("/// ").filter(|line| line.starts_with("ACL SETUSER")));
    assert_eq!(server.command(line.unwrap()).unwrap(), "+OK");
    let one = receiver(0).shared(&server.url().replace("://", "://crm:password@")).unwrap();
    let headers = signed(URI, BODY);
    let delivery = post(URI, &headers, BODY);
    assert!(one.receive(&delivery).await.is_ok());
    assert!(one.receive(&delivery).await.is_err());
    one.forget(&delivery).await.unwrap();
    assert_eq!(server.command("ACL LOG").unwrap(), "*0", "something was denied");
}
