//! Redis comes back with older data under the same name.

use std::time::{Duration, Instant};

use crm_core::{Acquire, RedisLimiter};
use crm_testkit::redis_server::RedisServer;

use super::{Rig, Take, burst, busiest, grants, ms};

const LIMIT: u64 = 100;
const PER: Duration = ms(2_500);

/// A Redis that keeps its snapshot in this folder.
fn rig(folder: &tempfile::TempDir) -> Rig {
    let folder = ["--dir", folder.path().to_str().unwrap()];
    Rig::with(&[&folder, RedisServer::with_debug()].concat())
}

async fn takes(limiter: &RedisLimiter, permits: u64) {
    for _ in 0..permits {
        limiter.take(&Acquire::new("k", "")).await.unwrap();
    }
}

/// Takes all permits that are available for some time, and returns the number in the busiest window.
async fn busiest_after(rig: &Rig, workers: &[RedisLimiter], time: Duration) -> u64 {
    let start = Instant::now();
    while start.elapsed() < time {
        for worker in workers {
            rig.room(worker).await;
        }
        tokio::time::sleep(ms(20)).await;
    }
    let mut given: Vec<_> = grants(workers).into_iter().map(|grant| (grant.0, grant.2)).collect();
    busiest(&mut given, PER)
}

/// One permit, a snapshot, 99 permits, a crash, a restart: the snapshot holds one.
async fn snapshot(workers: usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut rig = rig(&folder);
    let all = rig.workers(&burst(LIMIT, PER), workers as u32).await;
    takes(&all[0], 1).await;
    assert_eq!(rig.server.command("SAVE").unwrap(), "+OK");
    takes(&all[workers - 1], LIMIT - 1).await;
    rig.server.kill();
    rig.server.restart();
    // The snapshot is there, and it was written before most permits.
    assert_ne!(rig.server.command("EXISTS {crm:k}:state").unwrap(), ":0");
    // The first one asks first, which does not know of the 99.
    assert_eq!(busiest_after(&rig, &all, PER / 2).await, LIMIT);
    // Expired permits are available again.
    tokio::time::sleep(PER).await;
    let again = Instant::now();
    let mut given = 0;
    while given < LIMIT && again.elapsed() < PER * 2 {
        for worker in &all {
            given += rig.room(worker).await;
        }
        tokio::time::sleep(ms(20)).await;
    }
    assert!(given >= LIMIT * 9 / 10, "{given}");
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_snapshot_costs_no_quota_with_one_worker() {
    snapshot(1).await;
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_snapshot_costs_no_quota_with_two_workers() {
    snapshot(2).await;
}

/// The same server process goes back to older data: as with a snapshot of a virtual machine, nothing
/// but the workers' own data shows it.
#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn data_of_the_same_server_that_lacks_what_a_worker_saw_is_lost_data() {
    let folder = tempfile::tempdir().unwrap();
    let rig = rig(&folder);
    let all = rig.workers(&burst(LIMIT, PER), 1).await;
    takes(&all[0], 1).await;
    assert_eq!(rig.server.command("SAVE").unwrap(), "+OK");
    takes(&all[0], LIMIT - 1).await;
    assert_eq!(rig.server.command("DEBUG RELOAD NOSAVE").unwrap(), "+OK");
    assert_eq!(busiest_after(&rig, &all, PER / 2).await, LIMIT);
}
