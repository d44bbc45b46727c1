//! Tasks, which are pending until they end and end only once.

use serde_json::{Value, json};

use super::{Answer, Fail, page};
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;

const HOME: &str = "tasks";
const TARGETS: [&str; 4] = ["contact", "deal_id", "company_id", "meeting_id"];

pub(super) fn handle(call: &Call<'_>, rest: &[&str], world: &mut World) -> Option<Answer> {
    Some(match (call.method, rest) {
        ("GET", []) => page(call, "cursor", world.collection(HOME), |_| true)
            .map(|(tasks, next)| Reply::json(200, json!({"tasks": tasks, "next_cursor": next}))),
        ("POST", []) => create(call, world),
        ("GET", [id]) => {
            let task = world.collection(HOME).get(id).cloned();
            task.map(|task| Reply::json(200, task)).ok_or_else(|| Fail::missing("task"))
        }
        ("PATCH", [id]) => update(call, id, world),
        ("DELETE", [id]) => {
            let gone = world.collection(HOME).remove(id);
            gone.map(|_| Reply::empty(204)).ok_or_else(|| Fail::missing("task"))
        }
        _ => return None,
    })
}

fn create(call: &Call<'_>, world: &mut World) -> Answer {
    let targets = &call.body["targets"];
    if TARGETS.iter().all(|name| targets.get(*name).is_none_or(Value::is_null)) {
        return Err(Fail::invalid("targets needs at least one of contact, deal_id, company_id, meeting_id"));
    }
    let id = world.rng.uuid();
    let now = world.now();
    let mut task = json!({
        "task_id": id,
        "status": "pending",
        "priority": "medium",
        "agent_id": null,
        "draft": null,
        "reason": null,
        "due_date": null,
        "created_at": now,
        "updated_at": now,
        "completed_at": null,
        "dismissed_at": null,
        "dismiss_reason": null,
    });
    for (name, value) in call.body.as_object().into_iter().flatten() {
        task[name] = value.clone();
    }
    world.collection(HOME).put(&id, task.clone());
    Ok(Reply::json(201, task))
}

fn update(call: &Call<'_>, id: &str, world: &mut World) -> Answer {
    let now = world.now();
    let Some(task) = world.collection(HOME).get_mut(id) else {
        return Err(Fail::missing("task"));
    };
    let Some(status) = call.text("status") else {
        return Err(Fail::invalid("status is the one thing that can change"));
    };
    if task["status"] != json!("pending") {
        return Err(Fail::conflict("the task has ended"));
    }
    match status {
        "dismissed" => {
            let Some(reason) = call.text("dismiss_reason").filter(|reason| !reason.is_empty()) else {
                return Err(Fail::invalid("dismiss_reason is required to dismiss"));
            };
            task["dismiss_reason"] = json!(reason);
            task["dismissed_at"] = json!(now);
        }
        "completed" => task["completed_at"] = json!(now),
        "cancelled" => {}
        _ => return Err(Fail::invalid("a task can only end")),
    }
    task["status"] = json!(status);
    task["updated_at"] = json!(now);
    Ok(Reply::json(200, task.clone()))
}
