//! The documentation of a schema: its description, and its constraints as text.

use serde_json::{Value, json};

use super::values::{MOST_VALUES, constant, texts};
use crate::read::document::{list, text};
use crate::read::unit::Unit;

/// Returns the description of a member, with the constraints as text. Nothing is ever read from it.
pub(super) fn described(schema: &Value) -> String {
    with(schema, constraints)
}

/// Returns the description of a type, with the constraints as text. A default is that of the member that has the type.
pub(super) fn described_type(schema: &Value) -> String {
    with(schema, |schema, description| [limits(schema, description), notes(schema)].concat().join(" "))
}

fn with(schema: &Value, constraints: impl Fn(&Value, &str) -> String) -> String {
    let description = description(schema).unwrap_or_default();
    let constraints = constraints(schema, &description);
    let parts = [description, constraints];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The description alone.
pub(super) fn description(of: &Value) -> Option<String> {
    text(of, "description").map(|text| text.trim().to_owned())
}

/// The constraints as sentences, which follow a description. It may have an example already.
pub(super) fn constraints(schema: &Value, description: &str) -> String {
    [limits(schema, description), default(schema), notes(schema)].concat().join(" ")
}

/// The values that are allowed.
fn limits(schema: &Value, description: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let exemplified = description.contains("for example");
    if text(schema, "type") == Some("string") && texts(schema).is_none() {
        let values: Vec<&str> = list(schema, "enum").filter_map(Value::as_str).collect();
        match (values.as_slice(), constant(schema)) {
            ([], _) => {}
            ([_], Some(value)) => parts.push(format!("Always `{value}`.")),
            ([value], None) if !exemplified => parts.push(format!("For example `{value}`.")),
            ([_], None) => {}
            (values, _) if values.len() > MOST_VALUES && exemplified => {
                parts.push(format!("One of {} values.", values.len()));
            }
            ([value, ..], _) if values.len() > MOST_VALUES => {
                parts.push(format!("One of {} values, for example `{value}`.", values.len()));
            }
            (values, _) => parts
                .push(format!("One of {}.", values.iter().map(|v| format!("`{v}`")).collect::<Vec<_>>().join(", "))),
        }
    }
    if matches!(text(schema, "format"), Some("date")) {
        parts.push("A date, `YYYY-MM-DD`.".to_owned());
    }
    if let Ok(Some(unit)) = Unit::of(schema) {
        parts.extend(unit.sentence());
    }
    let number = |key: &str| schema.get(key).filter(|value| value.is_number()).map(Value::to_string);
    match (number("minimum"), number("maximum")) {
        (Some(low), Some(high)) => parts.push(format!("Between {low} and {high}.")),
        (Some(low), None) => parts.push(format!("At least {low}.")),
        (None, Some(high)) => parts.push(format!("At most {high}.")),
        (None, None) => {}
    }
    match (number("minLength"), number("maxLength")) {
        (Some(low), Some(high)) => parts.push(format!("Between {low} and {high} characters.")),
        (Some(low), None) if low != "0" => parts.push(format!("At least {}.", counted(&low, "character"))),
        (None, Some(high)) => parts.push(format!("At most {}.", counted(&high, "character"))),
        _ => {}
    }
    match (number("minItems"), number("maxItems")) {
        (Some(low), Some(high)) => parts.push(format!("Between {low} and {high} items.")),
        (Some(low), None) if low != "0" => parts.push(format!("At least {}.", counted(&low, "item"))),
        (None, Some(high)) => parts.push(format!("At most {}.", counted(&high, "item"))),
        _ => {}
    }
    parts
}

/// The value that counts if none is sent.
fn default(schema: &Value) -> Vec<String> {
    let value = match schema.get("default") {
        Some(Value::String(value)) if !value.is_empty() && list(schema, "enum").count() != 1 => value.clone(),
        Some(value @ (Value::Bool(_) | Value::Number(_))) => value.to_string(),
        _ => return Vec::new(),
    };
    vec![format!("Default: `{value}`.")]
}

/// Notes beside the values.
fn notes(schema: &Value) -> Vec<String> {
    let deprecated = schema.get("deprecated") == Some(&json!(true));
    deprecated.then(|| "Deprecated by the vendor.".to_owned()).into_iter().collect()
}

/// A number of things.
fn counted(number: &str, thing: &str) -> String {
    if number == "1" { format!("1 {thing}") } else { format!("{number} {thing}s") }
}
