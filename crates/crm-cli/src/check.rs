//! Arguments and bodies, checked against the catalogue before anything is sent. Each fault has its path, and the name
//! that was probably meant.

pub(crate) mod number;
mod value;

use std::fmt;

use serde_json::{Map, Value};

use crate::catalogue::{Argument, Found, Ty, kebab, near};
use value::Checker;
pub(crate) use value::{is_time, unwrapped};

/// The maximum number of faults that are reported at once.
const MOST_FAULTS: usize = 5;

/// The length in characters from which a text of an input is hidden in messages.
const SHORTEST: usize = 4;

/// The sign for a name that is not shown.
pub(crate) const HIDDEN: &str = "…";

/// A mistake in an input, with its place.
#[derive(Debug, PartialEq)]
pub(crate) struct Fault {
    /// For example `body.properties.email`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.text)
    }
}

/// Several faults as one line.
pub(crate) fn sentence(faults: &[Fault]) -> String {
    let shown: Vec<String> = faults.iter().take(MOST_FAULTS).map(Fault::to_string).collect();
    match faults.len().saturating_sub(MOST_FAULTS) {
        0 => shown.join("; "),
        more => format!("{}; and {more} more", shown.join("; ")),
    }
}

/// Returns the name of a member for a message, or `…` if it is not like a name: it may be personal data.
pub(crate) fn shown(name: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if name.bytes().all(plain) { name } else { HIDDEN }
}

/// The arguments and the body of a request, by the names that the vendor has for them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input {
    pub(crate) arguments: Map<String, Value>,
    pub(crate) body: Option<Value>,
    /// Parts of a form with names of the caller's choice; a value that begins with `@` is the path of a file.
    pub(crate) parts: Vec<(String, String)>,
}

impl Input {
    /// Returns the texts and numbers of the input that are long enough to be distinguished, the longest first.
    pub(crate) fn texts(&self) -> Vec<String> {
        let mut found: Vec<String> = self.parts.iter().map(|(_, value)| value.clone()).collect();
        for value in self.arguments.values().chain(&self.body) {
            texts(value, &mut found);
        }
        found.retain(|text| text.chars().count() >= SHORTEST);
        found.sort_by_key(|text| std::cmp::Reverse(text.len()));
        found.dedup();
        found
    }

    /// Checks the input, and brings values into the form that is sent: a number where a text is wanted becomes a text,
    /// members that only the vendor sets are omitted. Returns all faults.
    pub(crate) fn check(&mut self, found: &Found) -> Vec<Fault> {
        let mut faults = Vec::new();
        let checker = Checker { types: found.api.types() };
        let given = std::mem::take(&mut self.arguments);
        for (name, mut value) in given {
            let Some(argument) = argument(found, &name) else {
                faults.push(unknown(found, &name));
                continue;
            };
            if value.is_null() {
                continue;
            }
            let wire = if argument.prefix().is_some() { name.clone() } else { argument.name.to_owned() };
            // One value for a list of them.
            if matches!(Ty::of(argument.ty), Ty::List(_)) && !value.is_array() && !value.is_object() {
                value = Value::Array(vec![value]);
            }
            checker.value(Ty::of(argument.ty), &mut value, shown(&name), &mut faults);
            match value.as_str().map(|text| found.api.object_type(argument, text)) {
                Some(Err(text)) => {
                    faults.push(Fault { path: shown(&name).to_owned(), text });
                }
                Some(Ok(Some(word))) => value = word.into(),
                _ => {}
            }
            if self.arguments.insert(wire, value).is_some() {
                faults.push(Fault { path: shown(&name).to_owned(), text: "is given twice".to_owned() });
            }
        }
        for argument in found.arguments().filter(|one| one.required && !self.arguments.contains_key(one.name)) {
            let about = if argument.doc.is_empty() { String::new() } else { format!(": {}", argument.doc) };
            faults.push(Fault { path: argument.name.to_owned(), text: format!("is required{about}") });
        }
        self.check_body(found, &checker, &mut faults);
        faults
    }

    fn check_body(&mut self, found: &Found, checker: &Checker<'_>, faults: &mut Vec<Fault>) {
        let at_body = |text: &str| Fault { path: "body".to_owned(), text: text.to_owned() };
        match (&found.operation.body, &mut self.body) {
            (Some(body), Some(value)) => {
                checker.value(Ty::of(body.ty), value, "body", faults);
                let rows = value.get("inputs").and_then(Value::as_array).map_or(0, Vec::len);
                if let Some(most) = found.operation.batch_max.filter(|most| rows > *most as usize) {
                    let text = format!("has {rows} entries, and a request takes at most {most}; send several requests");
                    faults.push(Fault { path: "body.inputs".to_owned(), text });
                }
            }
            (Some(body), None) if !checker.may_be_empty(Ty::of(body.ty)) => {
                faults.push(at_body(&format!("is required: {}", checker.outline(Ty::of(body.ty)))));
            }
            (Some(_), None) => self.body = Some(Value::Object(Map::new())),
            (None, Some(_)) => faults.push(at_body("is not taken by this operation; leave it out")),
            (None, None) => {}
        }
    }
}

/// Collects the texts and numbers of a value.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        _ => {}
    }
}

/// Returns the argument of a name, in the vendor's form or in that of the command line.
pub(crate) fn argument(found: &Found, name: &str) -> Option<&'static Argument> {
    let plain = kebab(name);
    found.arguments().find(|one| match one.prefix() {
        Some(prefix) => name.len() > prefix.len() && name.starts_with(prefix),
        None => one.name == name || kebab(one.name) == plain,
    })
}

fn unknown(found: &Found, name: &str) -> Fault {
    let known: Vec<&str> = found.arguments().map(|one| one.name).collect();
    let text = match near(name, known.iter().copied()) {
        Some(near) => format!("is not an argument; did you mean \"{near}\"?"),
        None if known.is_empty() => "is not an argument; this operation has none".to_owned(),
        None => format!("is not an argument; there are {}", known.join(", ")),
    };
    Fault { path: shown(name).to_owned(), text }
}

#[cfg(test)]
mod tests;
