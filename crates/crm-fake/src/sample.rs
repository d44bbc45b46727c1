//! Replies out of the document: a whole sample for an operation without state, and the required members
//! a handler did not fill in.

use crate::document::{Document, Operation};
use crate::properties::Properties;
use crate::rng::Rng;
use crate::time::{self, Clock};
use serde_json::{Map, Value, json};

pub(crate) struct Sampler<'a> {
    pub(crate) document: &'a Document,
    pub(crate) rng: &'a mut Rng,
    pub(crate) clock: &'a mut Clock,
}

/// Objects deeper than this hold their required members only.
const RICH: usize = 3;
/// Nothing is deeper than this: recursive schemas end here.
const DEEP: usize = 9;

impl Sampler<'_> {
    /// A value that fits the schema. `name` is the member it stands under, for likely texts.
    pub(crate) fn value(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        let document = self.document;
        let schema = document.resolve(schema);
        if let Some(set) = schema.get("enum").and_then(Value::as_array) {
            return set.first().cloned().unwrap_or(Value::Null);
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(choices) = schema.get(key).and_then(Value::as_array) {
                return choices.first().map_or(Value::Null, |choice| self.value(choice, name, depth + 1));
            }
        }
        let kind = schema.get("type").and_then(Value::as_str);
        match kind {
            Some("string") => self.string(schema, name),
            Some("integer") => json!(self.whole(schema)),
            Some("number") => json!(self.whole(schema)),
            Some("boolean") => json!(false),
            Some("array") => self.array(schema, name, depth),
            _ => {
                let parts = schema.get("allOf").and_then(Value::as_array);
                match parts.map(Vec::as_slice) {
                    Some([only]) if schema.get("properties").is_none() => self.value(only, name, depth),
                    _ if kind.is_some() || parts.is_some() || schema.get("properties").is_some() => {
                        self.object(schema, depth)
                    }
                    _ => json!({}),
                }
            }
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let document = self.document;
        let known = Properties::of(document, schema);
        let mut members = Map::new();
        for (name, schema) in known.iter() {
            let wanted = known.required.contains(&name.as_str());
            if depth < DEEP && (wanted || depth < RICH) {
                let value = self.value(schema, name, depth + 1);
                members.insert(name.clone(), value);
            }
        }
        Value::Object(members)
    }

    fn array(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
        let wanted = if depth < RICH { least.max(1) } else { least };
        let items = schema.get("items").unwrap_or(&Value::Null);
        (0..wanted).map(|_| self.value(items, name, depth + 1)).collect()
    }

    fn whole(&mut self, schema: &Value) -> i64 {
        let edge = |key: &str| schema.get(key).and_then(Value::as_f64).map(|n| n as i64);
        let low = edge("minimum").unwrap_or(1);
        let high = edge("maximum").unwrap_or(low.saturating_add(98)).max(low);
        let span = high.saturating_sub(low).min(98).unsigned_abs();
        low.saturating_add(self.rng.below(span + 1) as i64)
    }

    fn string(&mut self, schema: &Value, name: &str) -> Value {
        let text = match schema.get("format").and_then(Value::as_str) {
            Some("date-time") => time::iso(self.clock.tick()),
            Some("date") => time::iso_date(self.clock.tick() / 86_400_000),
            Some("uuid") => self.rng.uuid(),
            Some("uri" | "url") => format!("https://example.com/{}", self.rng.below(1000)),
            Some("email") => format!("person{}@example.com", self.rng.below(1000)),
            Some("byte") => "c2FtcGxl".into(),
            _ => self.likely(name),
        };
        let size = |key: &str| schema.get(key).and_then(Value::as_u64).map(|n| n as usize);
        let mut text: String = match size("maxLength") {
            Some(most) => text.chars().take(most).collect(),
            None => text,
        };
        while size("minLength").is_some_and(|least| text.len() < least) {
            text.push('x');
        }
        Value::String(text)
    }

    fn likely(&mut self, name: &str) -> String {
        let lower = name.to_ascii_lowercase();
        if lower == "id" || lower == "_id" || lower.ends_with("id") {
            (100_000 + self.rng.below(900_000)).to_string()
        } else if lower.contains("email") {
            format!("person{}@example.com", self.rng.below(1000))
        } else if lower.contains("url") || lower == "link" {
            format!("https://example.com/{}", self.rng.below(1000))
        } else if lower.ends_with("at") || lower.contains("date") || lower.contains("time") {
            time::iso(self.clock.tick())
        } else {
            format!("{}-{}", if name.is_empty() { "text" } else { name }, self.rng.below(1000))
        }
    }

    /// Adds the required members a value lacks, at every depth.
    pub(crate) fn complete(&mut self, schema: &Value, value: &mut Value, depth: usize) {
        let document = self.document;
        let schema = document.resolve(schema);
        if depth > DEEP || ["oneOf", "anyOf"].iter().any(|key| schema.get(*key).is_some()) {
            return;
        }
        match value {
            Value::Object(members) => {
                let known = Properties::of(document, schema);
                for name in &known.required {
                    if let (false, Some(schema)) = (members.contains_key(*name), known.get(name)) {
                        let missing = self.value(schema, name, RICH);
                        members.insert((*name).to_owned(), missing);
                    }
                }
                for (name, member) in members {
                    if let Some(schema) = known.get(name) {
                        self.complete(schema, member, depth + 1);
                    }
                }
            }
            Value::Array(items) => {
                if let Some(schema) = schema.get("items") {
                    for item in items {
                        self.complete(schema, item, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    /// The reply of an operation without state. Identifiers of the path come back in it, and a list is
    /// one page long, so that a client which follows cursors comes to an end.
    pub(crate) fn reply(&mut self, operation: &Operation, path: &[(String, String)], later_page: bool) -> Value {
        let mut value = self.value(&operation.success.schema, "", 0);
        if let Some(paging) = &operation.paging {
            end_of_list(&mut value, paging, later_page);
        }
        drop_cursors(&mut value);
        if let Value::Object(members) = &mut value {
            echo(members, path);
        }
        value
    }
}

fn echo(members: &mut Map<String, Value>, path: &[(String, String)]) {
    for (name, id) in path {
        if members.get(name).is_some_and(Value::is_string) {
            members.insert(name.clone(), Value::from(id.as_str()));
        }
    }
    let Some((name, id)) = path.last() else { return };
    if !name.to_ascii_lowercase().ends_with("id") {
        return;
    }
    for key in ["id", "_id"] {
        if members.get(key).is_some_and(Value::is_string) {
            members.insert(key.into(), Value::from(id.as_str()));
        }
    }
    // One object in a wrapper: `{"contact": {"id": …}}`.
    let mut inner: Vec<&mut Map<String, Value>> = members.values_mut().filter_map(Value::as_object_mut).collect();
    if let [only] = inner.as_mut_slice() {
        for key in ["id", "_id"] {
            if only.get(key).is_some_and(Value::is_string) {
                only.insert(key.into(), Value::from(id.as_str()));
            }
        }
    }
}

/// A member by its dotted path.
pub(crate) fn member<'a>(value: &'a mut Value, dotted: &str) -> Option<&'a mut Value> {
    dotted.split('.').try_fold(value, |node, name| node.get_mut(name))
}

fn end_of_list(value: &mut Value, paging: &crate::document::Paging, later_page: bool) {
    let mut count = 0;
    let items = match &paging.items {
        Some(path) if !path.is_empty() => member(value, path),
        _ => Some(&mut *value),
    };
    if let Some(Value::Array(items)) = items {
        if later_page {
            items.clear();
        }
        count = items.len();
    }
    for next in &paging.next {
        if let Some(next) = member(value, next) {
            *next = Value::Null;
        }
    }
    let total = paging.total.as_ref().and_then(|path| member(value, path));
    if let Some(total) = total.filter(|total| total.is_number() && !later_page) {
        *total = json!(count);
    }
    let more = paging.more.as_ref().and_then(|path| member(value, path));
    if let Some(more) = more.filter(|more| more.is_boolean()) {
        *more = json!(false);
    }
}

/// Cursors in the places where the vendors put them.
fn drop_cursors(value: &mut Value) {
    if let Some(members) = value.as_object_mut() {
        members.remove("paging");
        for name in ["next_cursor", "nextCursor"] {
            if members.contains_key(name) {
                members.insert(name.into(), Value::Null);
            }
        }
    }
}
