//! The limits of a reply: bytes (also unpacked), depth and headers.

use std::io::Write as _;

use crm_calls as calls;
use crm_core::{ErrorKind, OpMeta, RawReply, Sent, Vendor};
use http::{HeaderMap, StatusCode};
use hubspot_client::{Client, Error};

use super::{build, host};

const LIMIT: usize = 100_000;

fn client(address: &str) -> Client {
    build(Client::builder().token("t").max_reply(LIMIT), address)
}

async fn error(answer: impl Into<Vec<u8>>) -> Error {
    client(&host(answer).await).owners().list().send().await.unwrap_err()
}

fn answer(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut answer = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n").into_bytes();
    answer.extend_from_slice(body);
    answer
}

#[tokio::test]
async fn a_reply_is_as_large_as_was_allowed() {
    let body = |length: usize| format!("{{\"results\":[]{}}}", " ".repeat(length - 14)).into_bytes();
    let at_the_limit = host(answer(200, "", &body(LIMIT))).await;
    client(&at_the_limit).owners().list().send().await.unwrap();
    // Announced, and not.
    let announced = error(b"HTTP/1.1 200 X\r\ncontent-length: 99999999999\r\n\r\n[".to_vec()).await;
    let chunk = [format!("{LIMIT:x}\r\n").into_bytes(), body(LIMIT), b"\r\n".to_vec()].concat();
    let head = b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let endless = error([head, chunk.repeat(50)].concat()).await;
    for error in [announced, endless, error(answer(200, "", &body(LIMIT + 1))).await] {
        assert_eq!((error.kind(), error.sent(), error.attempts()), (ErrorKind::Decode, Sent::Answered, 1), "{error}");
        assert!(error.to_string().contains("larger than the 100000 bytes that max_reply allows"), "{error}");
        assert!(error.body().len() <= 64 * 1024);
    }
}

#[tokio::test]
async fn a_download_may_be_larger_and_is_not_kept() {
    let address = host(answer(200, "", &vec![b'x'; 20 * LIMIT])).await;
    let client = build(hoopai_client::Client::builder().token("t").max_reply(LIMIT), &address);
    let body = client.conversations().download_recording("m", "l").send().await.unwrap();
    assert_eq!(body.write_to(tokio::io::sink()).await.unwrap(), 20 * LIMIT as u64);
}

#[tokio::test]
async fn of_an_error_little_is_kept() {
    let error = error(answer(400, "", &vec![b'x'; 10_000_000])).await;
    assert_eq!((error.kind(), error.body().len()), (ErrorKind::Validation, 64 * 1024));
    assert!(error.to_string().len() < 1_500, "{}", error.to_string().len());
}

#[tokio::test]
async fn what_is_unpacked_is_bounded_too() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..100 {
        packed.write_all(&[b' '; 1_000_000]).unwrap();
    }
    let bomb = packed.finish().unwrap();
    assert!(bomb.len() < LIMIT);
    for (said, text, kept) in [
        ("gzip", "larger than the 100000 bytes that max_reply allows", 64 * 1024),
        ("identity, GZip", "larger than the 100000 bytes that max_reply allows", 64 * 1024),
        ("gzip, gzip", "which is not read", 0),
        ("identity, br", "which is not read", 0),
        ("x;y\u{e9}", "which is not read", 0),
        ("zstd", "which is not read", 0),
    ] {
        let header = format!("content-encoding: {said}\r\n");
        let error = error(answer(200, &header, &bomb)).await;
        assert_eq!((error.kind(), error.status()), (ErrorKind::Decode, Some(200)), "{said}: {error}");
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(error.body().len(), kept, "{said}");
        // The status of a refusal is enough.
        let error = self::error(answer(503, &header, &bomb)).await;
        assert_eq!((error.kind(), error.body().len()), (ErrorKind::Unavailable, kept), "{said}: {error}");
    }
    let plain = host(answer(200, "content-encoding: identity\r\n", b"{\"results\":[]}")).await;
    client(&plain).owners().list().send().await.unwrap();
}

#[tokio::test]
async fn depth_and_headers_are_bounded() {
    let deep = |open: &str| open.repeat(40_000).into_bytes();
    for body in [deep("["), deep("{\"results\":"), deep("{\"results\":["), deep("{\"errors\":[{\"context\":")] {
        let error = error(answer(200, "", &body)).await;
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Decode, Sent::Answered), "{error}");
        let refused = self::error(answer(400, "", &body)).await;
        assert_eq!(refused.kind(), ErrorKind::Validation, "{refused}");
    }
    let many: String = (0..10_000).map(|n| format!("x-{n}: 1\r\n")).collect();
    let error = error(answer(200, &many, b"{}")).await;
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Io, Sent::Maybe), "{error}");
}

/// Bodies of errors reach the readers of all vendors, in any form.
#[test]
fn no_vendors_reader_runs_out_of_stack() {
    let check = |vendor: &dyn Vendor, op: &OpMeta| {
        for open in ["[", "{\"message\":", "{\"errors\":[", "{\"message\":\"{\\\"message\\\":"] {
            let body = open.repeat(100_000).into_bytes();
            let reply = RawReply::new(StatusCode::BAD_REQUEST, HeaderMap::new(), body);
            let _ = (vendor.read_error(op, &reply), vendor.request_id(&reply), vendor.feedback(op, &reply));
        }
    };
    macro_rules! each {
        ($($api:ident)*) => {
            $(
                let api = calls::$api();
                check(api.reader().vendor(), (api.operations)()[0]);
            )*
        };
    }
    crm_calls::every_api!(each);
}
