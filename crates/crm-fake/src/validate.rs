//! Checks a request against the document: members that are missing, unknown, of the wrong type or outside their set.

mod schema;

use serde_json::{Map, Value};

use crate::call::Payload;
use crate::document::{BodyKind, Document, Operation};
use crate::multipart::Part;
use crate::parameter::{Parameter, Place};
use crate::properties::Properties;

pub(crate) use schema::is_email;

/// One problem of a request.
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

    /// Converts `inputs.0.id` to `/inputs/0/id`.
    pub(crate) fn pointer(&self) -> String {
        format!("/{}", self.field.replace('.', "/"))
    }
}

/// Returns the problems of a reply. Members that are not in the document are allowed, and so is null.
#[cfg(test)]
pub(crate) fn reply(document: &Document, schema: &Value, value: &Value) -> Vec<Problem> {
    let (place, scalars) = (Place::Body, Scalars::Strict);
    let mut check = Check { document, problems: Vec::new(), place, scalars, tolerant: true };
    check.value(schema, value, "", 0);
    check.problems
}

/// Strictness for scalars: text may represent a number where only text can be sent.
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

fn find<'a>(operation: &'a Operation, place: Place, name: &str) -> Option<&'a Parameter> {
    operation.parameters.iter().find(|p| p.place == place && p.name == name)
}

struct Check<'a> {
    document: &'a Document,
    problems: Vec<Problem>,
    place: Place,
    scalars: Scalars,
    /// True if members that are null or unknown are allowed.
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
            // HighLevel's v3 token call accepts both.
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
        // If the document declares no file, the name of a file marks a file.
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
}

fn is(schema: &Value, kind: &str) -> bool {
    schema.get("type").and_then(Value::as_str) == Some(kind)
}
