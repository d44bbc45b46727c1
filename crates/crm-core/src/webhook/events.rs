//! Reading the events of a delivery, so that none is lost because of an odd one.

use serde_json::Value;

use super::Refused;
use crate::codec::{self, Record, Wire};

/// Reads a list of events; a single event is a list of one.
///
/// A delivery is not refused because of one event. A member whose value is not of the type of its
/// field is kept in the record's `extra` as it was sent, and the others are read; an event that is
/// not an object at all is kept there under the empty name. [`unread`] names both. So `R` must
/// keep members without a field.
///
/// # Errors
///
/// [`Refused::Body`] if the body is not a JSON list or object.
pub fn events<R: Record + Wire>(body: &[u8]) -> Result<Vec<R>, Refused> {
    codec::decode(body).or_else(|error| match codec::decode(body) {
        Ok(Value::Array(events)) => Ok(events.into_iter().filter(|event| !event.is_null()).map(whole).collect()),
        Ok(event @ Value::Object(_)) => Ok(vec![whole(event)]),
        _ => Err(Refused::Body(error)),
    })
}

/// Reads an event, as [`events`] does.
///
/// # Errors
///
/// [`Refused::Body`] if the body is not a JSON object.
pub fn event<R: Record + Wire>(body: &[u8]) -> Result<R, Refused> {
    codec::decode(body).or_else(|error| match codec::decode(body) {
        Ok(event @ Value::Object(_)) => Ok(whole(event)),
        _ => Err(Refused::Body(error)),
    })
}

/// Returns the names of the members that are kept in `extra` although they have a field, because
/// their values are of another type.
pub fn unread<R: Record>(event: &R) -> impl Iterator<Item = &str> {
    let fields = R::NAMES.get(1..).unwrap_or_default();
    let names = event.extra().into_iter().flat_map(codec::Map::iter).map(|(name, _)| name);
    names.filter(move |name| name.is_empty() || fields.contains(name))
}

/// An event with all that was sent of it.
fn whole<R: Record + Wire>(event: Value) -> R {
    let members = match event {
        Value::Object(members) => members,
        other => serde_json::Map::from_iter([(String::new(), other)]),
    };
    let fits =
        |name: &str, value: &Value| !name.is_empty() && codec::read::<R, _>(serde_json::json!({ name: value })).is_ok();
    let (read, odd): (serde_json::Map<_, _>, serde_json::Map<_, _>) =
        members.into_iter().partition(|(name, value)| fits(name, value));
    let mut record: R = codec::read(Value::Object(read)).unwrap_or_else(|_: serde_json::Error| codec::blank());
    let mut extra = record.extra().cloned().unwrap_or_default();
    for (name, value) in odd {
        tracing::warn!(
            event = R::NAMES.first(),
            member = name,
            sent = kind(&value),
            "a webhook event has an odd member"
        );
        extra.insert(name, value);
    }
    record.keep(extra);
    record
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}
