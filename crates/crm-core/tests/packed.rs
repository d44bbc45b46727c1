//! Replies that are packed with gzip.

use std::io::Write;

use crate::support::{self, Reply, Server, builder, json as plain, once, op, pipeline};
use crm_core::{Call, Error, ErrorKind, ManualClock, Pipeline, RetryPolicy, Sent};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

op!(READ, "things.read", GET, "/things", idempotent: true);
op!(CREATE, "things.create", POST, "/things", idempotent: false);
op!(LOOK, "things.look", HEAD, "/things", idempotent: true);

const TEXT: &str = r#"{"results":[1,2]}"#;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn packed(status: u16, coding: &str, body: Vec<u8>) -> Reply {
    Reply::Bytes(status, vec![("content-type", "application/json".into()), ("content-encoding", coding.into())], body)
}

/// Starts a server that answers every request with this body, as gzip.
async fn server(body: Vec<u8>) -> Server {
    Server::start(move |_, _| packed(200, "gzip", body.clone())).await
}

async fn read(pipeline: &Pipeline) -> Result<Value, Error> {
    Call::<Value>::new(pipeline, &READ).send().await
}

#[tokio::test]
async fn gzip_is_asked_for_and_unpacked() {
    let server = server(gzip(TEXT.as_bytes())).await;
    let pipeline = pipeline(&server);
    assert_eq!(read(&pipeline).await.unwrap(), json!({"results": [1, 2]}));
    let raw = Call::<Value>::new(&pipeline, &READ).send_raw().await.unwrap();
    assert_eq!(raw.text(), TEXT);
    // These headers would be wrong for the unpacked body.
    assert_eq!((raw.header("content-encoding"), raw.header("content-length")), (None, None));
    assert_eq!(raw.header("content-type"), Some("application/json"));
    assert!(server.seen().iter().all(|seen| seen.header("accept-encoding") == Some("gzip")));
}

#[tokio::test]
async fn members_are_joined() {
    let server = server([gzip(&TEXT.as_bytes()[..5]), gzip(b""), gzip(&TEXT.as_bytes()[5..])].concat()).await;
    assert_eq!(read(&pipeline(&server)).await.unwrap(), json!({"results": [1, 2]}));
}

/// Features of reqwest that another crate enables do not change the built-in client, and the user's own client may
/// unpack too.
#[tokio::test]
async fn a_client_of_the_users_own_may_unpack_or_not() {
    for unpacks in [true, false] {
        let server = server(gzip(TEXT.as_bytes())).await;
        let http = reqwest::Client::builder().gzip(unpacks).no_proxy().build().unwrap();
        let pipeline = builder(&server.base_url, &ManualClock::auto()).http(http).build().unwrap();
        assert_eq!(read(&pipeline).await.unwrap(), json!({"results": [1, 2]}), "{unpacks}");
        assert_eq!(server.seen()[0].header("accept-encoding"), Some("gzip"));
    }
}

#[tokio::test]
async fn a_cut_or_damaged_reply_is_a_broken_connection() {
    let whole = gzip(TEXT.as_bytes());
    let cut = whole[..whole.len() - 9].to_vec();
    let mut wrong = whole.clone();
    wrong[whole.len() - 6] ^= 1;
    for body in [cut, wrong, [whole.clone(), b"x".to_vec()].concat(), [whole.clone(), whole[..12].to_vec()].concat()] {
        let server = server(body).await;
        let error = read(&pipeline(&server)).await.unwrap_err();
        assert_eq!((error.kind(), error.sent(), error.attempts()), (ErrorKind::Io, Sent::Maybe, 4), "{error}");
        assert!(error.to_string().contains("the reply was cut off or damaged: "), "{error}");
        assert_eq!(error.status(), Some(200));
        // A write may have been carried out.
        let error = Call::<Value>::new(&pipeline(&server), &CREATE).json(&json!({})).send().await.unwrap_err();
        assert_eq!((error.attempts(), error.may_have_happened()), (1, true), "{error}");
    }
    // The next attempt may receive the whole body.
    let server = Server::start(move |_, number| match number {
        0 => packed(200, "gzip", whole[..20].to_vec()),
        _ => packed(200, "gzip", whole.clone()),
    });
    assert!(read(&pipeline(&server.await)).await.is_ok());
}

#[tokio::test]
async fn what_is_packed_otherwise_is_named() {
    let once_packed = gzip(TEXT.as_bytes());
    for (coding, body, text) in [
        ("br", b"x".to_vec(), "the reply is encoded as br, which is not read"),
        ("deflate", b"x".to_vec(), "the reply is encoded as deflate, which is not read"),
        ("gzip, gzip", gzip(&once_packed), "the reply is encoded as gzip, gzip, which is not read"),
        ("gzip", gzip(&once_packed), "the reply is gzip, which its Content-Encoding does not name"),
        ("identity", once_packed.clone(), "the reply is gzip, which its Content-Encoding does not name"),
        ("gzip", TEXT.into(), "the reply is not gzip, which its Content-Encoding names"),
    ] {
        let server = Server::start(move |_, _| packed(200, coding, body.clone())).await;
        let error = read(&pipeline(&server)).await.unwrap_err();
        assert_eq!((error.kind(), error.sent(), error.attempts()), (ErrorKind::Decode, Sent::Answered, 1), "{error}");
        assert!(error.to_string().contains(text), "{error}");
    }
    let plainly = Server::start(|_, _| packed(200, "identity", TEXT.into())).await;
    assert_eq!(read(&pipeline(&plainly)).await.unwrap(), json!({"results": [1, 2]}));
}

#[tokio::test]
async fn refusals_are_unpacked_as_far_as_possible() {
    let refusal = br#"{"code": "BAD", "message": "the thing is wrong"}"#.to_vec();
    for (coding, body, code) in [
        ("gzip", gzip(&refusal), Some("BAD")),
        ("gzip", gzip(&refusal)[..40].to_vec(), None),
        ("gzip", refusal.clone(), None),
        ("br", refusal.clone(), None),
        ("gzip", Vec::new(), None),
    ] {
        let server = Server::start(move |_, _| packed(422, coding, body.clone())).await;
        let error = read(&pipeline(&server)).await.unwrap_err();
        assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Validation, Some(422), 1), "{error}");
        assert_eq!(error.vendor().and_then(|detail| detail.code.as_deref()), code);
        assert_eq!(error.to_string().contains("encoded as br, which is not read"), coding == "br", "{error}");
    }
    let server = Server::start(|_, _| packed(503, "gzip", gzip(&vec![b' '; 50_000_000]))).await;
    let error = read(&once(&server)).await.unwrap_err();
    assert_eq!((error.kind(), error.body().len()), (ErrorKind::Unavailable, 64 * 1024), "{error}");
}

#[tokio::test]
async fn an_empty_body_has_no_coding() {
    for coding in ["gzip", "br"] {
        for (op, status) in [(&READ, 204), (&LOOK, 200), (&READ, 200)] {
            let server = Server::start(move |_, _| packed(status, coding, Vec::new())).await;
            let raw = Call::<Value>::new(&pipeline(&server), op).send_raw().await.unwrap();
            assert!(raw.body().is_empty());
            assert_eq!(raw.header("content-encoding"), Some(coding));
        }
        let server = Server::start(move |_, _| packed(200, coding, Vec::new())).await;
        assert_eq!(download(Call::new(&pipeline(&server), &READ)).await.unwrap(), b"");
    }
    let server = Server::start(|_, _| packed(304, "gzip", Vec::new())).await;
    assert_eq!(read(&pipeline(&server)).await.unwrap_err().status(), Some(304));
}

#[tokio::test]
async fn a_download_is_what_the_vendor_has() {
    let server = Server::start(|seen, _| match seen.header("accept-encoding") {
        Some("identity") => plain(200, TEXT),
        _ => packed(200, "gzip", gzip(TEXT.as_bytes())),
    })
    .await;
    let call = Call::new(&pipeline(&server), &READ);
    assert_eq!(download(call.clone()).await.unwrap(), TEXT.as_bytes());
    // What the call requests is returned as it is.
    let call = call.header("accept-encoding", "gzip");
    assert_eq!(call.clone().send().await.unwrap().headers()["content-encoding"], "gzip");
    assert_eq!(download(call).await.unwrap(), gzip(TEXT.as_bytes()));
    let server = Server::start(|_, _| packed(200, "gzip", gzip(TEXT.as_bytes()))).await;
    let error = download(Call::new(&pipeline(&server), &READ)).await.unwrap_err();
    assert!(error.to_string().contains("encoded as gzip, which is not read"), "{error}");
}

async fn download(call: Call<crm_core::BodyStream>) -> Result<Vec<u8>, crm_core::Error> {
    let mut bytes = Vec::new();
    call.send().await?.write_to(&mut bytes).await.map(|_| bytes)
}

/// 1 MB that unpacks to 1 GB.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_bomb_is_refused_before_it_takes_memory() {
    const TEST: &str = "packed::a_bomb_is_refused_before_it_takes_memory";
    const MIB: usize = 1024 * 1024;
    const ADDRESS: &str = "CRM_CORE_TEST_ADDRESS";
    if let Ok(address) = std::env::var(ADDRESS) {
        let pipeline = builder(&address, &ManualClock::auto()).retry(RetryPolicy::none()).build().unwrap();
        let before = support::peak();
        let error = read(&pipeline).await.unwrap_err();
        let took = support::peak() - before;
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Decode, Sent::Answered), "{error}");
        assert!(error.to_string().contains("larger than the 67108864 bytes that max_reply allows"), "{error}");
        println!("measured {} MiB", took / MIB);
        assert!(took < 2 * 64 * MIB, "{} MiB", took / MIB);
        return;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..1_000 {
        encoder.write_all(&[b' '; 1_000_000]).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < MIB);
    let server = server(bomb).await;
    let address = server.base_url.clone();
    let output = tokio::task::spawn_blocking(move || {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", TEST, "--nocapture"]).env(ADDRESS, address).output().unwrap()
    });
    let output = output.await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    println!("{:?}", text.lines().find(|line| line.starts_with("measured")));
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}
