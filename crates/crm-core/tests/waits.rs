//! The queue for the rate limit: its own time, and who is in it.

use std::sync::Arc;
use std::time::Duration;

use crate::support::{SECOND, Server, json as reply, limited, op};
use crm_core::{Call, CallOptions, Clock, ErrorKind, LimitScope, ManualClock, Pipeline, Quotas, SystemClock, Window};
use crm_core::{Poll, PollPolicy, Poller};
use futures::future::join_all;
use serde_json::Value;

op!(READ, "things.read", GET, "/things", idempotent: true);

/// 10 calls in 30 seconds.
fn slow() -> Quotas {
    Quotas::new([Window::new("burst", 10, 30 * SECOND)])
}

async fn read(pipeline: &Pipeline, options: CallOptions) -> Result<Value, crm_core::Error> {
    Call::<Value>::new(pipeline, &READ).with(options).send().await
}

#[tokio::test]
async fn two_hundred_calls_at_once_with_the_defaults_are_all_answered() {
    let server = Server::start(|_, _| reply(200, "1")).await;
    let clock = ManualClock::auto();
    let pipeline = limited(&server.base_url, &clock, slow()).build().unwrap();
    let replies = join_all((0..200).map(|_| read(&pipeline, CallOptions::new()))).await;
    let refused: Vec<String> =
        replies.iter().filter_map(|reply| reply.as_ref().err()).map(ToString::to_string).collect();
    assert_eq!((replies.len(), refused), (200, Vec::new()));
    assert_eq!(server.seen().len(), 200);
    // 19 times the window, which is more than the two minutes that a call may take without its time in the queue.
    assert!(clock.now() >= 570 * SECOND && clock.now() < 600 * SECOND, "{:?}", clock.now());
    assert_eq!(pipeline.stats().queued, 0);
}

#[tokio::test]
async fn time_in_the_queue_is_not_time_of_the_call() {
    let server = Server::start(|_, _| reply(200, "1")).await;
    let clock = ManualClock::auto();
    let pipeline =
        limited(&server.base_url, &clock, Quotas::new([Window::new("burst", 1, 30 * SECOND)])).build().unwrap();
    let hasty = CallOptions::new().timeout(5 * SECOND);
    let replies = join_all((0..3).map(|_| read(&pipeline, hasty.clone()))).await;
    assert!(replies.iter().all(Result::is_ok), "{replies:?}");
    assert!(clock.now() >= 60 * SECOND);
}

#[tokio::test]
async fn time_in_the_queue_is_not_time_of_polling() {
    let server = Server::start(|_, _| reply(200, "1")).await;
    let clock = ManualClock::auto();
    let quotas = Quotas::new([Window::new("burst", 1, 30 * SECOND)]);
    let pipeline = limited(&server.base_url, &clock, quotas).build().unwrap();
    let poll = |until: u32| {
        let pipeline = pipeline.clone();
        Poller::from_fn(PollPolicy::new(SECOND, 10 * SECOND), Arc::new(clock.clone()), move |attempt| {
            let pipeline = pipeline.clone();
            async move {
                read(&pipeline, CallOptions::new()).await?;
                Ok(if attempt == until { Poll::Done(attempt) } else { Poll::Pending })
            }
        })
    };
    assert_eq!(poll(8).await.unwrap(), 8);
    assert!(clock.now() >= 210 * SECOND);
    // The waits between the polls count.
    assert_eq!(poll(12).await.unwrap_err().kind(), ErrorKind::Pending);
}

#[tokio::test]
async fn a_longer_wait_than_the_call_allows_fails_at_once_and_names_it() {
    let server = Server::start(|_, _| reply(200, "1")).await;
    let clock = ManualClock::auto();
    let pipeline =
        limited(&server.base_url, &clock, Quotas::new([Window::new("burst", 1, 30 * SECOND)])).build().unwrap();
    read(&pipeline, CallOptions::new()).await.unwrap();
    for (seconds, limit) in [(0, "0 s"), (20, "20 s")] {
        let error = read(&pipeline, CallOptions::new().queue_timeout(seconds * SECOND)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::LocalLimit, 0));
        assert_eq!(error.limit_scope(), Some(LimitScope::Local));
        assert!(error.retry_after().is_some_and(|wait| wait > 29 * SECOND), "{error}");
        let text = error.to_string();
        assert!(text.contains("limit \"burst\"") && text.contains(&format!("but queue_timeout is {limit}")), "{text}");
    }
    assert!(clock.now() < SECOND, "nothing was waited for");
    clock.advance(31 * SECOND);
    read(&pipeline, CallOptions::new().queue_timeout(Duration::ZERO))
        .await
        .expect("there is room, so nothing is waited for");
}

#[tokio::test]
async fn a_call_that_must_not_wait_is_sent_if_there_is_room() {
    let server = Server::start(|_, _| reply(200, "1")).await;
    // The clock of the system goes on between two readings.
    let builder = limited(&server.base_url, &ManualClock::auto(), Quotas::none());
    let pipeline = builder.clock(Arc::new(SystemClock::new())).build().unwrap();
    for _ in 0..20 {
        read(&pipeline, CallOptions::new().queue_timeout(Duration::ZERO)).await.unwrap();
    }
}

#[tokio::test]
async fn repeats_wait_in_the_queue_within_the_same_time() {
    let server = Server::start(|_, _| reply(503, "")).await;
    let clock = ManualClock::auto();
    let pipeline =
        limited(&server.base_url, &clock, Quotas::new([Window::new("burst", 1, 30 * SECOND)])).build().unwrap();
    let error = read(&pipeline, CallOptions::new().queue_timeout(40 * SECOND)).await.unwrap_err();
    // The second attempt waits for about 30 seconds, and the third would wait as long again.
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::LocalLimit, 2));
    assert!(error.to_string().contains("queue_timeout is 40 s"), "{error}");
}

#[test]
fn a_queue_time_that_is_shorter_than_a_window_builds_no_client() {
    let build = |wait: Duration| {
        let quotas = Quotas::new([Window::new("burst", 10, 30 * SECOND), Window::new("day", 100, 86_400 * SECOND)]);
        let quotas = quotas.class("search", [Window::new("search", 5, SECOND)]);
        limited("http://127.0.0.1:1", &ManualClock::auto(), quotas).queue_timeout(wait).build()
    };
    let error = build(20 * SECOND).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let text = error.to_string();
    assert!(text.contains("queue_timeout is 20 s") && text.contains("\"burst\" of 30 s"), "{text}");
    for good in [Duration::ZERO, 30 * SECOND, 3_600 * SECOND] {
        assert!(build(good).is_ok(), "{good:?}");
    }
}

#[tokio::test]
async fn the_queue_can_be_seen_and_left() {
    let server = Server::start(|_, _| reply(200, "1")).await;
    let clock = ManualClock::new();
    let pipeline =
        limited(&server.base_url, &clock, Quotas::new([Window::new("burst", 1, 30 * SECOND)])).build().unwrap();
    read(&pipeline, CallOptions::new()).await.unwrap();
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            let pipeline = pipeline.clone();
            tokio::spawn(async move { read(&pipeline, CallOptions::new()).await })
        })
        .collect();
    tokio::task::yield_now().await;
    assert_eq!(pipeline.stats().queued, 3);
    waiting[1].abort();
    tokio::task::yield_now().await;
    assert_eq!((pipeline.stats().queued, pipeline.stats().attempts), (2, 1));
    waiting.iter().for_each(|task| task.abort());
    tokio::task::yield_now().await;
    assert_eq!(pipeline.stats().queued, 0);
}
