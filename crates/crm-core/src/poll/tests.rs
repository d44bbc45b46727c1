//! Polls until the result is ready, and no longer.

use std::sync::Arc;
use std::time::Duration;

use super::{Poll, PollPolicy, Poller, Status};
use crate::clock::{Clock, ManualClock};
use crate::error::{Error, ErrorKind};
use crate::waiting::queued;

const EVERY: Duration = Duration::from_secs(30);

fn poller(clock: &ManualClock, policy: PollPolicy, ready: u32) -> Poller<u32> {
    Poller::from_fn(policy, Arc::new(clock.clone()), move |attempt| async move {
        Ok(if attempt == ready { Poll::Done(attempt) } else { Poll::Pending })
    })
}

#[tokio::test]
async fn awaits_the_result() {
    let clock = ManualClock::auto();
    let policy = PollPolicy::new(EVERY, EVERY * 40);
    assert_eq!(poller(&clock, policy, 5).await.unwrap(), 5);
    assert_eq!(clock.now(), EVERY * 4);
}

#[tokio::test]
async fn the_first_question_can_wait() {
    let clock = ManualClock::auto();
    let policy = PollPolicy::new(EVERY, EVERY).first(Duration::from_secs(5));
    assert_eq!(poller(&clock, policy, 1).await.unwrap(), 1);
    assert_eq!(clock.now(), Duration::from_secs(5));
}

#[tokio::test]
async fn shows_the_waiting() {
    let clock = ManualClock::auto();
    let mut poller = poller(&clock, PollPolicy::new(EVERY, EVERY * 40), 3);
    let mut seen = Vec::new();
    while let Some(status) = poller.next().await {
        seen.push(status.unwrap());
    }
    assert_eq!(seen, [Status::Pending { attempt: 1 }, Status::Pending { attempt: 2 }, Status::Done(3)]);
}

#[tokio::test]
async fn runs_out_of_time_or_questions() {
    for policy in [PollPolicy::new(EVERY, EVERY * 3), PollPolicy::new(EVERY, EVERY * 99).max_polls(4)] {
        let clock = ManualClock::auto();
        let error = poller(&clock, policy, 99).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Pending, 4), "{error}");
        assert_eq!(clock.now(), EVERY * 3, "it does not wait for what it will not ask");
    }
    let none = poller(&ManualClock::auto(), PollPolicy::new(EVERY, EVERY).max_polls(0), 1);
    assert_eq!(none.await.unwrap_err().attempts(), 0);
}

#[tokio::test]
async fn an_error_ends_it() {
    let clock = ManualClock::auto();
    let mut poller: Poller<()> =
        Poller::from_fn(PollPolicy::new(EVERY, EVERY), Arc::new(clock), |_| async { Err(Error::config("x")) });
    assert!(poller.next().await.unwrap().is_err());
    assert!(poller.next().await.is_none());
}

#[tokio::test]
async fn calls_that_wait_in_the_queue_together_count_once() {
    let clock = ManualClock::auto();
    let shared = clock.clone();
    let mut poller: Poller<()> =
        Poller::from_fn(PollPolicy::new(EVERY, EVERY * 3), Arc::new(clock.clone()), move |_| {
            let clock = shared.clone();
            async move {
                let call = |_| {
                    let sleep = clock.sleep(EVERY);
                    async {
                        sleep.await;
                        queued(EVERY);
                    }
                };
                futures::future::join_all((0..10).map(call)).await;
                Ok(Poll::Pending)
            }
        });
    for attempt in 1..4 {
        assert_eq!(poller.next().await.unwrap().unwrap(), Status::Pending { attempt });
    }
    let error = poller.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Pending, 4), "{error}");
    assert_eq!(clock.now(), EVERY * 7, "three waits, and four polls in the queue");
}
