//! Makes values that a schema describes, without any code of the clients.

use serde_json::{Map, Number, Value, json};

use super::document::Document;

/// The kind of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Every member, two items in every list, and another alternative of each union with every turn.
    Full { turn: usize },
    /// The required members only.
    Required,
    /// Every optional member is null.
    Nulls,
    /// One optional member of the outermost object is null; the rest is full.
    OneNull { which: usize },
    /// Every enum has an unknown value.
    UnknownValues,
    /// Every object has an unknown member.
    UnknownMembers,
    /// The vendor's own examples, if there are any.
    Examples,
    /// Every member that may be null is null; for requests.
    NullableNull,
}

/// The name of the unknown member.
pub(crate) const UNKNOWN: &str = "xNobodyKnows";

/// The maximum number of values; the rest of the sample is as short as possible.
const MOST: usize = 2000;
/// The maximum depth of optional members. JSON readers have a limit that no vendor reaches.
const DEEP: usize = 24;

/// Makes one value.
pub(crate) struct Maker<'a> {
    document: &'a Document,
    kind: Kind,
    number: u64,
    open: Vec<&'a str>,
    left: usize,
    /// True for requests, which have no read-only members.
    request: bool,
    /// The maximum number of alternatives in one place.
    pub(crate) alternatives: usize,
    /// Number of times that the kind made a difference.
    pub(crate) different: usize,
}

impl<'a> Maker<'a> {
    pub(crate) fn new(document: &'a Document, kind: Kind) -> Self {
        Self { document, kind, number: 0, open: Vec::new(), left: MOST, request: false, alternatives: 1, different: 0 }
    }

    pub(crate) fn for_request(mut self) -> Self {
        self.request = true;
        self
    }

    /// Makes a value of the schema; `None` if it would be infinite.
    pub(crate) fn value(&mut self, schema: &'a Value, at: &str, name: &str) -> Option<Value> {
        let depth = self.open.len();
        let value = self.inner(schema, at, name, 0);
        self.open.truncate(depth);
        value
    }

    fn inner(&mut self, schema: &'a Value, at: &str, name: &str, depth: usize) -> Option<Value> {
        if let Some((target, pointer)) = self.document.target(schema) {
            if self.open.contains(&pointer) {
                return None;
            }
            self.open.push(pointer);
            let value = self.inner(target, pointer, name, depth);
            self.open.pop();
            return value;
        }
        self.left = self.left.saturating_sub(1);
        if self.kind == Kind::Examples
            && let Some(example) = self.document.example(&format!("{at}/example"))
        {
            self.different += 1;
            return Some(example.clone());
        }
        // If schema and example contradict each other, the example is the better evidence.
        if let Some(example) = self.document.contradiction(schema, at).filter(|_| self.request) {
            return Some(example.clone());
        }
        if self.kind == Kind::NullableNull && schema["nullable"] == true && depth > 0 {
            self.different += 1;
            return Some(Value::Null);
        }
        if let Some(set) = schema["enum"].as_array().filter(|set| !set.is_empty()) {
            self.alternatives = self.alternatives.max(if self.request { 1 } else { set.len().min(2) });
            if self.kind == Kind::UnknownValues && set[0].is_string() {
                self.different += 1;
                return Some(json!("VALUE_OF_NEXT_YEAR"));
            }
            return Some(set[self.turn() % set.len()].clone());
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[key].as_array().filter(|choices| !choices.is_empty()) {
                self.alternatives = self.alternatives.max(choices.len());
                let turn = (self.turn()) % choices.len();
                return self.inner(&choices[turn], &format!("{at}/{key}/{turn}"), name, depth + 1);
            }
        }
        match schema["type"].as_str() {
            Some("string") => Some(self.text(schema, name)),
            Some("integer") => Some(self.whole(schema)),
            Some("number") => Some(self.whole(schema)),
            Some("boolean") => Some(json!(true)),
            Some("array") => Some(self.list(schema, at, name, depth)),
            _ => self.object(schema, at, name, depth),
        }
    }

    fn turn(&self) -> usize {
        match self.kind {
            Kind::Full { turn } => turn,
            _ => 0,
        }
    }

    fn list(&mut self, schema: &'a Value, at: &str, name: &str, depth: usize) -> Value {
        let Some(items) = schema.get("items").filter(|items| items.as_object().is_some_and(|items| !items.is_empty()))
        else {
            return json!(["text-1", "text-2"]);
        };
        let choices = |key: &str| self.document.resolve(items)[key].as_array().map_or(0, Vec::len);
        let alternatives = choices("oneOf").max(choices("anyOf"));
        let wanted = if self.left == 0 { 0 } else { alternatives.clamp(2, 40) };
        let most = schema["maxItems"].as_u64().map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(1));
        let kind = self.kind;
        let made = (0..wanted.min(most)).filter_map(|number| {
            if number > 1 && self.left == 0 {
                return None;
            }
            // The list holds every alternative.
            if let (Kind::Full { turn }, true) = (kind, alternatives > 1) {
                self.kind = Kind::Full { turn: turn + number };
            }
            let value = self.inner(items, &format!("{at}/items"), name, depth + 1);
            self.kind = kind;
            value
        });
        made.collect()
    }

    fn object(&mut self, schema: &'a Value, at: &str, name: &str, depth: usize) -> Option<Value> {
        if let (Some([only]), None) = (schema["allOf"].as_array().map(Vec::as_slice), schema.get("properties")) {
            return self.inner(only, &format!("{at}/allOf/0"), name, depth);
        }
        let mut made = Map::new();
        if self.left == 0 {
            return Some(Value::Object(made));
        }
        let members = self.document.members(schema, at);
        let mut optional = 0;
        for (name, member, at) in &members.all {
            let required = members.required.contains(name);
            let written_by_vendor = self.request && self.document.resolve(member)["readOnly"] == true;
            if written_by_vendor || (!required && (self.kind == Kind::Required || self.left == 0 || depth > DEEP)) {
                continue;
            }
            optional += usize::from(!required);
            let null = match self.kind {
                Kind::Nulls => !required,
                Kind::OneNull { which } => depth == 0 && !required && optional == which + 1,
                _ => false,
            };
            self.different += usize::from(null);
            let value = if null { Some(Value::Null) } else { self.inner(member, at, name, depth + 1) };
            if let Some(value) = value {
                made.insert((*name).to_owned(), value);
            } else if required {
                made.insert((*name).to_owned(), Value::Null);
            }
        }
        match members.others {
            Some((others, at)) if self.kind != Kind::Required => {
                for key in ["someKey1", "someKey2"] {
                    if let Some(value) = self.inner(others, &at, key, depth + 1) {
                        made.insert(key.to_owned(), value);
                    }
                }
            }
            None if members.all.is_empty() && self.kind != Kind::Required => {
                return Some(json!({"someKey1": "text-1", "someKey2": {"deeper": [1, 2]}}));
            }
            _ => {}
        }
        if self.kind == Kind::UnknownMembers && !members.all.is_empty() {
            self.different += 1;
            made.insert(UNKNOWN.to_owned(), json!({"a": [1, "b"]}));
        }
        Some(Value::Object(made))
    }

    fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn whole(&mut self, schema: &Value) -> Value {
        let edge = |key: &str| schema[key].as_f64();
        let start = if schema["format"] == "int64" { 1_767_225_600_000.0 } else { 0.0 };
        let low = edge("minimum").unwrap_or(start);
        let number = low.ceil() + (self.next() % 90) as f64;
        let number = edge("maximum").map_or(number, |high| number.min(high.floor()));
        Value::Number(Number::from(number as i64))
    }

    fn text(&mut self, schema: &Value, name: &str) -> Value {
        let number = self.next();
        let (day, minute) = (1 + number % 28, number % 60);
        let time = format!("2026-01-{day:02}T03:{minute:02}:05.678Z");
        let date = format!("2026-01-{day:02}");
        let time_by_name = ["At", "Date", "Time", "Timestamp", "_at"].iter().any(|end| name.ends_with(end));
        let text = match (schema["pattern"].as_str(), schema["format"].as_str()) {
            (Some(r"\d+"), _) => (100_000 + number).to_string(),
            (Some("^[A-Za-z_]+/[A-Za-z_]+$"), _) => "Europe/Berlin".to_owned(),
            (Some("^([01]?[0-9]|2[0-3]):[0-5][0-9]$"), _) => format!("13:{minute:02}"),
            (Some(r"^\d{4}-\d{2}-\d{2}$"), _) | (_, Some("date")) => date,
            (_, Some("date-time")) => time,
            (_, Some("uuid")) => format!("5b2b3f0c-8d4e-4c1a-9f61-{number:012}"),
            (_, Some("uri" | "url")) => format!("https://example.com/{number}"),
            (_, Some("email")) => format!("ada{number}@example.com"),
            (_, Some("byte")) => "c2FtcGxl".to_owned(),
            _ if time_by_name => time,
            _ if ["limit", "skip", "offset", "page", "pageSize", "pageLimit"].contains(&name) => number.to_string(),
            _ if name.to_ascii_lowercase().ends_with("email") => format!("ada{number}@example.com"),
            _ => format!("{}-{number}", if name.is_empty() { "text" } else { name }),
        };
        let size = |key: &str| schema[key].as_u64().and_then(|size| usize::try_from(size).ok());
        let text: String = text.chars().take(size("maxLength").unwrap_or(usize::MAX)).collect();
        Value::String(format!("{text:x<width$}", width = size("minLength").unwrap_or(0)))
    }
}
