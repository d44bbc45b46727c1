//! Compares the JSON that was sent with the JSON of what was read.

use serde_json::Value;

use crate::sample::UNKNOWN;

/// Whether members that no document describes must survive too.
pub(crate) const UNKNOWN_MEMBERS_SURVIVE: bool = false;
/// Whether a null that the document allows in a request must be sent.
pub(crate) const NULLS_SURVIVE: bool = false;

/// A value that is not there any more, or another one.
pub(crate) struct Loss {
    /// As `.results[].id`.
    pub(crate) place: String,
    pub(crate) sent: Value,
    pub(crate) read: Value,
}

/// Everything that was lost. Null and absent are the same, the order of members does not matter, and a scalar may change
/// its type as long as it says the same.
pub(crate) fn losses(sent: &Value, read: &Value) -> Vec<Loss> {
    let mut found = Vec::new();
    compare(sent, read, "", &mut found);
    found
}

/// Whether the lost member is one that no document describes.
pub(crate) fn is_unknown(loss: &Loss) -> bool {
    loss.place.ends_with(UNKNOWN)
}

fn compare(sent: &Value, read: &Value, place: &str, found: &mut Vec<Loss>) {
    match (sent, read) {
        (Value::Null, _) => {}
        (Value::Object(members), Value::Object(_)) => {
            for (name, member) in members {
                compare(member, &read[name.as_str()], &format!("{place}.{name}"), found);
            }
        }
        (Value::Array(items), Value::Array(others)) => {
            let items: Vec<&Value> = items.iter().filter(|item| !item.is_null()).collect();
            for (number, item) in items.into_iter().enumerate() {
                compare(item, others.get(number).unwrap_or(&Value::Null), &format!("{place}[]"), found);
            }
        }
        // An empty list, object or text says as little as none.
        (Value::Array(items), Value::Null) if items.iter().all(Value::is_null) => {}
        (Value::Object(members), Value::Null) if members.values().all(Value::is_null) => {}
        // One value for a list.
        (_, Value::Array(items)) if items.len() == 1 => compare(sent, &items[0], place, found),
        _ if same(sent, read) => {}
        _ => {
            if !found.iter().any(|loss| loss.place == place) {
                found.push(Loss { place: place.to_owned(), sent: sent.clone(), read: read.clone() });
            }
        }
    }
}

fn same(a: &Value, b: &Value) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    a == b || text(a) == text(b) || number(a).is_some_and(|one| number(b) == Some(one))
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}
