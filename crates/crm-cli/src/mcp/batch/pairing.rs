//! Matches the results of a batch with its rows: by id, then by the values that were sent, and the last one by
//! elimination. The order is not used, because HubSpot does not guarantee it.

use crm_core::error::VendorDetail;
use crm_core::{ChunkOutcome, Error, ErrorKind, Sent};
use serde_json::Value;

/// A test of a result against a row.
type Fits<'a> = &'a dyn Fn(&Value, &Value) -> bool;

/// Returns the result of each row. `key` is the property that the ids of the rows are values of. If the reply of a write has
/// no errors, all rows succeeded, even those whose result cannot be told from others. A row of a read without its result
/// is unknown.
pub(super) fn outcome(rows: &[Value], mut reply: Value, key: Option<&str>, reads: bool) -> ChunkOutcome<Value> {
    let mut outcome = ChunkOutcome::new();
    let mut open: Vec<usize> = (0..rows.len()).collect();
    let errors = list(&mut reply, "errors");
    for error in &errors {
        let ids = ids_of(error);
        let same = |one: &String, other: &String| match key {
            Some(_) => one.to_lowercase() == other.to_lowercase(),
            None => one == other,
        };
        let named =
            |row: &usize| rows.get(*row).and_then(id).is_some_and(|wanted| ids.iter().any(|id| same(id, &wanted)));
        let hits: Vec<usize> = match (errors.len(), open.len()) {
            (1, 1) => open.clone(),
            _ => open.iter().copied().filter(named).collect(),
        };
        for row in hits {
            outcome.failed(row, row_error(error));
            open.retain(|one| *one != row);
        }
    }
    let mut results = list(&mut reply, "results");
    let same_id = |result: &Value, row: &Value| same_id(result, row, key);
    // The id of a row is not that of a record if it is a value of another property.
    let contains = |result: &Value, row: &Value| key.is_none() && contains(result, row);
    for fits in [&same_id as Fits<'_>, &contains] {
        results.retain(|result| {
            let hit = open.iter().position(|row| rows.get(*row).is_some_and(|row| fits(result, row)));
            if let Some(place) = hit {
                outcome.ok(open.remove(place), result.clone());
            }
            hit.is_none()
        });
    }
    match (open.as_slice(), results.as_slice()) {
        ([row], [result]) => outcome.ok(*row, result.clone()),
        _ if errors.is_empty() && !reads => open.iter().for_each(|row| outcome.ok(*row, Value::Null)),
        _ => {}
    }
    outcome
}

fn list(reply: &mut Value, name: &str) -> Vec<Value> {
    match reply.get_mut(name).map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

/// Returns the id of a row or of a result; some rows are nothing but an id.
fn id(row: &Value) -> Option<String> {
    match row.get("id").unwrap_or(row) {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

fn same_id(result: &Value, row: &Value, key: Option<&str>) -> bool {
    let Some(wanted) = id(row) else { return false };
    match key {
        // HubSpot changes the case of e-mail addresses.
        Some(key) => {
            let held = result.get("properties").and_then(|properties| id(properties.get(key)?));
            held.is_some_and(|held| held.to_lowercase() == wanted.to_lowercase())
        }
        None => id(result) == Some(wanted),
    }
}

/// Returns true if a result has all the values of a row.
fn contains(result: &Value, row: &Value) -> bool {
    match (result, row) {
        (Value::Object(result), Value::Object(row)) => {
            row.iter().all(|(name, value)| result.get(name).is_some_and(|held| contains(held, value)))
        }
        (Value::String(text), Value::Number(_) | Value::Bool(_)) => {
            serde_json::from_str::<Value>(text).is_ok_and(|value| value == *row)
        }
        (result, row) => result == row,
    }
}

fn ids_of(error: &Value) -> Vec<String> {
    let context = error.get("context");
    let places = [
        error.get("id"),
        context.and_then(|context| context.get("id")),
        context.and_then(|context| context.get("ids")),
    ];
    let values = places.into_iter().flatten().flat_map(|value| match value {
        Value::Array(values) => values.clone(),
        other => vec![other.clone()],
    });
    values.filter_map(|value| id(&value)).collect()
}

/// Returns the error of a row; its texts are scrubbed like those of other replies.
fn row_error(error: &Value) -> Error {
    let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut detail = VendorDetail::default();
    (detail.category, detail.message) = (text("category"), text("message"));
    detail.sub_category = text("subCategory");
    let kind = match detail.category.as_deref() {
        Some("OBJECT_NOT_FOUND") => ErrorKind::NotFound,
        Some("CONFLICT") => ErrorKind::Conflict,
        _ => ErrorKind::Validation,
    };
    Error::new(kind, "").with_sent(Sent::Answered).with_vendor(detail)
}

#[cfg(test)]
mod tests;
