//! Uploads and downloads of files.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use crate::support::{Reply, SECOND, Server, builder, json as reply, op, pipeline, shown};
use bytes::Bytes;
use crm_core::{
    BeforeSend, BodyStream, Call, CallOptions, Clock, Error, ErrorKind, ManualClock, Pipeline, Sent, SystemClock,
    Upload,
};
use futures_core::Stream;
use serde_json::{Value, json};

op!(UPLOAD, "files.upload", PUT, "/files", idempotent: true);
op!(EXPORT, "files.export", GET, "/export", idempotent: true);

const CONTENT: &str = "id,name\n1,canary";

/// Yields these pieces, and moves a clock with each.
struct Pieces(Vec<std::io::Result<Bytes>>, Option<ManualClock>);

impl Stream for Pieces {
    type Item = std::io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(clock) = &self.1 {
            clock.advance(SECOND * 4);
        }
        Poll::Ready((!self.0.is_empty()).then(|| self.0.remove(0)))
    }
}

fn stream(pieces: &[&'static str]) -> Upload {
    Upload::stream(Pieces(pieces.iter().map(|piece| Ok(Bytes::from_static(piece.as_bytes()))).collect(), None))
}

fn upload(pipeline: &Pipeline, file: impl Into<Upload>) -> Call<Value> {
    Call::new(pipeline, &UPLOAD).part("access", "PRIVATE").file("file", file)
}

#[tokio::test]
async fn bytes_and_paths_are_sent_again_and_streams_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("canary.csv");
    std::fs::write(&path, CONTENT).unwrap();
    for (file, name) in [(Upload::bytes(CONTENT), "file"), (Upload::path(&path), "canary.csv")] {
        let server = Server::start(|_, number| reply(if number == 0 { 503 } else { 200 }, "{}")).await;
        upload(&pipeline(&server), file).send().await.unwrap();
        assert_eq!(server.seen().len(), 2);
        for seen in server.seen() {
            assert!(
                seen.body.contains(CONTENT) && seen.body.contains(&format!("filename=\"{name}\"")),
                "{}",
                seen.body
            );
            let length = seen.header("content-length").unwrap().parse::<usize>().unwrap();
            assert_eq!(length, seen.body.len());
        }
    }
    for status in [503, 429, 401] {
        let server = Server::start(move |_, _| reply(status, "{}")).await;
        let call = upload(&pipeline(&server), stream(&["id", ",name"]));
        let error = call.clone().send().await.unwrap_err();
        assert_eq!((error.status(), error.attempts(), server.seen().len()), (Some(status), 1, 1), "{error}");
        assert_eq!(error.to_string().contains("read only once"), status != 401, "{error}");
        assert_eq!(server.seen()[0].header("transfer-encoding"), Some("chunked"));
        let error = call.send().await.unwrap_err();
        assert_eq!((error.kind(), error.sent(), error.attempts()), (ErrorKind::Validation, Sent::No, 0), "{error}");
    }
    // Nothing of the stream was read if no server listens.
    let nowhere = builder("http://127.0.0.1:9", &ManualClock::auto()).build().unwrap();
    let error = upload(&nowhere, stream(&["a"])).send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 4), "{error}");
}

#[tokio::test]
async fn what_cannot_be_sent_is_found_before() {
    let server = Server::start(|_, _| reply(200, "{}")).await;
    let pipeline = pipeline(&server);
    let folder = tempfile::tempdir().unwrap();
    let call = |file: Upload| upload(&pipeline, file);
    for (call, text) in [
        (call(Upload::path("/nowhere/canary.csv")), "\"file\" cannot be opened"),
        (call(Upload::from(folder.path())), "\"file\" is not a regular file"),
        (call(Upload::bytes("a").content_type("a\nb")), "media type of part \"file\""),
        (call(Upload::bytes("a")).set_body_field("a", json!(1)), "the body has no members"),
        (Call::new(&pipeline, &UPLOAD).json(&json!({})).part("a", "b"), "cannot have parts"),
    ] {
        let error = call.send().await.unwrap_err();
        assert_eq!((error.kind(), error.sent(), error.attempts()), (ErrorKind::Validation, Sent::No, 0), "{error}");
        assert!(error.to_string().contains(text) && !shown(&error).contains("canary"), "{error}");
    }
    assert!(server.seen().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_is_not_waited_for() {
    let server = Server::start(|_, _| reply(200, "{}")).await;
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("canary");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let sent = tokio::time::timeout(SECOND, upload(&pipeline(&server), Upload::path(&pipe)).send()).await;
    // Opening it waits for a writer.
    drop(std::fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap());
    let error = sent.expect("an error at once").unwrap_err();
    assert!(error.to_string().contains("is not a regular file"), "{error}");
}

/// Disks can hang too, for example network disks. The first time before the permit, the second time after it.
#[test]
fn a_file_that_is_not_opened_in_time_fails_the_call() {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().max_blocking_threads(1).build().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    for at_once in [true, false] {
        let (free, held) = std::sync::mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        // The only thread for files is busy.
        let occupy = move || {
            let held = Arc::clone(&held);
            drop(tokio::task::spawn_blocking(move || held.lock().unwrap().recv()));
        };
        let result = runtime.block_on(async {
            let server = Server::start(|_, _| reply(200, "{}")).await;
            let pipeline = builder(&server.base_url, &ManualClock::new()).clock(Arc::new(SystemClock::new()));
            let pipeline = pipeline.timeout(Duration::from_millis(200)).build().unwrap();
            let mut call = upload(&pipeline, Upload::path(file.path()));
            if at_once {
                occupy();
            } else {
                call = call.before_send(BeforeSend::new(move || {
                    occupy();
                    async { Ok(()) }
                }));
            }
            tokio::time::timeout(SECOND * 3, call.send()).await
        });
        drop(free);
        let error = result.expect("an error in time").unwrap_err();
        assert_eq!((error.kind(), error.sent(), error.attempts()), (ErrorKind::Timeout, Sent::No, 0), "{error}");
        assert!(error.to_string().contains("0.2 s ran out while opening what is uploaded"), "{error}");
    }
}

#[tokio::test]
async fn a_file_that_breaks_off_fails_the_call() {
    let server = Server::start(|_, _| reply(200, "{}")).await;
    let pipeline = pipeline(&server);
    let broken = || Upload::stream(Pieces(vec![Ok(Bytes::from("a")), Err(std::io::Error::other("canary"))], None));
    for (file, text) in [
        (stream(&["12345"]).size(10), "is shorter than its expected size"),
        (stream(&["12345", "123456"]).size(10), "is longer than its expected size"),
        (broken(), "cannot be read any further"),
        (broken().size(10), "cannot be read any further"),
    ] {
        let error = upload(&pipeline, file).send().await.unwrap_err();
        assert_eq!((error.kind(), error.sent(), error.attempts()), (ErrorKind::Validation, Sent::Maybe, 1), "{error}");
        assert!(error.to_string().contains(text) && !error.to_string().contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn an_upload_that_moves_may_take_longer_than_an_attempt() {
    let server = Server::start(|_, _| reply(200, "{}")).await;
    let clock = ManualClock::new();
    let pipeline = builder(&server.base_url, &clock).attempt_timeout(SECOND * 5).build().unwrap();
    let pieces = (0..5).map(|_| Ok(Bytes::from("abc"))).collect();
    upload(&pipeline, Upload::stream(Pieces(pieces, Some(clock.clone())))).send().await.unwrap();
    assert_eq!((clock.now(), server.seen().len()), (SECOND * 24, 1));

    let server = Server::start(|_, _| Reply::Hang).await;
    let pipeline = builder(&server.base_url, &clock).attempt_timeout(SECOND * 5).build().unwrap();
    let options = CallOptions::new().retry(crm_core::RetryPolicy::none());
    let task = tokio::spawn(upload(&pipeline, stream(&["a"])).with(options).send());
    while server.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    for _ in 0..2 {
        clock.advance(SECOND * 5);
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }
    let error = task.await.unwrap().unwrap_err();
    assert!(error.kind() == ErrorKind::Timeout && error.to_string().contains("no answer within 5 s"), "{error}");
}

#[tokio::test]
async fn debug_shows_parts_and_no_content() {
    let server = Server::start(|_, _| reply(200, "{}")).await;
    let call = Call::<Value>::new(&pipeline(&server), &UPLOAD)
        .part("note", "canary")
        .file("one", Upload::bytes("canary").file_name("canary.csv").content_type("text/canary"))
        .file("two", Upload::path("/canary"));
    let text = format!("{call:?}");
    assert!(!text.contains("canary"), "{text}");
    for part in ["\"note\", 6 bytes", "\"one\", Upload { source: \"bytes\", size: Some(6)", "\"two\""] {
        assert!(text.contains(part), "{part}: {text}");
    }
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Upload>();
    shared::<Call<Value>>();
}

async fn open(pipeline: &Pipeline) -> BodyStream {
    Call::<BodyStream>::new(pipeline, &EXPORT).send().await.unwrap()
}

#[tokio::test]
async fn downloads_are_whole_or_an_error() {
    let body = "x".repeat(100_000);
    let whole = body.clone();
    let server = Server::start(move |_, number| match number {
        0..3 => Reply::With(200, Vec::new(), whole.clone()),
        _ => Reply::Cut("abc".into()),
    })
    .await;
    let pipeline = pipeline(&server);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.csv");
    let names =
        || -> Vec<_> { std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect() };

    let steps = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&steps);
    let download = open(&pipeline).await.on_progress(move |progress| log.lock().unwrap().push(progress));
    assert_eq!(download.size(), Some(100_000));
    let mut kept = Vec::new();
    assert_eq!(download.write_to(&mut kept).await.unwrap(), 100_000);
    assert_eq!(kept, body.as_bytes());
    {
        let steps = steps.lock().unwrap();
        assert!(steps.is_sorted_by(|a, b| a.bytes < b.bytes) && steps.last().unwrap().bytes == 100_000);
        assert!(steps.iter().all(|step| step.total == Some(100_000)));
    }

    std::fs::write(&path, "old").unwrap();
    assert_eq!(open(&pipeline).await.save(&path).await.unwrap(), 100_000);
    assert_eq!((std::fs::read_to_string(&path).unwrap(), names().len()), (body, 1));

    let (reader, writer) = tokio::io::duplex(10);
    drop(reader);
    let error = open(&pipeline).await.write_to(writer).await.unwrap_err();
    assert_eq!((error.kind(), error.sent(), error.operation()), (ErrorKind::Other, Sent::Answered, "files.export"));

    // From here on the vendor announces more than it sends.
    let cut = |error: Error| assert_eq!((error.kind(), error.status()), (ErrorKind::Io, Some(200)), "{error}");
    cut(open(&pipeline).await.write_to(Vec::new()).await.unwrap_err());
    cut(open(&pipeline).await.save(&path).await.unwrap_err());
    cut(open(&pipeline).await.save(folder.path().join("new.csv")).await.unwrap_err());
    assert_eq!((std::fs::metadata(&path).unwrap().len(), names().len()), (100_000, 1), "nothing half-written");
    let mut download = open(&pipeline).await;
    while let Some(piece) = download.next().await {
        drop(piece);
    }
    cut(download.write_to(Vec::new()).await.unwrap_err());
    let error = open(&pipeline).await.save(folder.path().join("nowhere/new.csv")).await.unwrap_err();
    assert!(error.to_string().contains("cannot be written: entity not found"), "{error}");
}

#[tokio::test]
async fn an_error_of_a_download_counts_the_attempts_of_its_call() {
    let answer = |_: &_, number| if number == 0 { reply(503, "{}") } else { Reply::Cut("abc".into()) };
    let server = Server::start(answer).await;
    let error = open(&pipeline(&server)).await.write_to(Vec::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), server.seen().len()), (ErrorKind::Io, 2, 2), "{error}");
}
