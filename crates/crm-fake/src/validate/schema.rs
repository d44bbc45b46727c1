//! Checks that a value fits its schema.

use serde_json::Value;

use super::{Check, Problem, Rule, Scalars};
use crate::properties::{Properties, list};
use crate::{pattern, time};

impl Check<'_> {
    pub(super) fn value(&mut self, schema: &Value, value: &Value, field: &str, depth: usize) {
        let schema = self.document.resolve(schema);
        if depth > 24 || !schema.is_object() {
            return;
        }
        if value.is_null() {
            if schema.get("nullable").and_then(Value::as_bool) != Some(true) && typed(schema) && !self.tolerant {
                self.report(field, Rule::Type, format!("{} may not be null", shown(field)));
            }
            return;
        }
        for part in list(schema, "allOf") {
            self.value(part, value, field, depth + 1);
        }
        for key in ["oneOf", "anyOf"] {
            self.alternatives(list(schema, key), value, field, depth);
        }
        self.allowed(schema, value, field);
        match schema.get("type").and_then(Value::as_str) {
            Some("object") => self.object(schema, value, field, depth),
            Some("array") => self.array(schema, value, field, depth),
            Some("string") => self.string(schema, value, field),
            Some("integer") => self.number(schema, value, field, true),
            Some("number") => self.number(schema, value, field, false),
            Some("boolean") => {
                let text = self.scalars == Scalars::Text && matches!(value.as_str(), Some("true" | "false"));
                if !value.is_boolean() && !text {
                    self.wrong_type(field, "true or false");
                }
            }
            _ if schema.get("properties").is_some() => self.object(schema, value, field, depth),
            _ => {}
        }
    }

    pub(super) fn wrong_type(&mut self, field: &str, wanted: &str) {
        self.report(field, Rule::Type, format!("{} must be {wanted}", shown(field)));
    }

    /// At least one of the alternatives must accept the value.
    fn alternatives(&mut self, choices: &[Value], value: &Value, field: &str, depth: usize) {
        // The alternative with the fewest faults for a tolerant reader is the intended one.
        let faults = |problems: &[Problem]| match self.tolerant {
            true => problems.iter().filter(|problem| problem.rule != Rule::Enum).count(),
            false => problems.len(),
        };
        let mut fewest: Option<Vec<Problem>> = None;
        for choice in choices {
            let mut trial = Check { problems: Vec::new(), ..*self };
            trial.value(choice, value, field, depth + 1);
            if trial.problems.is_empty() {
                return;
            }
            if fewest.as_ref().is_none_or(|known| faults(&trial.problems) < faults(known)) {
                fewest = Some(trial.problems);
            }
        }
        self.problems.extend(fewest.into_iter().flatten());
    }

    fn allowed(&mut self, schema: &Value, value: &Value, field: &str) {
        let set = list(schema, "enum");
        if set.is_empty() || set.contains(value) {
            return;
        }
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let as_text = |known: &Value| known.as_str().map_or_else(|| known.to_string(), str::to_owned);
        if self.scalars == Scalars::Text && set.iter().any(|known| as_text(known) == text) {
            return;
        }
        let known: Vec<String> = set.iter().take(12).map(as_text).collect();
        let message = format!("{} must be one of: {}", shown(field), known.join(", "));
        self.report(field, Rule::Enum, message);
    }

    pub(super) fn object(&mut self, schema: &Value, value: &Value, field: &str, depth: usize) {
        let Some(members) = value.as_object() else {
            return self.wrong_type(field, "an object");
        };
        let known = Properties::of(self.document, schema);
        for name in &known.required {
            if !members.contains_key(*name) {
                let full = join(field, name);
                self.report(&full, Rule::Required, format!("{full} is required"));
            }
        }
        for (name, member) in members {
            let full = join(field, name);
            if let Some(schema) = known.get(name) {
                self.value(schema, member, &full, depth + 1);
            } else if let Some(extra) = known.extra {
                self.map_member(extra, member, &full, depth);
            } else if !known.is_open() && !self.tolerant {
                self.report(&full, Rule::Unknown, format!("{full} is not known here"));
            }
        }
    }

    /// Values of a free map: the vendors accept any scalar, and null to clear.
    fn map_member(&mut self, schema: &Value, member: &Value, field: &str, depth: usize) {
        let schema = self.document.resolve(schema);
        let scalar = schema.get("type").and_then(Value::as_str) == Some("string");
        if scalar && (member.is_null() || member.is_number() || member.is_boolean()) {
            return;
        }
        self.value(schema, member, field, depth + 1);
    }

    fn array(&mut self, schema: &Value, value: &Value, field: &str, depth: usize) {
        let Some(items) = value.as_array() else {
            return self.wrong_type(field, "a list");
        };
        self.bounds(schema, "Items", items.len(), field);
        let schema = schema.get("items").unwrap_or(&Value::Null);
        for (index, item) in items.iter().enumerate() {
            self.value(schema, item, &join(field, &index.to_string()), depth + 1);
        }
    }

    fn string(&mut self, schema: &Value, value: &Value, field: &str) {
        let Some(text) = value.as_str() else {
            return self.wrong_type(field, "text");
        };
        let format = schema.get("format").and_then(Value::as_str).unwrap_or("");
        if format == "binary" {
            return;
        }
        self.bounds(schema, "Length", text.chars().count(), field);
        let fits = match format {
            "date" => text.len() == 10 && time::parse_date(text).is_some(),
            "date-time" => time::parse_instant(text).is_some() || text.bytes().all(|b| b.is_ascii_digit()),
            "uuid" => text.len() == 36 && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit()),
            "email" => is_email(text),
            _ => true,
        };
        if !fits {
            self.report(field, Rule::Format, format!("{} is not a valid {format}", shown(field)));
        }
        let form = schema.get("pattern").and_then(Value::as_str);
        if let Some(form) = form.filter(|form| !pattern::fits(form, text)) {
            self.report(field, Rule::Format, format!("{} does not match {form}", shown(field)));
        }
    }

    fn number(&mut self, schema: &Value, value: &Value, field: &str, whole: bool) {
        let number = match (value, self.scalars) {
            (Value::String(text), Scalars::Text) => text.parse::<f64>().ok(),
            _ => value.as_f64(),
        };
        let wanted = if whole { "an integer" } else { "a number" };
        let Some(number) = number.filter(|n| n.is_finite() && (!whole || n.fract() == 0.0)) else {
            return self.wrong_type(field, wanted);
        };
        let edge = |key: &str| schema.get(key).and_then(Value::as_f64);
        let (low, high) = (edge("minimum"), edge("maximum"));
        if low.is_some_and(|low| number < low) || high.is_some_and(|high| number > high) {
            let range = match (low, high) {
                (Some(low), Some(high)) => format!("{low} to {high}"),
                (Some(low), None) => format!("at least {low}"),
                (None, high) => format!("at most {}", high.unwrap_or_default()),
            };
            self.report(field, Rule::Range, format!("{} must be {range}", shown(field)));
        }
    }

    fn bounds(&mut self, schema: &Value, of: &str, size: usize, field: &str) {
        let edge = |key: &str| schema.get(format!("{key}{of}")).and_then(Value::as_u64);
        let size = size as u64;
        if edge("min").is_some_and(|low| size < low) || edge("max").is_some_and(|high| size > high) {
            let what = if of == "Items" { "has too few or too many entries" } else { "is too short or too long" };
            self.report(field, Rule::Range, format!("{} {what}", shown(field)));
        }
    }
}

pub(crate) fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else {
        return false;
    };
    !name.is_empty()
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !text.chars().any(|c| c.is_whitespace() || c == ',')
        && !host.contains('@')
}

fn typed(schema: &Value) -> bool {
    ["type", "enum", "allOf", "oneOf", "anyOf", "properties"].iter().any(|key| schema.get(*key).is_some())
}

fn join(field: &str, name: &str) -> String {
    if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") }
}

fn shown(field: &str) -> &str {
    if field.is_empty() { "the body" } else { field }
}
