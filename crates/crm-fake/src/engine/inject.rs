//! Applies faults: some replace the answer, some disturb its transport.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::{Engine, Inner, Outcome};
use crate::call::Call;
use crate::delivery::{Delivery, End};
use crate::dialect::{Dialect, Exceeded, Refusal};
use crate::fault::{Fault, Hint, Payload, Policy, Step, When};
use crate::limits::Limits;
use crate::quota::Reading;
use crate::reply::{Content, Reply};
use crate::state::{Replies, World};

/// Returns true if the fault changes the reply to the request.
pub(super) fn fits(dialect: &dyn Dialect, replies: Replies, call: &Call<'_>, fault: &Fault) -> bool {
    match fault {
        Fault::MultiStatus(rows) => {
            let inputs = call.list("inputs").len();
            replies == Replies::State && dialect.has_rows(call.operation) && rows.iter().any(|row| *row < inputs)
        }
        Fault::RepeatCursor => cursors(dialect, call).next().is_some(),
        _ => true,
    }
}

pub(super) fn run(
    engine: &Engine,
    inner: &mut Inner,
    call: &mut Call<'_>,
    class: &str,
    readings: &[Reading],
    step: &Step,
) -> Outcome {
    let Some(fault) = &step.fault else {
        return Outcome::plain(engine.work(call, &mut inner.world));
    };
    if let Some(reply) = instead(engine, &mut inner.world, class, readings, fault) {
        if step.applied {
            engine.work(call, &mut inner.world);
        }
        let mut outcome = Outcome::plain(reply);
        if matches!(fault, Fault::Reset { .. }) {
            outcome.delivery.end = End::ResetAtOnce;
        }
        return outcome;
    }
    if let Fault::MultiStatus(rows) = fault {
        call.bad_rows.clone_from(rows);
    }
    let mut reply = engine.work(call, &mut inner.world);
    if matches!(fault, Fault::RepeatCursor) {
        repeat_cursor(engine.dialect, call, &mut reply);
    }
    let mut delivery = Delivery::default();
    match fault {
        Fault::Slow(delay) => delivery.delay = Some(*delay),
        Fault::Drip { every, bytes } => delivery.drip = Some((*every, (*bytes).max(1))),
        Fault::CutBody { after } => delivery.end = End::CutAfter(*after),
        Fault::WrongContentLength => delivery.end = End::ShortLength,
        Fault::Reset { when: When::AfterHeaders } => delivery.end = End::ResetAfterHeaders,
        Fault::Reset { when: When::AfterReply } => delivery.end = End::ResetAfterReply,
        Fault::Encoded(how) => reply.headers.push(("content-encoding", (*how).to_owned())),
        Fault::Utf16 => delivery.utf16 = true,
        _ => {}
    }
    Outcome { reply, delivery }
}

/// Returns the answer that replaces the real one, if the fault has one.
fn instead(engine: &Engine, world: &mut World, class: &str, readings: &[Reading], fault: &Fault) -> Option<Reply> {
    let reply = match fault {
        Fault::RateLimited { hint } => rate_limited(engine, world, class, readings, *hint),
        Fault::Status(code, payload) => with_status(engine.dialect, world, *code, payload),
        Fault::Accepted202 { body, .. } => with_status(engine.dialect, world, 202, body),
        Fault::NotJson => Reply {
            status: 200,
            headers: Vec::new(),
            content: Content::Text("application/json", "{\"results\": [oops".into()),
            verbatim: true,
        },
        Fault::Html => Reply::html(200),
        Fault::Redirect(code, to) => Reply::empty(*code).with("location", to),
        Fault::Body(value) => Reply::json(200, value.clone()),
        Fault::Reset { when: When::BeforeReply } => Reply::empty(200),
        _ => return None,
    };
    Some(Reply { verbatim: true, ..reply })
}

fn with_status(dialect: &dyn Dialect, world: &mut World, code: u16, payload: &Payload) -> Reply {
    match payload {
        Payload::Vendor if (200..300).contains(&code) => Reply::empty(code),
        Payload::Vendor => dialect.refuse(&Refusal::Status(code), world),
        Payload::Empty => Reply::empty(code),
        Payload::Json(value) => Reply::json(code, value.clone()),
        Payload::Text(text) => Reply::text(code, text),
        Payload::Html => Reply::html(code),
    }
}

fn rate_limited(engine: &Engine, world: &mut World, class: &str, readings: &[Reading], hint: Option<Hint>) -> Reply {
    let dialect = engine.dialect;
    let policy = match hint {
        Some(Hint::Policy(policy)) => policy,
        _ if class == "search" => Policy::Search,
        _ => Policy::Burst,
    };
    let readings = emptied(dialect, engine.limits(), class, readings, policy);
    let exceeded = Exceeded { policy };
    let mut reply = dialect.refuse(&Refusal::Limited(&exceeded), world);
    match hint {
        None => {}
        Some(Hint::RetryAfterSeconds(seconds)) => reply = reply.with("retry-after", seconds),
        Some(Hint::RetryAfterFraction(wait)) => reply = reply.with("retry-after", wait.as_secs_f64()),
        Some(Hint::RetryAfterDate(from_now)) => {
            let date = httpdate::fmt_http_date(SystemTime::now() + from_now);
            reply = reply.with("retry-after", date);
        }
        Some(Hint::VendorHeaders | Hint::Policy(_)) => {
            reply.headers.extend(dialect.rate_headers(class, &readings, Some(&exceeded)));
        }
    }
    reply
}

/// The vendor's windows with an empty one of this name, also if quotas are switched off.
fn emptied(
    dialect: &dyn Dialect,
    limits: &'static Limits,
    class: &str,
    readings: &[Reading],
    policy: Policy,
) -> Vec<Reading> {
    let mut readings = readings.to_vec();
    if readings.is_empty() {
        let windows = limits.of(class).iter().map(|window| &limits.windows[*window]);
        readings = windows
            .map(|of| Reading { of, limit: of.limit, remaining: of.limit - 1, window: of.per, reset: of.per })
            .collect();
    }
    for reading in &mut readings {
        if dialect.policy(reading.name()) == policy {
            reading.remaining = 0;
        }
    }
    readings
}

/// Puts the cursor of the request into the reply, at the place where the vendor has its cursors.
fn repeat_cursor(dialect: &dyn Dialect, call: &Call<'_>, reply: &mut Reply) {
    let Some(value) = reply.json_mut() else { return };
    for (next, sent) in cursors(dialect, call) {
        put_cursor(value, next, sent);
    }
}

/// The cursors of the request, each with its place in a reply.
fn cursors<'a>(dialect: &dyn Dialect, call: &'a Call<'_>) -> impl Iterator<Item = (&'a str, Value)> {
    let paging = call.operation.paging.as_ref();
    let declared = paging.into_iter().flat_map(|paging| paging.next.iter().zip(&paging.params));
    let declared = declared.map(|(next, param)| (next.as_str(), param.as_str()));
    declared.chain(dialect.cursors().iter().copied()).filter_map(|(next, param)| {
        let sent = call.query(param).map(Value::from).or_else(|| call.body.get(param).cloned());
        sent.map(|sent| (next, sent))
    })
}

fn put_cursor(value: &mut Value, dotted: &str, cursor: Value) {
    let (parent, name) = dotted.rsplit_once('.').map_or((None, dotted), |(parent, name)| (Some(parent), name));
    let holder = parent.into_iter().flat_map(|path| path.split('.')).try_fold(value, |node, step| {
        node.as_object_mut().map(|members| members.entry(step).or_insert_with(|| json!({})))
    });
    if let Some(Value::Object(members)) = holder {
        let number = members.get(name).is_some_and(Value::is_number);
        let as_number = cursor.as_str().and_then(|text| text.parse::<i64>().ok());
        let cursor = as_number.filter(|_| number).map_or(cursor, Value::from);
        members.insert(name.into(), cursor);
    }
}
