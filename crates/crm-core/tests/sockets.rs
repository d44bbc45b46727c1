//! The number of a client's connections, and its errors if no sockets are left.
#![cfg(unix)]

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::things::Things;
use crate::support::{Acme, Reply, SECOND, Server, TOKEN, builder, json as reply, op};
use crm_core::{
    BodyStream, Call, CallOptions, ClientBuilder, Error, ErrorKind, ManualClock, Paginator, Paging, PagingKind,
};
use crm_core::{Pipeline, Quotas, RetryPolicy, Sent};
use futures::future::join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Barrier;

op!(READ, "things.read", GET, "/things", idempotent: true);
op!(LIST, "things.list", GET, "/things", idempotent: true, paging: Some(&Paging { limit: Some("limit"), ..Paging::new(PagingKind::Token, &["after"]) }), rules.items: &["items"]);

/// The variable that passes the server's address to a test that is run again in a separate process.
const ADDRESS: &str = "CRM_CORE_TEST_ADDRESS";
const TOGETHER: usize = 100;

/// Starts a server that answers once `many` requests are under way. Returns its address and its number of connections.
async fn together(many: usize, answer: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (barrier, connections) = (Arc::new(Barrier::new(many)), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let barrier = Arc::clone(&barrier);
            tokio::spawn(async move {
                while stream.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {
                    barrier.wait().await;
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
            });
        }
    });
    (address, connections)
}

/// Runs a test of this file again in a process with this limit of open files.
async fn with_open_files(limit: usize, test: &'static str, address: String) {
    let program = std::env::current_exe().unwrap();
    let output = tokio::task::spawn_blocking(move || {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -n {limit}; exec \"$0\" \"$@\"")]).arg(program);
        shell.args(["--exact", test, "--nocapture"]).env(ADDRESS, address).output().unwrap()
    });
    let output = output.await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// Returns a builder of a client on the real clock.
fn client(address: &str) -> ClientBuilder<Pipeline> {
    ClientBuilder::new(Acme, address, Quotas::none(), |pipeline| pipeline).token(TOKEN)
}

async fn read(pipeline: &Pipeline, options: CallOptions) -> Result<Value, Error> {
    Call::<Value>::new(pipeline, &READ).with(options).send().await
}

#[tokio::test]
async fn a_thousand_calls_at_once_need_fewer_sockets_than_a_process_may_have() {
    if let Ok(address) = std::env::var(ADDRESS) {
        let pipeline = client(&address).build().unwrap();
        let replies = join_all((0..1_000).map(|_| read(&pipeline, CallOptions::new()))).await;
        let failed: Vec<&Error> = replies.iter().filter_map(|reply| reply.as_ref().err()).collect();
        assert!(failed.is_empty(), "{} of 1,000 failed: {}", failed.len(), failed[0]);
        assert_eq!(pipeline.stats().attempts, 1_000);
        return;
    }
    let (address, connections) = together(TOGETHER, "HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\n{}").await;
    with_open_files(256, "sockets::a_thousand_calls_at_once_need_fewer_sockets_than_a_process_may_have", address).await;
    println!("{} connections for 1,000 calls", connections.load(Ordering::SeqCst));
}

#[tokio::test]
async fn to_run_out_of_sockets_is_not_the_vendors_fault() {
    if let Ok(address) = std::env::var(ADDRESS) {
        let pipeline = client(&address).max_connections(1_000).build().unwrap();
        let once = CallOptions::new().retry(RetryPolicy::none());
        for reply in join_all((0..200).map(|_| read(&pipeline, once.clone()))).await {
            let error = reply.unwrap_err();
            if error.kind() == ErrorKind::Connect {
                assert_eq!((error.sent(), error.may_have_happened()), (Sent::No, false));
                let text = error.to_string();
                assert!(text.contains("no socket or local port left") && text.contains("ulimit -n"), "{text}");
            }
        }
        // Repeats of 200 calls would use up the budget of an account several times.
        let quick = crm_core::Exponential::new(SECOND / 1_000, SECOND / 1_000);
        let repeated = CallOptions::new().retry(RetryPolicy::default().backoff(quick));
        let replies = join_all((0..200).map(|_| read(&pipeline, repeated.clone()))).await;
        let errors: Vec<Error> = replies.into_iter().map(Result::unwrap_err).collect();
        let out = errors.iter().filter(|error| error.kind() == ErrorKind::Connect).count();
        assert!(out > 20, "{out} calls ran out of sockets");
        assert!(errors.iter().all(|error| error.kind() != ErrorKind::Connect || error.attempts() == 4), "{errors:?}");
        return;
    }
    let (address, _) = together(1, "HTTP/1.1 404 X\r\ncontent-length: 0\r\n\r\n").await;
    with_open_files(64, "sockets::to_run_out_of_sockets_is_not_the_vendors_fault", address).await;
}

/// Lets all tasks run until something has happened.
async fn until(happened: impl Fn() -> bool) {
    for _ in 0..200_000 {
        if happened() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it did not happen");
}

#[tokio::test]
async fn a_call_waits_for_a_connection_until_its_deadline_and_ahead_of_it_if_nothing_moves() {
    let server = Server::start(|_, _| Reply::Hang).await;
    let clock = ManualClock::new();
    let pipeline = builder(&server.base_url, &clock).max_connections(1).build().unwrap();
    let call = |seconds| {
        let pipeline = pipeline.clone();
        tokio::spawn(async move { read(&pipeline, CallOptions::new().timeout(seconds * SECOND)).await })
    };
    let held = call(120);
    until(|| server.seen().len() == 1).await;
    let short = tokio::spawn({
        let (pipeline, options) = (pipeline.clone(), CallOptions::new().timeout(SECOND / 2));
        async move { read(&pipeline, options).await }
    });
    // The call, its attempt and the wait for a connection each have a deadline.
    until(|| clock.waiting() >= 3).await;
    clock.advance(SECOND / 2);
    let error = short.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.sent(), error.attempts()), (ErrorKind::Timeout, Sent::No, 0));
    assert!(error.to_string().contains("waiting for one of the 1 connections (max_connections)"), "{error}");
    assert_eq!((pipeline.stats().waits, pipeline.stats().waited), (1, SECOND / 2));

    // The connection is not returned, as if its call were not polled: one call per second goes ahead.
    let others = [call(100), call(100)];
    until(|| clock.waiting() >= 5).await;
    clock.advance(SECOND);
    until(|| server.seen().len() == 2).await;
    until(|| clock.waiting() == 4).await;
    assert_eq!(server.seen().len(), 2);
    clock.advance(SECOND);
    until(|| server.seen().len() == 3).await;
    drop((held, others));
}

#[tokio::test]
async fn a_download_has_its_connection_until_it_ends_or_is_dropped() {
    let server = Server::start(|_, _| reply(200, "[]")).await;
    // On a clock that does not move no call goes ahead.
    let clock = ManualClock::new();
    let pipeline = builder(&server.base_url, &clock).max_connections(1).build().unwrap();
    for read_to_the_end in [true, false] {
        let before = server.seen().len();
        let mut download = Call::<BodyStream>::new(&pipeline, &READ).send().await.unwrap();
        let waits = tokio::spawn({
            let pipeline = pipeline.clone();
            async move { read(&pipeline, CallOptions::new()).await }
        });
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        assert_eq!(server.seen().len(), before + 1);
        if read_to_the_end {
            while let Some(piece) = download.next().await {
                piece.unwrap();
            }
        } else {
            drop(download);
        }
        assert_eq!(waits.await.unwrap().unwrap(), json!([]));
    }
}

#[tokio::test]
async fn a_list_that_fetches_ahead_and_calls_for_its_items_need_one_connection() {
    let server = Server::start(|seen, _| {
        let page: u64 = seen.query("after").map_or(0, |page| page.parse().unwrap());
        let next = (page < 3).then(|| (page + 1).to_string());
        reply(200, &json!({"items": [page], "next": next}).to_string())
    })
    .await;
    let pipeline = builder(&server.base_url, &ManualClock::new()).max_connections(1).build().unwrap();
    let mut items = Paginator::<Things>::new(Call::new(&pipeline, &LIST)).prefetch(true);
    let mut came = 0;
    while let Some(item) = items.next().await {
        item.unwrap();
        read(&pipeline, CallOptions::new()).await.unwrap();
        came += 1;
    }
    assert_eq!(came, 4);
}
