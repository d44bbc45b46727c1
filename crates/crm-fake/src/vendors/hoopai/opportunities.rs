//! Opportunities and their pipelines.

use serde_json::{Value, json};

use super::errors::Fail;
use super::{Answer, filter, overlay, paging, put};
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;

const HOME: &str = "opportunities";

pub(super) fn seed(world: &mut World) {
    let location = world.settings.location.clone();
    let stages: Vec<Value> = (1..=3)
        .map(|n| json!({"id": format!("stage-fake-{n}"), "name": format!("Stage {n}"), "position": n}))
        .collect();
    let pipeline = json!({
        "id": "pipeline-fake",
        "name": "Pipeline",
        "stages": stages,
        "showInFunnel": true,
        "showInPieChart": true,
        "locationId": location,
    });
    world.collection("pipelines").put("pipeline-fake", pipeline);
}

fn get(world: &World, id: &str) -> Result<Value, Fail> {
    let found = world.peek(HOME).and_then(|all| all.get(id)).cloned();
    found.ok_or_else(|| Fail::missing("opportunity", id))
}

pub(super) fn handle(call: &Call<'_>, rest: &[&str], world: &mut World) -> Option<Answer> {
    let now = world.now();
    let answer = match (call.method, rest) {
        ("GET", ["pipelines"]) => {
            let all: Vec<&Value> = world.collection("pipelines").values().collect();
            Ok(Reply::json(200, json!({"pipelines": all})))
        }
        ("GET", ["search"]) => search(call, world),
        ("POST", ["search"]) => advanced(call, world),
        ("POST", [""]) => {
            let id = create(call, world);
            get(world, &id).map(|opportunity| Reply::json(201, json!({"opportunity": opportunity})))
        }
        ("POST", ["upsert"]) => {
            let found = call.text("id").filter(|id| get(world, id).is_ok()).map(str::to_owned);
            let new = found.is_none();
            let id = found.unwrap_or_else(|| create(call, world));
            if let Some(opportunity) = world.collection(HOME).get_mut(&id) {
                overlay(opportunity, call.body, &now);
            }
            get(world, &id).map(|opportunity| Reply::json(200, json!({"new": new, "opportunity": opportunity})))
        }
        ("GET", ["lost-reason"]) => return None,
        ("GET", [id]) => get(world, id).map(|opportunity| Reply::json(200, json!({"opportunity": opportunity}))),
        ("PUT", [id]) => {
            change(call, id, &now, world).map(|opportunity| Reply::json(200, json!({"opportunity": opportunity})))
        }
        ("PUT", [id, "status"]) => change(call, id, &now, world).map(|_| Reply::json(200, json!({"succeded": true}))),
        ("DELETE", [id]) => {
            let gone = world.collection(HOME).remove(id);
            gone.map(|_| Reply::json(200, json!({"succeded": true}))).ok_or_else(|| Fail::missing("opportunity", id))
        }
        _ => return None,
    };
    Some(answer)
}

fn create(call: &Call<'_>, world: &mut World) -> String {
    let mut members = call.body.as_object().cloned().unwrap_or_default();
    let now = world.now();
    for stamp in ["createdAt", "updatedAt"] {
        members.insert(stamp.into(), json!(now));
    }
    put(world, HOME, members)
}

fn change(call: &Call<'_>, id: &str, now: &str, world: &mut World) -> Result<Value, Fail> {
    get(world, id)?;
    if let Some(opportunity) = world.collection(HOME).get_mut(id) {
        overlay(opportunity, call.body, now);
        opportunity["updatedAt"] = json!(now);
    }
    get(world, id)
}

fn all(world: &World) -> Vec<Value> {
    world.peek(HOME).map_or_else(Vec::new, |all| all.values().cloned().collect())
}

fn search(call: &Call<'_>, world: &mut World) -> Answer {
    let size = paging::size(call.query_number("limit"), 20, 100)?;
    let pairs = [
        ("location_id", "locationId"),
        ("pipeline_id", "pipelineId"),
        ("pipeline_stage_id", "pipelineStageId"),
        ("contact_id", "contactId"),
        ("assigned_to", "assignedTo"),
        ("status", "status"),
        ("id", "id"),
    ];
    let query = call.query("q").unwrap_or("").to_lowercase();
    let mut found = all(world);
    found.retain(|opportunity| {
        pairs.iter().all(|(parameter, member)| {
            let wanted = call.query(parameter).filter(|wanted| *wanted != "all");
            wanted.is_none_or(|wanted| opportunity[*member].as_str() == Some(wanted))
        }) && opportunity["name"].as_str().unwrap_or("").to_lowercase().contains(&query)
    });
    let (page, meta) = paging::by_pair(call, &found, size);
    Ok(Reply::json(200, json!({"opportunities": page, "meta": meta})))
}

fn advanced(call: &Call<'_>, world: &mut World) -> Answer {
    let size = paging::size(call.number("limit"), 20, 500)?;
    let location = call.text("locationId").unwrap_or("");
    let query = call.text("query").unwrap_or("").to_lowercase();
    let mut found = all(world);
    found.retain(|opportunity| {
        opportunity["locationId"].as_str() == Some(location)
            && opportunity["name"].as_str().unwrap_or("").to_lowercase().contains(&query)
            && filter::passes(call.list("filters"), opportunity)
    });
    let total = found.len();
    let page = paging::by_search(call, found, size)?;
    Ok(Reply::json(200, json!({"opportunities": page, "total": total})))
}
