//! A token and personal data of requests are in no reply of a failed call and in no line of standard error, whatever the
//! vendor repeats of them: all operations, against a server that repeats everything.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crm_fake::{Fake, Vendor};
use serde_json::{Map, Value, json};

use super::client::Client;
use crate::support::seed;

/// Tokens of one API must begin so.
const TOKEN: &str = "hsr_live_zyxcanary0123456789";
const PERSON: &str = "Zyxcanary Person Smith";
/// Personal data that is hidden even if the request does not contain it.
const ADDRESS: &str = "zyxcanary@example.com";
/// The text that must not be in a reply or a line.
const CANARY: &str = "zyxcanary";
/// The number of operations that one server is asked, so that none waits for a limit.
const PART: usize = 60;
/// The maximum number of rounds in which members that cannot be any text get their sample back.
const ROUNDS: usize = 12;

/// A server that refuses everything, and repeats in its error and in its headers what it was sent.
struct Echo {
    address: String,
    requests: Arc<AtomicUsize>,
}

impl Echo {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let number = count.fetch_add(1, Ordering::SeqCst);
                let _ = answer(stream, number);
            }
        });
        Self { address, requests }
    }
}

fn answer(stream: TcpStream, number: usize) -> std::io::Result<()> {
    let mut input = BufReader::new(stream);
    let (mut seen, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        input.read_line(&mut line)?;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.trim().is_empty() {
            break;
        }
        seen.push_str(line.trim_end());
        seen.push_str("; ");
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body)?;
    seen.push_str(&String::from_utf8_lossy(&body));
    let error = json!({
        "status": "error", "message": format!("refused: {seen}"), "category": ADDRESS, "correlationId": TOKEN,
        "traceId": ADDRESS, "error": seen, "statusCode": TOKEN, "context": {"id": [ADDRESS], "token": [TOKEN]},
        "errors": [{"message": seen, "code": ADDRESS, "in": TOKEN, "context": {"x": [seen]}}],
    });
    let (status, error) = match number % 4 {
        0 => ("400 Bad Request", error.to_string()),
        1 => ("404 Not Found", error.to_string()),
        2 => ("422 Unprocessable Entity", format!("{ADDRESS} {TOKEN} {seen}")),
        _ => ("409 Conflict", json!([error, ADDRESS, TOKEN]).to_string()),
    };
    let names = ["x-request-id", "x-hubspot-correlation-id", "x-trace-id", "location", "server", "set-cookie"];
    let value = if number % 8 < 4 || !seen.contains(TOKEN) { ADDRESS } else { TOKEN };
    let headers: String = names.iter().map(|name| format!("{name}: {value}\r\n")).collect();
    let (length, mut output) = (error.len(), input.into_inner());
    write!(
        output,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{error}"
    )
}

/// An operation that can be called: its words, and a sample of its arguments and its body.
struct Sample {
    words: String,
    reads: bool,
    arguments: Map<String, Value>,
    body: Option<Value>,
}

/// Returns the samples of an API.
fn samples(document: &str, fake: &Fake, has_root: bool) -> Vec<Sample> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue").join(format!("{document}.json"));
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let root = file["root"] == true || !has_root;
    let prefix = if root { text(&file["vendor"]) } else { format!("{} {}", text(&file["vendor"]), text(&file["api"])) };
    let operations = file["operations"].as_array().unwrap().iter();
    let callable = operations.filter(|one| {
        let sends_files = one["arguments"].as_array().is_some_and(|all| all.iter().any(|one| one["type"] == "file"));
        one["any_part"] != true && one["reply"] != "file" && !sends_files
    });
    callable
        .filter_map(|one| {
            let version = one["version"].as_str();
            let sample = fake.sample_request(one["method"].as_str()?, one["path"].as_str()?, version)?;
            let mut arguments = Map::new();
            let known: Vec<String> =
                one["arguments"].as_array().into_iter().flatten().map(|one| text(&one["name"])).collect();
            for place in ["path", "query", "header"] {
                let members = sample[place].as_object().into_iter().flatten();
                arguments.extend(
                    members.filter(|(name, _)| known.contains(name)).map(|(name, value)| (name.clone(), value.clone())),
                );
            }
            let words = format!("{prefix} {} {}", text(&one["resource"]), text(&one["call"]));
            let body = sample.get("body").filter(|_| one.get("body").is_some()).cloned();
            Some(Sample { words, reads: false, arguments, body })
        })
        .collect()
}

/// Puts the canary instead of each text, unless it is at one of the places.
fn marked(value: &Value, path: &str, kept: &BTreeMap<String, ()>) -> Value {
    match value {
        _ if kept.contains_key(path) => value.clone(),
        Value::String(_) => json!(PERSON),
        Value::Array(items) => {
            let one = |(index, item): (usize, &Value)| marked(item, &format!("{path}[{index}]"), kept);
            items.iter().enumerate().map(one).collect()
        }
        Value::Object(members) => {
            let one =
                |(name, member): (&String, &Value)| (name.clone(), marked(member, &format!("{path}.{name}"), kept));
            Value::Object(members.iter().map(one).collect())
        }
        other => other.clone(),
    }
}

/// Notes a text that has the canary.
fn check(text: &str, words: &str, leaks: &mut Vec<String>) {
    if text.to_lowercase().contains(CANARY) {
        leaks.push(format!("{words}: {text}"));
    }
}

/// Calls an operation with the canary, and returns true if it was sent.
fn call(client: &mut Client, echo: &Echo, sample: &mut Sample, leaks: &mut Vec<String>) -> bool {
    let mut kept = BTreeMap::new();
    for _ in 0..ROUNDS {
        let arguments = sample.arguments.iter().map(|(name, value)| (name.clone(), marked(value, name, &kept)));
        let mut given = json!({"operation": sample.words, "arguments": arguments.collect::<Map<_, _>>()});
        if let Some(body) = &sample.body {
            given["body"] = marked(body, "body", &kept);
        }
        let tool = if sample.reads { "read" } else { "write" };
        if !sample.reads {
            let mut dry = given.clone();
            dry["dry_run"] = json!(true);
            let (failed, text) = client.call(tool, dry);
            let digest = serde_json::from_str::<Value>(&text).ok().and_then(|shown| shown.get("confirm").cloned());
            match digest.filter(|_| !failed) {
                Some(digest) => given["confirm"] = digest,
                None if text.contains("only reads") => sample.reads = true,
                None => {}
            }
        }
        let tool = if sample.reads { "read" } else { "write" };
        let before = echo.requests.load(Ordering::SeqCst);
        let (_, text) = client.call(tool, given);
        check(&text, &sample.words, leaks);
        if echo.requests.load(Ordering::SeqCst) > before {
            return true;
        }
        // The server says where a text is not any text.
        let failure: Value = serde_json::from_str(&text).unwrap();
        let line = failure["error"].as_str().unwrap_or_default();
        let places = line.split("; ").filter_map(|fault| fault.split_once(": ")).map(|(place, _)| place.to_owned());
        let known = kept.len();
        kept.extend(places.map(|place| (place, ())));
        if kept.len() == known {
            return false;
        }
    }
    false
}

#[test]
fn no_secret_and_no_person_is_in_a_failure() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let echo = Echo::start();
    let entry = json!({"token": TOKEN, "base_url": echo.address});
    let apis = [
        ("hubspot", Vendor::HubSpot, true),
        ("hubspot-beta", Vendor::HubSpot, true),
        ("hoopai", Vendor::HoopAi, true),
        ("hoopai-v3", Vendor::HoopAi, true),
        ("hockeystack-account-intelligence", Vendor::AccountIntelligence, false),
        ("hockeystack-revenue-agents", Vendor::RevenueAgents, false),
        ("hatch-contacts", Vendor::HatchContacts, false),
        ("hatch-bulk-export", Vendor::HatchBulkExport, false),
        ("hatch-legacy-leads", Vendor::HatchLegacyLeads, false),
    ];
    let own = apis.iter().filter(|api| !matches!(api.0, "hubspot-beta" | "hoopai-v3"));
    let profile: Map<String, Value> = own.map(|api| (api.0.to_owned(), entry.clone())).collect();
    let profiles = seed(&json!({"default": profile}).to_string());
    let (mut sent, mut others, mut leaks) = (0, Vec::new(), Vec::new());
    for (document, vendor, has_root) in apis {
        let fake = runtime.block_on(Fake::start(vendor)).unwrap();
        let mut samples = samples(document, &fake, has_root);
        for part in samples.chunks_mut(PART) {
            let mut client = Client::start("mcp --yes", profiles.path(), true);
            for sample in part {
                match call(&mut client, &echo, sample, &mut leaks) {
                    true => sent += 1,
                    false => others.push(sample.words.clone()),
                }
            }
            let mut errors = client.child.stderr.take().unwrap();
            drop(client);
            let mut lines = String::new();
            errors.read_to_string(&mut lines).unwrap();
            check(&lines, document, &mut leaks);
        }
    }
    assert!(leaks.is_empty(), "{} leaks, among them {:#?}", leaks.len(), &leaks[..leaks.len().min(20)]);
    assert!(others.len() <= 5 && sent > 1_990, "{sent} operations were sent, and not: {others:?}");
}
