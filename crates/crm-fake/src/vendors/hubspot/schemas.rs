//! Custom object types.

use serde_json::{Value, json};

use super::Answer;
use super::errors::Fail;
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;

pub(super) fn handle(call: &Call<'_>, rest: &[&str], world: &mut World) -> Option<Answer> {
    let now = world.now();
    let answer = match (call.method, rest) {
        ("GET", []) => {
            let all: Vec<&Value> = world.collection("schemas").values().collect();
            Ok(Reply::json(200, json!({"results": all})))
        }
        ("POST", []) => create(call, world),
        ("GET", [name]) => found(world, name).map(|schema| Reply::json(200, schema.clone())),
        ("PATCH", [name]) => found(world, name).map(|schema| {
            for (name, value) in call.body.as_object().into_iter().flatten() {
                schema[name] = value.clone();
            }
            schema["updatedAt"] = json!(now);
            Reply::json(200, schema.clone())
        }),
        ("DELETE", [name]) => {
            let id = found(world, name).map(|schema| schema["id"].as_str().unwrap_or("").to_owned());
            id.map(|id| {
                world.collection("schemas").remove(&id);
                Reply::empty(204)
            })
        }
        _ => return None,
    };
    Some(answer)
}

/// By id (`2-…`), name or fully qualified name.
fn found<'a>(world: &'a mut World, name: &str) -> Result<&'a mut Value, Fail> {
    let schemas = world.collection("schemas");
    let is =
        |schema: &Value| ["id", "name", "fullyQualifiedName"].iter().any(|key| schema[*key].as_str() == Some(name));
    let id = schemas.values().find(|schema| is(schema)).and_then(|s| s["id"].as_str()).map(str::to_owned);
    id.and_then(|id| schemas.get_mut(&id)).ok_or_else(|| Fail::missing("object type", name))
}

fn create(call: &Call<'_>, world: &mut World) -> Answer {
    let name = call.text("name").unwrap_or("").to_owned();
    if found(world, &name).is_ok() {
        return Err(Fail::new(409, "OBJECT_ALREADY_EXISTS", format!("the type {name} is taken")));
    }
    let id = format!("2-{}", 100_000 + world.next_id());
    let now = world.now();
    let mut schema = json!({
        "id": id,
        "objectTypeId": id,
        "fullyQualifiedName": format!("p1000_{name}"),
        "createdAt": now,
        "updatedAt": now,
        "archived": false,
        "associations": [],
        "properties": [],
    });
    for (name, value) in call.body.as_object().into_iter().flatten() {
        // These have other contents in the reply than in the request.
        if name != "properties" && name != "associatedObjects" {
            schema[name] = value.clone();
        }
    }
    world.collection("schemas").put(&id, schema.clone());
    Ok(Reply::json(201, schema))
}
