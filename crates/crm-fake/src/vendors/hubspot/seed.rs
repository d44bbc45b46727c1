//! Records of a fresh account, and records added without a request.

use serde_json::{Map, Value, json};

use super::errors::Fail;
use super::{Answer, page_of, pipelines, properties, record, types};
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;

/// Collections that are not CRM objects and keep their name.
pub(super) const PLAIN: [&str; 6] = ["owners", "lists", "schemas", "memberships", "files", "folders"];

/// Beginnings of the names of collections with the definitions of a type of object.
pub(super) const PROPERTIES: &str = "properties:";
pub(super) const PIPELINES: &str = "pipelines:";

pub(super) fn all(world: &mut World) {
    for (n, name) in ["Ada", "Grace", "Mary"].iter().enumerate() {
        let now = world.now();
        let id = (71_000 + n).to_string();
        let owner = json!({
            "id": id,
            "email": format!("{}@example.com", name.to_lowercase()),
            "firstName": name,
            "lastName": "Owner",
            "type": "PERSON",
            "userId": 9_000 + n,
            "userIdIncludingInactive": 9_000 + n,
            "createdAt": now,
            "updatedAt": now,
            "archived": false,
        });
        world.collection("owners").put(&id, owner);
    }
    pipelines::seed(world);
}

pub(super) fn collection(name: &str) -> String {
    if PLAIN.contains(&name) || name.contains(':') {
        return name.to_owned();
    }
    types::home(&types::canonical(name))
}

pub(super) fn adopt(name: &str, value: Value, world: &mut World) -> String {
    if let Some(object_type) = name.strip_prefix(PROPERTIES) {
        return properties::adopt(world, &types::canonical(object_type), &value);
    }
    if let Some(object_type) = name.strip_prefix(PIPELINES) {
        return pipelines::adopt(world, &types::canonical(object_type), &value);
    }
    if PLAIN.contains(&name) || name.contains(':') {
        let given = ["id", "listId", "name"].iter().find_map(|key| value.get(*key)?.as_str());
        let id = given.map_or_else(|| world.next_id().to_string(), str::to_owned);
        world.collection(name).put(&id, value);
        return id;
    }
    let object_type = types::canonical(name);
    record::create(world, &object_type, &properties_of(&value))
}

pub(super) fn define(name: &str, record: &Value, world: &mut World) {
    if PLAIN.contains(&name) || name.contains(':') {
        return;
    }
    let object_type = types::canonical(name);
    properties_of(record).keys().for_each(|name| properties::define(world, &object_type, name));
}

/// Returns the properties of a record, which are in a member or are the record.
fn properties_of(record: &Value) -> Map<String, Value> {
    let wrapped = record.get("properties").is_some_and(Value::is_object);
    if wrapped { record::properties(record) } else { record.as_object().cloned().unwrap_or_default() }
}

pub(super) fn owners(call: &Call<'_>, rest: &[&str], world: &mut World) -> Option<Answer> {
    let owners = world.collection("owners");
    let answer = match (call.method, rest) {
        ("GET", [] | [""]) => {
            let email = call.query("email").filter(|email| !email.is_empty());
            let archived = call.query_flag("archived");
            let wanted = owners.values().filter(|owner| {
                owner["archived"] == json!(archived) && email.is_none_or(|email| owner["email"].as_str() == Some(email))
            });
            let limit = call.query_number("limit").unwrap_or(100);
            let start = call.query_number("after").unwrap_or(0);
            let items: Vec<Value> = wanted.cloned().collect();
            Ok(Reply::json(200, page_of(items, start, limit)))
        }
        ("GET", [id]) => {
            let found = if call.query("idProperty") == Some("userId") {
                let number = id.parse::<u64>().ok();
                owners.values().find(|owner| number.is_some() && owner["userId"].as_u64() == number)
            } else {
                owners.get(id)
            };
            found.cloned().map(|owner| Reply::json(200, owner)).ok_or_else(|| Fail::missing("owner", id))
        }
        _ => return None,
    };
    Some(answer)
}
