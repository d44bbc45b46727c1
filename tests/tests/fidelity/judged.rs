//! Calls every operation and judges its requests and replies.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crm_calls::{Api, Made, Sample};
use crm_core::{ErrorKind, OpMeta};
use crm_fake::Fake;
use serde_json::Value;

use super::api;
use super::compare::{is_unknown, losses};
use super::document::{self, Described, by_shape, shape};
use super::requests::{self, Judge, arguments};
use super::sample::{Kind, Maker};
use super::server::{Reply, Seen, Server};
use super::table::{Finding, Table};

/// Judges all operations of an API.
pub(crate) async fn judge<C>(api: &Api<C>) {
    super::expect_misfits();
    let (vendor, name) = api::documents(api);
    let (documents, fold) = document::read(vendor, name);
    let described = documents.iter().flat_map(|document| document.operations(&fold));
    let described = by_shape(described, |one| shape(&one.method, one.template()));
    let fake = Fake::builder(api.vendor).no_quota().start().await.unwrap();
    let server = Server::start().await;
    let client = api::client(api, &server.url);
    let operations = (api.operations)();
    let mut run = Run { server: &server, findings: BTreeMap::new(), table: Table::default() };
    for op in &operations {
        run.table.operations += 1;
        let (_, make) = api.calls.iter().find(|(name, _)| *name == op.id).expect("a call of it");
        let ours = api.arguments(&fake, op).expect("its arguments");
        let make = |arguments: Value| {
            catch_unwind(AssertUnwindSafe(|| make(&client, &Sample::new(arguments)))).map_err(|panic| {
                panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "a value of another type".to_owned())
            })
        };
        let all = described.get(&shape(op.method.as_str(), op.path)).map_or(&[][..], Vec::as_slice);
        // Operations of the same shape differ by the names of their parameters.
        let exact = all.iter().any(|one| one.template() == op.path);
        let own: Vec<&Described<'_>> = all.iter().filter(|one| !exact || one.template() == op.path).collect();
        if own.is_empty() {
            run.find(op, "is not described".to_owned(), || op.endpoint());
        }
        for described in own {
            run.table.descriptions += 1;
            run.table.silent += usize::from(described.replies().is_empty());
            let ours = requests::ours(described, &ours);
            run.replies(op, described, make(ours.clone()).expect("our own arguments fit")).await;
            run.requests(op, described, &ours, &make).await;
        }
    }
    run.table.report(api.name, run.findings.into_values().collect());
}

struct Run<'a> {
    server: &'a Server,
    findings: BTreeMap<(&'static str, String), Finding>,
    table: Table,
}

impl Run<'_> {
    fn find(&mut self, op: &'static OpMeta, what: String, detail: impl FnOnce() -> String) {
        let key = (op.id, what.clone());
        self.findings.entry(key).or_insert_with(|| Finding::new(op.id, what, detail()));
    }

    async fn replies(&mut self, op: &'static OpMeta, described: &Described<'_>, made: Made) {
        let Made { call, send, .. } = made;
        for (status, schema, at) in described.replies() {
            let Some(send) = send else {
                self.find(op, "reply is read as a file and described as JSON".to_owned(), || described.place());
                continue;
            };
            for (kind, reply) in replies(described, schema, &at) {
                self.table.replies += 1;
                self.server.answer([Reply::json(status, reply.to_string())]);
                let read = match send(call.clone()).await {
                    Ok(read) => read,
                    Err(error) if error.kind() == ErrorKind::Pending => continue,
                    Err(error) => {
                        let why = plain(&root(&error).to_string());
                        self.find(op, format!("reply refused: {:?} {why}", error.kind()), || {
                            format!("{}, {kind:?}: {}", described.place(), short(&reply))
                        });
                        continue;
                    }
                };
                self.table.unknown += usize::from(kind == Kind::UnknownMembers);
                let mut lost_unknown = false;
                for loss in losses(&reply, &read) {
                    lost_unknown |= is_unknown(&loss);
                    let verb = if loss.read.is_null() { "loses" } else { "changes" };
                    self.find(
                        op,
                        format!("reply {verb} {}", if loss.place.is_empty() { "." } else { &loss.place }),
                        || {
                            format!(
                                "{}, {kind:?}: {} read as {}",
                                described.place(),
                                short(&loss.sent),
                                short(&loss.read)
                            )
                        },
                    );
                }
                self.table.unknown_lost += usize::from(lost_unknown);
            }
        }
    }

    async fn requests(
        &mut self,
        op: &'static OpMeta,
        described: &Described<'_>,
        ours: &Value,
        make: &impl Fn(Value) -> Result<Made, String>,
    ) {
        let judge = Judge::new(described);
        let mut turn = 0;
        let mut kinds = vec![None, Some(Kind::Required), Some(Kind::NullableNull), Some(Kind::Full { turn })];
        while let Some(kind) = kinds.pop() {
            let (arguments, different) = match kind {
                None => (ours.clone(), 1),
                Some(kind) => arguments(described, kind, ours),
            };
            if different == 0 && kind == Some(Kind::NullableNull) {
                continue;
            }
            if let Some(Kind::Full { .. }) = kind {
                turn += 1;
                let alternatives = described.body().map_or(1, |(_, schema)| {
                    let mut maker = Maker::new(described.document, Kind::Full { turn: 0 }).for_request();
                    maker.value(schema, "", "");
                    maker.alternatives
                });
                if turn < alternatives {
                    kinds.push(Some(Kind::Full { turn }));
                }
            }
            if kind.is_some() && !judge.allows(&arguments["body"]) {
                self.table.cut_off += 1;
                continue;
            }
            self.table.requests += 1;
            let label = kind.map_or_else(|| "our sample".to_owned(), |kind| format!("{kind:?}"));
            let made = match make(arguments.clone()) {
                Ok(made) => made,
                Err(why) => {
                    self.find(op, format!("request cannot be said: {}", plain(&why)), || {
                        format!("{}, {label}: {}", described.place(), short(&arguments["body"]))
                    });
                    continue;
                }
            };
            self.server.answer([Reply::json(200, "{}")]);
            let result = made.call.clone().send_raw().await;
            let Some(seen) = self.server.seen().pop() else {
                let error = result.err().map(|error| error.to_string()).unwrap_or_default();
                self.find(op, format!("request refused: {error}"), || format!("{}, {label}", described.place()));
                continue;
            };
            for objection in judge.objections(&seen) {
                self.find(op, format!("request {objection}"), || format!("{}, {label}", described.place()));
            }
            if let Some(kind) = kind {
                self.kept(op, described, kind, &arguments["body"], &seen);
            }
        }
    }

    /// Checks that all of the body was sent.
    fn kept(&mut self, op: &'static OpMeta, described: &Described<'_>, kind: Kind, body: &Value, seen: &Seen) {
        let Ok(sent) = serde_json::from_slice::<Value>(&seen.body) else { return };
        for loss in losses(body, &sent) {
            self.find(op, format!("request loses {}", if loss.place.is_empty() { "." } else { &loss.place }), || {
                format!("{}, {kind:?}: {} sent as {}", described.place(), short(&loss.sent), short(&loss.read))
            });
        }
        if kind == Kind::NullableNull {
            let lost = nulls(body) > nulls(&sent);
            self.table.nulls += 1;
            self.table.nulls_lost += usize::from(lost);
            if lost {
                self.find(op, "request loses a null".to_owned(), || format!("{}: {}", described.place(), short(&sent)));
            }
        }
    }
}

/// Makes the replies of a schema, without duplicates.
fn replies(described: &Described<'_>, schema: &Value, at: &str) -> Vec<(Kind, Value)> {
    let mut found: Vec<(Kind, Value)> = Vec::new();
    let mut add = |kind: Kind| {
        let mut maker = Maker::new(described.document, kind);
        let value = maker.value(schema, at, "");
        let (alternatives, different) = (maker.alternatives, maker.different);
        if let Some(value) = value {
            found.push((kind, value));
        }
        (alternatives, different)
    };
    let (alternatives, _) = add(Kind::Full { turn: 0 });
    for turn in 1..alternatives {
        add(Kind::Full { turn });
    }
    add(Kind::Required);
    // One reply per member would be too many: one with all of them null, and one with a single null.
    add(Kind::Nulls);
    add(Kind::OneNull { which: described.path.len() % 7 });
    add(Kind::UnknownValues);
    add(Kind::UnknownMembers);
    if described.document.has_examples() {
        add(Kind::Examples);
    }
    let mut seen: Vec<Value> = Vec::new();
    // An empty object has no content and may be refused.
    found.retain(|(_, value)| {
        let new = !seen.contains(value) && value.as_object().is_none_or(|members| !members.is_empty());
        seen.push(value.clone());
        new
    });
    found
}

/// Returns the root cause of an error.
fn root(error: &dyn std::error::Error) -> &dyn std::error::Error {
    error.source().map_or(error, root)
}

/// Removes the texts and numbers that differ from sample to sample.
fn plain(why: &str) -> String {
    let (why, _) = why.split_once(" at line ").unwrap_or((why, ""));
    let unquoted = why.split('"').enumerate().map(|(number, part)| if number % 2 == 1 { "\"…\"" } else { part });
    let unquoted: String = unquoted.collect();
    let parts = unquoted.split_inclusive('[').map(|part| part.trim_start_matches(|digit: char| digit.is_ascii_digit()));
    parts.collect()
}

fn nulls(value: &Value) -> usize {
    match value {
        Value::Null => 1,
        Value::Array(items) => items.iter().map(nulls).sum(),
        Value::Object(members) => members.values().map(nulls).sum(),
        _ => 0,
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 300 { text.chars().take(300).chain("…".chars()).collect() } else { text }
}
