//! The texts that a schema allows.

use heck::ToUpperCamelCase;
use serde_json::Value;

use crate::read::document::{list, text};

/// Enums above this size (languages, time zones, currencies) stay text.
pub(super) const MOST_VALUES: usize = 60;

/// The texts of a schema that is an enum in Rust, in order.
pub(super) fn texts(schema: &Value) -> Option<Vec<&str>> {
    let mut values: Vec<&str> = list(schema, "enum").filter_map(Value::as_str).collect();
    values.sort_unstable();
    values.dedup();
    let mut variants: Vec<String> = values.iter().map(|value| value.to_upper_camel_case()).collect();
    variants.sort();
    variants.dedup();
    let distinct = variants.len() == values.len() && variants.iter().all(|name| !name.is_empty());
    let clear = values.iter().all(|value| value.starts_with(|c: char| c.is_ascii_alphanumeric()));
    ((2..=MOST_VALUES).contains(&values.len()) && distinct && clear).then_some(values)
}

/// The one text that a member can hold. One with a slash, a space or a comma is an example.
pub(super) fn constant(schema: &Value) -> Option<&str> {
    let mut values = list(schema, "enum").filter_map(Value::as_str);
    let (value, more) = (values.next()?, values.next());
    (text(schema, "type") == Some("string") && more.is_none() && !value.contains(['/', ' ', ','])).then_some(value)
}
