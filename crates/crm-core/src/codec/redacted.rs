//! `Debug` that shows the shape of a value and none of its personal data.

use std::fmt;

use serde_json::Value;

use super::{As, Mode, Wire};

/// Writes the names of the fields that hold something, booleans and counts; all other values
/// are shown as `…`. To see the values, serialise the record.
pub fn redacted<T: Wire>(f: &mut fmt::Formatter<'_>, name: &str, value: &T) -> fmt::Result {
    match serde_json::to_value(As { value, mode: Mode::Lenient }) {
        Ok(Value::Object(fields)) => {
            let mut shown = f.debug_struct(name);
            for (name, value) in &fields {
                shown.field(name, &Shape(value));
            }
            shown.finish()
        }
        Ok(other) => f.debug_tuple(name).field(&Shape(&other)).finish(),
        Err(_) => f.debug_struct(name).finish_non_exhaustive(),
    }
}

struct Shape<'a>(&'a Value);

impl fmt::Debug for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Number(_) | Value::String(_) => f.write_str("…"),
            Value::Array(items) => write!(f, "[{}]", items.len()),
            Value::Object(fields) => write!(f, "{{{}}}", fields.len()),
        }
    }
}

/// Takes the quoted values out of a serde message: `string "x"` becomes `string "…"`.
pub(super) fn quoted_values(message: &str) -> String {
    let mut shown = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(start) = rest.find(['"', '`']) {
        let quote = &rest[start..=start];
        shown.push_str(&rest[..=start]);
        // To the last quote of the kind: the value itself may hold some.
        let Some(end) = rest[start + 1..].rfind(quote) else {
            rest = "";
            shown.push('…');
            break;
        };
        shown.push('…');
        shown.push_str(quote);
        rest = &rest[start + 1 + end + 1..];
    }
    shown.push_str(rest);
    shown
}
