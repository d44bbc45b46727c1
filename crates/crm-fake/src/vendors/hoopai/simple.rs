//! Collections that are created, read, listed, changed and deleted, and nothing else.

use serde_json::{Value, json};

use super::errors::Fail;
use super::{Answer, overlay, put};
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;

/// One such collection.
pub(super) struct Kind<'a> {
    pub(super) home: &'static str,
    /// The member that contains one record in a reply; empty if the reply is the record.
    pub(super) one: &'static str,
    /// The member that contains the list.
    pub(super) many: &'static str,
    /// Status of a create.
    pub(super) created: u16,
    /// The flag in the reply of a delete.
    pub(super) gone: &'static str,
    /// The member with the owner of a record, and the owner.
    pub(super) owner: Option<(&'static str, &'a str)>,
}

pub(super) fn owned(world: &World, home: &str, member: &str, owner: &str) -> Vec<Value> {
    let mine = |record: &&Value| record[member].as_str() == Some(owner);
    world.peek(home).map_or_else(Vec::new, |all| all.values().filter(mine).cloned().collect())
}

fn wrapped(name: &str, record: &Value) -> Value {
    if name.is_empty() {
        return record.clone();
    }
    let mut body = json!({});
    body[name] = record.clone();
    body
}

/// `rest` is the part after the collection in the path: nothing, an empty part, or an identifier.
pub(super) fn crud(call: &Call<'_>, rest: &[&str], kind: &Kind<'_>, world: &mut World) -> Option<Answer> {
    let now = world.now();
    let mine = |record: &Value| kind.owner.is_none_or(|(member, owner)| record[member].as_str() == Some(owner));
    let missing = |id: &str| Fail::missing(if kind.one.is_empty() { "record" } else { kind.one }, id);
    let answer = match (call.method, rest) {
        ("GET", [] | [""]) => {
            let all = world.collection(kind.home).values().filter(|record| mine(record));
            let all: Vec<Value> = all.cloned().collect();
            Ok(Reply::json(200, wrapped(kind.many, &Value::Array(all))))
        }
        ("POST", [] | [""]) => {
            let mut members = call.body.as_object().cloned().unwrap_or_default();
            if let Some((member, owner)) = kind.owner {
                members.insert(member.into(), json!(owner));
            }
            let id = put(world, kind.home, members);
            let record = world.collection(kind.home).get(&id).cloned().unwrap_or_default();
            Ok(Reply::json(kind.created, wrapped(kind.one, &record)))
        }
        (method @ ("GET" | "PUT" | "DELETE"), [id]) => {
            let records = world.collection(kind.home);
            match records.get_mut(id).filter(|record| mine(record)) {
                None => Err(missing(id)),
                Some(_) if method == "DELETE" => {
                    records.remove(id);
                    let mut body = json!({});
                    body[kind.gone] = json!(true);
                    Ok(Reply::json(200, body))
                }
                Some(record) => {
                    if method == "PUT" {
                        overlay(record, call.body, &now);
                    }
                    Ok(Reply::json(200, wrapped(kind.one, record)))
                }
            }
        }
        _ => return None,
    };
    Some(answer)
}

pub(super) fn seed(world: &mut World) {
    let location = world.settings.location.clone();
    for n in 1..=3 {
        let user = json!({
            "id": format!("user-fake-{n}"),
            "name": format!("User {n}"),
            "firstName": "User",
            "lastName": n.to_string(),
            "email": format!("user{n}@example.com"),
            "roles": {"type": "account", "role": "admin", "locationIds": [location]},
        });
        world.collection("users").put(&format!("user-fake-{n}"), user);
    }
    let home = json!({
        "id": location,
        "companyId": "company-fake",
        "name": "Fake location",
        "email": "office@example.com",
        "timezone": "Europe/Berlin",
    });
    world.collection("locations").put(&location, home);
}

/// `/locations/…` and `/users/…`
pub(super) fn handle(call: &Call<'_>, parts: &[&str], world: &mut World) -> Option<Answer> {
    let kind = |home, one, many, created| Kind { home, one, many, created, gone: "succeded", owner: None };
    match parts {
        ["users", "search"] if call.method == "GET" => {
            let wanted = call.query("query").unwrap_or("").to_lowercase();
            let all = world.collection("users").values();
            let found: Vec<Value> =
                all.filter(|user| user.to_string().to_lowercase().contains(&wanted)).cloned().collect();
            let count = found.len();
            let start = call.query_number("skip").unwrap_or(0);
            let size = call.query_number("limit").unwrap_or(25);
            let page: Vec<Value> = found.into_iter().skip(start).take(size).collect();
            Some(Ok(Reply::json(200, json!({"users": page, "count": count}))))
        }
        ["users", "search", ..] => None,
        ["users", rest @ ..] => crud(call, rest, &kind("users", "", "users", 201), world),
        ["locations", "search"] => {
            let start = call.query_number("skip").unwrap_or(0);
            let size = call.query_number("limit").unwrap_or(10);
            let mut page: Vec<Value> = world.collection("locations").values().skip(start).take(size).cloned().collect();
            // Only a location that is read by itself has its company.
            page.iter_mut().filter_map(Value::as_object_mut).for_each(|home| drop(home.remove("companyId")));
            Some(Ok(Reply::json(200, json!({"locations": page}))))
        }
        ["locations", id] if call.method == "GET" && !id.is_empty() => {
            crud(call, &[id], &kind("locations", "location", "locations", 200), world)
        }
        ["locations", id, part @ ("tags" | "customFields" | "customValues"), rest @ ..]
            if rest != ["upload"] && (*part != "customFields" || rest.len() < 2) =>
        {
            let (home, one, created) = match *part {
                "tags" => ("tags", "tag", 200),
                "customFields" => ("customFields", "customField", 201),
                _ => ("customValues", "customValue", 201),
            };
            let kind = Kind { home, one, many: home, created, gone: "succeded", owner: Some(("locationId", id)) };
            crud(call, rest, &kind, world)
        }
        _ => None,
    }
}
