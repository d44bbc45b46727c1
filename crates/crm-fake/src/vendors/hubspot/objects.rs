//! CRM objects: one handler for every object type.

use std::fmt::Display;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::errors::Fail;
use super::record::{self, View};
use super::{Answer, associations, types};
use crate::call::Call;
use crate::cursor;
use crate::reply::Reply;
use crate::state::{Collection, World};

/// The ids of the records that were merged into a record.
const MERGED: &str = "hs_merged_object_ids";

pub(super) fn handle(call: &Call<'_>, object_type: &str, rest: &[&str], world: &mut World) -> Option<Answer> {
    let answer = match (call.method, rest) {
        ("GET", []) => list(call, object_type, world),
        ("POST", []) => create(call, object_type, world),
        ("POST", ["merge"]) => merge(call, object_type, world),
        ("POST", ["gdpr-delete"]) => forget(call, object_type, world),
        ("GET", [id]) => read(call, object_type, id, world),
        ("PATCH", [id]) => update(call, object_type, id, world),
        ("DELETE", [id]) => {
            // HubSpot answers the same even if there was nothing to delete.
            if let Some(id) = record::find(world, object_type, id, None) {
                record::archive(world, object_type, &id);
            }
            Ok(Reply::empty(204))
        }
        _ => return None,
    };
    Some(answer)
}

fn view<'a>(call: &'a Call<'_>) -> View<'a> {
    View {
        properties: call.query_list("properties"),
        history: call.query_list("propertiesWithHistory"),
        associations: call.query_list("associations"),
        everything: false,
    }
}

fn list(call: &Call<'_>, object_type: &str, world: &mut World) -> Answer {
    let limit = call.query_number("limit").unwrap_or(10);
    let most = if call.query("propertiesWithHistory").is_some() { 50 } else { 100 };
    if limit == 0 || limit > most {
        return Err(Fail::invalid(format!("limit must be 1 to {most}")));
    }
    let by_id = world.settings.id_cursors;
    let home = types::home(object_type);
    let place = |after: &str| match after.parse::<u64>() {
        Ok(id) if by_id => Some(world.peek(&home).map_or(0, |all| before(all, id))),
        _ if by_id => None,
        _ => cursor::open(after),
    };
    let start = match call.query("after") {
        None | Some("") => 0,
        Some(after) => place(after).ok_or_else(|| Fail::invalid("after is not a cursor of this list"))?,
    };
    let archived = call.query_flag("archived");
    let (records, next) = world
        .collection(&home)
        .page(start, limit, |record| record["archived"] == json!(archived) && record["merged"].is_null());
    let view = view(call);
    let results: Vec<Value> = records.iter().map(|record| record::show(world, object_type, record, &view)).collect();
    let mut body = json!({"results": results});
    if let Some(next) = next {
        let last = records.last().and_then(number).filter(|_| by_id);
        let after = last.map_or_else(|| cursor::seal(next), |last| (last + 1).to_string());
        let link = link(call, &after);
        body["paging"] = json!({"next": {"after": after, "link": link}});
    }
    Ok(Reply::json(200, body))
}

/// The address of the next page: that of the request, with another position.
fn link(call: &Call<'_>, after: &str) -> String {
    let others = call.query.iter().filter(|(name, _)| name != "after");
    let query = others.map(|(name, value)| (name.as_str(), value.as_str())).chain([("after", after)]);
    let query: Vec<String> = query.map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    format!("{}/{}?{}", call.base_url, call.segments.join("/"), query.join("&"))
}

fn encoded(text: &str) -> impl Display {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}

fn number(record: &Value) -> Option<u64> {
    record["id"].as_str()?.parse().ok()
}

/// Returns the position before the first record with this id or a greater one; ids increase with positions.
fn before(all: &Collection, id: u64) -> u64 {
    let number = |text: &str| text.parse::<u64>().unwrap_or(0);
    all.after(0).take_while(|(_, own, _)| number(own) < id).last().map_or(0, |(position, _, _)| position)
}

fn read(call: &Call<'_>, object_type: &str, id: &str, world: &mut World) -> Answer {
    let home = types::home(object_type);
    let found = if call.query_flag("archived") {
        world.peek(&home).and_then(|all| all.get(id)).filter(|record| record["merged"].is_null()).map(|_| id.to_owned())
    } else {
        record::find(world, object_type, id, call.query("idProperty"))
    };
    let record = found.and_then(|id| world.peek(&home)?.get(&id));
    let record = record.ok_or_else(|| Fail::missing(&types::singular(object_type), id))?;
    Ok(Reply::json(200, record::show(world, object_type, record, &view(call))))
}

/// Checks and creates one record with its associations.
pub(super) fn create_one(object_type: &str, input: &Value, world: &mut World) -> Result<Value, Fail> {
    let properties = record::properties(input);
    record::check(world, object_type, &properties, None)?;
    let id = record::create(world, object_type, &properties);
    for link in input.get("associations").and_then(Value::as_array).into_iter().flatten() {
        associations::inline(world, object_type, &id, link);
    }
    Ok(written(world, object_type, &id))
}

/// A record as a write returns it.
pub(super) fn written(world: &World, object_type: &str, id: &str) -> Value {
    let view = View { everything: true, ..View::default() };
    let record = world.peek(&types::home(object_type)).and_then(|all| all.get(id));
    record.map_or(Value::Null, |record| record::show(world, object_type, record, &view))
}

fn create(call: &Call<'_>, object_type: &str, world: &mut World) -> Answer {
    create_one(object_type, call.body, world).map(|record| Reply::json(201, record))
}

fn update(call: &Call<'_>, object_type: &str, id: &str, world: &mut World) -> Answer {
    let found = record::find(world, object_type, id, call.query("idProperty"))
        .ok_or_else(|| Fail::missing(&types::singular(object_type), id))?;
    let properties = record::properties(call.body);
    record::check(world, object_type, &properties, Some(&found))?;
    record::update(world, object_type, &found, &properties);
    Ok(Reply::json(200, written(world, object_type, &found)))
}

/// Both records go into a new one, which lists their ids, has the values of the first where both have one, and is
/// found by the old ids.
fn merge(call: &Call<'_>, object_type: &str, world: &mut World) -> Answer {
    let find = |name: &str| {
        let id = call.text(name).unwrap_or("");
        let found = record::find(world, object_type, id, None);
        found.ok_or_else(|| Fail::missing(&types::singular(object_type), id))
    };
    let old = [find("primaryObjectId")?, find("objectIdToMerge")?];
    if old[0] == old[1] {
        return Err(Fail::invalid("a record cannot be merged with itself"));
    }
    let [primary, other] = old.each_ref().map(|id| record::properties(&written(world, object_type, id)));
    let earlier = [&primary, &other].map(|all| all.get(MERGED).and_then(Value::as_str).unwrap_or(""));
    let ids = earlier.into_iter().chain(old.iter().map(String::as_str)).filter(|id| !id.is_empty());
    let ids = json!(ids.collect::<Vec<_>>().join(";"));
    let addresses = further_addresses(&primary, &other).join(";");
    let mut all = other;
    all.extend(primary);
    all.insert(MERGED.to_owned(), ids);
    if object_type == "contacts" && !addresses.is_empty() {
        all.insert(record::ADDITIONAL.to_owned(), json!(addresses));
    }
    // Its own time, not that of the primary record.
    all.remove(types::modified(object_type));
    let new = record::create(world, object_type, &all);
    for id in &old {
        record::replace(world, object_type, id, &new);
    }
    Ok(Reply::json(200, written(world, object_type, &new)))
}

/// The addresses of both contacts without the one that remains the first.
fn further_addresses<'a>(primary: &'a Map<String, Value>, other: &'a Map<String, Value>) -> Vec<&'a str> {
    let text = |all: &'a Map<String, Value>, name: &str| all.get(name).and_then(Value::as_str).unwrap_or("");
    let mut firsts = [text(primary, "email"), text(other, "email")].into_iter().filter(|address| !address.is_empty());
    let first = firsts.next();
    let further = [primary, other].into_iter().flat_map(|all| text(all, record::ADDITIONAL).split(';'));
    let mut all: Vec<&str> = Vec::new();
    for address in firsts.chain(further) {
        if !address.is_empty() && first != Some(address) && !all.contains(&address) {
            all.push(address);
        }
    }
    all
}

fn forget(call: &Call<'_>, object_type: &str, world: &mut World) -> Answer {
    let id = call.text("objectId").unwrap_or("");
    if let Some(id) = record::find(world, object_type, id, call.text("idProperty")) {
        world.collection(&types::home(object_type)).remove(&id);
    }
    Ok(Reply::empty(204))
}
