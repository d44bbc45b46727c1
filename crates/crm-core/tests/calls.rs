//! Options, credentials, limits and polls over a real connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::support::{self, Reply, SECOND, Server, builder, json as reply, limited, op, pipeline};
use crm_core::{Authorization, BoxFuture, Call, CallOptions, Credentials, Error, ErrorKind, LimitScope, ManualClock};
use crm_core::{Pipeline, PollPolicy, Quotas, Secret, Sent, StaticToken, Status, Window};
use serde_json::{Value, json};

op!(READ, "things.read", GET, "/things", idempotent: true);
op!(REPORT, "reports.run", POST, "/reports", idempotent: true, long_running: true);

struct Builder {
    call: Call<Value>,
}
crm_core::call_builder!(Builder => Value);
crm_core::poll_builder!(Builder => Value);

fn read(pipeline: &Pipeline) -> Builder {
    Builder { call: Call::new(pipeline, &READ) }
}

#[tokio::test]
async fn options_reach_the_wire() {
    let server = Server::start(|_, _| reply(200, "[1]")).await;
    let pipeline = builder(&server.base_url, &ManualClock::auto()).user_agent("me/1").build().unwrap();
    let scoped = pipeline.with(CallOptions::new().header("x-a", "1").header("x-b", "1"));
    let raw = read(&scoped).with(CallOptions::new().header("x-b", "2")).send_raw().await.unwrap();
    assert_eq!(raw.decode::<Vec<i64>>().unwrap(), [1]);
    let call: Call<Value> = read(&scoped).into();
    assert_eq!(call.send().await.unwrap(), json!([1]));
    let seen = server.seen().remove(0);
    let headers = ["x-a", "x-b", "user-agent", "accept"].map(|name| seen.header(name).unwrap_or(""));
    assert_eq!(headers, ["1", "2", "me/1", "application/json"]);
    assert_eq!(seen.header("content-type"), None);
}

#[tokio::test]
async fn one_pipeline_serves_many_accounts_and_counts_each_apart() {
    let server = Server::start(|_, _| reply(500, "")).await;
    let clock = ManualClock::auto();
    let quotas = Quotas::new([Window::new("burst", 4, SECOND * 1_000)]);
    let one = support::limited(&server.base_url, &clock, quotas).build().unwrap();
    let other = one.with_account(StaticToken::new("other-token").unwrap());
    // Each account has its own window: four attempts in total, and no call waits for the other's.
    for (pipeline, token) in [(&one, support::TOKEN), (&other, "other-token"), (&one.clone(), "")] {
        let before = server.seen().len();
        let error = read(pipeline).send().await.unwrap_err();
        let sent = server.seen().split_off(before);
        let expected = if token.is_empty() { (ErrorKind::LocalLimit, 0) } else { (ErrorKind::Server, 4) };
        assert_eq!((error.kind(), sent.len()), expected);
        assert!(sent.iter().all(|seen| seen.header("authorization") == Some(&format!("Bearer {token}"))));
    }
    assert_eq!((one.stats(), one.stats().attempts), (other.stats(), 8));
    assert!(size_of::<Pipeline>() <= 512, "{}", size_of::<Pipeline>());
}

#[tokio::test]
async fn repeats_of_one_account_leave_those_of_another() {
    let server = Server::start(|_, _| reply(500, "")).await;
    let one = pipeline(&server);
    let other = one.with_account(StaticToken::new("other-token").unwrap());
    let mut attempts = Vec::new();
    for _ in 0..20 {
        attempts.push(read(&one).send().await.unwrap_err().attempts());
    }
    assert_eq!((attempts.first(), attempts.last()), (Some(&4), Some(&1)));
    assert_eq!(read(&other).send().await.unwrap_err().attempts(), 4);
}

#[tokio::test]
async fn raw_requests_take_the_same_way() {
    let server = Server::start(|_, number| if number == 0 { reply(500, "") } else { reply(200, "{\"a\":1}") }).await;
    let pipeline = pipeline(&server);
    let search = Call::raw(&pipeline, http::Method::POST, "/search?x=1").json(&json!({"q": 1}));
    let error = search.clone().with(CallOptions::new().timeout(SECOND)).send().await.unwrap_err();
    assert_eq!((error.operation(), error.attempts()), ("raw", 1));
    assert_eq!(search.with(CallOptions::new().idempotent(true)).send().await.unwrap(), json!({"a": 1}));
    assert_eq!(server.seen()[1].body, "{\"q\":1}");
}

#[tokio::test]
async fn the_limit_holds_for_attempts_and_learns_from_replies() {
    let server = Server::start(|_, number| match number {
        0 => reply(500, ""),
        1 => Reply::With(200, vec![("x-remaining", "0".into())], "{}".to_owned()),
        _ => reply(200, "{}"),
    })
    .await;
    let clock = ManualClock::auto();
    let quotas = Quotas::new([Window::new("burst", 100, SECOND * 10)]);
    let pipeline = builder(&server.base_url, &clock).quotas(quotas).build().unwrap();
    read(&pipeline).send().await.unwrap();
    let error = read(&pipeline).with(CallOptions::new().queue_timeout(SECOND * 5)).send().await.unwrap_err();
    assert_eq!((error.kind(), error.sent(), error.attempts()), (ErrorKind::LocalLimit, Sent::No, 0));
    assert_eq!(error.limit_scope(), Some(LimitScope::Local));
    assert!(error.retry_after().is_some_and(|wait| wait > SECOND * 9), "{error}");
    read(&pipeline).send().await.unwrap();
    assert_eq!((pipeline.stats().calls, pipeline.stats().attempts, server.seen().len()), (3, 3, 3));
}

#[test]
fn quotas_without_a_class_of_the_vendor_build_no_client() {
    let window = || [Window::new("burst", 1, SECOND)];
    let clock = ManualClock::auto();
    let build = |quotas: Quotas| {
        let published = Quotas::new(window()).class("search", window());
        limited("http://127.0.0.1:1", &clock, published).quotas(quotas).build()
    };
    let error = build(Quotas::new(window())).expect_err("the class is missing");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("the quotas have no class \"search\""), "{error}");
    for enough in [Quotas::none(), Quotas::new(window()).class("search", []).class("more", window())] {
        assert!(build(enough).is_ok());
    }
}

/// Every refusal provides the next token.
struct Renewing {
    generation: AtomicU64,
}

impl Credentials for Renewing {
    fn authorize(&self) -> BoxFuture<'_, Result<Authorization, Error>> {
        Box::pin(async {
            let generation = self.generation.load(Ordering::Relaxed);
            let token = Secret::new(format!("token-{generation}"));
            Ok(Authorization::bearer(&token)?.with_generation(generation))
        })
    }

    fn key(&self) -> &str {
        "renewing"
    }

    fn refused<'a>(&'a self, used: &'a Authorization) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async {
            let next = used.generation() + 1;
            self.generation.fetch_max(next, Ordering::Relaxed);
            Ok(true)
        })
    }
}

#[tokio::test]
async fn a_refused_credential_is_renewed_once() {
    let server = Server::start(|seen, _| match seen.header("authorization") {
        Some("Bearer token-1") => reply(200, "1"),
        _ => reply(401, ""),
    })
    .await;
    let credentials = Arc::new(Renewing { generation: AtomicU64::new(0) });
    let clock = ManualClock::auto();
    let pipeline = builder(&server.base_url, &clock).credentials(Arc::clone(&credentials)).build().unwrap();
    assert_eq!(read(&pipeline).send().await.unwrap(), 1);
    credentials.generation.store(5, Ordering::Relaxed);
    let error = read(&pipeline).send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Auth, 2));
}

#[tokio::test]
async fn not_ready_is_an_error_a_status_or_a_wait() {
    let server = Server::start(|_, number| match number {
        0 | 1 | 3 | 4 | 6 => Reply::With(202, vec![("retry-after", "40".into())], "wait".into()),
        _ => reply(200, "{\"done\":true}"),
    })
    .await;
    let clock = ManualClock::auto();
    let pipeline = builder(&server.base_url, &clock).build().unwrap();
    let report = || Builder { call: Call::new(&pipeline, &REPORT).json(&json!({"a": 1})) };

    let error = report().send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Pending, Some(202)));
    assert_eq!(error.retry_after(), Some(SECOND * 40));

    let policy = PollPolicy::new(SECOND * 30, SECOND * 600);
    let mut poller = report().poll(policy);
    assert!(matches!(poller.next().await, Some(Ok(Status::Pending { attempt: 1 }))));
    assert!(matches!(poller.next().await, Some(Ok(Status::Done(_)))));

    let start = crm_core::Clock::now(&clock);
    let done = report().with(CallOptions::new().wait(policy)).send().await.unwrap();
    assert_eq!(done, json!({"done": true}));
    assert_eq!(crm_core::Clock::now(&clock) - start, SECOND * 80, "the longer hint counts");

    let error = report().poll(PollPolicy::new(SECOND, SECOND)).await.unwrap_err();
    assert_eq!((error.kind(), error.operation(), error.attempts()), (ErrorKind::Pending, "reports.run", 1));
    assert_eq!(pipeline.stats().polls, 6);
    assert!(server.seen().iter().all(|seen| seen.body == "{\"a\":1}"));
}
