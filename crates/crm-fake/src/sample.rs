//! Replies from the document: a whole sample for an operation without state, and the required members
//! that a handler did not fill in.

use serde_json::{Map, Value, json};

use crate::document::{Document, Operation};
use crate::pattern;
use crate::properties::{Properties, list};
use crate::rng::Rng;
use crate::time::{self, Clock};

pub(crate) struct Sampler<'a> {
    pub(crate) document: &'a Document,
    pub(crate) rng: &'a mut Rng,
    pub(crate) clock: &'a mut Clock,
}

/// Objects deeper than this contain only their required members.
const RICH: usize = 3;
/// The number of items in a list without a size limit.
const MANY: u64 = 2;
/// Nothing is deeper than this: recursive schemas end here.
const DEEP: usize = 9;

impl Sampler<'_> {
    /// A value that fits the schema. `name` is the member that contains it, for likely texts.
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

    /// Two items, so that repeated values can be distinguished.
    fn array(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        let size = |key: &str| schema.get(key).and_then(Value::as_u64);
        let least = size("minItems").unwrap_or(0);
        let wanted = if depth < RICH { least.max(MANY.min(size("maxItems").unwrap_or(MANY))) } else { least };
        let items = self.document.resolve(schema.get("items").unwrap_or(&Value::Null));
        let values = list(items, "enum");
        let item = |at: u64| match values.len() as u64 {
            0 => self.value(items, name, depth + 1),
            known => values[(at % known) as usize].clone(),
        };
        (0..wanted).map(item).collect()
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
        if let Some(form) = schema.get("pattern").and_then(Value::as_str) {
            text = pattern::like(form, text);
        }
        Value::String(text)
    }

    /// Returns a text that suits the name of its member.
    fn likely(&mut self, name: &str) -> String {
        let words = words(name);
        let has = |word: &str| words.iter().any(|known| known == word);
        match words.last().map_or("", String::as_str) {
            "id" | "ids" => (100_000 + self.rng.below(900_000)).to_string(),
            _ if words.first().is_some_and(|word| word == "date") => time::iso(self.clock.tick()),
            _ if has("email") || has("emails") => format!("person{}@example.com", self.rng.below(1000)),
            "url" | "urls" | "uri" | "link" => format!("https://example.com/{}", self.rng.below(1000)),
            "timezone" | "zone" => "America/New_York".to_owned(),
            "at" | "date" | "time" | "timestamp" | "datetime" => time::iso(self.clock.tick()),
            "phone" => format!("+1555010{:04}", self.rng.below(10_000)),
            "currency" => "USD".to_owned(),
            "country" => "US".to_owned(),
            "language" | "locale" => "en".to_owned(),
            _ => format!("{}-{}", if name.is_empty() { "text" } else { name }, self.rng.below(1000)),
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

    /// Returns the reply of an operation without state. It contains identifiers of the path, and a list is
    /// one page long, so that a client which follows cursors ends.
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

/// Returns the words of a name, for example `start` and `time` of `startTime`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for letter in name.chars() {
        if !letter.is_ascii_alphanumeric() || letter.is_ascii_uppercase() && lower {
            words.push(String::new());
        }
        lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        if let Some(word) = words.last_mut().filter(|_| letter.is_ascii_alphanumeric()) {
            word.push(letter.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
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

/// Removes cursors at the places where the vendors put them.
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

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn names_are_told_apart_by_their_words() {
        for (name, expected) in [
            ("startTime", ["start", "time"].as_slice()),
            ("updated_by", &["updated", "by"]),
            ("_id", &["id"]),
            ("addressLine1", &["address", "line1"]),
            ("callURL", &["call", "url"]),
            ("", &[]),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }
}
