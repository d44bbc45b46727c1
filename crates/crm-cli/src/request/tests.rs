//! Every operation, with arguments that the fake makes from its document: the check accepts them, the fake accepts the
//! request, and the request shows no credential.

use crm_fake::{Fake, Vendor};
use hubspot_client::http::HeaderValue;
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;
use crate::apis::{APIS, Access, ApiEntry};
use crate::catalogue::Api;
use crate::check::sentence;

/// Returns the sample arguments of an operation.
fn sample(found: &Found, fake: &Fake, file: &str) -> Option<Input> {
    let operation = found.operation;
    let sample = fake.sample_request(operation.method, operation.path, operation.version)?;
    let given = ["path", "query", "header"].into_iter().filter_map(|place| sample[place].as_object()).flatten();
    let known = |name: &str| found.arguments().any(|argument| argument.name == name && argument.prefix().is_none());
    let mut arguments: Map<String, Value> =
        given.filter(|(name, _)| known(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
    let parts =
        sample["body"].as_object().into_iter().flatten().filter(|(name, _)| operation.body.is_none() && known(name));
    arguments.extend(parts.map(|(name, value)| (name.clone(), value.clone())));
    for argument in found.arguments().filter(|argument| argument.ty == "file") {
        arguments.insert(argument.name.to_owned(), file.into());
    }
    let body = operation.body.as_ref().map(|_| sample["body"].clone());
    let parts = operation.any_part.then(|| ("file".to_owned(), format!("@{file}")));
    Some(Input { arguments, body, parts: parts.into_iter().collect() })
}

/// Sends what a preview shows, with the credential, and returns the status of the reply.
async fn send(call: &Call<Value>, entry: &ApiEntry, fake: &Fake) -> Result<u16, String> {
    let shown = call.preview().await.map_err(|error| error.to_string())?;
    if format!("{} {:?} {:?}", shown.url, shown.headers, shown.body).contains(fake.token()) {
        return Err("the preview shows the credential".to_owned());
    }
    if shown.body.is_none() && shown.headers.contains_key("content-type") {
        // A form with files: its parts are tested with the core.
        return Ok(200);
    }
    let body = shown.body.clone().unwrap_or_default();
    let hidden = |value: &HeaderValue| value.as_bytes() == "[…]".as_bytes();
    let credential = match entry.fake {
        // Some operations are called without a credential.
        _ if !shown.headers.values().any(hidden) => "x-none: 1".to_owned(),
        Vendor::HatchLegacyLeads => format!("x-api-key: {}", fake.token()),
        _ => format!("authorization: Bearer {}", fake.token()),
    };
    let target = shown.url.strip_prefix(&format!("http://{}", fake.address())).ok_or("another host")?;
    let mut head = format!("{} {target} HTTP/1.1\r\nhost: fake\r\nconnection: close\r\n{credential}\r\n", shown.method);
    for (name, value) in
        shown.headers.iter().filter(|(name, _)| *name != "content-length" && *name != "accept-encoding")
    {
        if let Ok(value) = value.to_str() {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    let mut stream = TcpStream::connect(fake.address()).await.map_err(|error| error.to_string())?;
    stream.write_all(&[head.as_bytes(), &body].concat()).await.map_err(|error| error.to_string())?;
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await.map_err(|error| error.to_string())?;
    let reply = String::from_utf8_lossy(&reply);
    match reply.split(' ').nth(1).and_then(|status| status.parse().ok()) {
        Some(status @ 200..=399) => Ok(status),
        _ => Err(reply.rsplit("\r\n\r\n").next().unwrap_or_default().to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_accepts_the_sample_of_its_document() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let (mut failed, mut sent) = (Vec::new(), 0);
    for entry in &APIS {
        let fake = Fake::builder(entry.fake).no_quota().sample_replies().keep_requests(1).start().await.unwrap();
        let access = Access {
            token: fake.token().into(),
            login: None,
            base_url: Some(fake.base_url()),
            department: "1234".to_owned(),
        };
        let pipeline = entry.connect(access).unwrap();
        let api = Api::all().find(|api| api.entry.document == entry.document).unwrap();
        for found in api.operations().filter(|found| found.object.is_none()) {
            let Some(mut input) = sample(&found, &fake, path) else {
                failed.push(format!("{}: the fake does not have it", found.words()));
                continue;
            };
            let faults = input.check(&found);
            if !faults.is_empty() {
                failed.push(format!("{}: {}", found.words(), sentence(&faults)));
                continue;
            }
            assert_eq!(found.operation.method, found.operation.meta().method.as_str());
            match send(&call(&found, &pipeline, &input), entry, &fake).await {
                Ok(_) => sent += 1,
                Err(error) => failed.push(format!("{}: {error}", found.words())),
            }
        }
        fake.stop().await;
    }
    let shown: String =
        failed.iter().take(60).map(|line| format!("{}\n", line.chars().take(300).collect::<String>())).collect();
    assert!(failed.is_empty(), "{} of {} failed:\n{shown}", failed.len(), failed.len() + sent);
    assert!(sent > 2_000);
}
