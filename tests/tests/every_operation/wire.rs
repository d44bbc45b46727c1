//! What goes over the wire: for every operation the request of its sample call, and the sample reply as it
//! is read. One snapshot a resource, kept in `wire/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crm_core::{OpMeta, RawReply};
use crm_fake::{Fake, Recorded};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Made;
use crate::apis::Api;
use crate::sample::Sample;

/// Headers that every request has, and that say nothing of an operation.
const EVERYWHERE: [&str; 6] = ["accept", "accept-encoding", "connection", "content-length", "host", "user-agent"];

/// What lines begin with that are for `cargo xtask wire`, among those of the test itself.
const PRINTED: &str = "wire│";

/// Compares the requests and replies of an API with its snapshots.
pub(crate) async fn snapshots<C>(api: &Api<C>) {
    let fake = sampled(api).await;
    let client = api.client(&fake);
    let mut resources: BTreeMap<String, String> = BTreeMap::new();
    for op in (api.operations)() {
        let (request, result) = send(api, &fake, &client, op).await;
        let resource = op.id.rsplit_once('.').map_or(op.id, |(resource, _)| resource);
        let text = resources.entry(format!("{}__{resource}", api.name)).or_default();
        let reply = result.unwrap_or_else(|error| panic!("{}: {error}", op.id));
        text.push_str(&format!("{request}\n{reply}\n"));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/every_operation/wire");
    let mut differ = Vec::new();
    insta::with_settings!({ snapshot_path => &folder, prepend_module_to_snapshot => false, omit_expression => true }, {
        for (name, text) in &resources {
            if catch_unwind(AssertUnwindSafe(|| insta::assert_snapshot!(name.as_str(), text))).is_err() {
                differ.push(name.as_str());
            }
        }
    });
    assert!(differ.is_empty(), "these differ; look at them with `cargo insta review`: {}", differ.join(", "));
    let mut gone = BTreeSet::new();
    for file in std::fs::read_dir(&folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let known = name.strip_suffix(".snap").is_none_or(|name| resources.contains_key(name));
        if name.split_once("__").is_some_and(|(owner, _)| owner == api.name) && !known {
            gone.insert(name);
        }
    }
    assert!(gone.is_empty(), "nothing is sent for these, remove them: {gone:?}");
}

/// What `cargo xtask wire` asks for, by environment.
pub(crate) struct Asked {
    operation: Option<String>,
    base_url: Option<String>,
    json: bool,
}

impl Asked {
    /// `None` in a test.
    pub(crate) fn read() -> Option<Self> {
        let told = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let json = told("CRM_WIRE")? == "json";
        Some(Self { operation: told("CRM_WIRE_OPERATION"), base_url: told("CRM_WIRE_BASE_URL"), json })
    }

    /// Prints what goes out, and what comes back from the server that is asked.
    pub(crate) async fn answer<C>(&self, api: &Api<C>) {
        let fake = sampled(api).await;
        let client = api.client(&fake);
        let other = self.base_url.as_deref().map(|url| (api.connect)(fake.token(), url));
        let mut failed = Vec::new();
        for op in (api.operations)() {
            if self.operation.as_ref().is_some_and(|wanted| wanted != op.id) {
                continue;
            }
            let (request, mut result) = send(api, &fake, &client, op).await;
            if let Some(other) = &other {
                result = reply(call(api, &fake, other, op)).await;
            }
            let text = match (self.json, &result) {
                (true, _) => {
                    let (reply, error) = (result.as_ref().ok(), result.as_ref().err());
                    json!({ "api": api.name, "request": request, "reply": reply, "error": error }).to_string()
                }
                (false, Ok(reply)) => format!("{request}\n{reply}"),
                (false, Err(error)) => format!("{request}\n→ {error}\n"),
            };
            text.lines().for_each(|line| println!("{PRINTED}{line}"));
            if result.is_err() {
                failed.push(op.id);
            }
        }
        assert!(failed.is_empty(), "{} of {} failed: {}", failed.len(), api.name, failed.join(", "));
    }
}

async fn sampled<C>(api: &Api<C>) -> Fake {
    Fake::builder(api.vendor).no_quota().sample_replies().start().await.unwrap()
}

fn call<C>(api: &Api<C>, fake: &Fake, client: &C, op: &OpMeta) -> Made {
    let (_, make) = api.calls.iter().find(|(name, _)| *name == op.id).expect("a call of it");
    let sample = fake.sample_request(op.method.as_str(), op.path, op.version).expect("its arguments");
    make(client, &Sample(sample))
}

/// Sends the sample call to the fake.
async fn send<C>(api: &Api<C>, fake: &Fake, client: &C, op: &OpMeta) -> (Request, Result<Reply, String>) {
    let made = call(api, fake, client, op);
    let result = reply(made).await;
    let recorded = fake.requests().pop().expect("a request");
    (Request::new(op.id, &recorded), result)
}

async fn reply(made: Made) -> Result<Reply, String> {
    let reply = made.call.send_raw().await.map_err(|error| error.to_string())?;
    let read = (made.read)(reply.body())?;
    Ok(Reply::new(&reply, read))
}

/// A request as it went out.
#[derive(Serialize)]
struct Request {
    operation: &'static str,
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Value,
}

impl Request {
    fn new(operation: &'static str, sent: &Recorded) -> Self {
        let parts = sent.parts();
        let parted = !parts.is_empty();
        let headers = sent.headers.iter().filter(|(name, _)| !EVERYWHERE.contains(&name.as_str())).cloned();
        // The boundary of a form is another one each time.
        let headers = headers.map(|(name, value)| match value.split_once(';') {
            Some((media, _)) if parted && name == "content-type" => (name, media.to_owned()),
            _ => (name, value),
        });
        let text = |bytes: &[u8]| Value::from(String::from_utf8_lossy(bytes).into_owned());
        let part = |part: &crm_fake::Part| {
            let content = text(&part.content);
            json!({ "name": part.name, "file": part.file_name, "type": part.content_type, "content": content })
        };
        Self {
            operation,
            method: sent.method.clone(),
            path: sent.path.clone(),
            query: sent.query.clone(),
            headers: headers.collect(),
            body: match sent.json() {
                _ if parted => parts.iter().map(part).collect(),
                Value::Null if !sent.body.is_empty() => text(&sent.body),
                body => body,
            },
        }
    }
}

impl Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n\n{} {}", self.operation, self.method, self.path)?;
        for (number, (name, value)) in self.query.iter().enumerate() {
            writeln!(f, "  {}{name}={value}", if number == 0 { '?' } else { '&' })?;
        }
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        if !self.body.is_null() {
            writeln!(f, "{:#}", self.body)?;
        }
        Ok(())
    }
}

/// A reply as the client read it.
#[derive(Serialize)]
struct Reply {
    status: u16,
    read: Value,
    /// How many bytes a file has.
    file: Option<usize>,
}

impl Reply {
    fn new(reply: &RawReply, read: Value) -> Self {
        let file = (read.is_null() && !reply.body().is_empty()).then(|| reply.body().len());
        Self { status: reply.status().as_u16(), read, file }
    }
}

impl Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.read, self.file) {
            (_, Some(bytes)) => writeln!(f, "→ {}, {bytes} bytes", self.status),
            (Value::Null, None) => writeln!(f, "→ {}", self.status),
            (read, None) => writeln!(f, "→ {} {read:#}", self.status),
        }
    }
}
