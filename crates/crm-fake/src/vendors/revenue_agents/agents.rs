//! Agents: they are set up for a while and then active.

use serde_json::{Value, json};

use super::{Answer, Fail, owner_key, page, polls};
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;

fn home(kind: &str) -> String {
    format!("agents:{kind}")
}

pub(super) fn list(call: &Call<'_>, kind: &str, world: &mut World) -> Answer {
    let (agents, next) = page(call, "cursor", world.collection(&home(kind)), |_| true)?;
    Ok(Reply::json(200, json!({"agents": agents, "next_cursor": next})))
}

pub(super) fn handle(call: &Call<'_>, kind: &str, id: &str, world: &mut World) -> Option<Answer> {
    Some(match call.method {
        "PUT" => start(kind, id, world),
        "GET" => poll(kind, id, world),
        "DELETE" => {
            world.collection(&home(kind)).remove(id);
            let conversations = world.collection("conversations");
            let mine = |c: &Value| c[owner_key(kind)].as_str() == Some(id);
            let gone: Vec<String> =
                conversations.after(0).filter(|(_, _, c)| mine(c)).map(|(_, id, _)| id.to_owned()).collect();
            for id in gone {
                conversations.remove(&id);
            }
            Ok(Reply::empty(204))
        }
        _ => return None,
    })
}

fn start(kind: &str, id: &str, world: &mut World) -> Answer {
    let known = world.collection(&home(kind)).get(id);
    if known.is_some_and(|agent| agent["status"].as_str() != Some("provisioning_failed")) {
        return Err(Fail::conflict("there is an agent already"));
    }
    let job = world.rng.uuid();
    let mut agent = json!({
        "status": "initializing",
        "job_id": job,
        "agent_id": null,
        "progress_stream_url": format!("/api/revenue-agents/v1/jobs/{job}/stream"),
    });
    agent[owner_key(kind)] = json!(id);
    world.collection(&home(kind)).put(id, agent.clone());
    world.asked.insert(job, 0);
    Ok(Reply::json(202, agent))
}

fn poll(kind: &str, id: &str, world: &mut World) -> Answer {
    let Some(agent) = world.collection(&home(kind)).get(id).cloned() else {
        return Err(Fail::missing("agent"));
    };
    if agent["status"] != json!("initializing") {
        return Ok(Reply::json(200, agent));
    }
    let needed = polls(world);
    let job = agent["job_id"].as_str().unwrap_or("").to_owned();
    let asked = world.asked.entry(job.clone()).or_default();
    if *asked < needed {
        *asked += 1;
        return Ok(Reply::json(200, agent));
    }
    let now = world.now();
    let mut agent = if id.starts_with("fail") {
        json!({
            "status": "provisioning_failed",
            "job_id": job,
            "failed_at": now,
            "error": {"code": "agent.provisioning", "category": "internal", "message": "a planned fault failed it"},
            "retry_with": "PUT",
        })
    } else {
        json!({
            "status": "active",
            "agent_id": world.rng.uuid(),
            "created_at": now,
            "last_synced_at": now,
        })
    };
    agent[owner_key(kind)] = json!(id);
    world.collection(&home(kind)).put(id, agent.clone());
    Ok(Reply::json(200, agent))
}
