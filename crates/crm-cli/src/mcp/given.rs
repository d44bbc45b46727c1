//! The arguments of a tool. Clients do not check them.

use serde_json::{Map, Value};

use super::tools::{Spec, TOOLS};
use crate::catalogue::{self, Found, Named, near};
use crate::check::{self, number};
use crate::failure::Failure;

/// The arguments that a call gives, checked against those of its tool.
pub(super) struct Given(Map<String, Value>);

impl Given {
    pub(super) fn new(tool: &str, mut arguments: Map<String, Value>) -> Result<Self, Failure> {
        let Some(spec) = TOOLS.iter().find(|spec| spec.name == tool) else {
            let names: Vec<&str> = TOOLS.iter().map(|spec| spec.name).collect();
            return Err(Failure::usage(format!("there is no tool of this name; there are {}", names.join(", "))));
        };
        // Some clients send null or an empty text for what they omit.
        let is_text = |name: &str| spec.arguments.iter().any(|one| one.0 == name && one.1 == "string");
        arguments.retain(|name, value| !(value.is_null() || is_text(name) && value == ""));
        // Others send the text of a JSON value.
        for (name, value) in &mut arguments {
            match spec.arguments.iter().find(|one| one.0 == name).map(|one| one.1) {
                Some("array") => check::unwrapped(value, Value::is_array),
                Some("object") => check::unwrapped(value, Value::is_object),
                _ => continue,
            };
        }
        for row in arguments.get_mut("rows").and_then(Value::as_array_mut).into_iter().flatten() {
            check::unwrapped(row, Value::is_object);
        }
        check(spec, &arguments)?;
        let text = "some clients change the last digits of such a number; write it as text, in quotes";
        let mut faults = Vec::new();
        for (name, value) in &arguments {
            // Clients that are written in JavaScript keep all numbers as floats.
            number::all(value, name, number::is_large, text, &mut faults);
        }
        match faults.is_empty() {
            true => Ok(Self(arguments)),
            false => Err(Failure::usage(check::sentence(&faults))),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    pub(super) fn arguments(&self) -> Map<String, Value> {
        self.get("arguments").and_then(Value::as_object).cloned().unwrap_or_default()
    }

    pub(super) fn rows(&self) -> Vec<Value> {
        self.get("rows").and_then(Value::as_array).cloned().unwrap_or_default()
    }

    /// Returns the operation that is named.
    pub(super) fn operation(&self) -> Result<Found, Failure> {
        catalogue::find(&[self.words()?]).map_err(Failure::usage)
    }

    /// Returns the operation or the resource that is named.
    pub(super) fn named(&self) -> Result<Named, Failure> {
        catalogue::named(&[self.words()?]).map_err(Failure::usage)
    }

    fn words(&self) -> Result<&str, Failure> {
        let words = self.text("operation").unwrap_or_default();
        // A word that is not like a name may be personal, and is not repeated.
        match words.split(' ').all(|word| check::shown(word) == word) {
            true => Ok(words),
            false => Err(Failure::usage("operation: is not the words of an operation; call find")),
        }
    }

    /// Returns all that is sent, for a digest.
    pub(super) fn sent(&self) -> Vec<u8> {
        let parts = ["arguments", "body", "rows"].map(|name| self.get(name));
        serde_json::to_vec(&parts).unwrap_or_default()
    }
}

fn check(spec: &Spec, arguments: &Map<String, Value>) -> Result<(), Failure> {
    let names = || spec.arguments.iter().map(|one| one.0);
    for (name, value) in arguments {
        let Some((_, ty, ..)) = spec.arguments.iter().find(|one| one.0 == name) else {
            let meant = near(name, names()).map(|near| format!("did you mean \"{near}\"?"));
            let meant = meant.unwrap_or_else(|| match spec.arguments {
                [] => "it has no arguments".to_owned(),
                _ => format!("there are: {}", names().collect::<Vec<_>>().join(", ")),
            });
            let name = check::shown(name);
            return Err(Failure::usage(format!("{name}: is not an argument of {}; {meant}", spec.name)));
        };
        let fits = match *ty {
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            _ => name == "body" || value.is_object(),
        };
        if !fits {
            return Err(Failure::usage(format!("{name}: must be of the type {ty}")));
        }
    }
    match spec.arguments.iter().find(|one| one.3 && !arguments.contains_key(one.0)) {
        Some((name, _, about, _)) => {
            Err(Failure::usage(format!("{name}: is required: {}", about.trim_end_matches('.'))))
        }
        None => Ok(()),
    }
}
