//! A value of a row as HubSpot takes it, which is always a text.

use serde_json::Value;

use crate::request;

/// The form of a value.
const FORM: &str = "must be a text, a number, true, false or a list of them";
/// From this number on, JSON numbers do not keep all digits.
const INEXACT: f64 = 9_007_199_254_740_992.0;

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
        // The digits that were written are lost.
        Value::Number(number) if number.as_f64().is_some_and(|size| number.is_f64() && size.abs() >= INEXACT) => {
            Err("is a number with more digits than JSON numbers keep; write it as a text, in quotes")
        }
        other => Ok(request::text(other)),
    }
}
