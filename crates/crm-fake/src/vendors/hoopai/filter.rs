//! The filters of an advanced search: groups of AND and OR, nested.

use std::cmp::Ordering;

use serde_json::Value;

pub(super) fn passes(filters: &[Value], record: &Value) -> bool {
    filters.iter().all(|filter| one(filter, record))
}

fn one(filter: &Value, record: &Value) -> bool {
    if let Some(inner) = filter.get("filters").and_then(Value::as_array) {
        let any = filter.get("group").and_then(Value::as_str).is_some_and(|group| group.eq_ignore_ascii_case("or"));
        return if any { inner.iter().any(|f| one(f, record)) } else { passes(inner, record) };
    }
    let field = filter.get("field").and_then(Value::as_str).unwrap_or("");
    let held = field.split('.').try_fold(record, |node, name| node.get(name)).filter(|held| !held.is_null());
    let wanted = filter.get("value").unwrap_or(&Value::Null);
    let wanted_any = || wanted.as_array().map_or(std::slice::from_ref(wanted), Vec::as_slice).iter();
    match filter.get("operator").and_then(Value::as_str).unwrap_or("") {
        "eq" => held.is_some_and(|held| wanted_any().any(|wanted| same(held, wanted))),
        "not_eq" => !held.is_some_and(|held| wanted_any().any(|wanted| same(held, wanted))),
        "contains" => held.is_some_and(|held| wanted_any().any(|wanted| holds(held, wanted))),
        "not_contains" => !held.is_some_and(|held| wanted_any().any(|wanted| holds(held, wanted))),
        "exists" => held.is_some(),
        "not_exists" => held.is_none(),
        "range" => held.is_some_and(|held| {
            let edge = |key: &str| wanted.get(key).filter(|edge| !edge.is_null());
            let order = |key: &str| edge(key).and_then(|edge| order(held, edge));
            (edge("gte").is_none() || order("gte").is_some_and(Ordering::is_ge))
                && (edge("gt").is_none() || order("gt").is_some_and(Ordering::is_gt))
                && (edge("lte").is_none() || order("lte").is_some_and(Ordering::is_le))
                && (edge("lt").is_none() || order("lt").is_some_and(Ordering::is_lt))
        }),
        _ => false,
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned).to_lowercase()
}

fn same(held: &Value, wanted: &Value) -> bool {
    match held {
        Value::Array(items) => items.iter().any(|item| text(item) == text(wanted)),
        _ => text(held) == text(wanted),
    }
}

fn holds(held: &Value, wanted: &Value) -> bool {
    match held {
        Value::Array(items) => items.iter().any(|item| text(item).contains(&text(wanted))),
        _ => text(held).contains(&text(wanted)),
    }
}

fn order(held: &Value, wanted: &Value) -> Option<Ordering> {
    match (held.as_f64(), wanted.as_f64()) {
        (Some(held), Some(wanted)) => held.partial_cmp(&wanted),
        _ => Some(text(held).cmp(&text(wanted))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn groups_and_operators() {
        let record =
            json!({"email": "ada@example.com", "tags": ["lead"], "score": 5, "dnd": {"sms": {"status": "on"}}});
        let check = |filter: Value| passes(&[filter], &record);
        assert!(check(json!({"field": "tags", "operator": "contains", "value": "lea"})));
        assert!(check(json!({"field": "tags", "operator": "eq", "value": ["x", "lead"]})));
        assert!(check(json!({"field": "dnd.sms.status", "operator": "eq", "value": "on"})));
        assert!(check(json!({"field": "score", "operator": "range", "value": {"gte": 5, "lt": 6}})));
        assert!(check(json!({"field": "phone", "operator": "not_exists"})));
        assert!(check(json!({"group": "OR", "filters": [
            {"field": "phone", "operator": "exists"},
            {"field": "email", "operator": "not_contains", "value": "nobody"},
        ]})));
        assert!(!check(json!({"field": "email", "operator": "like", "value": "a"})));
    }
}
