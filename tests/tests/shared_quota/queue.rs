//! Order of waiters, cancelled waiters and ended workers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crm_core::Acquire;
use crm_fake::{Fake, Vendor};
use crm_testkit::traces::Traces;

use super::{Count, Rig, Take, burst, ms, refused};

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_wait_beyond_the_deadline_fails_at_once_and_takes_nothing() {
    let rig = Rig::new();
    let [a, b] = &rig.workers(&burst(3, ms(400)), 2).await[..] else { unreachable!() };
    assert_eq!(rig.room(a).await, 3);
    let started = Instant::now();
    let refusal = refused(b, &rig.patient(ms(200))).await;
    assert!(started.elapsed() < ms(100));
    assert!(refusal.retry_after() > Some(ms(200)), "{refusal:?}");
    // The fourth in the queue would need a second window's room.
    let queue: Vec<_> = (0..3).map(|_| Acquire::new("k", "")).collect();
    let waiting = futures::future::join_all(queue.iter().map(|acquire| a.take(acquire)));
    let behind = async {
        tokio::time::sleep(ms(50)).await;
        refused(b, &rig.patient(ms(60))).await;
        // Turns are taken by worker, so this one is second and not fourth.
        assert!(b.take(&rig.patient(ms(500))).await.is_ok());
    };
    let (granted, ()) = futures::join!(waiting, behind);
    assert_eq!(granted.iter().filter(|result| result.is_ok()).count(), 3);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_dropped_waiter_gives_its_place_up() {
    let rig = Rig::new();
    let [a, b] = &rig.workers(&burst(2, ms(300)), 2).await[..] else { unreachable!() };
    assert_eq!(rig.room(a).await, 2);
    let acquire = Acquire::new("k", "");
    let both = futures::future::join(a.take(&acquire), a.take(&acquire));
    assert!(tokio::time::timeout(ms(50), both).await.is_err());
    // There is one window's room, and nobody before these.
    for _ in 0..2 {
        assert!(b.take(&rig.patient(ms(300))).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn the_places_of_a_dead_worker_lapse() {
    let rig = Rig::new();
    let [a, b] = &rig.workers(&burst(2, ms(300)), 2).await[..] else { unreachable!() };
    // A worker that ends does not notify anybody. Here it is a runtime that ends while its tasks wait.
    let dead = rig.builder(&burst(2, ms(300)), 2).build().unwrap();
    assert_eq!(rig.room(a).await, 2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let acquire = Acquire::new("k", "");
                let mut all = futures::future::join_all((0..100).map(|_| dead.take(&acquire)));
                assert!(tokio::time::timeout(ms(100), &mut all).await.is_err());
                std::mem::forget(all);
            });
        });
    });
    // Alive, it would have had every other permit: 50 windows for its tickets alone.
    let started = Instant::now();
    for _ in 0..8 {
        b.take(&Acquire::new("k", "")).await.unwrap();
    }
    let took = started.elapsed();
    println!("8 permits of 2 in 300 ms after {took:?}");
    assert!(took < ms(300 * 4 + 600), "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_thousand_waiting_tasks_of_one_worker_do_not_starve_the_one_of_another() {
    let rig = Rig::new();
    let per = ms(100);
    let all = rig.workers(&burst(10, per), 2).await;
    let [many, few] = <[_; 2]>::try_from(all.into_iter().map(Arc::new).collect::<Vec<_>>()).unwrap();
    let count = Arc::new(Count::default());
    let crowd: Vec<_> = (0..1_000)
        .map(|_| {
            let (many, count) = (Arc::clone(&many), Arc::clone(&count));
            tokio::spawn(async move {
                many.take(&Acquire::new("k", "")).await.unwrap();
                count.add();
            })
        })
        .collect();
    tokio::time::sleep(ms(500)).await;
    let before = count.get();
    let (mut longest, mut served) = (Duration::ZERO, 0);
    let started = Instant::now();
    while started.elapsed() < per * 15 {
        let asked = Instant::now();
        few.take(&Acquire::new("k", "")).await.unwrap();
        longest = longest.max(asked.elapsed());
        served += 1;
    }
    let others = count.get() - before;
    crowd.iter().for_each(tokio::task::JoinHandle::abort);
    println!("in 15 windows of 10: {served} for the one, {others} for the thousand, longest wait {longest:?}");
    assert!(longest < per * 3, "{longest:?}");
    assert!(served >= 15 && served + others >= 120, "{served} and {others}");
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_call_that_is_dropped_during_its_first_question_leaves_nothing_behind() {
    let rig = Rig::new();
    let per = ms(400);
    let [a, b] = &rig.workers(&burst(5, per), 2).await[..] else { unreachable!() };
    assert_eq!(rig.room(a).await, 5);
    // Its question is sent, and nobody hears the answer.
    let acquire = Acquire::new("k", "");
    for _ in 0..20 {
        let mut asked = Box::pin(a.take(&acquire));
        assert!(futures::poll!(&mut asked).is_pending());
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(ms(50)).await;
    let wait = rig.wait(b).await;
    assert!(wait <= per, "{wait:?}");
    tokio::time::sleep(wait).await;
    tokio::time::sleep(ms(10)).await;
    assert_eq!(rig.room(b).await, 5);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_permit_that_nobody_takes_goes_to_the_next() {
    let rig = Rig::new();
    let [a, b] = &rig.workers(&burst(2, ms(300)), 2).await[..] else { unreachable!() };
    assert_eq!(rig.room(a).await, 2);
    // Fifty calls that are polled once and kept.
    let acquire = Acquire::new("k", "");
    let mut kept: Vec<_> = (0..50).map(|_| Box::pin(a.take(&acquire))).collect();
    for one in &mut kept {
        assert!(futures::poll!(one).is_pending());
    }
    // Another account is not concerned, and those who are polled wait for no more than those who are
    // not could have taken.
    let started = Instant::now();
    a.take(&Acquire::new("other", "")).await.unwrap();
    assert!(started.elapsed() < ms(200), "{:?}", started.elapsed());
    b.take(&acquire).await.unwrap();
    a.take(&acquire).await.unwrap();
    assert!(started.elapsed() < ms(1_600), "{:?}", started.elapsed());
    // Those who are polled again have their turn.
    futures::future::join_all(kept.drain(..4)).await;
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_large_permit_is_not_starved_by_small_ones() {
    let rig = Rig::new();
    let per = ms(200);
    let [a, b] = &rig.workers(&burst(10, per), 2).await[..] else { unreachable!() };
    let small = async {
        loop {
            let acquire = Acquire::new("k", "");
            futures::future::join_all((0..10).map(|_| a.take(&acquire))).await;
        }
    };
    let large = async {
        tokio::time::sleep(per).await;
        let asked = Instant::now();
        for _ in 0..5 {
            b.take(&Acquire::new("k", "").cost(10)).await.unwrap();
        }
        asked.elapsed()
    };
    let took = tokio::select! {
        () = small => unreachable!(),
        took = large => took,
    };
    // It takes turns with ten small ones: each of the two has every other window.
    println!("five permits of the whole window in {took:?}");
    assert!(took < per * 14, "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn ten_thousand_waiters_of_one_account_are_one_place_in_redis() {
    let rig = Rig::new();
    let per = ms(200);
    let all = rig.workers(&burst(20, per), 2).await;
    let [many, few] = <[_; 2]>::try_from(all.into_iter().map(Arc::new).collect::<Vec<_>>()).unwrap();
    let crowd: Vec<_> = (0..10_000)
        .map(|_| {
            let many = Arc::clone(&many);
            tokio::spawn(async move { many.take(&Acquire::new("k", "")).await.unwrap() })
        })
        .collect();
    tokio::time::sleep(per * 3).await;
    assert_eq!(rig.server.command("HLEN {crm:k}:line:").unwrap(), ":1");
    // A deadline that cannot be met is refused at once, though nobody asks Redis for it.
    let (asked, commands) = (Instant::now(), rig.commands());
    for _ in 0..100 {
        assert!(refused(&many, &rig.patient(ms(2_000))).await.retry_after() > Some(ms(2_000)));
    }
    println!("100 refusals in {:?} and {} commands", asked.elapsed(), rig.commands() - commands);
    assert!(asked.elapsed() < ms(500));
    let asked = Instant::now();
    few.take(&Acquire::new("k", "")).await.unwrap();
    assert!(asked.elapsed() < per * 3, "{:?}", asked.elapsed());
    crowd.iter().for_each(tokio::task::JoinHandle::abort);
    tokio::time::sleep(per * 2).await;
    assert_eq!(rig.server.command("HLEN {crm:k}:line:").unwrap(), ":0");
    assert_eq!(rig.room(&few).await, 20);
}

#[tokio::test]
#[cfg_attr(without_redis, ignore = "CRM_WITHOUT_REDIS")]
async fn a_wait_is_one_span_and_a_question_without_a_wait_is_none() {
    let (traces, _guard) = Traces::watch();
    let rig = Rig::new();
    let fake = Fake::builder(Vendor::HubSpot).no_quota().start().await.unwrap();
    let limiter = rig.builder(&burst(2, ms(600)), 1).build().unwrap();
    let client = hubspot_client::Client::builder().base_url(fake.base_url()).token(fake.token());
    let client = client.clock(rig.clock.clone()).limiter(Arc::new(limiter)).build().unwrap();
    let spans = || traces.take().matches("reason=\"rate limit\"").count();
    for _ in 0..2 {
        client.contacts().list().send().await.unwrap();
    }
    assert_eq!((spans(), client.stats().waits), (0, 0));
    client.contacts().list().send().await.unwrap();
    assert_eq!((spans(), client.stats().waits), (1, 1));
}
