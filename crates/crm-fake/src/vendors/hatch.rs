//! Hatch: the contact upsert, the bulk export and the legacy new-lead API, each on its own host.

mod export;
mod zip;

use http::HeaderName;
use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::dialect::{Dialect, Refusal};
use crate::reply::Reply;
use crate::state::World;
use crate::validate::{Problem, Rule};

pub(crate) struct Contacts;
pub(crate) struct BulkExport;
pub(crate) struct LegacyLeads;

impl Dialect for Contacts {
    fn refuse(&self, refusal: &Refusal<'_>, _world: &mut World) -> Reply {
        refuse(refusal)
    }

    fn handle(&self, call: &Call<'_>, world: &mut World) -> Option<Reply> {
        (call.segments == ["v1", "contacts"]).then(|| upsert(call, world))
    }

    fn collections(&self) -> &'static [&'static str] {
        &["contacts"]
    }

    fn adopt(&self, collection: &str, value: Value, world: &mut World) -> String {
        let id = world.rng.uuid();
        store(world, collection, &id, value.as_object().cloned().unwrap_or_default());
        id
    }

    fn cursors(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }
}

impl Dialect for BulkExport {
    fn refuse(&self, refusal: &Refusal<'_>, _world: &mut World) -> Reply {
        refuse(refusal)
    }

    fn check(&self, call: &Call<'_>, problems: &mut Vec<Problem>) {
        export::check(call, problems);
    }

    fn handle(&self, call: &Call<'_>, world: &mut World) -> Option<Reply> {
        (call.segments == ["api", "v1", "export-data"]).then(|| export::run(call, world))
    }

    fn collections(&self) -> &'static [&'static str] {
        &["contact_history", "conversation_items"]
    }

    fn adopt(&self, collection: &str, value: Value, world: &mut World) -> String {
        let id = world.next_id().to_string();
        world.collection(collection).put(&id, value);
        id
    }

    fn cursors(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }
}

impl Dialect for LegacyLeads {
    fn token_header(&self) -> HeaderName {
        HeaderName::from_static("x-api-key")
    }

    fn refuse(&self, refusal: &Refusal<'_>, _world: &mut World) -> Reply {
        refuse(refusal)
    }

    fn handle(&self, call: &Call<'_>, world: &mut World) -> Option<Reply> {
        let lead = call.body.clone();
        self.adopt("leads", lead, world);
        Some(Reply::empty(204))
    }

    fn collections(&self) -> &'static [&'static str] {
        &["leads"]
    }

    fn adopt(&self, collection: &str, value: Value, world: &mut World) -> String {
        let id = world.next_id().to_string();
        world.collection(collection).put(&id, value);
        id
    }

    fn cursors(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }
}

/// Only the 422 is documented; the others are those of its framework: `errors` as an object.
fn refuse(refusal: &Refusal<'_>) -> Reply {
    let (status, detail) = match refusal {
        Refusal::NoToken | Refusal::BadToken | Refusal::WrongToken | Refusal::ExpiredToken => {
            (401, "Unauthorized".to_owned())
        }
        Refusal::NoRoute => (404, "Not Found".to_owned()),
        Refusal::WrongMethod => (405, "Method Not Allowed".to_owned()),
        Refusal::Invalid(problems) => return Reply::json(422, json!({"errors": rows(problems)})),
        Refusal::Limited(_) => (429, "Too Many Requests".to_owned()),
        Refusal::Status(status) => (*status, format!("a planned fault answered {status}")),
    };
    Reply::json(status, json!({"errors": {"detail": detail}}))
}

fn rows(problems: &[Problem]) -> Vec<Value> {
    let row = |problem: &Problem| {
        let title = match problem.rule {
            Rule::Required => "Missing value",
            Rule::Unknown => "Unknown field",
            _ => "Invalid value",
        };
        json!({"title": title, "detail": problem.message, "source": {"pointer": problem.pointer()}})
    };
    problems.iter().map(row).collect()
}

fn keys(members: &Map<String, Value>) -> Vec<String> {
    let key = |name: &str| {
        let text = members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.map(|text| format!("{name}={}", text.to_lowercase()))
    };
    ["phoneNumber", "email"].into_iter().filter_map(key).collect()
}

fn store(world: &mut World, collection: &str, id: &str, mut members: Map<String, Value>) {
    members.insert("id".into(), json!(id));
    let keys = keys(&members);
    world.collection(collection).put_keyed(id, Value::Object(members), keys);
}

/// The phone number identifies a contact first, then the address; otherwise a new one is created.
fn upsert(call: &Call<'_>, world: &mut World) -> Reply {
    let members = call.body.as_object().cloned().unwrap_or_default();
    let found = keys(&members).iter().find_map(|key| world.peek("contacts")?.by_key(key).map(str::to_owned));
    let id = match found {
        Some(id) => {
            let known = world.collection("contacts").get(&id).cloned();
            let mut merged = known.and_then(|known| known.as_object().cloned()).unwrap_or_default();
            merged.extend(members);
            store(world, "contacts", &id, merged);
            id
        }
        None => {
            let id = world.rng.uuid();
            store(world, "contacts", &id, members);
            id
        }
    };
    Reply::json(200, json!({"data": {"id": id}}))
}
