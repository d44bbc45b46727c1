//! HubSpot.

mod analytics;
mod associations;
mod batch;
mod errors;
mod files;
mod filter;
pub(crate) mod index;
mod links;
mod lists;
mod objects;
mod pipelines;
mod properties;
mod record;
mod rows;
mod schemas;
mod search;
mod seed;
pub(crate) mod types;

use serde_json::{Value, json};

use crate::call::Call;
use crate::dialect::{Dialect, Exceeded, Refusal};
use crate::document::Operation;
use crate::fault::Policy;
use crate::quota::Reading;
use crate::reply::Reply;
use crate::state::World;
use crate::vendors::oauth::{self, Grant};

pub(crate) struct HubSpot;

/// Requests per second, in a header only: the ten-second window is the effective limit.
const SECONDLY: u64 = 19;

/// Handlers return a reply or a failure, which becomes HubSpot's error body.
type Answer = Result<Reply, errors::Fail>;

/// The id of the account that tokens are issued for.
const HUB_ID: u32 = 62_515;

impl Dialect for HubSpot {
    fn refuse(&self, refusal: &Refusal<'_>, world: &mut World) -> Reply {
        errors::refuse(refusal, world)
    }

    fn rate_headers(
        &self,
        class: &str,
        readings: &[Reading],
        exceeded: Option<&Exceeded>,
    ) -> Vec<(&'static str, String)> {
        if class == "search" {
            return Vec::new();
        }
        let mut headers = Vec::new();
        for reading in readings {
            headers.extend(reading.headers(class, exceeded.is_some()));
            if reading.name() == "burst" {
                // Deprecated, but still sent.
                let secondly = exceeded.is_some_and(|exceeded| exceeded.policy == Policy::Secondly);
                let left = if secondly { 0 } else { reading.remaining.min(SECONDLY) };
                headers.push(("x-hubspot-ratelimit-secondly", SECONDLY.to_string()));
                headers.push(("x-hubspot-ratelimit-secondly-remaining", left.to_string()));
            }
        }
        headers
    }

    fn needs_token(&self, call: &Call<'_>) -> bool {
        !call.operation.open && call.segments.first().is_none_or(|first| first != "oauth")
    }

    fn handle(&self, call: &Call<'_>, world: &mut World) -> Option<Reply> {
        dispatch(call, world).map(|answer| answer.unwrap_or_else(|fail| fail.reply(world)))
    }

    fn finish(&self, reply: &mut Reply, world: &mut World) {
        let id = reply
            .json_mut()
            .and_then(|body| body.get("correlationId")?.as_str().map(str::to_owned))
            .unwrap_or_else(|| world.rng.uuid());
        reply.headers.push(("x-hubspot-correlation-id", id));
    }

    fn seed(&self, world: &mut World) {
        seed::all(world);
    }

    fn adopt(&self, collection: &str, value: Value, world: &mut World) -> String {
        seed::adopt(collection, value, world)
    }

    fn define(&self, collection: &str, record: &Value, world: &mut World) {
        seed::define(collection, record, world);
    }

    fn object_types(&self) -> &'static [&'static str] {
        types::DOCUMENTED
    }

    fn is_object_type(&self, name: &str, world: Option<&World>) -> bool {
        let exists = |world: &World| world.peek(&self.collection(name)).is_some();
        types::DOCUMENTED.contains(&name) || types::is_custom(name) || world.is_some_and(exists)
    }

    fn is_of_definitions(&self, name: &str) -> bool {
        let of = name.strip_prefix(seed::PROPERTIES).or_else(|| name.strip_prefix(seed::PIPELINES));
        of.is_some_and(|object_type| self.is_object_type(object_type, None))
    }

    fn has_rows(&self, operation: &Operation) -> bool {
        let parts: Vec<&str> = operation.path.split('/').collect();
        match parts.as_slice() {
            ["", "crm", "objects", _, _, "batch", verb] => ["create", "read", "update", "upsert"].contains(verb),
            ["", "crm", "associations", _, _, _, "batch", verb] => *verb == "create",
            _ => false,
        }
    }

    fn collections(&self) -> &'static [&'static str] {
        &seed::PLAIN
    }

    fn collection(&self, name: &str) -> String {
        seed::collection(name)
    }

    fn is_live(&self, record: &Value) -> bool {
        record.get("archived") != Some(&Value::Bool(true))
    }

    fn cursors(&self) -> &'static [(&'static str, &'static str)] {
        &[("paging.next.after", "after")]
    }
}

fn dispatch(call: &Call<'_>, world: &mut World) -> Option<Answer> {
    let parts = call.parts();
    match parts.as_slice() {
        ["crm", "objects", _, object_type, rest @ ..] => object(call, &types::canonical(object_type), rest, world),
        ["crm", "associations", _, rest @ ..] => associations::handle(call, rest, world),
        ["crm", "owners", _, rest @ ..] => seed::owners(call, rest, world),
        ["crm", "pipelines", _, rest @ ..] => pipelines::handle(call, rest, world),
        ["crm", "properties", _, rest @ ..] => properties::handle(call, rest, world),
        ["crm", "lists", _, rest @ ..] => lists::handle(call, rest, world),
        ["crm-object-schemas", _, "schemas", rest @ ..] => schemas::handle(call, rest, world),
        ["files", _, rest @ ..] => files::handle(call, rest, world),
        ["analytics", "v2", "reports", rest @ ..] => analytics::handle(call, rest),
        ["oauth", _, "token"] => Some(Ok(token(call, world))),
        _ => None,
    }
}

fn object(call: &Call<'_>, object_type: &str, rest: &[&str], world: &mut World) -> Option<Answer> {
    match (call.method, rest) {
        ("POST", ["search"]) => Some(search::run(call, object_type, world)),
        ("POST", ["batch", verb]) => batch::handle(call, object_type, verb, world),
        (_, [id, "associations", rest @ ..]) => associations::of_record(call, object_type, id, rest, world),
        _ => objects::handle(call, object_type, rest, world),
    }
}

fn token(call: &Call<'_>, world: &mut World) -> Reply {
    match oauth::token(call, world, 1_800, false) {
        Grant::Issued(mut members) => {
            let machine = call.text("grant_type") == Some("client_credentials");
            members.insert("token_use".into(), json!(if machine { "client_credentials" } else { "access_token" }));
            members.insert("scopes".into(), json!(["oauth"]));
            members.insert("hub_id".into(), json!(HUB_ID));
            Reply::json(200, Value::Object(members))
        }
        Grant::Refused => Reply::json(
            400,
            json!({
                "error": "invalid_grant",
                "error_description": "the code or refresh token is missing or no longer good",
                "status": "BAD_REFRESH_TOKEN",
                "message": "the code or refresh token is missing or no longer good",
            }),
        ),
    }
}

/// A body of one page out of a list that fits into memory; the cursor is the plain position.
fn page_of(items: Vec<Value>, start: usize, limit: usize) -> Value {
    let total = items.len();
    let results: Vec<Value> = items.into_iter().skip(start).take(limit).collect();
    let end = start + results.len();
    let mut body = json!({"results": results});
    if end < total && limit > 0 {
        body["paging"] = json!({"next": {"after": end.to_string()}});
    }
    body
}
