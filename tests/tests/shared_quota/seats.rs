//! A permit is held from its grant until its attempt has ended.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crm_core::{Acquire, End, RateLimiter, WhenAway};

use super::{Rig, Take, burst, ms, refused};

/// Returns the time until the next permit is available.
async fn next(limiter: &crm_core::RedisLimiter) -> Duration {
    let asked = Instant::now();
    limiter.take(&Acquire::new("k", "")).await.unwrap();
    asked.elapsed()
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_permit_counts_from_its_reply_for_all_workers() {
    let rig = Rig::new();
    let [a, b] = &rig.workers(&burst(1, ms(400)), 2).await[..] else { unreachable!() };
    let acquire = Acquire::new("k", "");
    let permit = a.acquire(&acquire).await.unwrap();
    // Longer than a window, and longer than a lease is old before it is renewed.
    tokio::time::sleep(ms(900)).await;
    let refusal = refused(b, &rig.patient(ms(5))).await;
    assert!(refusal.retry_after() >= Some(ms(390)), "{refusal:?}");
    a.finish(&acquire, &permit, End::Over);
    let waited = next(b).await;
    assert!(waited >= ms(395) && waited < ms(650), "{waited:?}");
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn an_attempt_that_was_given_up_counts_for_its_allowance_more() {
    let rig = Rig::new();
    let [a, b] = &rig.workers(&burst(1, ms(300)), 2).await[..] else { unreachable!() };
    let acquire = Acquire::new("k", "").allowance(ms(500));
    let permit = a.acquire(&acquire).await.unwrap();
    a.finish(&acquire, &permit, End::GivenUp);
    let waited = next(b).await;
    assert!(waited >= ms(795) && waited < ms(1_100), "{waited:?}");
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn the_seats_of_a_dead_worker_lapse() {
    let rig = Rig::new();
    let quotas = burst(2, ms(300));
    let [b] = &rig.workers(&quotas, 1).await[..] else { unreachable!() };
    let dead = rig.builder(&quotas, 1).build().unwrap();
    let acquire = Acquire::new("k", "").allowance(ms(400));
    for _ in 0..2 {
        drop(dead.acquire(&acquire).await.unwrap());
    }
    // Nobody can end them any more, and nobody renews their leases.
    drop(dead);
    // Its request may arrive for 400 ms, and it may have renewed its lease just before.
    let waited = next(b).await;
    assert!(waited >= ms(700) && waited < ms(1_500), "{waited:?}");
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn what_is_held_when_redis_goes_away_counts_for_the_worker_and_again_when_it_is_back() {
    let mut rig = Rig::new();
    let per = ms(400);
    let all = rig.workers(&burst(8, per), 2).await;
    let [a, b] = &all[..] else { unreachable!() };
    let acquire = Acquire::new("k", "");
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(a.acquire(&acquire).await.unwrap());
    }
    rig.server.kill();
    tokio::time::sleep(per).await;
    assert_eq!(rig.room(a).await, 0, "in doubt since the first failure");
    tokio::time::sleep(per + ms(20)).await;
    // An equal part is four, of which three are under way; the other worker has four.
    assert_eq!((rig.room(a).await, rig.room(b).await), (1, 4));
    rig.server.restart();
    tokio::time::sleep(ms(600)).await;
    // Three are under way still. The count ends before a second window can begin.
    let mut room = 0;
    let began = Instant::now();
    while began.elapsed() < per / 2 {
        room += rig.room(a).await + rig.room(b).await;
        tokio::time::sleep(ms(15)).await;
    }
    assert_eq!(room, 5);
    for permit in &held {
        a.finish(&acquire, permit, End::Over);
    }
    tokio::time::sleep(ms(100)).await;
    // Their replies came just now.
    let room = rig.room(a).await + rig.room(b).await;
    assert!(room <= 5, "{room}");
}

/// Several workers and a vendor that counts arrivals, each anywhere between the permit and the reply.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn the_quota_is_used_to_its_bound_and_the_vendor_counts_no_more_than_the_limit() {
    const LIMIT: usize = 25;
    const WINDOWS: u32 = 8;
    let rig = Rig::new();
    let (per, shortest, longest) = (ms(1_000), 20, 180);
    let workers = rig.workers(&burst(LIMIT as u64, per), 4).await;
    // The first window is that of a new account.
    tokio::time::sleep(ms(2_600)).await;
    let arrivals = Arc::new(Mutex::new(Vec::new()));
    let (start, before) = (Instant::now(), rig.commands());
    let tasks = workers.into_iter().map(Arc::new).enumerate().flat_map(|(worker, limiter)| {
        let arrivals = &arrivals;
        (0..8).map(move |task| {
            let (limiter, arrivals) = (Arc::clone(&limiter), Arc::clone(arrivals));
            tokio::spawn(async move {
                let mut random = fastrand::Rng::with_seed(worker as u64 * 8 + task);
                let acquire = Acquire::new("k", "");
                while start.elapsed() < (per + ms(longest)) * WINDOWS {
                    let permit = limiter.acquire(&acquire).await.unwrap();
                    let there = random.u64(1..shortest);
                    tokio::time::sleep(ms(there)).await;
                    arrivals.lock().unwrap().push(start.elapsed());
                    tokio::time::sleep(ms(random.u64(shortest..=longest) - there)).await;
                    limiter.finish(&acquire, &permit, End::Over);
                }
            })
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let commands = rig.commands() - before;
    let mut arrivals = arrivals.lock().unwrap().clone();
    arrivals.sort_unstable();
    let over = arrivals.windows(LIMIT + 1).filter(|some| some[LIMIT] - some[0] < per).count();
    // Time for the requests of several full windows, regardless of where in a window they begin. The
    // sleeps are a little longer than requested.
    let latency = ms((shortest + longest) / 2 + 1);
    let full = LIMIT * (WINDOWS as usize - 2);
    let starts = LIMIT..2 * LIMIT;
    let took: Duration = starts.map(|start| arrivals[start + full] - arrivals[start]).sum::<Duration>() / LIMIT as u32;
    let used = ((per + latency) * (WINDOWS - 2)).as_secs_f64() / took.as_secs_f64();
    println!("measured quota used with a latency, of the bound: {used}");
    println!("measured commands a permit under load: {}", f64::from(commands) / arrivals.len() as f64);
    assert_eq!(over, 0, "windows of {LIMIT} and more at the vendor");
    assert!(used >= 0.97, "{used}");
    assert!(commands as usize <= 2 * arrivals.len(), "{commands} commands for {} permits", arrivals.len());
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn who_refuses_while_redis_is_away_tells_of_the_ends_when_it_is_back() {
    let rig = Rig::new();
    let per = ms(300);
    let limiter = rig.builder(&burst(2, per), 1).when_away(WhenAway::Refuse).build().unwrap();
    let acquire = Acquire::new("k", "");
    let permits = [limiter.acquire(&acquire).await.unwrap(), limiter.acquire(&acquire).await.unwrap()];
    rig.server.pause();
    for permit in &permits {
        limiter.finish(&acquire, permit, End::Over);
    }
    tokio::time::sleep(ms(1_300)).await;
    rig.server.resume();
    rig.server.command("PING").unwrap();
    tokio::time::sleep(ms(600)).await;
    assert_eq!(rig.room(&limiter).await, 2);
}
