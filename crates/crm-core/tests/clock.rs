//! The test clock keeps the order of time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::Duration;

use crm_core::{Clock, ManualClock};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn an_automatic_clock_passes_in_order() {
    let clock = ManualClock::auto();
    let log = Arc::new(Mutex::new(Vec::new()));
    let tasks: Vec<_> = [5u32, 3, 8, 1]
        .into_iter()
        .map(|step| {
            let (clock, log) = (clock.clone(), Arc::clone(&log));
            tokio::spawn(async move {
                for _ in 0..24 / step {
                    let at = clock.now() + SECOND * step;
                    clock.sleep(SECOND * step).await;
                    assert_eq!(clock.now(), at, "woken at the time that was asked for");
                    log.lock().unwrap().push(at);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let log = log.lock().unwrap();
    assert!(log.is_sorted() && log.len() == 4 + 8 + 3 + 24);
    assert_eq!(clock.now(), SECOND * 24);
    assert_eq!(clock.waiting(), 0);
}

#[tokio::test]
async fn deadlines_do_not_move_the_clock_and_fire_when_it_passes_them() {
    let clock = ManualClock::auto();
    let deadline = tokio::spawn(clock.deadline(SECOND * 2));
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert_eq!(clock.now(), Duration::ZERO);
    clock.sleep(SECOND * 3).await;
    deadline.await.unwrap();
}

#[tokio::test]
async fn a_dropped_sleep_is_forgotten() {
    let clock = ManualClock::auto();
    let dropped = tokio::spawn(clock.sleep(SECOND));
    tokio::task::yield_now().await;
    dropped.abort();
    clock.sleep(SECOND * 2).await;
    assert_eq!((clock.now(), clock.waiting()), (SECOND * 2, 0));
}

#[tokio::test]
async fn a_manual_clock_waits_for_its_hand() {
    let clock = ManualClock::new();
    let sleep = tokio::spawn(clock.sleep(SECOND));
    while clock.waiting() == 0 {
        tokio::task::yield_now().await;
    }
    clock.advance(SECOND / 2);
    tokio::task::yield_now().await;
    assert!(!sleep.is_finished());
    clock.advance(SECOND / 2);
    sleep.await.unwrap();
}

/// A waker that runs its task at once, like some executors. The task reads the clock.
struct AtOnce(ManualClock, AtomicBool);

impl Wake for AtOnce {
    fn wake(self: Arc<Self>) {
        let (done, wait) = mpsc::channel();
        let clock = self.0.clone();
        thread::spawn(move || done.send(clock.now()));
        self.1.store(wait.recv_timeout(SECOND * 2).is_ok(), Ordering::Relaxed);
    }
}

#[test]
fn a_sleeper_may_read_the_clock_as_soon_as_it_is_woken() {
    let clock = ManualClock::new();
    let task = Arc::new(AtOnce(clock.clone(), AtomicBool::new(false)));
    let mut sleep = clock.sleep(SECOND);
    let pending = sleep.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(&task))));
    assert!(pending.is_pending());
    clock.advance(SECOND);
    assert!(task.1.load(Ordering::Relaxed));
}
