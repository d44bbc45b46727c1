//! The errors of a broken connection or a faulty vendor, and repeated attempts.

use std::sync::{Arc, Mutex};

use crate::support::{self, Reply, SECOND, Server, TOKEN, builder, json as reply, once, op, pipeline, shown};
use crm_core::{Acquire, BoxFuture, End, Feedback, LimitRefusal, Permit, RateLimiter};
use crm_core::{BodyStream, Call, CallOptions, Error, ErrorKind, ManualClock, Pipeline, RetryPolicy, Sent};
use serde_json::{Value, json};

op!(READ, "things.read", GET, "/things/{id}", idempotent: true);
op!(CREATE, "things.create", POST, "/things", idempotent: false);
op!(EXPORT, "things.export", GET, "/export", idempotent: true);

fn read(pipeline: &Pipeline) -> Call<Value> {
    Call::new(pipeline, &READ).path("id", "ann@example.com").query("q", "canary-query")
}

fn create(pipeline: &Pipeline) -> Call<Value> {
    Call::new(pipeline, &CREATE).json(&json!({"email": "ann@example.com"}))
}

/// A fault and its error: kind, progress of the request, status.
type Fault = (fn() -> Reply, ErrorKind, Sent, Option<u16>);

/// Returns the error of one attempt at a write.
async fn fault(make: fn() -> Reply) -> Error {
    let server = Server::start(move |_, _| make()).await;
    let error = create(&once(&server)).send().await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    let text = shown(&error);
    assert!(!text.contains("ann@") && !text.contains(TOKEN), "{text}");
    error
}

#[tokio::test]
async fn faults_have_their_kinds() {
    let table: [Fault; 9] = [
        (|| Reply::Reset, ErrorKind::Io, Sent::Maybe, None),
        (|| Reply::Close, ErrorKind::Io, Sent::Maybe, None),
        (|| Reply::Garbage, ErrorKind::Io, Sent::Maybe, None),
        (|| Reply::Cut("{\"id\":".into()), ErrorKind::Io, Sent::Maybe, Some(200)),
        (|| reply(200, "<html>"), ErrorKind::Decode, Sent::Answered, Some(200)),
        (|| reply(200, "{\"id\":"), ErrorKind::Decode, Sent::Answered, Some(200)),
        (|| reply(503, "<html>"), ErrorKind::Unavailable, Sent::Answered, Some(503)),
        (|| reply(302, ""), ErrorKind::Other, Sent::Answered, Some(302)),
        (|| reply(422, "{\"code\":\"BAD\",\"field\":\"email\"}"), ErrorKind::Validation, Sent::Answered, Some(422)),
    ];
    for (make, kind, sent, status) in table {
        let error = fault(make).await;
        assert_eq!((error.kind(), error.sent(), error.status()), (kind, sent, status), "{error}");
        assert_eq!((error.operation(), error.endpoint().as_str()), ("things.create", "POST /things"));
    }
}

/// Records the results of attempts.
#[derive(Clone, Default)]
struct Ends(Arc<Mutex<Vec<End>>>);

impl RateLimiter for Ends {
    fn acquire<'a>(&'a self, _: &'a Acquire) -> BoxFuture<'a, Result<Permit, LimitRefusal>> {
        Box::pin(async { Ok(Permit::default()) })
    }

    fn finish(&self, _: &Acquire, _: &Permit, end: End) {
        self.0.lock().unwrap().push(end);
    }

    fn observe(&self, _: &Acquire, _: &Permit, _: u16, _: &Feedback) {}
}

/// A proxy at the other end may forward the request after the connection broke.
#[tokio::test]
async fn the_limiter_learns_whether_a_request_may_still_be_on_its_way() {
    let table: [(fn() -> Reply, End); 6] = [
        (|| Reply::Reset, End::GivenUp),
        (|| Reply::Close, End::GivenUp),
        (|| Reply::Garbage, End::GivenUp),
        (|| Reply::Cut("{".into()), End::Over),
        (|| reply(503, ""), End::Over),
        (|| reply(200, "{\"id\":1}"), End::Over),
    ];
    for (make, end) in table {
        let server = Server::start(move |_, _| make()).await;
        let ends = Ends::default();
        let builder = builder(&server.base_url, &ManualClock::auto()).retry(RetryPolicy::none());
        let pipeline = builder.limiter(Arc::new(ends.clone())).build().unwrap();
        let _ = read(&pipeline).send().await;
        assert_eq!(*ends.0.lock().unwrap(), [end]);
    }
    let ends = Ends::default();
    let nowhere = builder("http://127.0.0.1:9", &ManualClock::auto()).limiter(Arc::new(ends.clone())).build().unwrap();
    read(&nowhere).send().await.unwrap_err();
    assert_eq!(*ends.0.lock().unwrap(), [End::Over; 4]);
}

#[tokio::test]
async fn a_refused_connection_is_repeated_whatever_the_method() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let clock = ManualClock::auto();
    let pipeline = builder(&address, &clock).build().unwrap();
    let error = create(&pipeline).send().await.unwrap_err();
    assert_eq!((error.kind(), error.sent(), error.attempts()), (ErrorKind::Connect, Sent::No, 4), "{error}");
    assert!(!error.to_string().contains("carried out"), "{error}");
    assert!(pipeline.stats().waited > std::time::Duration::ZERO);
}

#[tokio::test]
async fn a_broken_read_is_repeated_and_a_broken_write_is_not() {
    for broken in [|| Reply::Reset, || Reply::Cut("{".into()), || reply(500, "")] {
        let server = Server::start(move |_, number| if number < 2 { broken() } else { reply(200, "{\"id\":1}") }).await;
        let pipeline = pipeline(&server);
        assert_eq!(read(&pipeline).send().await.unwrap()["id"], 1);
        assert_eq!(server.seen().len(), 3);
        assert_eq!((pipeline.stats().retries, pipeline.stats().errors), (2, 0));

        let server = Server::start(move |_, _| broken()).await;
        let error = create(&support::pipeline(&server)).send().await.unwrap_err();
        assert_eq!((error.attempts(), server.seen().len()), (1, 1));
        assert!(error.to_string().contains("check before repeating"), "{error}");
    }
}

#[tokio::test]
async fn a_refusal_does_not_undo_what_an_earlier_attempt_may_have_done() {
    op!(REPLACE, "things.replace", PUT, "/things", idempotent: true);
    for then in [403, 429, 422] {
        let server = Server::start(move |_, number| if number == 0 { Reply::Close } else { reply(then, "") }).await;
        let error = Call::<Value>::new(&pipeline(&server), &REPLACE).json(&json!({})).send().await.unwrap_err();
        assert_eq!((error.sent(), error.status(), error.may_have_happened()), (Sent::Answered, Some(then), true));
        assert!(error.to_string().contains("it may have been carried out, repeating it is safe"), "{error}");
        let server = Server::start(move |_, _| reply(then, "")).await;
        let error = Call::<Value>::new(&pipeline(&server), &REPLACE).json(&json!({})).send().await.unwrap_err();
        assert!(!error.may_have_happened(), "{error}");
    }
}

#[tokio::test]
async fn a_throttled_write_is_repeated_after_the_hint() {
    let server = Server::start(|_, number| match number {
        0 => Reply::With(429, vec![("retry-after", "7".into())], String::new()),
        1 => {
            let at = "Thu, 01 Jan 2026 00:00:20 GMT".into();
            Reply::With(429, vec![("date", "Thu, 01 Jan 2026 00:00:00 GMT".into()), ("retry-after", at)], String::new())
        }
        _ => reply(201, "{}"),
    })
    .await;
    let pipeline = pipeline(&server);
    create(&pipeline).send().await.unwrap();
    let waited = pipeline.stats().waited;
    assert!(waited >= SECOND * 27 && waited < SECOND * 30, "{waited:?}");
}

#[tokio::test]
async fn long_hints_and_daily_quotas_fail_at_once() {
    let server = Server::start(|_, number| match number {
        0 => Reply::With(429, vec![("retry-after", "3600".into()), ("x-request-id", "r-1".into())], String::new()),
        _ => reply(429, "{\"code\":\"DAILY\"}"),
    })
    .await;
    let pipeline = pipeline(&server);
    let error = read(&pipeline).send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1));
    assert_eq!((error.retry_after(), error.request_id()), (Some(SECOND * 3600), Some("r-1")));
    let error = read(&pipeline).send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::QuotaExhausted, 1));
}

#[tokio::test]
async fn no_answer_ends_with_the_attempts_time_and_the_calls() {
    let server = Server::start(|_, _| Reply::Hang).await;
    let clock = ManualClock::new();
    let pipeline = builder(&server.base_url, &clock).build().unwrap();
    let options = CallOptions::new().timeout(SECOND * 20).attempt_timeout(SECOND * 5).retry(RetryPolicy::none());
    for (options, text) in [
        (options.clone(), "no answer within 5 s"),
        (options.attempt_timeout(SECOND * 50), "the call's 20 s ran out while waiting for the answer"),
    ] {
        let task = tokio::spawn(create(&pipeline).with(options).send());
        let before = server.seen().len();
        while server.seen().len() == before {
            tokio::task::yield_now().await;
        }
        clock.advance(SECOND * 20);
        let error = task.await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Timeout, Sent::Maybe));
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[tokio::test]
async fn secrets_and_values_appear_nowhere() {
    let echo = format!("{{\"code\":\"NO\",\"message\":\"bad token {TOKEN} of ann@example.com\"}}");
    let server = Server::start(move |_, _| reply(401, &echo)).await;
    let pipeline = pipeline(&server);
    let error = read(&pipeline).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    let text = format!("{} {pipeline:?} {:?}", shown(&error), error.vendor().unwrap());
    for secret in [TOKEN, "ann", "canary-query"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(text.contains("GET /things/{id}") && text.contains("[NO]"), "{text}");
    let seen = server.seen().remove(0);
    assert_eq!(seen.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(seen.target, "/things/ann%40example.com?q=canary-query");
}

#[tokio::test]
async fn an_echo_of_the_credential_is_not_an_id() {
    // Refused, not readable, and without content.
    for (status, body) in [(401, "{}"), (200, "[1, oops"), (200, "")] {
        let id = format!("id-{TOKEN}");
        let answer = move || Reply::With(status, vec![("x-request-id", id.clone())], body.to_owned());
        let server = Server::start(move |_, _| answer()).await;
        let error = read(&pipeline(&server)).send().await.unwrap_err();
        assert_eq!((error.request_id(), error.status()), (None, Some(status)), "{body}");
        assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
    }
}

#[tokio::test]
async fn downloads_stream_and_tell_when_they_are_cut() {
    let server = Server::start(|_, number| match number {
        0 => reply(503, ""),
        1 => reply(200, "abc"),
        2 => Reply::Cut("abc".into()),
        _ => reply(404, "{\"code\":\"GONE\"}"),
    })
    .await;
    let pipeline = pipeline(&server);
    let open = || Call::<BodyStream>::new(&pipeline, &EXPORT).send();
    let mut stream = open().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "application/json");
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        body.extend_from_slice(&chunk.unwrap());
    }
    assert_eq!(body, b"abc");

    let mut stream = open().await.unwrap();
    let mut last = None;
    while let Some(chunk) = stream.next().await {
        last = Some(chunk);
    }
    let error = last.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Io, "things.export"));
    assert_eq!(open().await.unwrap_err().kind(), ErrorKind::NotFound);
}
