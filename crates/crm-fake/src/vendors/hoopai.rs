//! HoopAI, which is HighLevel's API.

mod calendars;
mod contacts;
mod conversations;
mod errors;
mod filter;
mod opportunities;
mod paging;
mod simple;

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::dialect::{Dialect, Refusal};
use crate::parameter::Place;
use crate::reply::Reply;
use crate::state::World;
use crate::validate::{Problem, Rule};
use crate::vendors::oauth::{self, Grant};

pub(crate) struct HoopAi;

type Answer = Result<Reply, errors::Fail>;

/// The values of the `Version` header that are still accepted.
const VERSIONS: [&str; 4] = ["2021-04-15", "2021-07-28", "2023-02-21", "v3"];

impl Dialect for HoopAi {
    /// Limits count per location (or company), at any place of the request.
    fn quota_key(&self, call: &Call<'_>, token: &str) -> String {
        let names = ["locationId", "location_id", "altId", "companyId"];
        let path = |name: &str| call.path.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let named = names.iter().find_map(|name| path(name).or_else(|| call.query(name)).or_else(|| call.text(name)));
        named.unwrap_or(token).to_owned()
    }

    fn refuse(&self, refusal: &Refusal<'_>, world: &mut World) -> Reply {
        errors::refuse(refusal, world)
    }

    fn check(&self, call: &Call<'_>, problems: &mut Vec<Problem>) {
        if call.segments == ["oauth", "token"] {
            return;
        }
        let version = call.headers.get("version").and_then(|value| value.to_str().ok());
        let (rule, message) = match version {
            None => (Rule::Required, "the header Version is required".to_owned()),
            Some(version) if !VERSIONS.contains(&version) => {
                (Rule::Enum, format!("the header Version does not take {version}"))
            }
            Some(_) => return,
        };
        problems.push(Problem::new(Place::Header, "Version", rule, message));
    }

    fn needs_token(&self, call: &Call<'_>) -> bool {
        !call.operation.open && call.segments != ["oauth", "token"]
    }

    fn handle(&self, call: &Call<'_>, world: &mut World) -> Option<Reply> {
        dispatch(call, world).map(|answer| answer.unwrap_or_else(|fail| fail.reply(world)))
    }

    fn finish(&self, reply: &mut Reply, world: &mut World) {
        if reply.verbatim {
            return;
        }
        let trace = world.rng.uuid();
        if let Some(Value::Object(members)) = reply.json_mut() {
            // Replies usually have it although the document does not declare it.
            members.entry("traceId").or_insert_with(|| json!(trace));
        }
    }

    fn seed(&self, world: &mut World) {
        simple::seed(world);
        opportunities::seed(world);
    }

    fn collections(&self) -> &'static [&'static str] {
        &[
            "appointments",
            "calendars",
            "contacts",
            "conversations",
            "customFields",
            "customValues",
            "groups",
            "locations",
            "messages",
            "notes",
            "opportunities",
            "pipelines",
            "tags",
            "tasks",
            "users",
        ]
    }

    fn adopt(&self, collection: &str, value: Value, world: &mut World) -> String {
        let mut members = value.as_object().cloned().unwrap_or_default();
        let location = json!(world.settings.location);
        members.entry("locationId").or_insert(location);
        match collection {
            "contacts" => contacts::store(world, members),
            "conversations" => conversations::store(world, members),
            "messages" => conversations::store_message(world, members),
            _ => put(world, collection, members),
        }
    }

    fn cursors(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("meta.startAfter", "startAfter"),
            ("meta.startAfterId", "startAfterId"),
            ("nextCursor", "cursor"),
            ("messages.lastMessageId", "lastMessageId"),
        ]
    }
}

fn dispatch(call: &Call<'_>, world: &mut World) -> Option<Answer> {
    let parts = call.parts();
    // The state uses the names of the versions before v3.
    if call.headers.get("version").is_some_and(|version| version == "v3") {
        return None;
    }
    match parts.as_slice() {
        ["oauth", "token"] => Some(Ok(token(call, world))),
        ["oauth", "locationToken"] => Some(Ok(token(call, world))),
        ["contacts", rest @ ..] => contacts::handle(call, rest, world),
        ["opportunities", rest @ ..] => opportunities::handle(call, rest, world),
        ["conversations", rest @ ..] => conversations::handle(call, rest, world),
        ["calendars", rest @ ..] => calendars::handle(call, rest, world),
        ["locations" | "users", ..] => simple::handle(call, &parts, world),
        _ => None,
    }
}

/// Adds a record with an identifier and timestamps of the fake, if it has none.
fn put(world: &mut World, collection: &str, mut members: Map<String, Value>) -> String {
    let id = match members.get("id").and_then(Value::as_str) {
        Some(id) => id.to_owned(),
        None => world.rng.text(20),
    };
    let now = world.now();
    members.insert("id".into(), json!(id));
    for stamp in ["dateAdded", "dateUpdated"] {
        members.entry(stamp).or_insert_with(|| json!(now));
    }
    world.collection(collection).put(&id, Value::Object(members));
    id
}

/// Writes the members of a request over those of a record.
fn overlay(record: &mut Value, body: &Value, now: &str) {
    for (name, value) in body.as_object().into_iter().flatten() {
        record[name] = value.clone();
    }
    record["dateUpdated"] = json!(now);
}

fn token(call: &Call<'_>, world: &mut World) -> Reply {
    let grant = if call.segments == ["oauth", "locationToken"] {
        oauth::token(call, world, 86_399, false)
    } else {
        oauth::token(call, world, 86_399, true)
    };
    let Grant::Issued(mut members) = grant else {
        let body = json!({"error": "invalid_grant", "error_description": "this refresh token is no longer good"});
        return Reply::json(400, body);
    };
    let location = call.text("locationId").map(str::to_owned).unwrap_or_else(|| world.settings.location.clone());
    let company = call.text("user_type") == Some("Company");
    members.insert("userType".into(), json!(if company { "Company" } else { "Location" }));
    if !company {
        members.insert("locationId".into(), json!(location));
    }
    members.insert("companyId".into(), json!("company-fake"));
    members.insert("userId".into(), json!("user-fake-1"));
    members.insert("scope".into(), json!("contacts.readonly contacts.write"));
    Reply::json(200, Value::Object(members))
}
