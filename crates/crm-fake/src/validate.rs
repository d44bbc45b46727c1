//! Checks a request against the document: what is missing, unknown, of the wrong type or outside its set.

use crate::call::Payload;
use crate::document::{BodyKind, Document, Operation, Place};
use crate::multipart::Part;
use crate::properties::{Properties, list};
use crate::time;
use serde_json::{Map, Value};

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) place: Place,
    /// Name of the parameter, or dotted path into the body.
    pub(crate) field: String,
    pub(crate) rule: Rule,
    pub(crate) message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Required,
    Unknown,
    Type,
    Enum,
    Range,
    Format,
}

impl Problem {
    pub(crate) fn new(place: Place, field: &str, rule: Rule, message: String) -> Self {
        Self { place, field: field.to_owned(), rule, message }
    }

    /// `/inputs/0/id` for `inputs.0.id`.
    pub(crate) fn pointer(&self) -> String {
        format!("/{}", self.field.replace('.', "/"))
    }
}

/// What is wrong with a reply; members the document does not name are no fault, and neither is null.
#[cfg(test)]
pub(crate) fn reply(document: &Document, schema: &Value, value: &Value) -> Vec<Problem> {
    let (place, scalars) = (Place::Body, Scalars::Strict);
    let mut check = Check { document, problems: Vec::new(), place, scalars, tolerant: true };
    check.value(schema, value, "", 0);
    check.problems
}

/// How strict scalars are: text may stand for a number where only text can be sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scalars {
    Strict,
    Text,
}

pub(crate) fn request(
    document: &Document,
    operation: &Operation,
    path: &[(String, String)],
    query: &[(String, String)],
    payload: &Payload,
) -> Vec<Problem> {
    let mut check =
        Check { document, problems: Vec::new(), place: Place::Path, scalars: Scalars::Text, tolerant: false };
    for (name, value) in path {
        if let Some(parameter) = find(operation, Place::Path, name) {
            check.value(&parameter.schema, &Value::from(value.as_str()), name, 0);
        }
    }
    check.place = Place::Query;
    check.query(operation, query);
    check.place = Place::Body;
    check.body(operation, payload);
    check.problems
}

fn find<'a>(operation: &'a Operation, place: Place, name: &str) -> Option<&'a crate::document::Parameter> {
    operation.parameters.iter().find(|p| p.place == place && p.name == name)
}

struct Check<'a> {
    document: &'a Document,
    problems: Vec<Problem>,
    place: Place,
    scalars: Scalars,
    /// Members that are null or unknown are no problem.
    tolerant: bool,
}

impl Check<'_> {
    fn report(&mut self, field: &str, rule: Rule, message: String) {
        self.problems.push(Problem::new(self.place, field, rule, message));
    }

    fn query(&mut self, operation: &Operation, query: &[(String, String)]) {
        for (name, value) in query {
            let bare = name.strip_suffix("[]").unwrap_or(name);
            let templated = operation.parameters.iter().any(|p| {
                p.place == Place::Query && p.name.split_once('{').is_some_and(|(head, _)| name.starts_with(head))
            });
            let Some(parameter) = find(operation, Place::Query, bare) else {
                if !templated {
                    self.report(name, Rule::Unknown, format!("query parameter {name} is not known here"));
                }
                continue;
            };
            let schema = self.document.resolve(&parameter.schema);
            if schema.get("type").and_then(Value::as_str) == Some("array") {
                let items = schema.get("items").unwrap_or(&Value::Null);
                for part in value.split(',') {
                    self.value(items, &Value::from(part), name, 0);
                }
            } else {
                self.value(schema, &Value::from(value.as_str()), name, 0);
            }
        }
        for parameter in &operation.parameters {
            let sent = query
                .iter()
                .any(|(name, _)| name == &parameter.name || name.strip_suffix("[]") == Some(&parameter.name));
            if parameter.place == Place::Query && parameter.required && !sent && !parameter.name.contains('{') {
                let message = format!("query parameter {} is required", parameter.name);
                self.report(&parameter.name, Rule::Required, message);
            }
        }
    }

    fn body(&mut self, operation: &Operation, payload: &Payload) {
        let Some(expected) = &operation.body else {
            if !matches!(payload, Payload::None | Payload::Opaque)
                && !payload.json().and_then(Value::as_object).is_some_and(Map::is_empty)
            {
                self.report("body", Rule::Unknown, "this operation takes no body".into());
            }
            return;
        };
        match (expected.kind, payload) {
            (_, Payload::None) => {
                if expected.required {
                    self.report("body", Rule::Required, "a body is required".into());
                }
            }
            (BodyKind::Json, Payload::Json(value)) => {
                self.scalars = Scalars::Strict;
                self.value(&expected.schema, value, "", 0);
            }
            (BodyKind::Form, Payload::Form(value)) => {
                self.scalars = Scalars::Text;
                self.value(&expected.schema, value, "", 0);
            }
            // HighLevel's v3 token call takes both; so does everybody's gateway.
            (BodyKind::Form, Payload::Json(value)) => {
                self.scalars = Scalars::Strict;
                self.value(&expected.schema, value, "", 0);
            }
            (BodyKind::Opaque, _) => {}
            (BodyKind::Multipart, Payload::Multipart(parts)) => self.form(&expected.schema, parts),
            (_, Payload::Broken(why)) => self.report("body", Rule::Format, why.clone()),
            _ => self.report("body", Rule::Type, "the Content-Type does not fit this operation".into()),
        }
    }

    /// A form with files: each part by its member, lists by parts of one name, objects as JSON texts.
    fn form(&mut self, schema: &Value, parts: &[Part]) {
        let document = self.document;
        let schema = document.resolve(schema);
        let known = Properties::of(document, schema);
        let is_file = |member: &Value| {
            let member = document.resolve(member);
            let one = if is(member, "array") { document.resolve(&member["items"]) } else { member };
            one["format"] == "binary"
        };
        // Where the document names no file, the names of files say something by themselves.
        let any_file = !known.iter().any(|(_, member)| is_file(member));
        let mut members = Map::new();
        for part in parts {
            if any_file && part.file_name.is_some() && known.get(&part.name).is_none() {
                continue;
            }
            let member = document.resolve(known.get(&part.name).unwrap_or(&Value::Null));
            let list = is(member, "array");
            let one = if list { document.resolve(&member["items"]) } else { member };
            if is(one, "string") && (one["format"] == "binary") != part.file_name.is_some() {
                self.wrong_type(&part.name, if part.file_name.is_some() { "text and no file" } else { "a file" });
            }
            let text = String::from_utf8_lossy(&part.content);
            let value = match serde_json::from_str(&text) {
                Ok(value @ Value::Object(_)) if !is(one, "string") => value,
                _ => Value::from(text),
            };
            match members.get_mut(&part.name) {
                Some(Value::Array(all)) => all.push(value),
                _ => drop(members.insert(part.name.clone(), if list { Value::from(vec![value]) } else { value })),
            }
        }
        self.scalars = Scalars::Text;
        self.object(schema, &Value::Object(members), "", 0);
    }

    fn value(&mut self, schema: &Value, value: &Value, field: &str, depth: usize) {
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

    fn wrong_type(&mut self, field: &str, wanted: &str) {
        self.report(field, Rule::Type, format!("{} must be {wanted}", shown(field)));
    }

    /// At least one of the alternatives must have nothing to say against the value.
    fn alternatives(&mut self, choices: &[Value], value: &Value, field: &str, depth: usize) {
        // What a tolerant reader stumbles over least is what the value was meant to be.
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

    fn object(&mut self, schema: &Value, value: &Value, field: &str, depth: usize) {
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

    /// Values of a free map: the vendors take any scalar, and null to clear.
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
    }

    fn number(&mut self, schema: &Value, value: &Value, field: &str, whole: bool) {
        let number = match (value, self.scalars) {
            (Value::String(text), Scalars::Text) => text.parse::<f64>().ok(),
            _ => value.as_f64(),
        };
        let wanted = if whole { "a whole number" } else { "a number" };
        let Some(number) = number.filter(|n| n.is_finite() && (!whole || n.fract() == 0.0)) else {
            return self.wrong_type(field, wanted);
        };
        let edge = |key: &str| schema.get(key).and_then(Value::as_f64);
        if edge("minimum").is_some_and(|low| number < low) || edge("maximum").is_some_and(|high| number > high) {
            self.report(field, Rule::Range, format!("{} is outside its range", shown(field)));
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

fn is(schema: &Value, kind: &str) -> bool {
    schema.get("type").and_then(Value::as_str) == Some(kind)
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
