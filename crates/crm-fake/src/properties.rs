//! The members of an object, from the document.

use serde_json::{Map, Value};

use crate::document::Document;

/// The members of an object schema with its `allOf` parts folded in.
pub(crate) struct Properties<'a> {
    parts: Vec<&'a Map<String, Value>>,
    pub(crate) required: Vec<&'a str>,
    pub(crate) extra: Option<&'a Value>,
    open: bool,
}

impl<'a> Properties<'a> {
    pub(crate) fn of(document: &'a Document, schema: &'a Value) -> Self {
        let mut all = Self { parts: Vec::new(), required: Vec::new(), extra: None, open: false };
        all.add(document, schema, 0);
        all
    }

    fn add(&mut self, document: &'a Document, schema: &'a Value, depth: usize) {
        let schema = document.resolve(schema);
        if let Some(members) = schema.get("properties").and_then(Value::as_object) {
            self.parts.push(members);
        }
        self.required.extend(list(schema, "required").iter().filter_map(Value::as_str));
        match schema.get("additionalProperties") {
            Some(Value::Bool(open)) => self.open |= open,
            Some(Value::Object(extra)) if extra.is_empty() => self.open = true,
            Some(extra) => self.extra = Some(extra),
            None => {}
        }
        if ["oneOf", "anyOf"].iter().any(|key| schema.get(*key).is_some()) {
            self.open = true;
        }
        if depth < 8 {
            for part in list(schema, "allOf") {
                self.add(document, part, depth + 1);
            }
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        self.parts.iter().find_map(|part| part.get(name))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        self.parts.clone().into_iter().flatten()
    }

    /// Returns true if other members are allowed: the document says so, or it declares none.
    pub(crate) fn is_open(&self) -> bool {
        self.open || self.parts.iter().all(|part| part.is_empty())
    }
}

/// The entries of a keyword that holds a list.
pub(crate) fn list<'a>(schema: &'a Value, key: &str) -> &'a [Value] {
    schema.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
