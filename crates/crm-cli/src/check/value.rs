//! One value against its type.

use serde_json::{Map, Value};

use super::number::{self, is_inexact};
use super::{Fault, shown};
use crate::catalogue::{Definition, Field, Ty, Types, near};

/// The maximum number of values of an enum that a fault lists.
const MOST_VALUES: usize = 12;

/// Checks values against the types of an API.
pub(super) struct Checker<'a> {
    pub(super) types: &'a Types,
}

impl Checker<'_> {
    /// Checks a value, and brings it into the form that is sent.
    pub(super) fn value(&self, ty: Ty<'_>, value: &mut Value, path: &str, faults: &mut Vec<Fault>) {
        let fault = |text: &str| Fault { path: path.to_owned(), text: text.to_owned() };
        let wrong = |wanted: &str, value: &Value| fault(&format!("must be {wanted}, but is {}", kind(value)));
        match ty {
            Ty::Json => number::all(value, path, is_inexact, number::INEXACT, faults),
            Ty::Nothing => {}
            Ty::Text | Ty::File => match value {
                Value::String(_) => {}
                // The digits of other numbers are not those that were written.
                Value::Number(number) if number.is_f64() => {
                    faults.push(fault("write it as a text, in quotes"));
                }
                Value::Number(_) | Value::Bool(_) => *value = Value::String(value.to_string()),
                other => faults.push(wrong("text", other)),
            },
            Ty::Integer => {
                if let Some(number) = value.as_str().and_then(|text| text.parse::<i64>().ok()) {
                    *value = number.into();
                }
                match value {
                    Value::Number(number) if !number.is_f64() => {}
                    Value::Number(number) if is_inexact(number) => faults.push(fault(number::LONG)),
                    other => faults.push(wrong("an integer", other)),
                }
            }
            Ty::Number => match value {
                Value::Number(number) if is_inexact(number) => faults.push(fault(number::LONG)),
                Value::Number(_) => {}
                other => match other.as_str().and_then(number::read) {
                    Some(Ok(number)) => *other = Value::Number(number),
                    Some(Err(text)) => faults.push(fault(text)),
                    None => faults.push(wrong("a number", other)),
                },
            },
            Ty::Boolean => match value {
                Value::Bool(_) => {}
                // Spreadsheets write TRUE and FALSE.
                Value::String(text) if text.eq_ignore_ascii_case("true") => *value = Value::Bool(true),
                Value::String(text) if text.eq_ignore_ascii_case("false") => *value = Value::Bool(false),
                other => faults.push(wrong("true or false", other)),
            },
            Ty::Time => match value {
                Value::String(text) if is_time(text) => {}
                Value::Number(number) if number.is_i64() => *value = Value::String(value.to_string()),
                other => faults.push(wrong("a time, for example 2026-03-01T12:00:00Z", other)),
            },
            Ty::List(inner) => match unwrapped(value, Value::is_array) {
                Value::Array(items) => {
                    for (index, item) in items.iter_mut().enumerate() {
                        self.value(Ty::of(inner), item, &format!("{path}[{index}]"), faults);
                    }
                }
                other => faults.push(wrong("a list", other)),
            },
            Ty::Map(inner) => match unwrapped(value, Value::is_object) {
                Value::Object(members) => {
                    for (name, member) in members.iter_mut().filter(|(_, member)| !member.is_null()) {
                        self.value(Ty::of(inner), member, &format!("{path}.{}", shown(name)), faults);
                    }
                }
                other => faults.push(wrong("an object", other)),
            },
            Ty::Named(name) => {
                if let Some(definition) = self.types.get(name) {
                    self.defined(&definition, value, path, faults);
                }
            }
        }
    }

    fn defined(&self, definition: &Definition, value: &mut Value, path: &str, faults: &mut Vec<Fault>) {
        match definition {
            Definition::Values { values } => {
                let flag = |text: &&str| text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
                let lower = value.as_str().filter(flag).map(str::to_lowercase);
                if let Some(lower) = lower.filter(|lower| values.contains(&lower.as_str())) {
                    *value = Value::String(lower);
                }
                one_of(values, value, path, faults);
            }
            Definition::Record { fields, others, open, .. } => match unwrapped(value, Value::is_object) {
                Value::Object(members) => self.record(fields, (*others, *open), members, path, faults),
                other => faults
                    .push(Fault { path: path.to_owned(), text: format!("must be an object, but is {}", kind(other)) }),
            },
            Definition::Arms { tag, arms } => {
                if let Some(tag) = tag {
                    let value = unwrapped(value, Value::is_object);
                    let texts: Vec<&str> = arms.iter().flat_map(|arm| arm.texts.iter().copied()).collect();
                    let given = value.get(*tag).cloned().unwrap_or(Value::Null);
                    one_of(&texts, &given, &format!("{path}.{tag}"), faults);
                    let arm = arms.iter().find(|arm| arm.texts.iter().any(|text| given == **text));
                    if let Some(arm) = arm {
                        self.value(Ty::of(arm.ty), value, path, faults);
                    }
                    return;
                }
                // Of arms that do not fit, the one with the fewest faults was probably meant.
                let is_text = value.is_string();
                let tried = arms.iter().map(|arm| {
                    let (mut value, mut faults) = (value.clone(), Vec::new());
                    self.value(Ty::of(arm.ty), &mut value, path, &mut faults);
                    (value, faults)
                });
                // A text stays a text if it may be one.
                let unlike = |fitted: &Value| is_text && (fitted.is_object() || fitted.is_array());
                let best = tried.min_by_key(|(fitted, faults)| (faults.len(), unlike(fitted)));
                if let Some((fitted, found)) = best {
                    *value = fitted;
                    faults.extend(found);
                }
            }
        }
    }

    fn record(
        &self,
        fields: &[Field],
        (others, open): (Option<&str>, bool),
        members: &mut Map<String, Value>,
        path: &str,
        faults: &mut Vec<Fault>,
    ) {
        members.retain(|name, _| !fields.iter().any(|field| field.name == name && field.read_only));
        for (name, member) in members.iter_mut() {
            let path = format!("{path}.{}", shown(name));
            match (fields.iter().find(|field| field.name == name), others) {
                (Some(field), _) if member.is_null() => {
                    if field.required && !field.nullable {
                        faults.push(Fault { path, text: "must not be null".to_owned() });
                    }
                }
                (Some(field), _) => match field.constant.filter(|constant| *member != **constant) {
                    Some(constant) => faults.push(Fault { path, text: format!("must be \"{constant}\"") }),
                    None => self.value(Ty::of(field.ty), member, &path, faults),
                },
                (None, Some(ty)) => self.value(Ty::of(ty), member, &path, faults),
                (None, None) if open => number::all(member, &path, is_inexact, number::INEXACT, faults),
                (None, None) => faults.push(Fault { path, text: unknown(name, fields) }),
            }
        }
        for field in fields.iter().filter(|field| field.required && !field.read_only) {
            match field.constant {
                // The only value that there is need not be given.
                Some(constant) => drop(members.entry(field.name).or_insert_with(|| constant.into())),
                None if !members.contains_key(field.name) => {
                    faults.push(Fault { path: format!("{path}.{}", field.name), text: required(field) });
                }
                None => {}
            }
        }
    }

    /// Returns true if a body of this type has nothing that must be given.
    pub(super) fn may_be_empty(&self, ty: Ty<'_>) -> bool {
        match ty {
            Ty::Json | Ty::Nothing | Ty::Map(_) => true,
            Ty::Named(name) => match self.types.get(name) {
                Some(Definition::Record { fields, .. }) => {
                    fields.iter().all(|field| !field.required || field.read_only || field.constant.is_some())
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Returns what a value of this type must contain, for a fault.
    pub(super) fn outline(&self, ty: Ty<'_>) -> String {
        match ty {
            Ty::Named(name) => match self.types.get(name) {
                Some(Definition::Record { fields, .. }) => {
                    let names: Vec<&str> = fields
                        .iter()
                        .filter(|field| field.required && !field.read_only)
                        .map(|field| field.name)
                        .collect();
                    format!("an object with {}", names.join(", "))
                }
                _ => "a JSON value".to_owned(),
            },
            Ty::List(_) => "a list".to_owned(),
            Ty::Text => "text".to_owned(),
            _ => "a JSON value".to_owned(),
        }
    }
}

fn required(field: &Field) -> String {
    if field.doc.is_empty() {
        "is required".to_owned()
    } else {
        format!("is required: {}", field.doc.trim_end_matches('.'))
    }
}

fn unknown(name: &str, fields: &[Field]) -> String {
    let known: Vec<&str> = fields.iter().filter(|field| !field.read_only).map(|field| field.name).collect();
    match near(name, known.iter().copied()) {
        Some(near) => format!("is not a member; did you mean \"{near}\"?"),
        None if known.is_empty() => "is not a member; this object has none".to_owned(),
        None if known.len() <= MOST_VALUES => format!("is not a member; there are {}", known.join(", ")),
        None => format!(
            "is not a member; there are {} and {} more",
            known[..MOST_VALUES].join(", "),
            known.len() - MOST_VALUES
        ),
    }
}

fn one_of(values: &[&str], value: &Value, path: &str, faults: &mut Vec<Fault>) {
    if value.as_str().is_some_and(|text| values.contains(&text)) {
        return;
    }
    let given = value.as_str().unwrap_or_default();
    let meant = near(given, values.iter().copied()).filter(|_| !given.is_empty());
    let text = match meant {
        Some(near) => format!("has no value like that; did you mean \"{near}\"?"),
        None if values.len() <= MOST_VALUES => format!("must be one of {}", values.join(", ")),
        None => format!("must be one of {} and {} more", values[..MOST_VALUES].join(", "), values.len() - MOST_VALUES),
    };
    faults.push(Fault { path: path.to_owned(), text });
}

/// Takes a value of this kind out of a text with its JSON, as some agents write it.
pub(crate) fn unwrapped(value: &mut Value, fits: fn(&Value) -> bool) -> &mut Value {
    let inner = value.as_str().and_then(|text| serde_json::from_str(text).ok());
    if let Some(inner) = inner.filter(fits) {
        *value = inner;
    }
    value
}

/// A date or a point in time, with a year of four digits, or a number of milliseconds.
pub(crate) fn is_time(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits == text.len() && digits > 0 || digits == 4 && text.as_bytes().get(4) == Some(&b'-') && text.len() >= 7
}

/// Returns the kind of a value, without the value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(text) if text.is_empty() => "empty text",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
