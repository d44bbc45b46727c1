//! A value of a row as HubSpot takes it, which is always a text.

use serde_json::Value;

use crate::check::number::{INEXACT, is_inexact};
use crate::request;

/// The form of a value.
const FORM: &str = "must be a text, a number, true, false or a list of them";

/// Returns true if a value has no content.
pub(super) fn is_empty(value: &Value) -> bool {
    value.is_null() || value == ""
}

/// Returns a value as HubSpot takes it: lists are joined with semicolons. The error is the sentence about another value.
pub(super) fn text(value: &Value) -> Result<String, &'static str> {
    match value {
        Value::Null => Ok(String::new()),
        Value::Array(items) => {
            let items = items.iter().map(|item| if item.is_array() || item.is_null() { Err(FORM) } else { text(item) });
            Ok(items.collect::<Result<Vec<_>, _>>()?.join(";"))
        }
        Value::Object(_) => Err(FORM),
        Value::Number(number) if is_inexact(number) => Err(INEXACT),
        other => Ok(request::text(other)),
    }
}
