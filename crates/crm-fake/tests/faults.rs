//! Every fault, seen from a real client.

use std::io::Read;
use std::time::{Duration, Instant};

use crm_fake::{Fake, Fault, Hint, Payload, Policy, Step, Vendor, When};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::common::{self, get, post, raw};

const CONTACTS: &str = "/crm/objects/2026-03/contacts";

async fn fake() -> Fake {
    let fake = Fake::builder(Vendor::HubSpot).no_quota().start().await.unwrap();
    for n in 0..5 {
        fake.insert("contacts", json!({"email": format!("p{n}@example.com")}));
    }
    fake
}

/// Returns the received text, and the error at its end.
async fn wire(fake: &Fake) -> (String, Option<std::io::ErrorKind>) {
    let mut socket = tokio::net::TcpStream::connect(fake.address()).await.unwrap();
    let request = format!(
        "GET {CONTACTS} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
        fake.token()
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut all = Vec::new();
    let end = socket.read_to_end(&mut all).await;
    (String::from_utf8_lossy(&all).into_owned(), end.err().map(|error| error.kind()))
}

#[tokio::test]
async fn rate_limits_with_and_without_a_hint() {
    let fake = fake().await;
    let hints = [
        None,
        Some(Hint::RetryAfterSeconds(7)),
        Some(Hint::RetryAfterDate(Duration::from_secs(90))),
        Some(Hint::VendorHeaders),
        Some(Hint::Policy(Policy::Daily)),
        Some(Hint::Policy(Policy::Secondly)),
    ];
    fake.script(hints.map(|hint| Fault::RateLimited { hint }));
    let bare = get(&fake, CONTACTS).await;
    assert_eq!((bare.status, bare.text("/policyName")), (429, "TEN_SECONDLY_ROLLING"));
    assert!(bare.header("retry-after").is_none() && bare.header("x-hubspot-ratelimit-max").is_none());
    assert_eq!(get(&fake, CONTACTS).await.header("retry-after"), Some("7"));
    assert!(get(&fake, CONTACTS).await.header("retry-after").unwrap().ends_with("GMT"));
    let headers = get(&fake, CONTACTS).await;
    assert_eq!(headers.header("x-hubspot-ratelimit-remaining"), Some("0"));
    assert_eq!(headers.header("x-hubspot-ratelimit-interval-milliseconds"), Some("10000"));
    let daily = get(&fake, CONTACTS).await;
    assert_eq!((daily.text("/policyName"), daily.header("x-hubspot-ratelimit-daily-remaining")), ("DAILY", Some("0")));
    assert_eq!(get(&fake, CONTACTS).await.text("/policyName"), "SECONDLY");
    assert_eq!(get(&fake, CONTACTS).await.status, 200);
    let report = fake.report();
    assert_eq!((report.rate_limited, report.faults, report.refused), (6, 6, 0));
}

#[tokio::test]
async fn statuses_bodies_and_the_operation_they_are_for() {
    let fake = fake().await;
    fake.script([
        Fault::status(503).on("contacts.create").times(2),
        Step::pass(),
        Fault::Status(502, Payload::Html).into(),
        Fault::Accepted202 { times: 2, body: Payload::Text("later".into()) }.into(),
        Fault::Body(json!({"results": null})).into(),
        Fault::NotJson.into(),
        Fault::Html.into(),
    ]);
    assert_eq!(get(&fake, CONTACTS).await.status, 200);
    let html = get(&fake, CONTACTS).await;
    assert_eq!((html.status, html.header("content-type")), (502, Some("text/html; charset=utf-8")));
    assert_eq!(get(&fake, CONTACTS).await.status, 202);
    assert_eq!(get(&fake, CONTACTS).await.status, 202);
    assert_eq!(get(&fake, CONTACTS).await.body, json!({"results": null}));
    let odd = get(&fake, CONTACTS).await;
    assert_eq!((odd.status, odd.header("content-type"), &odd.body), (200, Some("application/json"), &Value::Null));
    assert_eq!(get(&fake, CONTACTS).await.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(fake.faults_left(), 2, "the create's faults waited");
    let new = json!({"properties": {"email": "new@example.com"}});
    for expected in [503, 503, 201] {
        assert_eq!(post(&fake, CONTACTS, new.clone()).await.status, expected);
    }
}

#[tokio::test]
async fn a_failure_may_have_had_its_effect() {
    let fake = fake().await;
    fake.fail(Fault::status(422).applied());
    fake.fail(Fault::Reset { when: When::BeforeReply }.applied());
    fake.fail(Fault::Reset { when: When::BeforeReply });
    let new = |n: usize| json!({"properties": {"email": format!("new{n}@example.com")}});
    assert_eq!(post(&fake, CONTACTS, new(0)).await.status, 422);
    assert_eq!(fake.count("contacts"), 6);
    assert!(raw(&fake, Method::POST, CONTACTS, Some(new(1))).await.is_err());
    assert_eq!(fake.count("contacts"), 7);
    assert!(raw(&fake, Method::POST, CONTACTS, Some(new(2))).await.is_err());
    assert_eq!(fake.count("contacts"), 7);
    let status: Vec<Option<u16>> = fake.requests().iter().map(|request| request.status).collect();
    assert_eq!(status, [Some(422), None, None]);
}

#[tokio::test]
async fn resets_are_real_and_cuts_are_not() {
    let fake = fake().await;
    let (whole, end) = wire(&fake).await;
    assert_eq!(end, None);
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    let length = format!("content-length: {}", body.len());
    assert!(head.contains(&length));

    fake.fail(Fault::Reset { when: When::BeforeReply });
    let (text, end) = wire(&fake).await;
    assert_eq!((text.as_str(), end), ("", Some(std::io::ErrorKind::ConnectionReset)));

    fake.fail(Fault::Reset { when: When::AfterHeaders });
    let (text, end) = wire(&fake).await;
    assert!(text.ends_with("\r\n\r\n"), "headers and nothing else: {text}");
    assert_eq!(end, Some(std::io::ErrorKind::ConnectionReset));

    fake.fail(Fault::CutBody { after: 20 });
    let (text, end) = wire(&fake).await;
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert_eq!((body.len(), end), (20, None), "a polite end");
    assert!(head.contains(&length), "the length still promises all of it");

    fake.fail(Fault::WrongContentLength);
    let (text, end) = wire(&fake).await;
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert_eq!(end, None);
    assert!(head.contains(&format!("content-length: {}", body.len())));
    assert!(serde_json::from_str::<Value>(body).is_err());
}

#[tokio::test]
async fn clients_see_the_cuts_as_errors() {
    let fake = fake().await;
    fake.script([Fault::CutBody { after: 10 }, Fault::Reset { when: When::AfterHeaders }]);
    for _ in 0..2 {
        let failed = match raw(&fake, Method::GET, CONTACTS, None).await {
            Ok(reply) => reply.bytes().await.is_err(),
            Err(_) => true,
        };
        assert!(failed);
    }
    assert_eq!(get(&fake, CONTACTS).await.status, 200);
}

#[tokio::test]
async fn slow_and_dripping_replies_arrive_whole() {
    let fake = fake().await;
    fake.script([Fault::Slow(Duration::from_millis(80)), Fault::Drip { every: Duration::from_millis(5), bytes: 100 }]);
    for _ in 0..2 {
        let start = Instant::now();
        let got = get(&fake, CONTACTS).await;
        assert_eq!(got.body["results"].as_array().unwrap().len(), 5);
        assert!(start.elapsed() >= Duration::from_millis(40), "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn replies_that_are_wrapped_wrongly_or_elsewhere() {
    let fake = fake().await;
    fake.script([Fault::Encoded("gzip"), Fault::Utf16, Fault::Reset { when: When::AfterReply }]);
    let encoded = get(&fake, CONTACTS).await;
    assert_eq!((encoded.header("content-encoding"), encoded.body["results"][4].is_object()), (Some("gzip"), true));
    let wide = raw(&fake, Method::GET, CONTACTS, None).await.unwrap();
    assert!(wide.headers()["content-type"].to_str().unwrap().ends_with("charset=utf-16le"));
    assert_eq!(&wide.bytes().await.unwrap()[..4], b"{\0\"\0");
    let (text, end) = wire(&fake).await;
    let body = text.split_once("\r\n\r\n").unwrap().1;
    assert!(serde_json::from_str::<Value>(body).is_ok(), "all of it: {body}");
    assert_eq!(end, Some(std::io::ErrorKind::ConnectionReset));
    fake.fail(Fault::Redirect(307, "https://example.com/x".to_owned()));
    let (text, _) = wire(&fake).await;
    assert!(text.starts_with("HTTP/1.1 307") && text.contains("location: https://example.com/x\r\n"), "{text}");
    // The redirect is not an answer to the request.
    assert_eq!(fake.report().carried_out["objects.list"], 3);
}

#[tokio::test]
async fn replies_are_packed_if_the_request_accepts_gzip_and_no_fault_is_about_their_bytes() {
    let fake = fake().await;
    let ask = async |accepted: &str| {
        let request = common::client().get(format!("{}{CONTACTS}", fake.base_url())).bearer_auth(fake.token());
        let reply = request.header("accept-encoding", accepted).send().await.unwrap();
        let packed = reply.headers().get("content-encoding").is_some_and(|coding| coding == "gzip");
        (packed, reply.bytes().await)
    };
    let (packed, plain) = ask("br, identity").await;
    let plain = plain.unwrap();
    assert!(!packed && serde_json::from_slice::<Value>(&plain).is_ok());
    let (packed, bytes) = ask("br, GZIP").await;
    let mut text = String::new();
    flate2::read::GzDecoder::new(&*bytes.unwrap()).read_to_string(&mut text).unwrap();
    assert_eq!((packed, text.as_bytes()), (true, &*plain));
    fake.script([Fault::CutBody { after: 20 }, Fault::WrongContentLength, Fault::Encoded("br")]);
    for _ in 0..3 {
        assert!(!ask("gzip").await.0);
    }
}

#[tokio::test]
async fn a_cursor_can_go_in_circles() {
    let fake = fake().await;
    fake.fail(Fault::RepeatCursor.times(2));
    let first = get(&fake, &format!("{CONTACTS}?limit=2")).await;
    assert_eq!((fake.faults_left(), fake.unfired().len()), (2, 1), "a first page sends no cursor");
    let after = first.text("/paging/next/after").to_owned();
    let path = format!("{CONTACTS}?limit=2&after={}", after.replace('=', "%3D"));
    for _ in 0..2 {
        assert_eq!(get(&fake, &path).await.text("/paging/next/after"), after);
    }
    assert_ne!(get(&fake, &path).await.text("/paging/next/after"), after);
}

#[tokio::test]
async fn dropping_a_fake_closes_its_port() {
    let fake = fake().await;
    let address = fake.address();
    fake.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
