//! HockeyStack Revenue Agents.

mod agents;
mod conversations;
mod credits;
mod tasks;

use serde_json::{Value, json};

use crate::call::Call;
use crate::cursor;
use crate::dialect::{Dialect, Exceeded, Refusal};
use crate::quota::Reading;
use crate::reply::Reply;
use crate::state::{Collection, World};

pub(crate) struct RevenueAgents;

/// A failure: status, code, category, text.
struct Fail(u16, &'static str, &'static str, String);

type Answer = Result<Reply, Fail>;

impl Fail {
    fn invalid(text: &str) -> Self {
        Self(400, "request.invalid", "invalid_request", text.to_owned())
    }

    fn missing(what: &str) -> Self {
        Self(404, "resource.not_found", "not_found", format!("there is no such {what}"))
    }

    fn conflict(text: &str) -> Self {
        Self(409, "resource.conflict", "conflict", text.to_owned())
    }

    fn reply(self) -> Reply {
        let Self(status, code, category, text) = self;
        Reply::json(status, json!({"error": {"code": code, "category": category, "message": text}}))
    }
}

impl Dialect for RevenueAgents {
    fn class<'a>(&self, call: &Call<'a>) -> &'a str {
        // Without a token there is no window to count.
        call.operation.limit_class.as_deref().filter(|_| !call.operation.open).unwrap_or_default()
    }

    fn refuse(&self, refusal: &Refusal<'_>, _world: &mut World) -> Reply {
        let fail = match refusal {
            Refusal::NoToken | Refusal::BadToken | Refusal::WrongToken | Refusal::ExpiredToken => {
                Fail(401, "auth.invalid_token", "unauthorized", "the token is missing or not good".into())
            }
            Refusal::NoRoute => Fail::missing("path"),
            Refusal::WrongMethod => {
                Fail(405, "request.method", "invalid_request", "the path has no such method".into())
            }
            Refusal::Invalid(problems) => {
                let words: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
                Fail::invalid(&words.join("; "))
            }
            Refusal::Limited(_) => Fail(429, "rate_limit.exceeded", "rate_limited", "Rate limit exceeded.".into()),
            Refusal::Status(status) => {
                Fail(*status, "fake.fault", "fault", format!("a planned fault answered {status}"))
            }
        };
        fail.reply()
    }

    fn rate_headers(
        &self,
        class: &str,
        readings: &[Reading],
        exceeded: Option<&Exceeded>,
    ) -> Vec<(&'static str, String)> {
        let Some(reading) = readings.first() else { return Vec::new() };
        let mut headers = reading.headers(class, exceeded.is_some());
        if exceeded.is_some() {
            headers.push(("retry-after", reading.seconds().to_string()));
        }
        headers
    }

    fn handle(&self, call: &Call<'_>, world: &mut World) -> Option<Reply> {
        dispatch(call, world).map(|answer| answer.unwrap_or_else(Fail::reply))
    }

    fn seed(&self, world: &mut World) {
        credits::seed(world);
    }

    fn collections(&self) -> &'static [&'static str] {
        &["agents:companies", "agents:deals", "conversations", "messages", "operations", "tasks"]
    }

    fn adopt(&self, collection: &str, value: Value, world: &mut World) -> String {
        let mut record = value;
        let key = match collection {
            "tasks" => "task_id",
            "conversations" => "conversation_id",
            "messages" => "id",
            "operations" => "operation_uuid",
            _ => "id",
        };
        let id = record.get(key).and_then(Value::as_str).map(str::to_owned).unwrap_or_else(|| world.rng.uuid());
        let now = world.now();
        if let Value::Object(members) = &mut record {
            members.insert(key.into(), json!(id));
            members.entry("created_at").or_insert_with(|| json!(now));
            if collection == "tasks" {
                members.entry("status").or_insert_with(|| json!("pending"));
            }
        }
        world.collection(collection).put(&id, record);
        id
    }

    fn cursors(&self) -> &'static [(&'static str, &'static str)] {
        &[("next_cursor", "cursor"), ("next_cursor", "after")]
    }
}

fn dispatch(call: &Call<'_>, world: &mut World) -> Option<Answer> {
    let parts = call.parts();
    match parts.as_slice() {
        ["health"] => Some(Ok(Reply::json(200, json!({"status": "ok"})))),
        ["me"] => Some(Ok(me(world))),
        ["companies" | "deals", "agents"] => Some(agents::list(call, parts[0], world)),
        ["companies" | "deals", id, "agent"] => agents::handle(call, parts[0], id, world),
        ["companies" | "deals", id, "conversations", rest @ ..] => {
            conversations::handle(call, parts[0], id, rest, world)
        }
        ["tasks", rest @ ..] => tasks::handle(call, rest, world),
        ["credits", what] => credits::handle(call, what, world),
        _ => None,
    }
}

fn me(world: &mut World) -> Reply {
    let prefix: String = world.settings.token.chars().take(12).collect();
    let now = world.now();
    let body = json!({
        "workspace": {"id": "workspace-fake", "name": "Fake workspace"},
        "token": {
            "id": "token-fake",
            "name": "Fake token",
            "token_prefix": prefix,
            "created_at": "2026-01-01T00:00:00Z",
            "last_used_at": now,
            "expires_at": null,
        },
    });
    Reply::json(200, body)
}

/// `company_id` or `deal_id`.
fn owner_key(kind: &str) -> &'static str {
    if kind == "companies" { "company_id" } else { "deal_id" }
}

/// Returns the number of polls for which work is in progress.
fn polls(world: &World) -> u32 {
    world.settings.polls.unwrap_or(2)
}

/// A page by cursor, by default 50 items, at most 200.
fn page(
    call: &Call<'_>,
    parameter: &str,
    items: &Collection,
    pass: impl Fn(&Value) -> bool,
) -> Result<(Vec<Value>, Option<String>), Fail> {
    let limit = call.query_number("limit").unwrap_or(50);
    if limit == 0 || limit > 200 {
        return Err(Fail::invalid("limit must be 1 to 200"));
    }
    let start = match call.query(parameter) {
        None | Some("") => 0,
        Some(text) => cursor::open(text).ok_or_else(|| Fail::invalid("the cursor is none of ours"))?,
    };
    let (items, next) = items.page(start, limit, pass);
    Ok((items, next.map(cursor::seal)))
}
