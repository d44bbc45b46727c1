//! What the documentation says of a schema: its description, and its constraints in words.

use serde_json::{Value, json};

use super::values::{MOST_VALUES, constant, texts};
use crate::read::document::{list, text};

/// The description, with what the constraints say. Nothing is ever read out of it.
pub(super) fn described(schema: &Value) -> String {
    let mut parts: Vec<String> = text(schema, "description").map(|text| text.trim().to_owned()).into_iter().collect();
    if text(schema, "type") == Some("string") && texts(schema).is_none() {
        let values: Vec<&str> = list(schema, "enum").filter_map(Value::as_str).collect();
        match (values.as_slice(), constant(schema)) {
            ([], _) => {}
            ([_], Some(value)) => parts.push(format!("Always `{value}`.")),
            ([value], None) => parts.push(format!("As `{value}`.")),
            ([value, ..], _) if values.len() > MOST_VALUES => {
                parts.push(format!("One of {} values, as `{value}`.", values.len()));
            }
            (values, _) => parts
                .push(format!("One of {}.", values.iter().map(|v| format!("`{v}`")).collect::<Vec<_>>().join(", "))),
        }
    }
    if matches!(text(schema, "format"), Some("date")) {
        parts.push("A date, `YYYY-MM-DD`.".to_owned());
    }
    let number = |key: &str| schema.get(key).filter(|value| value.is_number()).map(Value::to_string);
    match (number("minimum"), number("maximum")) {
        (Some(low), Some(high)) => parts.push(format!("{low} to {high}.")),
        (Some(low), None) => parts.push(format!("At least {low}.")),
        (None, Some(high)) => parts.push(format!("At most {high}.")),
        (None, None) => {}
    }
    match (number("minLength"), number("maxLength")) {
        (Some(low), Some(high)) => parts.push(format!("{low} to {high} characters.")),
        (None, Some(high)) => parts.push(format!("At most {high} characters.")),
        _ => {}
    }
    match schema.get("default") {
        Some(Value::String(value)) if !value.is_empty() && list(schema, "enum").count() != 1 => {
            parts.push(format!("The vendor's default is `{value}`."))
        }
        Some(value @ (Value::Bool(_) | Value::Number(_))) => parts.push(format!("The vendor's default is `{value}`.")),
        _ => {}
    }
    if schema.get("deprecated") == Some(&json!(true)) {
        parts.push("Deprecated by the vendor.".to_owned());
    }
    parts.join(" ")
}
