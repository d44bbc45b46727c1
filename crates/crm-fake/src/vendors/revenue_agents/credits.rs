//! Credits: balance, use, and the single operations.

use serde_json::{Value, json};

use super::{Answer, Fail, page};
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;
use crate::time;

const FEATURES: [&str; 3] = ["chat", "research", "tasks"];

pub(super) fn seed(world: &mut World) {
    for n in 0..6 {
        let id = world.rng.uuid();
        let operation = json!({
            "operation_uuid": id,
            "operation_type": "message",
            "feature": FEATURES[n % FEATURES.len()],
            "credits": 1.5,
            "metadata": {},
            "timestamp": world.now(),
        });
        world.collection("operations").put(&id, operation);
    }
}

pub(super) fn handle(call: &Call<'_>, what: &str, world: &mut World) -> Option<Answer> {
    if what == "balance" {
        return Some(Ok(balance(world)));
    }
    if let Some((from, to)) = call.query("from").zip(call.query("to")) {
        let backwards = match (time::parse_instant(from), time::parse_instant(to)) {
            (Some(from), Some(to)) => to < from,
            _ => return Some(Err(Fail::invalid("from and to are dates"))),
        };
        if backwards {
            return Some(Err(Fail::invalid("to lies before from")));
        }
    }
    match what {
        "usage" => Some(Ok(usage(call, world))),
        "operations" => {
            let feature = call.query("feature");
            let pass = |operation: &Value| feature.is_none_or(|feature| operation["feature"].as_str() == Some(feature));
            let found = page(call, "cursor", world.collection("operations"), pass);
            Some(found.map(|(all, next)| Reply::json(200, json!({"operations": all, "next_cursor": next}))))
        }
        _ => None,
    }
}

fn balance(world: &mut World) -> Reply {
    let now = world.now();
    let body = json!({
        "as_of": now,
        "resets_at": "2026-12-01T00:00:00Z",
        "included_credits": 1000,
        "on_demand_credit_limit": null,
        "on_demand_uncapped": true,
        "monthly_used_credits": 9,
        "on_demand_used_credits": 0,
        "remaining_included_credits": 991,
        "remaining_on_demand_credits": null,
        "is_limit_exceeded": false,
    });
    Reply::json(200, body)
}

fn usage(call: &Call<'_>, world: &mut World) -> Reply {
    let group_by = call.query("group_by").unwrap_or("feature");
    let mut groups: Vec<Value> = Vec::new();
    let mut total = 0.0;
    for operation in world.collection("operations").values() {
        let credits = operation["credits"].as_f64().unwrap_or(0.0);
        total += credits;
        let day = operation["timestamp"].as_str().and_then(|at| at.get(..10)).unwrap_or("");
        let by_feature = group_by.contains("feature");
        let feature = if by_feature { operation["feature"].clone() } else { Value::Null };
        let day = if group_by.contains("day") { json!(day) } else { Value::Null };
        let known = groups.iter_mut().find(|g| {
            g.get("feature").unwrap_or(&Value::Null) == &feature && g.get("day").unwrap_or(&Value::Null) == &day
        });
        match known {
            Some(group) => {
                group["credits_used"] = json!(group["credits_used"].as_f64().unwrap_or(0.0) + credits);
                group["operation_count"] = json!(group["operation_count"].as_i64().unwrap_or(0) + 1);
            }
            None => {
                let mut group = json!({"credits_used": credits, "operation_count": 1});
                for (name, value) in [("feature", feature), ("day", day)] {
                    if !value.is_null() {
                        group[name] = value;
                    }
                }
                groups.push(group);
            }
        }
    }
    let body = json!({
        "from": call.query("from").unwrap_or("2026-01-01"),
        "to": call.query("to").unwrap_or("2026-02-01"),
        "group_by": group_by,
        "total_credits_used": total,
        "groups": groups,
    });
    Reply::json(200, body)
}
