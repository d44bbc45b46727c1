//! Makes arguments from the vendor's document and checks the requests against it.

use std::collections::BTreeMap;

use jsonschema::Validator;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::document::{Described, Document};
use super::sample::{Kind, Maker};
use super::schema::{judge, undescribed};
use super::server::Seen;

/// Returns our own sample arguments, with the type of object that the vendor's document describes.
pub(crate) fn ours(described: &Described<'_>, ours: &Value) -> Value {
    let mut made = ours.clone();
    if let Some(folded) = &described.folded {
        made["path"][&folded.parameter.0] = json!(folded.parameter.1);
    }
    made
}

/// Makes arguments from the vendor's document, over our own for those that it does not name. Also returns how often the
/// kind made a difference.
pub(crate) fn arguments(described: &Described<'_>, kind: Kind, ours: &Value) -> (Value, usize) {
    let mut made = ours.clone();
    for parameter in described.parameters() {
        let (Some(name), Some(place)) = (parameter["name"].as_str(), parameter["in"].as_str()) else { continue };
        // If types of object share an operation, the record's parameter has another name there.
        let record = described.folded.as_ref().filter(|_| place == "path").map(|folded| folded.record.as_str());
        let mut maker = Maker::new(described.document, kind).for_request();
        if let (true, Some(value)) = (["path", "query"].contains(&place), maker.value(&parameter["schema"], "", name)) {
            made[place][record.unwrap_or(name)] = value;
        }
    }
    let Some((_, schema)) = described.body() else { return (made, 0) };
    // The sample call has every part of a form.
    let form = described.body().is_some_and(|(media, _)| media.contains("form"));
    let kind = if form { Kind::Full { turn: 0 } } else { kind };
    let mut maker = Maker::new(described.document, kind).for_request();
    if let Some(body) = maker.value(schema, "", "") {
        made["body"] = body;
    }
    (made, maker.different)
}

/// Judges the requests of one operation.
pub(crate) struct Judge<'a> {
    described: &'a Described<'a>,
    body: Option<Result<Validator, String>>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(described: &'a Described<'a>) -> Self {
        let body = described.body().map(|(_, schema)| judge(described.document, schema));
        Self { described, body }
    }

    /// Returns true if the document allows a body. A sample of a recursive schema is cut off and may be invalid.
    pub(crate) fn allows(&self, body: &Value) -> bool {
        match &self.body {
            Some(Ok(validator)) => validator.is_valid(body),
            _ => true,
        }
    }

    /// Returns the rules of the document that a request breaks.
    pub(crate) fn objections(&self, seen: &Seen) -> Vec<String> {
        let mut found = Vec::new();
        if seen.method.as_str() != self.described.method {
            found.push(format!("method {}", seen.method));
        }
        self.path(seen, &mut found);
        self.query(seen, &mut found);
        for header in self.declared("header").filter(|header| header["required"] == true) {
            let name = header["name"].as_str().unwrap_or_default();
            if !seen.headers.contains_key(name.to_ascii_lowercase().as_str()) {
                found.push(format!("header {name} is missing"));
            }
        }
        self.body(seen, &mut found);
        found.sort();
        found.dedup();
        found
    }

    fn declared(&self, place: &str) -> impl Iterator<Item = &'a Value> {
        self.described.parameters().into_iter().filter(move |parameter| parameter["in"] == place)
    }

    fn path(&self, seen: &Seen, found: &mut Vec<String>) {
        let template: Vec<&str> = self.described.path.trim_matches('/').split('/').collect();
        let mut sent: Vec<&str> = seen.uri.path().trim_matches('/').split('/').collect();
        let joined;
        // The last placeholder of some templates takes several segments.
        if sent.len() > template.len() {
            joined = sent.split_off(template.len() - 1).join("/");
            sent.push(&joined);
        }
        if sent.len() != template.len() {
            return found.push("path has other segments".to_owned());
        }
        for (expected, sent) in template.into_iter().zip(sent) {
            let sent = percent_decode_str(sent).decode_utf8_lossy();
            match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) => match self.declared("path").find(|parameter| parameter["name"] == name) {
                    Some(parameter) => self.value(&format!("path {name}"), &parameter["schema"], &[&sent], found),
                    None if sent.is_empty() => found.push(format!("path {name} is empty")),
                    None => {}
                },
                None if expected != sent => found.push(format!("path has `{sent}` for `{expected}`")),
                None => {}
            }
        }
    }

    fn query(&self, seen: &Seen, found: &mut Vec<String>) {
        let mut sent: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs(seen.uri.query().unwrap_or_default()) {
            sent.entry(name).or_default().push(value);
        }
        for parameter in self.declared("query") {
            let name = parameter["name"].as_str().unwrap_or_default();
            let schema = self.described.document.resolve(&parameter["schema"]);
            // Each member of an object is a parameter.
            if schema["type"] == "object" {
                sent.clear();
                continue;
            }
            match sent.remove(name).or_else(|| sent.remove(&format!("{name}[]"))) {
                Some(values) => {
                    let split = schema["type"] == "array" && parameter["explode"] == false;
                    let values: Vec<&str> = match split {
                        true => values.iter().flat_map(|value| value.split(',')).collect(),
                        false => values.iter().map(String::as_str).collect(),
                    };
                    self.value(&format!("query {name}"), schema, &values, found);
                }
                None if parameter["required"] == true => found.push(format!("query {name} is missing")),
                None => {}
            }
        }
        found.extend(sent.into_keys().map(|name| format!("query {name} is not described")));
    }

    /// Checks the texts of a parameter as values of the schema's type.
    fn value(&self, place: &str, schema: &Value, texts: &[&str], found: &mut Vec<String>) {
        let document = self.described.document;
        let value = match document.resolve(schema)["type"].as_str() {
            Some("array") => {
                texts.iter().map(|text| typed(document, &document.resolve(schema)["items"], text)).collect()
            }
            _ if texts.len() > 1 => return found.push(format!("{place} is sent {} times", texts.len())),
            _ => typed(document, schema, texts[0]),
        };
        complain(&judge(document, schema), &value, place, found);
    }

    fn body(&self, seen: &Seen, found: &mut Vec<String>) {
        let document = self.described.document;
        let (Some((kind, schema)), Some(validator)) = (self.described.body(), &self.body) else {
            if !seen.body.is_empty() {
                found.push("body is sent and not described".to_owned());
            }
            return;
        };
        if seen.body.is_empty() {
            if self.described.body_is_required() {
                found.push("body is missing".to_owned());
            }
            return;
        }
        let sent_as = seen.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let media = sent_as.split(';').next().unwrap_or_default();
        if kind != "*/*" && media != kind {
            found.push(format!("body is sent as {media}, not as {kind}"));
        }
        let value = match media {
            "application/json" => serde_json::from_slice(&seen.body).unwrap_or(Value::Null),
            "application/x-www-form-urlencoded" => {
                let text = String::from_utf8_lossy(&seen.body);
                gathered(document, schema, pairs(&text))
            }
            "multipart/form-data" => gathered(document, schema, parts(sent_as, &String::from_utf8_lossy(&seen.body))),
            _ => Value::String(String::from_utf8_lossy(&seen.body).into_owned()),
        };
        complain(validator, &value, "body", found);
        found.extend(
            undescribed(document, schema, &value, "").into_iter().map(|place| format!("body {place} is not described")),
        );
    }
}

fn complain(validator: &Result<Validator, String>, value: &Value, place: &str, found: &mut Vec<String>) {
    match validator {
        Err(error) => found.push(format!("{place}: the schema cannot be read: {error}")),
        Ok(validator) => found.extend(validator.iter_errors(value).map(|error| {
            let path = error.instance_path().to_string();
            let parts = path.split('/').skip(1).map(|part| match part.parse::<usize>() {
                Ok(_) => "[]".to_owned(),
                Err(_) => format!(".{part}"),
            });
            // The value differs from sample to sample.
            format!("{place} {}: {}", parts.collect::<String>(), error.masked_with("it"))
        })),
    }
}

/// Returns a text as a value of the schema's type, if it is one.
fn typed(document: &Document, schema: &Value, text: &str) -> Value {
    match document.resolve(schema)["type"].as_str() {
        Some("integer" | "number" | "boolean") => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        _ => text.into(),
    }
}

/// Returns the fields of a form as an object of the schema's types.
fn gathered(document: &Document, schema: &Value, fields: Vec<(String, String)>) -> Value {
    let members = document.members(schema, "");
    let mut made = Map::new();
    for (name, text) in fields {
        let known = members.all.iter().find(|known| known.0 == name).map(|known| document.resolve(known.1));
        let list = known.is_some_and(|known| known["type"] == "array");
        let object = known.is_some_and(|known| known["type"] == "object");
        let value = match known {
            Some(known) if list => typed(document, &known["items"], &text),
            _ if object => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            Some(known) => typed(document, known, &text),
            None => text.into(),
        };
        match made.get_mut(&name) {
            Some(Value::Array(items)) if list => items.push(value),
            _ => drop(made.insert(name, if list { json!([value]) } else { value })),
        }
    }
    Value::Object(made)
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let each = query.split('&').filter(|pair| !pair.is_empty());
    each.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// Returns names and contents of the parts of a multipart form.
fn parts(kind: &str, body: &str) -> Vec<(String, String)> {
    let Some((_, boundary)) = kind.split_once("boundary=") else { return Vec::new() };
    let boundary = format!("--{boundary}");
    let each = body.split(&boundary).filter_map(|part| part.split_once("\r\n\r\n"));
    let named = each.filter_map(|(head, content)| {
        let (name, _) = head.split_once("name=\"")?.1.split_once('"')?;
        Some((name.to_owned(), content.trim_end_matches("\r\n").to_owned()))
    });
    named.collect()
}
