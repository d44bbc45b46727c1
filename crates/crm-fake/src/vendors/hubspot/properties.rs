//! Property definitions and their groups.

use serde_json::{Value, json};

use super::errors::Fail;
use super::{Answer, rows, types};
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;

/// Makes sure that the type has its standard properties, and returns their collection.
fn home(world: &mut World, object_type: &str) -> String {
    let home = format!("properties:{object_type}");
    if world.peek(&home).is_none() {
        let group = format!("{}information", types::singular(object_type));
        world
            .collection(&format!("groups:{object_type}"))
            .put(&group, json!({"name": group, "label": "Standard", "displayOrder": 0, "archived": false}));
        let usual = types::default_properties(object_type).iter();
        let usual = usual.map(|name| (*name, if name.ends_with("date") { "datetime" } else { "string" }));
        for (name, kind) in usual.chain(types::activity_properties(object_type).iter().copied()) {
            let field = match kind {
                "datetime" => "date",
                "number" => "number",
                _ => "text",
            };
            let input = json!({
                "name": name,
                "label": name,
                "type": kind,
                "fieldType": field,
                "groupName": group,
                "hasUniqueValue": name == "email" || name == "hs_object_id",
                "hubspotDefined": true,
            });
            insert(world, &home, &input);
        }
    }
    home
}

fn insert(world: &mut World, home: &str, input: &Value) -> Value {
    let now = world.now();
    let mut property = json!({
        "description": "",
        "options": [],
        "displayOrder": -1,
        "hidden": false,
        "formField": false,
        "calculated": false,
        "externalOptions": false,
        "hasUniqueValue": false,
        "createdAt": now,
        "updatedAt": now,
        "archived": false,
    });
    overlay(&mut property, input);
    let name = property["name"].as_str().unwrap_or("").to_owned();
    world.collection(home).put(&name, property.clone());
    property
}

/// Adds a property beside the standard ones, or replaces one of them.
pub(super) fn adopt(world: &mut World, object_type: &str, property: &Value) -> String {
    let home = home(world, object_type);
    insert(world, &home, property)["name"].as_str().unwrap_or("").to_owned()
}

/// Adds a text as a property, unless there is one of this name.
pub(super) fn define(world: &mut World, object_type: &str, name: &str) {
    let home = home(world, object_type);
    if world.collection(&home).get(name).is_none() {
        let group = format!("{}information", types::singular(object_type));
        let input = json!({"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": group});
        insert(world, &home, &input);
    }
}

fn overlay(target: &mut Value, input: &Value) {
    for (name, value) in input.as_object().into_iter().flatten() {
        target[name] = value.clone();
    }
}

fn exists(name: &str, sub_category: &str) -> Fail {
    Fail::new(409, "OBJECT_ALREADY_EXISTS", format!("{sub_category}: {name} is taken"))
}

fn create(world: &mut World, home: &str, input: &Value) -> Result<Value, Fail> {
    let name = input.get("name").and_then(Value::as_str).unwrap_or("");
    if world.collection(home).get(name).is_some() {
        return Err(exists(name, "Properties.PROPERTY_WITH_NAME_EXISTS"));
    }
    Ok(insert(world, home, input))
}

pub(super) fn handle(call: &Call<'_>, rest: &[&str], world: &mut World) -> Option<Answer> {
    let (object_type, rest) = rest.split_first()?;
    let object_type = &types::canonical(object_type);
    let home = &home(world, object_type);
    let answer = match (call.method, rest) {
        ("GET", []) => {
            let archived = json!(call.query_flag("archived"));
            let all = world.collection(home).values().filter(|property| property["archived"] == archived);
            let all: Vec<&Value> = all.collect();
            Ok(Reply::json(200, json!({"results": all})))
        }
        ("POST", []) => create(world, home, call.body).map(|property| Reply::json(201, property)),
        (_, ["groups", rest @ ..]) => return groups(call, &format!("groups:{object_type}"), rest, world),
        ("POST", ["batch", verb]) => return in_batch(call, home, verb, world),
        ("GET", [name]) => get(world, home, name).map(|property| Reply::json(200, property.clone())),
        ("PATCH", [name]) => {
            let now = world.now();
            get(world, home, name).map(|property| {
                overlay(property, call.body);
                property["updatedAt"] = json!(now);
                Reply::json(200, property.clone())
            })
        }
        ("DELETE", [name]) => {
            let gone = world.collection(home).remove(name);
            gone.map(|_| Reply::empty(204)).ok_or_else(|| Fail::missing("property", name))
        }
        _ => return None,
    };
    Some(answer)
}

fn get<'a>(world: &'a mut World, home: &str, name: &str) -> Result<&'a mut Value, Fail> {
    world.collection(home).get_mut(name).ok_or_else(|| Fail::missing("property", name))
}

fn in_batch(call: &Call<'_>, home: &str, verb: &str, world: &mut World) -> Option<Answer> {
    let inputs = call.list("inputs");
    let name = |input: &Value| input.get("name").and_then(Value::as_str).unwrap_or("").to_owned();
    match verb {
        "create" => {
            let rows = inputs.iter().map(|input| create(world, home, input).map_err(|fail| fail.row(None)));
            let rows = rows.collect();
            Some(Ok(rows::reply(201, rows, world)))
        }
        "read" => {
            let rows = inputs.iter().map(|input| {
                let found = get(world, home, &name(input));
                found.map(|property| property.clone()).map_err(|fail| fail.row(None))
            });
            let rows = rows.collect();
            Some(Ok(rows::reply(200, rows, world)))
        }
        "archive" => {
            for input in inputs {
                world.collection(home).remove(&name(input));
            }
            Some(Ok(Reply::empty(204)))
        }
        _ => None,
    }
}

fn groups(call: &Call<'_>, home: &str, rest: &[&str], world: &mut World) -> Option<Answer> {
    let groups = world.collection(home);
    let missing = |name: &str| Fail::missing("property group", name);
    let answer = match (call.method, rest) {
        ("GET", []) => {
            let all: Vec<&Value> = groups.values().collect();
            Ok(Reply::json(200, json!({"results": all})))
        }
        ("POST", []) => {
            let name = call.text("name").unwrap_or("");
            if groups.get(name).is_some() {
                return Some(Err(exists(name, "PropertyGroups.GROUP_WITH_NAME_EXISTS")));
            }
            let mut group = json!({"displayOrder": -1, "archived": false});
            overlay(&mut group, call.body);
            groups.put(name, group.clone());
            Ok(Reply::json(201, group))
        }
        ("GET", [name]) => groups.get(name).map(|group| Reply::json(200, group.clone())).ok_or_else(|| missing(name)),
        ("PATCH", [name]) => groups.get_mut(name).ok_or_else(|| missing(name)).map(|group| {
            overlay(group, call.body);
            Reply::json(200, group.clone())
        }),
        ("DELETE", [name]) => groups.remove(name).map(|_| Reply::empty(204)).ok_or_else(|| missing(name)),
        _ => return None,
    };
    Some(answer)
}
