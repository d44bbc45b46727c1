//! From a request to an answer, in this order: route, token, quota, validation, fault, state.

mod inject;
mod work;

use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use serde_json::Value;

use crate::call::{self, Call, Payload};
use crate::delivery::Delivery;
use crate::dialect::{Dialect, Exceeded, Refusal};
use crate::document::{Document, Operation};
use crate::fault::{Fault, Script, Step};
use crate::limits::Limits;
use crate::parameter::Place;
use crate::quota::{Quotas, Reading, Verdict};
use crate::reply::Reply;
use crate::report::{Journal, Recorded, Report};
use crate::route::Found;
use crate::state::World;
use crate::validate::{self, Problem, Rule};

pub(crate) struct Engine {
    pub(crate) dialect: &'static dyn Dialect,
    documents: Box<Documents>,
    base_url: String,
    started: Instant,
    inner: Mutex<Inner>,
}

/// Returns the document that applies to a value of the `Version` header and a path.
pub(crate) type Documents = dyn Fn(Option<&str>, &str) -> &'static Document + Send + Sync;

/// Everything behind the lock.
pub(crate) struct Inner {
    pub(crate) world: World,
    pub(crate) script: Script,
    pub(crate) report: Report,
    pub(crate) journal: Journal,
    pub(crate) quotas: Quotas,
}

/// A request as received.
pub(crate) struct Incoming {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

pub(crate) struct Outcome {
    pub(crate) reply: Reply,
    pub(crate) delivery: Delivery,
}

impl Engine {
    pub(crate) fn new(
        dialect: &'static dyn Dialect,
        documents: Box<Documents>,
        base_url: String,
        inner: Inner,
    ) -> Self {
        Self { dialect, documents, base_url, started: Instant::now(), inner: Mutex::new(inner) }
    }

    /// The vendor's own limits.
    pub(crate) fn limits(&self) -> &'static Limits {
        &(self.documents)(None, "").limits
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// A panic in one handler must not end the others, so poison is ignored.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn answer(&self, incoming: &Incoming) -> Outcome {
        let now = Instant::now();
        let query = call::pairs(&incoming.query);
        let document = self.document(incoming);
        let segments = segments(document, &incoming.path);
        let found = segments.as_ref().map_or(Found::Nothing, |segments| document.find(&incoming.method, segments));
        let mut inner = self.lock();
        let inner = &mut *inner;
        let (operation, path, refusal) = match found {
            Found::Operation(operation, path) => (Some(operation), path, Refusal::NoRoute),
            Found::WrongMethod => (None, Vec::new(), Refusal::WrongMethod),
            Found::Nothing => (None, Vec::new(), Refusal::NoRoute),
        };
        let number = self.record(inner, incoming, &query, operation, &path, now);
        let mut outcome = match operation {
            None => {
                inner.report.refused += 1;
                note(&mut inner.report, format!("no operation for {} {}", incoming.method, incoming.path));
                Outcome::plain(self.dialect.refuse(&refusal, &mut inner.world))
            }
            Some(operation) => {
                let payload = Payload::read(&incoming.headers, &incoming.body);
                let call = Call {
                    document,
                    operation,
                    method: &incoming.method,
                    segments: segments.as_deref().unwrap_or(&[]),
                    path: &path,
                    query: &query,
                    headers: &incoming.headers,
                    body: payload.json().unwrap_or(&Value::Null),
                    base_url: &self.base_url,
                    bad_rows: Vec::new(),
                };
                self.serve(inner, call, &payload, now)
            }
        };
        self.dialect.finish(&mut outcome.reply, &mut inner.world);
        if outcome.reply.status == 429 {
            inner.report.rate_limited += 1;
        }
        let status = (!outcome.delivery.is_silent()).then_some(outcome.reply.status);
        let refusal = if outcome.reply.status < 400 { String::new() } else { outcome.reply.beginning() };
        inner.journal.set_reply(number, status, refusal);
        let latency = inner.world.settings.latency;
        if !latency.is_zero() {
            outcome.delivery.delay = Some(outcome.delivery.delay.unwrap_or_default() + latency);
        }
        outcome
    }

    fn document(&self, incoming: &Incoming) -> &'static Document {
        let version = incoming.headers.get("version").and_then(|value| value.to_str().ok());
        (self.documents)(version, &incoming.path)
    }

    fn record(
        &self,
        inner: &mut Inner,
        incoming: &Incoming,
        query: &[(String, String)],
        operation: Option<&Operation>,
        path: &[(String, String)],
        now: Instant,
    ) -> usize {
        let name = operation.map_or("-", |operation| &operation.name).to_owned();
        inner.report.requests += 1;
        *inner.report.per_operation.entry(name.clone()).or_default() += 1;
        let headers = incoming.headers.iter().map(|(name, value)| {
            let shown = match name {
                name if *name == self.dialect.token_header() => "present".to_owned(),
                _ => String::from_utf8_lossy(value.as_bytes()).into_owned(),
            };
            (name.as_str().to_owned(), shown)
        });
        inner.journal.push(Recorded {
            operation: name,
            method: incoming.method.clone(),
            path: incoming.path.clone(),
            query: query.to_vec(),
            headers: headers.collect(),
            body: incoming.body.to_vec(),
            at: now.duration_since(self.started),
            status: None,
            refusal: String::new(),
            aliases: operation.map_or_else(Vec::new, |operation| aliases(operation, path)),
        })
    }

    fn serve(&self, inner: &mut Inner, mut call: Call<'_>, payload: &Payload, now: Instant) -> Outcome {
        let token = token(call.headers, &self.dialect.token_header());
        if self.dialect.needs_token(&call) {
            let refusal = match &token {
                Token::Absent => Some(Refusal::NoToken),
                Token::Odd => Some(Refusal::BadToken),
                Token::Given(token) if inner.world.tokens.contains(*token) => None,
                Token::Given(token) if inner.world.expired.contains(*token) => Some(Refusal::ExpiredToken),
                Token::Given(_) => Some(Refusal::WrongToken),
            };
            if let Some(refusal) = refusal {
                inner.report.unauthorized += 1;
                return Outcome::plain(self.dialect.refuse(&refusal, &mut inner.world));
            }
        }
        let class = self.dialect.class(&call);
        let key = match token {
            Token::Given(token) => self.dialect.quota_key(&call, token),
            _ => self.dialect.quota_key(&call, ""),
        };
        let Verdict { readings, refused_by } = inner.quotas.take(class, &key, now);
        if let Some(reading) = refused_by {
            return Outcome::plain(self.limited(inner, class, &readings, &reading));
        }
        let mut problems = validate::request(call.document, call.operation, call.path, call.query, payload);
        if call.operation.open && !matches!(token, Token::Absent) {
            problems.push(Problem {
                place: Place::Header,
                field: "authorization".to_owned(),
                rule: Rule::Unknown,
                message: "the operation takes no credential".to_owned(),
            });
        }
        self.dialect.check(&call, &mut problems);
        let mut outcome = if problems.is_empty() {
            let replies = inner.world.settings.replies;
            let fits = |fault: &Fault| inject::fits(self.dialect, replies, &call, fault);
            let step = inner.script.take(fits, |name| is_named(call.operation, call.path, name));
            self.act(inner, &mut call, class, &readings, step)
        } else {
            self.invalid(inner, &call, &problems)
        };
        if outcome.reply.status != 429 {
            outcome.reply.headers.extend(self.dialect.rate_headers(class, &readings, None));
        }
        outcome
    }

    fn limited(&self, inner: &mut Inner, class: &str, readings: &[Reading], by: &Reading) -> Reply {
        let exceeded = Exceeded { policy: self.dialect.policy(by.name()) };
        let mut reply = self.dialect.refuse(&Refusal::Limited(&exceeded), &mut inner.world);
        reply.headers.extend(self.dialect.rate_headers(class, readings, Some(&exceeded)));
        reply
    }

    fn invalid(&self, inner: &mut Inner, call: &Call<'_>, problems: &[Problem]) -> Outcome {
        inner.report.refused += 1;
        let words: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
        note(&mut inner.report, format!("{}: {}", call.operation.name, words.join("; ")));
        Outcome::plain(self.dialect.refuse(&Refusal::Invalid(problems), &mut inner.world))
    }

    fn act(
        &self,
        inner: &mut Inner,
        call: &mut Call<'_>,
        class: &str,
        readings: &[Reading],
        step: Option<Step>,
    ) -> Outcome {
        let Some(step) = step.filter(|step| step.fault.is_some()) else {
            return Outcome::plain(self.work(call, &mut inner.world));
        };
        inner.report.faults += 1;
        inject::run(self, inner, call, class, readings, &step)
    }
}

/// The decoded parts of the path below the base path; `None` outside of it.
fn segments(document: &Document, path: &str) -> Option<Vec<String>> {
    let rest = path.strip_prefix(&document.base_path)?;
    let rest = rest.strip_prefix('/')?;
    Some(rest.split('/').map(call::decode).collect())
}

impl Outcome {
    pub(crate) fn plain(reply: Reply) -> Self {
        Self { reply, delivery: Delivery::default() }
    }
}

enum Token<'a> {
    Absent,
    Odd,
    Given(&'a str),
}

fn token<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Token<'a> {
    let Some(value) = headers.get(name) else {
        return Token::Absent;
    };
    let Ok(text) = value.to_str() else {
        return Token::Odd;
    };
    if name != http::header::AUTHORIZATION {
        return Token::Given(text);
    }
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => {
            Token::Given(token.trim())
        }
        _ => Token::Odd,
    }
}

/// Other names of an operation: its id, and for a resource that takes the object type from the path
/// the same method under that type.
fn aliases(operation: &Operation, path: &[(String, String)]) -> Vec<String> {
    let mut names = vec![operation.id.clone()];
    let object_type = path.iter().find(|(name, _)| name == "objectType");
    if let (Some((_, object_type)), Some((_, method))) = (object_type, operation.name.split_once('.')) {
        names.push(format!("{object_type}.{method}"));
        names.push(format!("{}.{method}", crate::vendors::hubspot::types::canonical(object_type)));
    }
    names
}

fn is_named(operation: &Operation, path: &[(String, String)], name: &str) -> bool {
    operation.name == name || aliases(operation, path).iter().any(|alias| alias == name)
}

fn note(report: &mut Report, problem: String) {
    if report.problems.len() < 100 {
        report.problems.push(problem);
    }
}
