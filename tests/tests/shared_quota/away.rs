//! Redis is wrong, slow, gone, or back without its data.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crm_core::{Acquire, Clock, ErrorKind, Quotas, RedisLimiter, WhenAway, Window};
use crm_testkit::redis_server::RedisServer;

use super::{Rig, Take, burst, busiest, grants, ms, refused};

#[test]
fn a_wrong_address_is_found_at_once_and_not_shown() {
    let wrong = ["", "localhost", "http://localhost", "redis://:secret@", "redis://:secret@host:port"];
    for url in wrong {
        let error = RedisLimiter::builder(url, burst(1, ms(1_000)), 1).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
    }
    let none = RedisLimiter::builder("redis://localhost", burst(1, ms(1_000)), 0).build().unwrap_err();
    assert_eq!(none.kind(), ErrorKind::Config);
    let builder = RedisLimiter::builder("redis://u:secret@localhost:7", burst(1, ms(1_000)), 1);
    let shown = format!("{builder:?}") + &format!("{:?}", builder.build().unwrap());
    assert!(shown.contains("localhost:7") && !shown.contains("secret"), "{shown}");
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_wrong_password_says_so_and_is_not_shown() {
    let server = RedisServer::start_with(&["--requirepass", "right"]);
    for url in [server.url().replace("://", "://:secret@"), server.url()] {
        let limiter = RedisLimiter::builder(url, burst(5, ms(1_000)), 1).when_away(WhenAway::Refuse).build().unwrap();
        let refusal = refused(&limiter, &Acquire::new("k", "")).await;
        assert!(refusal.reason().contains("refuses the credentials"), "{}", refusal.reason());
        assert!(!refusal.reason().contains("secret"), "{}", refusal.reason());
    }
    let url = server.url().replace("://", "://:right@");
    let limiter = RedisLimiter::builder(url, burst(5, ms(1_000)), 1).when_away(WhenAway::Refuse).build().unwrap();
    assert!(limiter.take(&Acquire::new("k", "")).await.is_ok());
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn tls_is_spoken_where_the_address_says_so() {
    let server = RedisServer::start();
    let url = server.url().replace("redis://", "rediss://");
    let limiter = RedisLimiter::builder(url, burst(5, ms(1_000)), 1).when_away(WhenAway::Refuse).build().unwrap();
    let refusal = refused(&limiter, &Acquire::new("k", "")).await;
    assert!(refusal.reason().contains("Redis is unavailable"), "{}", refusal.reason());
    println!("{}", refusal.reason());
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn who_does_not_want_to_guess_refuses_and_comes_back() {
    let mut rig = Rig::new();
    let limiter = rig.builder(&burst(5, ms(100)), 1).when_away(WhenAway::Refuse).build().unwrap();
    assert!(limiter.take(&Acquire::new("k", "")).await.is_ok());
    rig.server.kill();
    let refusal = refused(&limiter, &Acquire::new("k", "")).await;
    assert!(refusal.reason().contains("Redis is unavailable"), "{}", refusal.reason());
    assert!(refusal.retry_after() <= Some(ms(500)));
    rig.server.restart();
    tokio::time::sleep(refusal.retry_after().unwrap()).await;
    // At the same moment its desk may look, whose look is not waited for.
    if limiter.take(&Acquire::new("k", "")).await.is_err() {
        tokio::time::sleep(ms(500)).await;
        assert!(limiter.take(&Acquire::new("k", "")).await.is_ok());
    }
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn who_does_not_care_goes_on() {
    let mut rig = Rig::new();
    let limiter = rig.builder(&burst(5, ms(1_000)), 2).when_away(WhenAway::GoOn).build().unwrap();
    rig.server.kill();
    for _ in 0..50 {
        assert!(limiter.take(&Acquire::new("k", "")).await.is_ok());
    }
    // Permits that were granted meanwhile still count.
    rig.server.restart();
    tokio::time::sleep(ms(500)).await;
    // Whoever asks lets the worker look whether Redis is back, unless it knows by now.
    let _ = limiter.take(&rig.patient(ms(5))).await;
    tokio::time::sleep(ms(50)).await;
    assert!(rig.wait(&limiter).await > Duration::ZERO);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_part_is_what_was_used_and_after_a_window_what_is_due() {
    let mut rig = Rig::new();
    let per = ms(400);
    let [a, b] = &rig.workers(&burst(10, per), 2).await[..] else { unreachable!() };
    for _ in 0..2 {
        a.take(&Acquire::new("k", "")).await.unwrap();
    }
    assert_eq!(rig.room(b).await, 8);
    rig.server.kill();
    // Ten are used; nobody may use more than before until the window has passed.
    assert_eq!((rig.room(a).await, rig.room(b).await), (0, 0));
    tokio::time::sleep(per).await;
    assert_eq!((rig.room(a).await, rig.room(b).await), (5, 5));
    // Back and empty: what was granted meanwhile counts.
    rig.server.restart();
    tokio::time::sleep(ms(150)).await;
    let (a, b) = (rig.room(a).await, rig.room(b).await);
    assert_eq!((a, b), (0, 0));
}

/// A part of a long window lasts until Redis is back, which nobody can know.
#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn an_unknown_wait_is_not_said() {
    let mut rig = Rig::new();
    rig.server.kill();
    let limiter = rig.builder(&burst(3, ms(3_600_000)), 8).build().unwrap();
    let refusal = refused(&limiter, &rig.patient(ms(50))).await;
    assert!(refusal.reason().contains("while Redis is unavailable"), "{refusal:?}");
    assert_eq!(refusal.retry_after(), None);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn lost_data_is_told_again_by_those_who_have_it() {
    let rig = Rig::new();
    let [a, b] = &rig.workers(&burst(10, ms(3_000)), 2).await[..] else { unreachable!() };
    for _ in 0..4 {
        a.take(&Acquire::new("k", "")).await.unwrap();
        b.take(&Acquire::new("k", "")).await.unwrap();
    }
    rig.server.command("FLUSHALL").unwrap();
    // Two were left, but nobody can know that: four and four are what is certain.
    assert_eq!((rig.room(a).await, rig.room(b).await), (0, 0));
    // One who comes new takes its part of what is left over.
    let c = rig.builder(&burst(10, ms(3_000)), 2).build().unwrap();
    assert!(rig.room(&c).await <= 2);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn data_lost_just_after_redis_came_back_is_in_doubt_from_then_on() {
    let mut rig = Rig::new();
    let per = ms(1_500);
    let [a, b] = &rig.workers(&burst(10, per), 2).await[..] else { unreachable!() };
    rig.server.kill();
    assert_eq!((rig.room(a).await, rig.room(b).await), (0, 0));
    tokio::time::sleep(per).await;
    rig.server.restart();
    // Both are back, a whole window after the absence began: each brings an equal part.
    for worker in [a, b] {
        worker.take(&Acquire::new("k", "").cost(0)).await.unwrap();
    }
    // One uses less than that, the other what is left of it.
    for worker in [a, a, a, a, b, b, b, b, b, b] {
        worker.take(&Acquire::new("k", "")).await.unwrap();
    }
    rig.server.command("FLUSHALL").unwrap();
    assert_eq!((rig.room(a).await, rig.room(b).await), (0, 0));
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_slow_redis_is_away_after_the_time_limit() {
    let rig = Rig::new();
    let quotas = burst(10, ms(300));
    let all: Vec<_> = (0..2).map(|_| rig.builder(&quotas, 2).time_limit(ms(100)).build().unwrap()).collect();
    for one in &all {
        one.take(&Acquire::new("k", "")).await.unwrap();
    }
    tokio::time::sleep(ms(350)).await;
    rig.server.pause();
    let started = Instant::now();
    let acquire = Acquire::new("k", "");
    // Nothing was used in the last window, so a part can be had one window later.
    all[0].take(&acquire).await.unwrap();
    let took = started.elapsed();
    assert!(took > ms(300) && took < ms(700), "{took:?}");
    rig.server.resume();
    tokio::time::sleep(ms(800)).await;
    all[0].take(&acquire).await.unwrap();
    let before = all[0].grants().len();
    all[0].take(&acquire).await.unwrap();
    assert_eq!(all[0].grants().len(), before + 1, "by Redis again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn no_window_is_exceeded_whatever_happens_to_redis() {
    let mut rig = Rig::new();
    let (per, guard, limit) = (ms(300), ms(20), 40);
    let quotas = Quotas::new([Window::new("burst", limit, per).guard(guard)]);
    let workers: Vec<_> = (0..4).map(|_| rig.builder(&quotas, 4).time_limit(ms(150)).build().unwrap()).collect();
    let workers: Vec<_> = workers.into_iter().map(Arc::new).collect();
    let tasks: Vec<_> = workers
        .iter()
        .flat_map(|worker| std::iter::repeat_n(worker, 12))
        .map(|worker| {
            let worker = Arc::clone(worker);
            tokio::spawn(async move {
                loop {
                    worker.take(&Acquire::new("k", "")).await.unwrap();
                }
            })
        })
        .collect();
    let pass = |millis| tokio::time::sleep(ms(millis));
    pass(1_600).await;
    let begin = wall(&rig);
    rig.server.kill();
    pass(700).await;
    rig.server.restart();
    pass(1_000).await;
    rig.server.command("FLUSHALL").unwrap();
    pass(700).await;
    rig.server.pause();
    pass(600).await;
    rig.server.resume();
    pass(700).await;
    rig.server.kill();
    rig.server.restart();
    pass(700).await;
    let end = wall(&rig);
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    // When permits were given, not when a busy machine let the tasks know.
    let mut given: Vec<_> =
        grants(workers.iter().map(|worker| &**worker)).into_iter().map(|one| (one.0, one.2)).collect();
    let most = busiest(&mut given, per);
    let used = given.iter().filter(|grant| grant.0 > begin && grant.0 < end).count() as f64;
    let could = (end - begin).as_secs_f64() / (per + guard).as_secs_f64() * limit as f64;
    println!("{used} of {could:.0} permits, {most} of {limit} in the busiest window");
    assert!(most <= limit, "{most}");
    assert!(used > could * 0.7, "{used} of {could}");
}

fn wall(rig: &Rig) -> Duration {
    rig.clock.wall().duration_since(std::time::UNIX_EPOCH).unwrap()
}
