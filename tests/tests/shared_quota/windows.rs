//! No window is exceeded, and all of it can be used.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crm_core::{Acquire, End, Feedback, Quotas, RateLimiter, RedisLimiter, Window};
use futures::future::join_all;
use proptest::prelude::*;

use super::{Rig, Take, burst, busiest, grants, ms, refused};

/// One who asks: which worker, of which class, for how much, after how long, with which patience.
type Asked = (usize, bool, u32, u64, Option<u64>);

async fn ask(limiter: &RedisLimiter, rig: &Rig, key: &str, asked: Asked) {
    let (_, search, cost, delay, patience) = asked;
    tokio::time::sleep(ms(delay)).await;
    let mut acquire = Acquire::new(key, if search { "search" } else { "" }).cost(cost);
    if let Some(patience) = patience {
        acquire = acquire.deadline(crm_core::Clock::now(&*rig.clock) + ms(patience));
    }
    let result = tokio::time::timeout(Duration::from_secs(20), limiter.take(&acquire)).await;
    let refused = result.expect("waits for ever").is_err();
    assert!(!refused || patience.is_some(), "refused without a reason");
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_permit_and_its_end_are_two_commands_at_most() {
    const PERMITS: u32 = 40;
    let rig = Rig::new();
    let limiter = rig.builder(&burst(1_000, ms(800)), 1).build().unwrap();
    // The first one brings the script along.
    limiter.take(&Acquire::new("k", "")).await.unwrap();
    // One after the other without a pause: the end of each is reported with the next request.
    let before = rig.commands();
    for _ in 0..PERMITS {
        limiter.take(&Acquire::new("k", "")).await.unwrap();
    }
    let busy = rig.commands() - before;
    // With a pause in between, each end needs a separate command.
    tokio::time::sleep(ms(200)).await;
    let before = rig.commands();
    for _ in 0..PERMITS / 8 {
        limiter.take(&Acquire::new("k", "")).await.unwrap();
        tokio::time::sleep(ms(150)).await;
    }
    let idle = rig.commands() - before;
    // For `cargo xtask bench`.
    println!("measured commands a permit: {}", f64::from(busy) / f64::from(PERMITS));
    println!("measured commands a permit when idle: {}", f64::from(idle) / f64::from(PERMITS / 8));
    assert!(busy <= PERMITS + PERMITS / 4, "{busy} commands for {PERMITS} permits");
    assert!(idle <= PERMITS / 8 * 2, "{idle} commands for {} permits", PERMITS / 8);
}

#[test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
fn no_window_is_ever_exceeded() {
    let rig = Rig::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let cases = std::cell::Cell::new(0);
    let asked = (0..3usize, any::<bool>(), 1..3u32, 0..250u64, proptest::option::of(0..200u64));
    let strategy = (proptest::collection::vec(asked, 1..60), 3..9u64, 2..4u64);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 8,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let result = runner.run(&strategy, |(asked, limit, searches)| {
        let case = cases.replace(cases.get() + 1);
        let (per, short) = (ms(120), ms(50));
        // Searches have a separate window, and all share one. Above a thousand it is cut into
        // slices.
        let scale = if case % 2 == 0 { 1 } else { 1_000 };
        let all = || Window::new("all", limit * scale, per).guard(Duration::ZERO);
        let own = Window::new("search", searches, short).guard(Duration::ZERO);
        let quotas = Quotas::new([all()]).class("search", [own, all()]);
        let limiters: Vec<_> = (0..3).map(|_| rig.builder(&quotas, 3).build().unwrap()).collect();
        let key = format!("case {case}");
        // All have shown up.
        let nothing = Acquire::new(&key, "").cost(0);
        runtime.block_on(join_all(limiters.iter().map(|limiter| limiter.take(&nothing))));
        runtime.block_on(join_all(asked.into_iter().map(|mut one| {
            if !one.1 {
                one.2 *= u32::try_from(scale).unwrap();
            }
            ask(&limiters[one.0], &rig, &key, one)
        })));
        let given = grants(&limiters);
        let mut whole: Vec<_> = given.iter().map(|grant| (grant.0, grant.2)).collect();
        let mut of_searches: Vec<_> =
            given.iter().filter(|grant| grant.1 == "search").map(|grant| (grant.0, grant.2)).collect();
        prop_assert!(busiest(&mut whole, per) <= limit * scale);
        prop_assert!(busiest(&mut of_searches, short) <= searches);
        Ok(())
    });
    result.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_crowd_uses_all_and_exceeds_none() {
    let rig = Rig::new();
    let per = ms(200);
    let limiters = rig.workers(&burst(40, per), 4).await;
    let limiters: Vec<_> = limiters.into_iter().map(Arc::new).collect();
    // The first window of a new account is given to each worker's part.
    let before = rig.commands();
    let start = Instant::now();
    let tasks = (0..64).map(|task| {
        let limiter = Arc::clone(&limiters[task % 4]);
        tokio::spawn(async move {
            while start.elapsed() < per * 8 {
                limiter.take(&Acquire::new("k", "")).await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let commands = rig.commands() - before;
    let given = grants(limiters.iter().map(|limiter| &**limiter));
    println!("measured commands a permit of a crowd: {}", f64::from(commands) / given.len() as f64);
    assert!(commands as usize <= 2 * given.len(), "{commands} commands for {} permits", given.len());
    let mut whole: Vec<_> = given.iter().filter(|grant| grant.2 > 0).map(|grant| (grant.0, grant.2)).collect();
    assert!(busiest(&mut whole, per) <= 40);
    let begin = whole[0].0;
    let used = whole.iter().filter(|grant| grant.0 < begin + per * 8).count();
    println!("{used} of 320 permits were used");
    assert!(used >= 300, "{used}");
    for limiter in &limiters {
        let own = limiter.grants().len();
        assert!((60..=120).contains(&own), "{own} of {}", given.len());
    }
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_new_account_begins_with_the_parts_of_those_who_came() {
    let rig = Rig::new();
    let quotas = burst(9, ms(10_000));
    let [a, b, c] = [(); 3].map(|()| rig.builder(&quotas, 3).build().unwrap());
    for one in [&a, &b, &c] {
        assert_eq!(rig.room(one).await, 3);
    }
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn the_first_of_many_workers_has_a_whole_permit() {
    let rig = Rig::new();
    // The part of each is five eighths of a permit.
    let quotas = burst(5, ms(5_000));
    let workers: Vec<_> = (0..8).map(|_| rig.builder(&quotas, 8).build().unwrap()).collect();
    let mut given = 0;
    for (at, worker) in workers.iter().enumerate() {
        given += rig.room(worker).await;
        // Those who came have this together, and the first one a whole permit.
        assert_eq!(given, ((at as u64 + 1) * 5 / 8).max(1));
    }
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn all_windows_or_none() {
    let rig = Rig::new();
    let day = || Window::new("day", 5, Duration::from_secs(86_400));
    let quotas = Quotas::new([Window::new("burst", 4, ms(10_000)), day()])
        .class("search", [Window::new("search", 2, ms(10_000)), day()]);
    let [one] = &rig.workers(&quotas, 1).await[..] else { unreachable!() };
    assert_eq!(rig.room_of(one, "search").await, 2);
    // Requests refused by the search window did not use the daily limit.
    assert_eq!(rig.room(one).await, 3);
    let refusal = refused(one, &rig.patient(ms(11_000))).await;
    assert!(refusal.reason().contains("\"day\""), "{}", refusal.reason());
    assert!(refusal.retry_after() > Some(Duration::from_secs(86_000)));
    let refusal = refused(one, &Acquire::new("k", "search").cost(3)).await;
    assert!(refusal.reason().contains("than the window \"search\" allows"), "{}", refusal.reason());
    assert_eq!(refusal.retry_after(), None);
    // Another account, and a class that the quotas lack.
    assert!(one.take(&Acquire::new("other", "search")).await.is_ok());
    let refusal = refused(one, &Acquire::new("other", "unknown")).await;
    assert!(refusal.reason().contains("no class \"unknown\""), "{}", refusal.reason());
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn an_uncontended_permit_is_one_round_trip_and_survives_a_flush_of_scripts() {
    let rig = Rig::new();
    let [one] = &rig.workers(&burst(100, ms(10_000)), 1).await[..] else { unreachable!() };
    let calls = |command: &str| -> u64 {
        let stats = rig.server.command("INFO commandstats").unwrap();
        let line = stats.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:calls=")));
        line.map_or(0, |line| line.split(',').next().unwrap().parse().unwrap())
    };
    let before = calls("evalsha");
    for _ in 0..3 {
        assert!(one.take(&rig.patient(ms(500))).await.unwrap().is_zero());
    }
    assert_eq!(calls("evalsha"), before + 3);
    rig.server.command("SCRIPT FLUSH").unwrap();
    let before = calls("eval");
    for _ in 0..3 {
        assert!(one.take(&rig.patient(ms(500))).await.unwrap().is_zero());
    }
    assert_eq!(calls("eval"), before + 1);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn an_idle_account_vanishes() {
    let rig = Rig::new();
    let [one] = &rig.workers(&burst(5, ms(100)), 1).await[..] else { unreachable!() };
    assert_eq!(rig.room(one).await, 5);
    assert_eq!(without_end(&rig), "");
}

/// A key that never expires, if there is one.
fn without_end(rig: &Rig) -> String {
    let script =
        "for _,k in ipairs(redis.call('KEYS','*')) do if redis.call('PTTL',k) < 0 then return k end end return ''";
    rig.server.command(&format!("EVAL \"{script}\" 0")).unwrap()
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn nothing_stays_of_a_worker_that_is_gone_when_its_last_call_is_carried_out() {
    for (evicted, asks) in [(false, true), (true, true), (true, false)] {
        let rig = Rig::new();
        // Ends are reported after a fraction of the window, or with the next request.
        let per = if asks { ms(10_000) } else { ms(400) };
        let limiter = rig.builder(&burst(5, per), 1).time_limit(ms(200)).build().unwrap();
        let acquire = Acquire::new("k", "");
        let permit = limiter.acquire(&acquire).await.unwrap();
        if evicted {
            assert_eq!(rig.server.command("DEL {crm:k}:state").unwrap(), ":1");
        }
        rig.server.pause();
        limiter.finish(&acquire, &permit, End::Over);
        if asks {
            let asking = tokio::time::timeout(ms(100), limiter.acquire(&acquire)).await;
            assert!(asking.is_err(), "nobody answers");
        }
        tokio::time::sleep(ms(100)).await;
        drop(limiter);
        tokio::time::sleep(ms(500)).await;
        rig.server.resume();
        tokio::time::sleep(ms(100)).await;
        assert_eq!(without_end(&rig), "", "evicted: {evicted}, asks: {asks}");
    }
}

/// Whatever a worker does first when its data is gone, it may die just then.
#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn nothing_stays_for_ever_in_a_redis_that_was_emptied() {
    let rig = Rig::new();
    let [a, b] = &rig.workers(&burst(4, ms(100)), 2).await[..] else { unreachable!() };
    let asked = Acquire::new("k", "");
    let told = Feedback { reset_after: Some(ms(1)), remaining: Some(3), ..Feedback::default() };
    for first in [0, 1, 2, 3].repeat(6) {
        let permit = a.acquire(&asked).await.unwrap();
        assert_eq!(rig.server.command("FLUSHALL").unwrap(), "+OK");
        match first {
            0 => a.lift("k").await.unwrap(),
            1 => a.observe(&asked, &permit, 429, &told),
            2 => drop(b.acquire(&rig.patient(ms(5))).await),
            _ => {}
        }
        assert_eq!(without_end(&rig), "", "{first}");
        a.finish(&asked, &permit, End::Over);
        for _ in 0..6 {
            tokio::time::sleep(ms(8)).await;
            assert_eq!(without_end(&rig), "", "{first}");
        }
    }
}
