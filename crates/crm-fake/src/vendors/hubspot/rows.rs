//! The reply to a request with several rows.

use serde_json::{Value, json};

use crate::reply::Reply;
use crate::state::World;

/// 207 if at least one row failed.
pub(super) fn reply(status: u16, rows: Vec<Result<Value, Value>>, world: &mut World) -> Reply {
    let started = world.now();
    let (mut results, mut errors) = (Vec::new(), Vec::new());
    for row in rows {
        match row {
            Ok(row) => results.push(row),
            Err(row) => errors.push(row),
        }
    }
    let mut body = json!({
        "status": "COMPLETE",
        "results": results,
        "startedAt": started,
        "completedAt": world.now(),
    });
    if errors.is_empty() {
        return Reply::json(status, body);
    }
    body["numErrors"] = json!(errors.len());
    body["errors"] = json!(errors);
    Reply::json(207, body)
}
