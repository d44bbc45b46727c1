//! A Redis whose clock goes back, that is full for a while, or that ends and starts again with all its data: no window is
//! exceeded, and the quota is used afterwards.

use std::time::{Duration, Instant};

use crm_core::{Acquire, Clock as _, End, Quotas, RateLimiter as _, RedisLimiter, WhenAway, Window};
use crm_testkit::redis_server::RedisServer;

use super::{Rig, Take, burst, busiest, ms, refused};

async fn takes(limiter: &RedisLimiter, permits: u64) {
    for _ in 0..permits {
        limiter.take(&Acquire::new("k", "")).await.unwrap();
    }
}

/// Waits until Redis knows that so many permits have ended.
async fn reported(rig: &Rig, permits: u64) {
    while rig.server.command("HGET {crm:k}:state used:burst").unwrap() != permits.to_string() {
        tokio::time::sleep(ms(5)).await;
    }
}

/// Moves all times of the account an hour ahead, as if the server's clock were an hour behind from now on.
const AHEAD: &str = "local h,s,r=3600000000,'{crm:k}:state','{crm:k}:runs:burst' \
    for _,f in ipairs({'now','until'}) do redis.call('HINCRBY',s,f,h) end \
    local runs=redis.call('ZRANGE',r,0,-1,'WITHSCORES') redis.call('DEL',r) \
    for i=1,#runs,2 do local at=string.format('%.0f',runs[i+1]+h) \
    redis.call('ZADD',r,at,at..':'..string.match(runs[i],':(%d+)$')) end return #runs/2";

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_clock_that_goes_back_an_hour_costs_no_quota_and_holds_up_nobody() {
    let rig = Rig::new();
    let per = ms(1_000);
    let [one] = &rig.workers(&burst(5, per), 1).await[..] else { unreachable!() };
    takes(one, 3).await;
    reported(&rig, 3).await;
    assert_ne!(rig.server.command(&format!("EVAL \"{AHEAD}\" 0")).unwrap(), ":0");
    assert_eq!(rig.room(one).await, 2);
    tokio::time::sleep(per).await;
    assert_eq!(rig.room(one).await, 5);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_redis_that_is_full_for_a_while_has_lost_nothing() {
    let rig = Rig::new();
    let limiter = rig.builder(&burst(5, ms(10_000)), 1).when_away(WhenAway::Refuse).build().unwrap();
    takes(&limiter, 3).await;
    // A script that has written already is carried out to its end.
    reported(&rig, 3).await;
    assert_eq!(rig.server.command("CONFIG SET maxmemory 1").unwrap(), "+OK");
    let refusal = refused(&limiter, &Acquire::new("k", "")).await;
    let reason = refusal.reason();
    assert!(reason.contains("it cannot work now: ") && reason.contains("OOM"), "{reason}");
    assert_eq!(rig.server.command("CONFIG SET maxmemory 0").unwrap(), "+OK");
    tokio::time::sleep(ms(600)).await;
    assert_eq!(rig.room(&limiter).await, 2);
}

/// Takes at most 25 permits while each can be had in time, and notes when it was, before its attempt ends.
async fn take(rig: &Rig, worker: &RedisLimiter, patience: Duration, given: &mut Vec<(Duration, u32)>) {
    for _ in 0..25 {
        let asked = rig.patient(patience);
        let Ok(permit) = worker.acquire(&asked).await else { return };
        given.push((rig.clock.now(), 1));
        worker.finish(&asked, &permit, End::Over);
    }
}

/// It ends in this way when all of a window is used, and comes back with all its data.
async fn comes_back(arguments: &[&str], end: impl Fn(&mut RedisServer)) {
    const LIMIT: u64 = 50;
    // The guard is for the clocks of two programs.
    let (per, guard) = (ms(2_000), ms(20));
    let quotas = Quotas::new([Window::new("burst", LIMIT, per).guard(guard)]);
    let mut rig = Rig::with(arguments);
    let all = rig.workers(&quotas, 2).await;
    let mut given = Vec::new();
    for worker in &all {
        take(&rig, worker, ms(5_000), &mut given).await;
    }
    end(&mut rig.server);
    rig.server.restart();
    while rig.server.command("PING").unwrap() != "+PONG" {
        tokio::time::sleep(ms(5)).await;
    }
    assert_eq!(rig.server.command("EXISTS {crm:k}:state").unwrap(), ":1", "{arguments:?}");
    let start = Instant::now();
    while start.elapsed() < per * 3 {
        for worker in &all {
            take(&rig, worker, ms(20), &mut given).await;
        }
        tokio::time::sleep(ms(20)).await;
    }
    assert_eq!(busiest(&mut given, per), LIMIT, "{arguments:?}");
    let used = given.len() as u64;
    assert!(used >= LIMIT * 5 / 2, "{arguments:?}: {used} in three to four windows");
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_crash_with_an_append_only_file_costs_no_quota() {
    for fsync in ["always", "everysec"] {
        comes_back(&["--appendonly", "yes", "--appendfsync", fsync], RedisServer::kill).await;
    }
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn an_orderly_restart_costs_no_quota() {
    comes_back(&[], |server| {
        assert_eq!(server.command("CONFIG SET save \"3600 1\"").unwrap(), "+OK");
        server.terminate();
    })
    .await;
}
