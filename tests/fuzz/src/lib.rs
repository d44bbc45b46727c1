//! Whatever comes from outside is read or refused, and nothing panics. Each target is a function, which
//! a test and `cargo xtask fuzz` call.
//!
//! # Panics
//!
//! A target panics if an input breaks it.

mod documents;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crm_calls::{self as calls, Api};
use crm_core::page::List;
use crm_core::webhook::{Delivery, Refused, WebhookReceiver};
use crm_core::{
    Call, ConsentRequest, Cursor, Error, ManualClock, Position, Quotas, RawReply, RetryPolicy, Secret, StoredTokens,
    TokenSet,
};
use crm_fake::{Fake, Vendor as Vendors};
use crm_testkit::fuzz::{Effort, Fuzz};
use hatch_client::bulk_export::types::{ConversationItemRow, ExportFormat, ExportSource};
use hatch_client::{BulkExport, ExportRequest, ReportingKey};
use hoopai_client::receiver::PublicKey;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub use documents::{corrections, documents};

macro_rules! targets {
    ($($api:ident)*) => {
        &[
            documents,
            corrections,
            cursors,
            webhooks_of_hubspot,
            webhooks_of_hoopai_and_hatch,
            stored_tokens,
            token_replies_and_consents,
            exports,
            $(|effort| errors(&calls::$api(), effort),)*
            $(|effort| wait(replies(&calls::$api(), effort)),)*
        ]
    };
}

/// All targets.
pub const TARGETS: &[fn(Effort)] = crm_calls::every_api!(targets);

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn wait(target: impl Future<Output = ()>) {
    runtime().block_on(target);
}

/// The replies of every operation of an API, beginning from the samples of the fake. The first two bytes of an
/// input select the operation.
pub async fn replies<C>(api: &Api<C>, effort: Effort) {
    let fake = api.sampled().await;
    let client = api.client(&fake);
    let (mut readers, mut corpus) = (Vec::new(), Vec::new());
    for op in (api.operations)() {
        let made = api.sample(&fake, &client, op);
        let number = u16::try_from(readers.len()).unwrap();
        readers.push(made.read);
        if let Ok(reply) = made.call.send_raw().await {
            corpus.push([&number.to_le_bytes(), &reply.body()[..]].concat());
        }
    }
    Fuzz::new(&format!("replies-{}", api.name)).from(corpus).run(effort, |input| {
        let Some((number, body)) = input.split_first_chunk::<2>() else { return };
        let _ = readers[usize::from(u16::from_le_bytes(*number)) % readers.len()](body);
    });
}

/// All fixtures of a folder.
fn fixtures(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// A head and a body, as a message has them: lines of `name: value`, an empty line, the rest.
fn message(input: &[u8]) -> (HeaderMap, &[u8]) {
    let end = input.windows(2).position(|two| two == b"\n\n").unwrap_or(input.len());
    let mut headers = HeaderMap::new();
    for line in input[..end].split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) =
            (HeaderName::from_bytes(&line[..colon]), HeaderValue::from_bytes(line[colon + 1..].trim_ascii()));
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    (headers, input.get(end + 2..).unwrap_or_default())
}

/// A plain refusal and the documented ones, each as a message whose head contains the status.
fn refusals(vendor: &str) -> Vec<Vec<u8>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../fixtures/errors/{vendor}.json"));
    let mut entries = vec![json!({"status": 400, "headers": {}, "body": "{\"message\":\"refused\"}"})];
    if file.exists() {
        entries.extend(serde_json::from_slice::<Vec<Value>>(&std::fs::read(file).unwrap()).unwrap());
    }
    let message = |entry: &Value| {
        let mut text = format!("x-status: {}\n", entry["status"]);
        for (name, value) in entry["headers"].as_object().unwrap() {
            text += &format!("{name}: {}\n", value.as_str().unwrap());
        }
        text += "retry-after: 3\ndate: Thu, 01 Jan 2026 00:00:00 GMT\nx-ratelimit-remaining: 1\nx-ratelimit-reset: 9\n";
        format!("{text}\n{}", entry["body"].as_str().unwrap()).into_bytes()
    };
    entries.iter().map(message).collect()
}

/// The refusals of an API, beginning from those on record, to an operation of each class of limits. The first two bytes
/// of an input select the operation.
pub fn errors<C>(api: &Api<C>, effort: Effort) {
    let (reader, operations) = (api.reader(), (api.operations)());
    let vendor = reader.vendor();
    let mut classes = BTreeMap::new();
    for (number, op) in (0_u16..).zip(&operations) {
        classes.entry(op.limit_class).or_insert(number);
    }
    let name = api.name.split('-').next().unwrap_or(api.name);
    let refusals = refusals(name);
    let seeds =
        classes.values().flat_map(|number| refusals.iter().map(|text| [&number.to_le_bytes(), &text[..]].concat()));
    Fuzz::new(&format!("errors-{}", api.name)).from(seeds).run(effort, |input| {
        let Some((number, input)) = input.split_first_chunk::<2>() else { return };
        let op = operations[usize::from(u16::from_le_bytes(*number)) % operations.len()];
        let (headers, body) = message(input);
        let status = headers.get("x-status").and_then(|value| value.to_str().ok()?.trim().parse::<u16>().ok());
        let status = status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::BAD_REQUEST);
        let reply = RawReply::new(status, headers, body.to_vec());
        let read = vendor.read_error(op, &reply);
        let feedback = vendor.feedback(op, &reply);
        let (wait, said) = (reply.retry_after(), reply.plain_message());
        let error = Error::new(read.kind, said.unwrap_or_default()).with_operation(op).with_status(status);
        let error = error.with_retry_after(read.retry_after.or(wait)).with_request_id(vendor.request_id(&reply));
        let error = error.with_vendor(read.detail);
        let line = error.to_string();
        assert!(line.len() < 20_000 && !line.contains('\n'), "{line}");
        let _ =
            (format!("{error:?} {feedback:?} {reply:?}"), reply.decode::<Value>().map_err(|error| error.to_string()));
    });
}

/// Stored cursors.
pub fn cursors(effort: Effort) {
    let positions = [
        "\"start\"",
        "{\"token\":\"t\"}",
        "{\"offset\":100}",
        "{\"page\":2}",
        "{\"values\":[99999999999910692820316865568088,\"a\"]}",
    ]
    .map(str::to_owned);
    let client = hubspot_client::Client::new("t").unwrap();
    let list = List::of(&Call::from(client.contacts().list()));
    let read = |text: &str| serde_json::from_str::<Position>(text).ok().map(|at| list.cursor(at, 3));
    let cursors: Vec<String> = positions.iter().map(|at| read(at).unwrap().to_string()).collect();
    Fuzz::new("cursors").from(positions).from(cursors).run(effort, |input| {
        // The checksum refuses nearly every change of a cursor, so positions are tried by themselves.
        let text = String::from_utf8_lossy(input);
        for cursor in text.parse::<Cursor>().ok().into_iter().chain(read(&text)) {
            assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor, "what is written is read");
            let _ = client.contacts().list().items().resume(cursor).map_err(|error| error.to_string());
        }
    });
}

/// Receives a message as it is, and its body with a signature that is good.
fn webhooks<R: WebhookReceiver>(effort: Effort, name: &str, receiver: &R, sign: impl Fn(&[u8]) -> HeaderMap) {
    let good = [fixtures("hubspot"), fixtures("hoopai")].concat();
    let event = br#"[{"eventId":1,"subscriptionType":"contact.creation","objectId":5,"occurredAt":1726000000000}]"#;
    let other = br#"{"type":"ContactCreate","locationId":"l","webhookId":"w","timestamp":"2024-09-10T20:26:40.000Z"}"#;
    let headers = b"x-hubspot-signature-v3: yIUZ\nx-hubspot-request-timestamp: 1726000000000\nx-hubspot-signature: ab\nx-ghl-signature: yIUZ\n\n";
    let seeds = [&headers[..], b"\n\n"].map(|head| [head, event].concat());
    Fuzz::new(name).from(seeds).from([[&headers[..], other].concat()]).from(good).run(effort, |input| {
        let (headers, body) = message(input);
        let delivery = Delivery::new(&Method::POST, "https://example.com/hook", &headers, body);
        let said = receiver.receive(&delivery).map(drop);
        let _ = said.map_err(|refused| (refused.to_string(), refused.status()));
        let signed = sign(body);
        let delivery = Delivery::new(&Method::POST, "https://example.com/hook", &signed, body);
        let refused = receiver.receive(&delivery).map(drop).err();
        assert!(!matches!(refused, Some(Refused::WrongSignature)), "a good signature is refused");
    });
}

/// A clock that is fixed at the time of the deliveries.
#[derive(Debug)]
struct Then;

impl crm_core::Clock for Then {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn wall(&self) -> std::time::SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_726_000_000)
    }

    fn sleep(&self, _: Duration) -> crm_core::BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }

    fn deadline(&self, _: Duration) -> crm_core::BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

/// HubSpot's webhooks.
pub fn webhooks_of_hubspot(effort: Effort) {
    let receiver = hubspot_client::receiver::Receiver::new("secret").clock(std::sync::Arc::new(Then));
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"secret");
    webhooks(effort, "webhooks-hubspot", &receiver, |body| {
        let text = [b"POST", &b"https://example.com/hook"[..], body, b"1726000000000"].concat();
        let mut headers = HeaderMap::new();
        let signature = STANDARD.encode(hmac::sign(&key, &text));
        headers.insert("x-hubspot-signature-v3", signature.parse().unwrap());
        headers.insert("x-hubspot-request-timestamp", HeaderValue::from_static("1726000000000"));
        headers
    });
}

/// HoopAI's and Hatch's webhooks.
pub fn webhooks_of_hoopai_and_hatch(effort: Effort) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let key = || PublicKey::ed25519(&STANDARD.encode(pair.public_key())).unwrap();
    let sign = |name: &'static str, body: &[u8]| {
        let signature = STANDARD.encode(pair.sign(body)).parse().unwrap();
        HeaderMap::from_iter([(HeaderName::from_static(name), signature)])
    };
    let hoopai = hoopai_client::receiver::Receiver::new().unwrap().clock(std::sync::Arc::new(Then));
    hoopai.keys().replace([key()]);
    webhooks(effort, "webhooks-hoopai", &hoopai, |body| sign("x-ghl-signature", body));
    let hatch = hatch_client::receiver::Receiver::assumed(key());
    webhooks(effort, "webhooks-hatch", &hatch, |body| sign("hatch-webhook-verification", body));
}

/// Stored tokens.
pub fn stored_tokens(effort: Effort) {
    let text = r#"{"format":1,"revision":2,"generation":1,"access_token":"access-1","refresh_token":"refresh-1",
        "obtained_at":1700000000000,"expires_at":1800000000000,"scopes":["a"],"details":{"locationId":"l"},"sent_at":1}"#;
    StoredTokens::decode(text).unwrap();
    Fuzz::new("stored-tokens").from([text]).run(effort, |input| {
        match StoredTokens::decode(&String::from_utf8_lossy(input)) {
            Ok(record) => {
                let again = StoredTokens::decode(record.encode().expose()).unwrap();
                assert_eq!(again.encode().expose(), record.encode().expose(), "what is written is read");
            }
            Err(error) => assert!(!format!("{error} {error:?}").contains("refresh-"), "{error:?}"),
        }
    });
}

/// Replies with tokens, and the addresses that consents return to.
pub fn token_replies_and_consents(effort: Effort) {
    let replies = [r#"{"access_token":"a","refresh_token":"r","expires_in":86399,"scope":"a b","locationId":"l"}"#];
    Fuzz::new("token-replies").from(replies).run(effort, |input| {
        let Ok(reply) = serde_json::from_slice(input) else { return };
        let _ = TokenSet::from_reply(&reply, UNIX_EPOCH).map_err(|error| error.to_string());
    });
    let request = ConsentRequest::resume("https://example.com/callback", Secret::new("state"), None);
    let answers =
        ["https://example.com/callback?code=c&state=state", "error=access_denied&state=state&error_description=n"];
    Fuzz::new("consents").from(answers).run(effort, |input| {
        let _ = request.answered(&String::from_utf8_lossy(input)).map_err(|error| error.to_string());
    });
}

/// Archives as the fake packs them, and damaged ones. Each arrives over a separate connection, as a download does.
pub fn exports(effort: Effort) {
    let runtime = runtime();
    const FORMATS: [ExportFormat; 2] = [ExportFormat::Json, ExportFormat::Csv];
    let client = |address: &str, key: &str| {
        let export = BulkExport::builder(ReportingKey::new(key).unwrap()).base_url(address).quotas(Quotas::none());
        export.clock(Arc::new(ManualClock::auto())).retry(RetryPolicy::none()).build().unwrap()
    };
    let mut good = runtime.block_on(async {
        let mut good = Vec::new();
        for format in FORMATS {
            let fake = Fake::builder(Vendors::HatchBulkExport).no_quota().rows(5).start().await.unwrap();
            let export = client(&fake.base_url(), fake.token());
            let call = export.exports().download(ExportSource::ConversationItems, "2026-03-01", "2026-03-31");
            let mut archive = Vec::new();
            call.output_format(format).send().await.unwrap().write_to(&mut archive).await.unwrap();
            good.push(archive);
        }
        good
    });
    // The forms that the fake does not write: stored files of unknown size, with narrow, wide and odd descriptors.
    let writers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/hatch-client/src/export/tests/archives");
    for name in ["python-zipfile-stream-stored", "python-zipfile-stream-stored-zip64", "async_zip-stream-stored"] {
        good.push(std::fs::read(writers.join(format!("{name}.rows3.zip"))).unwrap());
    }
    let archive = Arc::new(Mutex::new(Vec::new()));
    let read = Cell::new(0);
    let export = client(&runtime.block_on(host(Arc::clone(&archive))), "key");
    Fuzz::new("exports").from(good).run(effort, |input| {
        *archive.lock().unwrap() = input.to_vec();
        runtime.block_on(async {
            for format in FORMATS {
                let request = ExportRequest::<ConversationItemRow>::new("2026-03-01", "2026-03-31").unwrap();
                let Ok(mut rows) = export.export_rows(&request.format(format)).await else { continue };
                read.set(read.get() + 1);
                while let Some(row) = rows.next().await {
                    let _ = row.map_err(|error| error.to_string());
                }
            }
        });
    });
    assert!(read.get() > 100, "{} archives were read at all", read.get());
}

/// Answers every request with these bytes.
async fn host(archive: Arc<Mutex<Vec<u8>>>) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let body = archive.lock().unwrap().clone();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/zip\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let mut seen = [0; 16 * 1024];
            // The requests here fit into one read.
            let _ = stream.read(&mut seen).await;
            let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
        }
    });
    format!("http://{address}")
}
