//! Contacts with their tags, followers, notes and tasks.

use serde_json::{Map, Value, json};

use super::errors::Fail;
use super::simple::{self, Kind};
use super::{Answer, filter, overlay, paging, put};
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;
use crate::validate::is_email;

const HOME: &str = "contacts";

/// Address and number are unique within a location.
fn keys(members: &Map<String, Value>) -> Vec<String> {
    let text = |name: &str| members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let location = text("locationId").unwrap_or("");
    let key = |name: &str| text(name).map(|value| format!("{location}|{name}={}", value.to_lowercase()));
    ["email", "phone"].into_iter().filter_map(key).collect()
}

/// Adds a contact without checking for duplicates.
pub(super) fn store(world: &mut World, mut members: Map<String, Value>) -> String {
    for list in ["tags", "customFields", "followers"] {
        members.entry(list).or_insert_with(|| json!([]));
    }
    let id = put(world, HOME, members);
    restore(world, &id);
    id
}

/// Updates the unique keys of a contact.
fn restore(world: &mut World, id: &str) {
    let contacts = world.collection(HOME);
    if let Some(Value::Object(members)) = contacts.get(id).cloned() {
        let keys = keys(&members);
        contacts.put_keyed(id, Value::Object(members), keys);
    }
}

fn owner(world: &World, key: &str) -> Option<String> {
    world.peek(HOME)?.by_key(key).map(str::to_owned)
}

fn get(world: &World, id: &str) -> Result<Value, Fail> {
    let found = world.peek(HOME).and_then(|all| all.get(id)).cloned();
    found.ok_or_else(|| Fail::missing("contact", id))
}

pub(super) fn handle(call: &Call<'_>, rest: &[&str], world: &mut World) -> Option<Answer> {
    let now = world.now();
    let answer = match (call.method, rest) {
        ("GET", [""]) => list(call, world),
        ("POST", [""]) => create(call, world),
        ("POST", ["search"]) => search(call, world),
        ("POST", ["upsert"]) => upsert(call, world),
        ("GET", ["search", "duplicate"]) => {
            let location = call.query("locationId").unwrap_or("");
            let key = |name: &str, value: &str| format!("{location}|{name}={}", value.to_lowercase());
            let email = call.query("email").map(|email| key("email", email));
            let phone = call.query("number").map(|phone| key("phone", phone));
            let found = email.into_iter().chain(phone).find_map(|key| owner(world, &key));
            let contact = found.and_then(|id| get(world, &id).ok()).unwrap_or(Value::Null);
            Ok(Reply::json(200, json!({"contact": contact})))
        }
        (_, ["bulk" | "business", ..]) => return None,
        ("GET", [id]) => get(world, id).map(|contact| Reply::json(200, json!({"contact": contact}))),
        ("PUT", [id]) => update(call, id, &now, world),
        ("DELETE", [id]) => {
            let gone = world.collection(HOME).remove(id);
            gone.map(|_| Reply::json(200, json!({"succeded": true}))).ok_or_else(|| Fail::missing("contact", id))
        }
        ("POST" | "DELETE", [id, list @ ("tags" | "followers")]) => change_list(call, id, list, &now, world),
        (_, [id, "notes", rest @ ..]) => return part(call, id, rest, "notes", "note", world),
        ("PUT", [id, "tasks", task, "completed"]) => {
            return part(call, id, &[task], "tasks", "task", world);
        }
        (_, [id, "tasks", rest @ ..]) => return part(call, id, rest, "tasks", "task", world),
        ("GET", [id, "appointments"]) => get(world, id).map(|_| {
            let events = simple::owned(world, "appointments", "contactId", id);
            Reply::json(200, json!({"events": events}))
        }),
        _ => return None,
    };
    Some(answer)
}

fn part(
    call: &Call<'_>,
    id: &str,
    rest: &[&str],
    home: &'static str,
    one: &'static str,
    world: &mut World,
) -> Option<Answer> {
    if let Err(fail) = get(world, id) {
        return Some(Err(fail));
    }
    let kind = Kind { home, one, many: home, created: 201, gone: "succeded", owner: Some(("contactId", id)) };
    simple::crud(call, rest, &kind, world)
}

fn create(call: &Call<'_>, world: &mut World) -> Answer {
    let members = call.body.as_object().cloned().unwrap_or_default();
    check(&members)?;
    for key in keys(&members) {
        if let Some(id) = owner(world, &key) {
            let field = if key.contains("|email=") { "email" } else { "phone" };
            return Err(Fail::duplicate(&id, field));
        }
    }
    let id = store(world, members);
    Ok(Reply::json(201, json!({"contact": get(world, &id)?})))
}

fn check(members: &Map<String, Value>) -> Result<(), Fail> {
    match members.get("email").and_then(Value::as_str) {
        Some(email) if !email.is_empty() && !is_email(email) => Err(Fail::invalid("email must be an email")),
        _ => Ok(()),
    }
}

fn update(call: &Call<'_>, id: &str, now: &str, world: &mut World) -> Answer {
    get(world, id)?;
    check(call.body.as_object().unwrap_or(&Map::new()))?;
    if let Some(contact) = world.collection(HOME).get_mut(id) {
        overlay(contact, call.body, now);
    }
    restore(world, id);
    Ok(Reply::json(200, json!({"succeded": true, "contact": get(world, id)?})))
}

fn upsert(call: &Call<'_>, world: &mut World) -> Answer {
    let members = call.body.as_object().cloned().unwrap_or_default();
    check(&members)?;
    let found = keys(&members).iter().find_map(|key| owner(world, key));
    let now = world.now();
    let (id, new) = match found {
        Some(id) => {
            if let Some(contact) = world.collection(HOME).get_mut(&id) {
                overlay(contact, call.body, &now);
            }
            restore(world, &id);
            (id, false)
        }
        None => (store(world, members), true),
    };
    Ok(Reply::json(200, json!({"new": new, "contact": get(world, &id)?})))
}

fn of_location(world: &World, location: &str) -> Vec<Value> {
    let mine = |contact: &&Value| contact["locationId"].as_str() == Some(location);
    world.peek(HOME).map_or_else(Vec::new, |all| all.values().filter(mine).cloned().collect())
}

fn mentions(contact: &Value, query: &str) -> bool {
    let query = query.to_lowercase();
    let fields = ["firstName", "lastName", "name", "email", "phone"];
    query.is_empty() || fields.iter().any(|name| contact[*name].as_str().unwrap_or("").to_lowercase().contains(&query))
}

fn list(call: &Call<'_>, world: &mut World) -> Answer {
    let size = paging::size(call.query_number("limit"), 20, 100)?;
    let mut all = of_location(world, call.query("locationId").unwrap_or(""));
    all.retain(|contact| mentions(contact, call.query("query").unwrap_or("")));
    let count = all.len();
    let (contacts, meta) = paging::by_pair(call, &all, size);
    Ok(Reply::json(200, json!({"contacts": contacts, "count": count, "meta": meta})))
}

fn search(call: &Call<'_>, world: &mut World) -> Answer {
    for name in ["locationId", "pageLimit"] {
        if call.body.get(name).is_none() {
            return Err(Fail::invalid(&format!("{name} is required")));
        }
    }
    let size = paging::size(call.number("pageLimit"), 20, 500)?;
    let query = call.text("query").unwrap_or("");
    if query.chars().count() > 75 {
        return Err(Fail::invalid("query must have at most 75 characters"));
    }
    let mut all = of_location(world, call.text("locationId").unwrap_or(""));
    all.retain(|contact| mentions(contact, query) && filter::passes(call.list("filters"), contact));
    for sort in call.list("sort").iter().rev() {
        let field = sort["field"].as_str().unwrap_or("").to_owned();
        let down = sort["direction"].as_str().is_some_and(|d| d.eq_ignore_ascii_case("desc"));
        all.sort_by(|a, b| {
            let (a, b) = (a[field.as_str()].to_string(), b[field.as_str()].to_string());
            if down { b.cmp(&a) } else { a.cmp(&b) }
        });
    }
    let total = all.len();
    let contacts = paging::by_search(call, all, size)?;
    Ok(Reply::json(200, json!({"contacts": contacts, "total": total})))
}

/// Adds to or removes from a list of texts, and returns the changed ones.
fn change_list(call: &Call<'_>, id: &str, name: &str, now: &str, world: &mut World) -> Answer {
    get(world, id)?;
    let Some(contact) = world.collection(HOME).get_mut(id) else {
        return Err(Fail::missing("contact", id));
    };
    let mut held = contact[name].as_array().cloned().unwrap_or_default();
    let mut changed = Vec::new();
    let add = call.method == "POST";
    for one in call.list(name) {
        if add && !held.contains(one) {
            held.push(one.clone());
            changed.push(one.clone());
        } else if !add && held.contains(one) {
            held.retain(|known| known != one);
            changed.push(one.clone());
        }
    }
    contact[name] = Value::Array(held.clone());
    contact["dateUpdated"] = json!(now);
    let (status, suffix) = if add { (201, "Added") } else { (200, "Removed") };
    let mut body = json!({});
    body[name] = Value::Array(held);
    body[format!("{name}{suffix}")] = Value::Array(changed);
    Ok(Reply::json(status, body))
}
