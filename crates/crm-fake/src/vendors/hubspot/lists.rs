//! Lists and their members.

use serde_json::{Value, json};

use super::errors::Fail;
use super::{Answer, page_of, record, types};
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;

pub(super) fn handle(call: &Call<'_>, rest: &[&str], world: &mut World) -> Option<Answer> {
    let now = world.now();
    let answer = match (call.method, rest) {
        ("POST", [] | [""]) => create(call, world),
        ("GET", [] | [""]) => {
            let lists = world.collection("lists");
            let wanted = call.query_list("listIds");
            let found: Vec<&Value> = wanted.iter().filter_map(|id| lists.get(id)).collect();
            Ok(Reply::json(200, json!({"lists": found})))
        }
        ("POST", ["search"]) => search(call, world),
        ("GET", [id, "memberships"] | [id, "memberships", "join-order"]) => memberships(call, id, world),
        ("PUT", [id, "memberships", "add"]) => change(id, texts(call.body), Vec::new(), world),
        ("PUT", [id, "memberships", "remove"]) => change(id, Vec::new(), texts(call.body), world),
        ("PUT", [id, "memberships", "add-and-remove"]) => {
            let of = |name: &str| texts(call.body.get(name).unwrap_or(&Value::Null));
            change(id, of("recordIdsToAdd"), of("recordIdsToRemove"), world)
        }
        ("DELETE", [id, "memberships"]) => find(world, id).map(|_| ()).map(|()| {
            world.collection(&members(id)).clear();
            Reply::empty(204)
        }),
        ("PUT", [id, "update-list-name"]) => {
            let name = call.query("listName").unwrap_or("");
            let taken = world.collection("lists").values().any(|list| list["name"] == name && list["listId"] != *id);
            if taken {
                return Some(Err(Fail::list_name_taken(name)));
            }
            find(world, id).map(|list| {
                list["name"] = json!(name);
                list["updatedAt"] = json!(now);
                Reply::json(200, json!({"updatedList": list}))
            })
        }
        ("GET", [id]) if id.bytes().all(|b| b.is_ascii_digit()) => {
            find(world, id).map(|list| Reply::json(200, json!({"list": list})))
        }
        ("DELETE", [id]) => {
            let gone = world.collection("lists").remove(id);
            gone.map(|_| Reply::empty(204)).ok_or_else(|| Fail::missing("list", id))
        }
        _ => return None,
    };
    Some(answer)
}

fn members(id: &str) -> String {
    format!("members:{id}")
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().map_or(&[][..], Vec::as_slice);
    items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect()
}

fn find<'a>(world: &'a mut World, id: &str) -> Result<&'a mut Value, Fail> {
    world.collection("lists").get_mut(id).ok_or_else(|| Fail::missing("list", id))
}

fn create(call: &Call<'_>, world: &mut World) -> Answer {
    let name = call.text("name").unwrap_or("");
    if world.collection("lists").values().any(|list| list["name"].as_str() == Some(name)) {
        return Err(Fail::list_name_taken(name));
    }
    let id = world.next_id().to_string();
    let now = world.now();
    let list = json!({
        "listId": id,
        "name": name,
        "objectTypeId": call.body["objectTypeId"],
        "processingType": call.body["processingType"],
        "processingStatus": "COMPLETE",
        "listVersion": 1,
        "size": 0,
        "createdAt": now,
        "updatedAt": now,
        "filtersUpdatedAt": now,
    });
    world.collection("lists").put(&id, list.clone());
    Ok(Reply::json(200, json!({"list": list})))
}

/// Paged by offset in the body, the only one of its kind.
fn search(call: &Call<'_>, world: &mut World) -> Answer {
    let count = call.number("count").unwrap_or(20);
    if count > 500 {
        return Err(Fail::invalid("count must be 500 at most"));
    }
    let start = call.number("offset").unwrap_or(0);
    let query = call.text("query").unwrap_or("").to_lowercase();
    let ids = texts(call.body.get("listIds").unwrap_or(&Value::Null));
    let kinds = texts(call.body.get("processingTypes").unwrap_or(&Value::Null));
    let within = |set: &[String], value: &Value| {
        set.is_empty() || value.as_str().is_some_and(|value| set.iter().any(|one| one == value))
    };
    let found = world.collection("lists").values().filter(|list| {
        list["name"].as_str().unwrap_or("").to_lowercase().contains(&query)
            && within(&ids, &list["listId"])
            && within(&kinds, &list["processingType"])
    });
    let found: Vec<Value> = found
        .cloned()
        .map(|mut list| {
            list["additionalProperties"] = json!({});
            list
        })
        .collect();
    let total = found.len();
    let page: Vec<Value> = found.into_iter().skip(start).take(count).collect();
    let end = start + page.len();
    Ok(Reply::json(200, json!({"lists": page, "offset": end, "hasMore": end < total, "total": total})))
}

fn memberships(call: &Call<'_>, id: &str, world: &mut World) -> Answer {
    find(world, id)?;
    let limit = call.query_number("limit").unwrap_or(100);
    if limit == 0 || limit > 250 {
        return Err(Fail::invalid("limit must be 1 to 250"));
    }
    let start = call.query_number("after").unwrap_or(0);
    let all: Vec<Value> = world.collection(&members(id)).values().cloned().collect();
    let total = all.len();
    let mut body = page_of(all, start, limit);
    body["total"] = json!(total);
    Ok(Reply::json(200, body))
}

fn change(id: &str, add: Vec<String>, remove: Vec<String>, world: &mut World) -> Answer {
    find(world, id)?;
    let now = world.now();
    let object_type = types::canonical(find(world, id)?["objectTypeId"].as_str().unwrap_or(""));
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for id in add {
        match record::find(world, &object_type, &id, None) {
            Some(record) => found.push(record),
            None => missing.push(id),
        }
    }
    let held = world.collection(&members(id));
    let mut removed = Vec::new();
    for record in remove {
        if held.remove(&record).is_some() {
            removed.push(record);
        }
    }
    let mut added = Vec::new();
    for record in found {
        if held.get(&record).is_none() {
            held.put(&record, json!({"recordId": record, "membershipTimestamp": now}));
            added.push(record);
        }
    }
    let size = held.len();
    find(world, id)?["size"] = json!(size);
    let body = json!({"recordIdsMissing": missing, "recordIdsRemoved": removed, "recordsIdsAdded": added});
    Ok(Reply::json(200, body))
}
