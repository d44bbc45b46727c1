//! A Redis Cluster: any node's address leads to all of them.

use std::time::{Duration, Instant};

use crm_core::{RedisStore, TokenStore};
use crm_testkit::redis_server::RedisServer;
use crm_testkit::traces::Traces;

use super::{lines, ms, record, refusal, strict, take};

const NODES: usize = 3;
const SLOTS: usize = 16_384;

fn node() -> RedisServer {
    RedisServer::start_with(&[
        "--cluster-enabled",
        "yes",
        "--cluster-node-timeout",
        "1000",
        "--cluster-require-full-coverage",
        "no",
    ])
}

/// Three primaries, and a replica of the first.
fn cluster() -> Vec<RedisServer> {
    let nodes: Vec<_> = (0..=NODES).map(|_| node()).collect();
    for (n, one) in nodes.iter().enumerate() {
        one.command(&format!("CLUSTER SET-CONFIG-EPOCH {}", n + 1)).unwrap();
        if n < NODES {
            let slots: Vec<_> = (SLOTS * n / NODES..SLOTS * (n + 1) / NODES).map(|slot| slot.to_string()).collect();
            assert_eq!(one.command(&format!("CLUSTER ADDSLOTS {}", slots.join(" "))).unwrap(), "+OK");
        }
    }
    for other in &nodes[1..] {
        assert_eq!(nodes[0].command(&format!("CLUSTER MEET 127.0.0.1 {}", other.port())).unwrap(), "+OK");
    }
    until("all know each other", || {
        nodes.iter().all(|one| {
            let info = one.command("CLUSTER INFO").unwrap();
            info.contains("cluster_state:ok")
                && info.contains("cluster_known_nodes:4")
                && info.contains("cluster_size:3")
        })
    });
    let first = nodes[0].command("CLUSTER MYID").unwrap();
    until("the replica knows its primary", || {
        nodes[NODES].command(&format!("CLUSTER REPLICATE {first}")).unwrap() == "+OK"
    });
    until("it is a replica", || nodes[NODES].command("INFO replication").unwrap().contains("master_link_status:up"));
    nodes
}

fn until(what: &str, done: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < end, "{what}: not within 20 s");
        std::thread::sleep(ms(20));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_cluster_is_used_as_a_whole_and_its_failover_is_no_absence() {
    let nodes = cluster();
    let accounts: Vec<_> = (0..30).map(|n| format!("account-{n}")).collect();
    // One node, and several of which the first is not there.
    let gone = RedisServer::start().port();
    let several = format!("redis://127.0.0.1:{gone},127.0.0.1:{},127.0.0.1:{}", nodes[1].port(), nodes[2].port());
    for url in [nodes[0].url(), nodes[2].url(), several] {
        let (limiter, store) = (strict(&url), RedisStore::open(&url).unwrap());
        for account in &accounts {
            take(&limiter, account).await;
            let lock = store.lock(account, ms(60_000)).await.unwrap().expect("it is free");
            let stored = store.load(account).await.unwrap();
            assert_eq!(store.swap(account, &record()).await.unwrap(), stored.is_none());
            lock.release().await;
        }
    }
    for primary in &nodes[..NODES] {
        assert_ne!(primary.command("DBSIZE").unwrap(), ":0", "each node has some");
    }

    let (limiter, store) = (strict(&nodes[1].url()), RedisStore::open(&nodes[1].url()).unwrap());
    let deadline = Instant::now() + ms(4_000);
    until("the replica takes over", || {
        nodes[NODES].command("CLUSTER FAILOVER").unwrap();
        std::thread::sleep(ms(200));
        nodes[NODES].command("INFO replication").unwrap().contains("role:master")
    });
    while Instant::now() < deadline {
        for account in &accounts {
            take(&limiter, account).await;
            assert!(store.load(account).await.unwrap().is_some());
        }
        tokio::time::sleep(ms(500)).await;
    }
    let left = nodes[0].command("INFO replication").unwrap();
    assert!(left.contains("role:slave"), "{left}");
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_node_that_dies_takes_its_own_accounts_along_and_no_others() {
    let (log, _guard) = Traces::watch();
    let mut nodes = cluster();
    // Then no node can replace the first.
    drop(nodes.pop());
    let limiter = strict(&nodes[1].url());
    let accounts: Vec<_> = (0..30).map(|n| format!("account-{n}")).collect();
    for account in &accounts {
        take(&limiter, account).await;
    }
    let lost = |server: &RedisServer| {
        let is_there = |account: &&String| server.command(&format!("EXISTS {{crm:{account}}}:state")).unwrap() == ":1";
        accounts.iter().filter(is_there).cloned().collect::<Vec<_>>()
    };
    let lost = lost(&nodes[0]);
    assert!(lost.len() > 3 && lost.len() < 20, "{lost:?}");
    nodes[0].kill();
    let end = Instant::now() + ms(4_000);
    while Instant::now() < end {
        for account in accounts.iter().filter(|account| !lost.contains(account)) {
            take(&limiter, account).await;
        }
        let text = refusal(&limiter, &lost[0]).await;
        assert!(text.contains("Redis is unavailable"), "{text}");
    }
    let said = log.take();
    assert!(lines(&said, "Redis is unavailable") <= 2, "{said}");
    assert_eq!(lines(&said, "Redis is available again"), 0, "{said}");
}
