//! HTTP/2: only requests that the server reports as not carried out are repeated.

use crate::support::http2::{Fate, Http2Server};
use crate::support::{builder, op};
use crm_core::{Call, Error, ErrorKind, ManualClock, Pipeline, Sent, Upload};
use futures::future::join_all;
use serde_json::{Value, json};

op!(CREATE, "things.create", POST, "/things", idempotent: false);

/// Requests of a run. The server ends a connection after `PER_CONNECTION` of them.
const REQUESTS: usize = 64;
const PER_CONNECTION: usize = 20;

/// Returns a pipeline over the user's own client, which uses HTTP/2.
fn pipeline(server: &Http2Server, http: reqwest::ClientBuilder) -> Pipeline {
    let http = http.redirect(reqwest::redirect::Policy::none()).http2_prior_knowledge().no_proxy().build().unwrap();
    builder(&server.base_url, &ManualClock::auto()).http(http).build().unwrap()
}

async fn create(pipeline: &Pipeline, number: usize) -> Result<Value, Error> {
    Call::<Value>::new(pipeline, &CREATE).json(&json!(number)).send().await
}

/// Sends all requests at once. Each must succeed and be carried out once; returns the number of refused requests.
async fn all_once(server: &Http2Server, pipeline: &Pipeline) -> usize {
    let results = join_all((0..REQUESTS).map(|number| create(pipeline, number))).await;
    let failed: Vec<_> = results.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect();
    assert!(failed.is_empty(), "{} failed, the first with {}", failed.len(), failed[0]);
    let seen = server.seen.lock().unwrap();
    let mut numbers: Vec<usize> = seen.carried_out.iter().map(|body| body.parse().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..REQUESTS).collect::<Vec<_>>(), "each exactly once");
    seen.refused
}

#[tokio::test]
async fn what_a_server_leaves_out_when_it_goes_away_is_repeated() {
    let leave = |number| if number < PER_CONNECTION { Fate::Answered } else { Fate::Left };
    let server = Http2Server::start(leave).await;
    let refused = all_once(&server, &pipeline(&server, reqwest::Client::builder())).await;
    assert!(refused >= REQUESTS - PER_CONNECTION, "{refused} were left out");
}

#[tokio::test]
async fn refused_streams_are_repeated() {
    let server = Http2Server::start(|number| if number % 3 == 0 { Fate::Refused } else { Fate::Answered }).await;
    assert!(all_once(&server, &pipeline(&server, reqwest::Client::builder())).await >= REQUESTS / 3);
}

#[tokio::test]
async fn a_stream_that_is_always_refused_did_not_happen() {
    let server = Http2Server::start(|_| Fate::Refused).await;
    let never = || reqwest::Client::builder().retry(reqwest::retry::never());
    for (http, requests) in [(reqwest::Client::builder(), 12), (never(), 4)] {
        let error = create(&pipeline(&server, http), 1).await.unwrap_err();
        assert_eq!((error.kind(), error.sent(), error.may_have_happened()), (ErrorKind::Connect, Sent::No, false));
        assert!(error.to_string().contains("the server refused the request before it was processed"), "{error}");
        let seen = std::mem::take(&mut *server.seen.lock().unwrap());
        assert_eq!((error.attempts(), seen.refused, seen.carried_out.len()), (4, requests, 0));
    }
}

#[tokio::test]
async fn an_upload_that_reqwest_cannot_copy_is_repeated_too() {
    let refuse_first = |number| if number == 0 { Fate::Refused } else { Fate::Answered };
    let server = Http2Server::start(refuse_first).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "canary").unwrap();
    let pipeline = pipeline(&server, reqwest::Client::builder());
    Call::<Value>::new(&pipeline, &CREATE).file("file", Upload::path(file.path().to_owned())).send().await.unwrap();
    let seen = server.seen.lock().unwrap();
    assert_eq!((seen.carried_out.len(), seen.refused, pipeline.stats().retries), (1, 1, 1));
    assert!(seen.carried_out[0].contains("canary"));
}

#[tokio::test]
async fn what_was_carried_out_before_the_server_went_away_is_not_repeated() {
    let server = Http2Server::start(|_| Fate::Lost).await;
    let error = create(&pipeline(&server, reqwest::Client::builder()), 1).await.unwrap_err();
    assert_eq!((error.kind(), error.sent(), error.may_have_happened()), (ErrorKind::Io, Sent::Maybe, true), "{error}");
    assert_eq!(server.seen.lock().unwrap().carried_out, ["1"]);
}
