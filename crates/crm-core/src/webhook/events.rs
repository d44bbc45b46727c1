//! Reads the events of a delivery, so that no event is lost because of an odd one.

use serde_json::Value;

use super::Refused;
use crate::codec::{self, Map, Record, Wire};

/// Reads a list of events; a single event is a list of one.
///
/// A delivery is not refused because of one event. A member whose value is not of the type of its
/// field is kept in the record's `extra` unchanged, and the others are read; an event that is
/// not an object at all is kept there under the empty name. [`unread`] returns the names of both.
///
/// # Errors
///
/// [`Refused::Body`] if the body is not a JSON list or object.
pub fn events<R: Record + Wire>(body: &[u8]) -> Result<Vec<R>, Refused> {
    codec::decode_reporting(body, || codec::name::<R>().to_owned()).or_else(|error| match codec::decode(body) {
        Ok(Value::Array(events)) => Ok(events.into_iter().filter(|event| !event.is_null()).map(whole).collect()),
        _ => Err(Refused::Body(error)),
    })
}

/// Reads an event, as [`events`] does.
///
/// # Errors
///
/// [`Refused::Body`] if the body is not a JSON object.
pub fn event<R: Record + Wire>(body: &[u8]) -> Result<R, Refused> {
    codec::decode_reporting(body, || codec::name::<R>().to_owned()).map_err(Refused::Body)
}

/// Returns the names of the members that are kept in `extra` although they have a field, because
/// their values are of another type.
pub fn unread<R: Record>(event: &R) -> impl Iterator<Item = &str> {
    let fields = codec::members::<R>();
    let names = event.parts().1.iter().map(|(name, _)| name);
    names.filter(move |name| name.is_empty() || fields.contains(name))
}

/// Reads an event, or keeps the value that was sent instead of one.
fn whole<R: Record + Wire>(event: Value) -> R {
    codec::decode(event.to_string().as_bytes())
        .unwrap_or_else(|_| R::from_parts(codec::Parts::blank(), Map::from([("", event)])))
}
