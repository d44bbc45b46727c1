//! What the documents say and no Rust item shows: `nullable`, lengths, formats, defaults. So that no
//! difference passes unseen.

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use serde_json::Value;

use super::change::{Changes, Kind, few};
use super::pairs::Pairs;
use super::side::Api;
use crate::read::document::{list, object, text};

/// What no Rust item ever shows.
const SILENT: [&str; 11] = [
    "nullable",
    "format",
    "pattern",
    "default",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "readOnly",
];
/// What is compared by itself, or is documentation.
const TOLD: [&str; 10] = [
    "description",
    "summary",
    "title",
    "example",
    "operationId",
    "deprecated",
    "security",
    "x-crm-name",
    "x-crm-document",
    "$ref",
];

/// A place of a document, and what stood and stands there.
struct Difference<'a> {
    pointer: Vec<String>,
    old: Option<&'a Value>,
    new: Option<&'a Value>,
}

/// Tells what is left when everything else is told.
pub(super) fn compare(changes: &mut Changes, old: &Api, new: &Api, pairs: &Pairs<'_>) {
    let told = Told::of(changes);
    for pair in &pairs.both {
        let before = &old.merged["paths"][&pair.old.path][pair.old.method.to_lowercase()];
        let now = &new.merged["paths"][&pair.new.path][pair.new.method.to_lowercase()];
        say(changes, &pair.new.name, before, now, &told);
    }
    let schemas = &new.merged["components"]["schemas"];
    for (name, schema) in object(&old.merged["components"], "schemas") {
        if let Some(now) = schemas.get(name) {
            say(changes, name, schema, now, &told);
        }
    }
}

/// Tells of the hosts, and of anything else where nothing was told yet.
pub(super) fn rest(changes: &mut Changes, old: &Api, new: &Api) {
    let hosts = |api: &Api| -> String {
        few(list(&api.merged, "servers").filter_map(|server| text(server, "url")).map(|url| format!("`{url}`")))
    };
    let (was, is) = (hosts(old), hosts(new));
    if was != is {
        let why = "the client's own host is written by hand: look whether it is still right";
        changes.of(Kind::Wire, &new.client).minor(format!("the document names the host {is} in place of {was}"), why);
    }
    if changes.found.is_empty() {
        say(changes, "the document", &old.merged, &new.merged, &Told::of(changes));
    }
}

/// What has been told already: items, and their last parts.
struct Told {
    items: BTreeSet<String>,
    parts: BTreeSet<String>,
    enums: bool,
}

impl Told {
    fn of(changes: &Changes) -> Self {
        let items: BTreeSet<String> = changes.items().map(str::to_owned).collect();
        let last = |item: &String| {
            let part = item.rsplit(['.', ':', '(']).next()?;
            Some(part.trim_end_matches(')').to_snake_case())
        };
        let parts = items.iter().filter_map(last).collect();
        let enums = changes.found.iter().any(|change| change.kind == Kind::Enum);
        Self { items, parts, enums }
    }

    /// Whether a difference of a schema or an operation is one of these.
    fn covers(&self, name: &str, difference: &Difference<'_>) -> bool {
        let whole = |item: &String| {
            item == name || item.starts_with(&format!("{name}(")) || item.starts_with(&format!("{name}."))
        };
        let part = || difference.pointer.iter().any(|step| self.parts.contains(&step.to_snake_case()));
        let value = || self.enums && difference.pointer.last().is_some_and(|last| last == "enum");
        self.items.iter().any(whole) || part() || value()
    }
}

fn say(changes: &mut Changes, name: &str, old: &Value, new: &Value, told: &Told) {
    if old == new {
        return;
    }
    let mut found = Vec::new();
    differences(old, new, &mut Vec::new(), &mut found);
    let shown: Vec<String> =
        found.iter().filter(|one| one.silent() || !told.covers(name, one)).map(Difference::say).collect();
    if !shown.is_empty() {
        changes.of(Kind::Wire, name).patch(few(&shown), "no Rust item shows it");
    }
}

fn differences<'a>(old: &'a Value, new: &'a Value, at: &mut Vec<String>, found: &mut Vec<Difference<'a>>) {
    // Members of a record may be called like what is told elsewhere.
    let under = at_keyword(at);
    let mut members = |names: BTreeSet<&'a str>, get: &dyn Fn(&'a Value, &str) -> Option<&'a Value>, under: bool| {
        for name in names.into_iter().filter(|name| !under || !TOLD.contains(name)) {
            at.push(name.to_owned());
            match (get(old, name), get(new, name)) {
                (Some(old), Some(new)) => differences(old, new, at, found),
                (old, new) => found.push(Difference { pointer: at.clone(), old, new }),
            }
            at.pop();
        }
    };
    if let (Value::Object(one), Value::Object(other)) = (old, new) {
        let names = one.keys().chain(other.keys()).map(String::as_str).collect();
        members(names, &|value, name| value.get(name), under);
    } else if let (Some(one), Some(other)) = (named(old), named(new)) {
        let names = one.into_iter().chain(other).collect();
        members(names, &|list, name| list.as_array()?.iter().find(|one| text(one, "name") == Some(name)), false);
    } else if old != new {
        found.push(Difference { pointer: at.clone(), old: Some(old), new: Some(new) });
    }
}

/// Whether the members of this place are words of OpenAPI, not names of the vendor's.
fn at_keyword(at: &[String]) -> bool {
    at.last().is_none_or(|last| last != "properties" || at.iter().rev().nth(1).is_some_and(|name| name == "properties"))
}

/// The names of a list of parameters.
fn named(list: &Value) -> Option<Vec<&str>> {
    let list = list.as_array().filter(|list| !list.is_empty())?;
    list.iter().map(|one| text(one, "name")).collect()
}

impl Difference<'_> {
    fn silent(&self) -> bool {
        let in_properties = self.pointer.iter().rev().nth(1).is_some_and(|name| name == "properties");
        !in_properties && self.pointer.last().is_some_and(|name| SILENT.contains(&name.as_str()))
    }

    fn say(&self) -> String {
        let (word, place) = match self.pointer.split_last() {
            Some((word, place)) => (word.as_str(), place.join("/")),
            None => return "is written otherwise".to_owned(),
        };
        let of = place.trim_start_matches("properties/").replace("/properties/", ".");
        let said = |value: Option<&Value>| match value {
            None => "none".to_owned(),
            Some(value @ (Value::Object(_) | Value::Array(_))) => {
                let names: Vec<&str> = object_names(value);
                if names.is_empty() { "a list".to_owned() } else { few(names) }
            }
            Some(value) => value.to_string(),
        };
        let of = if of.is_empty() { String::new() } else { format!("`{of}`: ") };
        match (word, self.new) {
            ("nullable", Some(Value::Bool(true))) => format!("{of}may be null"),
            ("nullable", _) => format!("{of}is not null any more"),
            _ => format!("{of}{word} was {}, is {}", said(self.old), said(self.new)),
        }
    }
}

fn object_names(value: &Value) -> Vec<&str> {
    value.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}
