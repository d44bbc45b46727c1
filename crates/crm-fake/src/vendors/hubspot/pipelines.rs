//! Pipelines and their stages.

use serde_json::{Value, json};

use super::Answer;
use super::errors::Fail;
use super::types;
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;

fn home(object_type: &str) -> String {
    format!("pipelines:{object_type}")
}

pub(super) fn seed(world: &mut World) {
    let plans = [
        ("deals", "default", "Sales", ["appointmentscheduled", "contractsent", "closedwon", "closedlost"]),
        ("tickets", "0", "Support", ["1", "2", "3", "4"]),
    ];
    for (object_type, id, label, stages) in plans {
        let stage = |(n, id): (usize, &&str)| {
            let label = format!("Stage {}", n + 1);
            json!({"stageId": id, "label": label, "displayOrder": n, "metadata": metadata(object_type, id)})
        };
        let stages: Vec<Value> = stages.iter().enumerate().map(stage).collect();
        let input = json!({"pipelineId": id, "label": label, "displayOrder": 0, "stages": stages});
        insert(world, object_type, &input);
    }
}

/// The metadata of a stage: texts, as HubSpot returns them.
fn metadata(object_type: &str, stage: &str) -> Value {
    match (object_type, stage) {
        ("tickets", "4") => json!({"ticketState": "CLOSED"}),
        ("tickets", _) => json!({"ticketState": "OPEN"}),
        (_, "closedwon") => json!({"isClosed": "true", "probability": "1.0"}),
        (_, "closedlost") => json!({"isClosed": "true", "probability": "0.0"}),
        _ => json!({"isClosed": "false", "probability": "0.5"}),
    }
}

/// Adds a pipeline as a reply has it, or replaces one with the same identifier.
pub(super) fn adopt(world: &mut World, object_type: &str, pipeline: &Value) -> String {
    let mut input = pipeline.clone();
    let named = |value: &mut Value, id: &str| {
        if let Some(given) = value.get("id").cloned() {
            value[id] = given;
        }
    };
    named(&mut input, "pipelineId");
    input["stages"].as_array_mut().into_iter().flatten().for_each(|stage| named(stage, "stageId"));
    insert(world, object_type, &input)["id"].as_str().unwrap_or("").to_owned()
}

fn insert(world: &mut World, object_type: &str, input: &Value) -> Value {
    let given = input.get("pipelineId").and_then(Value::as_str).map(str::to_owned);
    let id = given.unwrap_or_else(|| world.next_id().to_string());
    let now = world.now();
    let stages = input.get("stages").and_then(Value::as_array).cloned().unwrap_or_default();
    let stages: Vec<Value> = stages.iter().map(|stage| new_stage(world, stage)).collect();
    let pipeline = json!({
        "id": id,
        "label": input["label"],
        "displayOrder": input["displayOrder"],
        "stages": stages,
        "createdAt": now,
        "updatedAt": now,
        "archived": false,
    });
    world.collection(&home(object_type)).put(&id, pipeline.clone());
    pipeline
}

fn new_stage(world: &mut World, input: &Value) -> Value {
    let given = input.get("stageId").and_then(Value::as_str).map(str::to_owned);
    let now = world.now();
    json!({
        "id": given.unwrap_or_else(|| world.next_id().to_string()),
        "label": input["label"],
        "displayOrder": input["displayOrder"],
        "metadata": input.get("metadata").cloned().unwrap_or_else(|| json!({})),
        "createdAt": now,
        "updatedAt": now,
        "archived": false,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
    })
}

/// Writes the members of a request over those of a stored value.
fn overlay(target: &mut Value, body: &Value, now: &str) {
    for name in ["label", "displayOrder", "metadata", "archived"] {
        if let Some(value) = body.get(name) {
            target[name] = value.clone();
        }
    }
    target["updatedAt"] = json!(now);
}

pub(super) fn handle(call: &Call<'_>, rest: &[&str], world: &mut World) -> Option<Answer> {
    let (object_type, rest) = rest.split_first()?;
    let object_type = types::canonical(object_type);
    let now = world.now();
    let home = home(&object_type);
    let answer = match (call.method, rest) {
        ("GET", []) => {
            let all: Vec<&Value> = world.collection(&home).values().collect();
            Ok(Reply::json(200, json!({"results": all})))
        }
        ("POST", []) => Ok(Reply::json(201, insert(world, &object_type, call.body))),
        ("GET", [id]) => find(world, &home, id).map(|pipeline| Reply::json(200, pipeline.clone())),
        ("PUT" | "PATCH", [id]) => {
            let new: Option<Vec<Value>> = call
                .body
                .get("stages")
                .and_then(Value::as_array)
                .map(|stages| stages.iter().map(|stage| new_stage(world, stage)).collect());
            find(world, &home, id).map(|pipeline| {
                overlay(pipeline, call.body, &now);
                if let Some(stages) = new {
                    pipeline["stages"] = Value::Array(stages);
                }
                Reply::json(200, pipeline.clone())
            })
        }
        ("DELETE", [id]) => {
            let gone = world.collection(&home).remove(id);
            gone.map(|_| Reply::empty(204)).ok_or_else(|| Fail::missing("pipeline", id))
        }
        ("GET", [id, "stages"]) => {
            find(world, &home, id).map(|pipeline| Reply::json(200, json!({"results": pipeline["stages"]})))
        }
        ("POST", [id, "stages"]) => {
            let stage = new_stage(world, call.body);
            find(world, &home, id).map(|pipeline| {
                if let Value::Array(stages) = &mut pipeline["stages"] {
                    stages.push(stage.clone());
                }
                Reply::json(201, stage)
            })
        }
        ("GET", [id, "stages", stage]) => {
            find_stage(world, &home, id, stage).map(|stage| Reply::json(200, stage.clone()))
        }
        ("PUT" | "PATCH", [id, "stages", stage]) => find_stage(world, &home, id, stage).map(|stage| {
            overlay(stage, call.body, &now);
            Reply::json(200, stage.clone())
        }),
        ("DELETE", [id, "stages", stage]) => find(world, &home, id).map(|pipeline| {
            if let Value::Array(stages) = &mut pipeline["stages"] {
                stages.retain(|known| known["id"].as_str() != Some(*stage));
            }
            Reply::empty(204)
        }),
        _ => return None,
    };
    Some(answer)
}

fn find<'a>(world: &'a mut World, home: &str, id: &str) -> Result<&'a mut Value, Fail> {
    world.collection(home).get_mut(id).ok_or_else(|| Fail::missing("pipeline", id))
}

fn find_stage<'a>(world: &'a mut World, home: &str, id: &str, stage: &str) -> Result<&'a mut Value, Fail> {
    let pipeline = find(world, home, id)?;
    let stages = pipeline["stages"].as_array_mut();
    stages
        .into_iter()
        .flatten()
        .find(|known| known["id"].as_str() == Some(stage))
        .ok_or_else(|| Fail::missing("stage", stage))
}
