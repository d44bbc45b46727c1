//! Compares the JSON that was sent with the JSON of what was read.

use serde_json::Value;

use super::sample::UNKNOWN;

/// A value that is missing or different after it was read.
pub(crate) struct Loss {
    /// The place, for example `.results[].id`.
    pub(crate) place: String,
    pub(crate) sent: Value,
    pub(crate) read: Value,
}

/// Returns everything that was lost. Null, an empty text and absent are equal, the order of members does not matter, and a scalar may
/// change its type if its meaning is the same.
pub(crate) fn losses(sent: &Value, read: &Value) -> Vec<Loss> {
    let mut found = Vec::new();
    compare(sent, read, "", &mut found);
    found
}

/// Returns true if no document describes the lost member.
pub(crate) fn is_unknown(loss: &Loss) -> bool {
    loss.place.ends_with(UNKNOWN)
}

fn compare(sent: &Value, read: &Value, place: &str, found: &mut Vec<Loss>) {
    match (sent, read) {
        (Value::Null, _) => {}
        // HighLevel writes an empty text for no object.
        (Value::String(text), Value::Null) if text.is_empty() => {}
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
        // A list or an object without values is equal to none.
        (Value::Array(items), Value::Null) if items.iter().all(Value::is_null) => {}
        (Value::Object(members), Value::Null) if members.values().all(Value::is_null) => {}
        // One value may be read as a list of one.
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
