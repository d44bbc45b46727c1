//! The filters of a search.

use super::record;
use serde_json::{Map, Value};
use std::cmp::Ordering;

/// Whether a record passes: any group, and in it all filters.
pub(super) fn passes(groups: &[Value], properties: &Map<String, Value>) -> bool {
    if groups.is_empty() {
        return true;
    }
    groups.iter().any(|group| {
        let filters = group.get("filters").and_then(Value::as_array);
        filters.is_some_and(|filters| filters.iter().all(|filter| passes_one(filter, properties)))
    })
}

fn passes_one(filter: &Value, properties: &Map<String, Value>) -> bool {
    let text = |key: &str| filter.get(key).and_then(Value::as_str).unwrap_or("");
    let values = || {
        let list = filter.get("values").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    };
    let held = properties.get(text("propertyName")).and_then(Value::as_str);
    let order = |wanted: &str| held.and_then(|held| compare(held, wanted));
    let same = |wanted: &str| held.is_some_and(|held| is_same(held, wanted));
    match text("operator") {
        "EQ" => same(text("value")),
        "NEQ" => held.is_some() && !same(text("value")),
        "GT" => order(text("value")) == Some(Ordering::Greater),
        "GTE" => matches!(order(text("value")), Some(Ordering::Greater | Ordering::Equal)),
        "LT" => order(text("value")) == Some(Ordering::Less),
        "LTE" => matches!(order(text("value")), Some(Ordering::Less | Ordering::Equal)),
        "BETWEEN" => {
            matches!(order(text("value")), Some(Ordering::Greater | Ordering::Equal))
                && matches!(order(text("highValue")), Some(Ordering::Less | Ordering::Equal))
        }
        "IN" => values().any(same),
        "NOT_IN" => held.is_some() && !values().any(same),
        "HAS_PROPERTY" => held.is_some(),
        "NOT_HAS_PROPERTY" => held.is_none(),
        "CONTAINS_TOKEN" => held.is_some_and(|held| has_token(held, text("value"))),
        "NOT_CONTAINS_TOKEN" => held.is_some_and(|held| !has_token(held, text("value"))),
        _ => false,
    }
}

fn is_same(held: &str, wanted: &str) -> bool {
    held.eq_ignore_ascii_case(wanted) || compare(held, wanted) == Some(Ordering::Equal)
}

/// As numbers, as points in time (milliseconds and dates mix), else as text.
pub(super) fn compare(held: &str, wanted: &str) -> Option<Ordering> {
    let number = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite());
    let either = |text: &str| number(text).or_else(|| record::instant(text));
    match (either(held), either(wanted)) {
        (Some(held), Some(wanted)) => held.partial_cmp(&wanted),
        _ => Some(held.to_lowercase().cmp(&wanted.to_lowercase())),
    }
}

/// Whole words, with `*` for any part of one.
fn has_token(held: &str, wanted: &str) -> bool {
    let (held, wanted) = (held.to_lowercase(), wanted.to_lowercase());
    let core = wanted.trim_matches('*');
    if core.is_empty() {
        return true;
    }
    let (open_start, open_end) = (wanted.starts_with('*'), wanted.ends_with('*'));
    held.match_indices(core).any(|(at, found)| {
        let before = held[..at].chars().next_back();
        let after = held[at + found.len()..].chars().next();
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        (open_start || edge(before)) && (open_end || edge(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn operators() {
        let properties =
            json!({"email": "ada@example.com", "amount": "99.5", "createdate": "2026-01-02T00:00:00.000Z"});
        let properties = properties.as_object().unwrap();
        let check = |filter: Value| passes(&[json!({"filters": [filter]})], properties);
        let one = |property: &str, operator: &str, value: &str| {
            check(json!({"propertyName": property, "operator": operator, "value": value}))
        };
        assert!(one("email", "EQ", "ADA@example.com"));
        assert!(one("email", "CONTAINS_TOKEN", "example"));
        assert!(one("email", "CONTAINS_TOKEN", "*exam*"));
        assert!(!one("email", "CONTAINS_TOKEN", "exam"));
        assert!(one("amount", "GT", "9"));
        assert!(one("amount", "EQ", "99.50"));
        assert!(one("createdate", "GTE", "1767225600000"));
        assert!(one("createdate", "LT", "2026-01-03"));
        assert!(!one("phone", "NEQ", "1"));
        assert!(check(json!({"propertyName": "email", "operator": "IN", "values": ["x", "ada@example.com"]})));
        assert!(check(json!({"propertyName": "phone", "operator": "NOT_HAS_PROPERTY"})));
        assert!(passes(&[], properties));
    }
}
