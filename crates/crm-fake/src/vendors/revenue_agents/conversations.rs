//! Conversations with an agent: messages are answered by a job.

use serde_json::{Value, json};

use super::{Answer, Fail, owner_key, page, polls};
use crate::call::Call;
use crate::cursor;
use crate::reply::Reply;
use crate::state::World;

const HOME: &str = "conversations";
const MESSAGES: &str = "messages";
const JOBS: &str = "jobs";

pub(super) fn handle(call: &Call<'_>, kind: &str, owner: &str, rest: &[&str], world: &mut World) -> Option<Answer> {
    let key = owner_key(kind);
    Some(match (call.method, rest) {
        ("POST", []) => Ok(create(key, owner, world)),
        ("GET", []) => list(call, key, owner, world),
        ("DELETE", [id]) => find(world, key, owner, id).map(|()| {
            world.collection(HOME).remove(id);
            Reply::empty(204)
        }),
        ("GET", [id, "messages"]) => find(world, key, owner, id).and_then(|()| messages(call, id, world)),
        ("POST", [id, "messages"]) => find(world, key, owner, id).map(|()| send(call, kind, owner, id, world)),
        ("GET", [id, "messages", "jobs", job]) => find(world, key, owner, id).and_then(|()| poll(job, id, world)),
        _ => return None,
    })
}

fn find(world: &World, key: &str, owner: &str, id: &str) -> Result<(), Fail> {
    let found = world.peek(HOME).and_then(|all| all.get(id));
    let mine = found.is_some_and(|conversation| conversation[key].as_str() == Some(owner));
    if mine { Ok(()) } else { Err(Fail::missing("conversation")) }
}

fn create(key: &str, owner: &str, world: &mut World) -> Reply {
    let id = world.rng.uuid();
    let now = world.now();
    let mut conversation = json!({"conversation_id": id, "created_at": now, "company_id": null, "deal_id": null});
    conversation[key] = json!(owner);
    world.collection(HOME).put(&id, conversation.clone());
    Reply::json(201, conversation)
}

fn list(call: &Call<'_>, key: &str, owner: &str, world: &mut World) -> Answer {
    let mine = |conversation: &Value| conversation[key].as_str() == Some(owner);
    let (conversations, next) = page(call, "cursor", world.collection(HOME), mine)?;
    Ok(Reply::json(200, json!({"conversations": conversations, "next_cursor": next})))
}

fn messages(call: &Call<'_>, id: &str, world: &mut World) -> Answer {
    let mine = |message: &Value| message["conversation_id"].as_str() == Some(id);
    let (mut messages, next) = if call.query("order") == Some("desc") {
        backwards(call, id, world)?
    } else {
        page(call, "after", world.collection(MESSAGES), mine)?
    };
    for message in &mut messages {
        if let Value::Object(members) = message {
            members.remove("conversation_id");
        }
    }
    Ok(Reply::json(200, json!({"conversation_id": id, "messages": messages, "next_cursor": next})))
}

/// Newest first; the cursor counts from the end.
fn backwards(call: &Call<'_>, id: &str, world: &mut World) -> Result<(Vec<Value>, Option<String>), Fail> {
    let limit = call.query_number("limit").unwrap_or(50).clamp(1, 200);
    let start = match call.query("after") {
        None | Some("") => 0,
        Some(text) => cursor::open(text).ok_or_else(|| Fail::invalid("the cursor is none of ours"))?,
    };
    let mine = |message: &&Value| message["conversation_id"].as_str() == Some(id);
    let all: Vec<Value> = world.collection(MESSAGES).values().rev().filter(mine).cloned().collect();
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let page: Vec<Value> = all.iter().skip(start).take(limit).cloned().collect();
    let end = start.saturating_add(page.len());
    Ok((page, (end < all.len()).then(|| cursor::seal(end as u64))))
}

fn write(world: &mut World, conversation: &str, role: &str, content: &str) -> Value {
    let id = world.rng.uuid();
    let now = world.now();
    let message = json!({
        "id": id,
        "conversation_id": conversation,
        "content": content,
        "created_at": now,
        "role": role,
    });
    world.collection(MESSAGES).put(&id, message.clone());
    message
}

fn send(call: &Call<'_>, kind: &str, owner: &str, id: &str, world: &mut World) -> Reply {
    let text = call.text("message").unwrap_or("");
    write(world, id, "user", text);
    let job = world.rng.uuid();
    let record = json!({"conversation_id": id, "status": "pending", "fails": text.starts_with("fail")});
    world.collection(JOBS).put(&job, record);
    world.asked.insert(job.clone(), 0);
    let path = format!("/api/revenue-agents/v1/{kind}/{owner}/conversations/{id}/messages/jobs/{job}");
    let body = json!({"job_id": job, "conversation_id": id, "status": "pending", "poll_url": path});
    Reply::json(202, body)
}

fn poll(job: &str, conversation: &str, world: &mut World) -> Answer {
    let Some(record) = world.collection(JOBS).get(job).cloned() else {
        return Err(Fail::missing("job"));
    };
    if record["conversation_id"].as_str() != Some(conversation) {
        return Err(Fail::missing("job"));
    }
    let mut done = record.clone();
    if record["status"] == json!("pending") {
        let needed = polls(world);
        let asked = world.asked.entry(job.to_owned()).or_default();
        if *asked < needed {
            *asked += 1;
            return Ok(Reply::json(200, json!({"status": "pending"})));
        }
        if record["fails"] == json!(true) {
            done["status"] = json!("failed");
            done["error"] =
                json!({"code": "agent.failed", "category": "internal", "message": "a planned fault failed it"});
        } else {
            let mut answer = write(world, conversation, "assistant", "An answer.");
            if let Value::Object(members) = &mut answer {
                members.remove("conversation_id");
            }
            done["status"] = json!("completed");
            done["result"] = json!({"messages": [answer]});
        }
        world.collection(JOBS).put(job, done.clone());
    }
    if let Value::Object(members) = &mut done {
        members.remove("conversation_id");
        members.remove("fails");
    }
    Ok(Reply::json(200, done))
}
