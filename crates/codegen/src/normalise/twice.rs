//! An operation that several documents describe: the fullest description is taken. If each of two
//! has something that the other lacks, generation stops, because either choice would lose it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::read::document::{Document, list, object, text};
use crate::read::references;
use crate::read::vendor::ApiFile;

/// Returns the index of the document to take, for each path and method that more than one document
/// describes; of equal descriptions that of the operation's resource. If none is the fullest, adds to `refusals` what
/// each of them lacks.
pub(super) fn fullest(
    documents: &[Document],
    file: &ApiFile,
    refusals: &mut Vec<String>,
) -> BTreeMap<(String, String), usize> {
    let mut described: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (index, document) in documents.iter().enumerate() {
        for (path, method) in document.operations() {
            described.entry((path, method.to_owned())).or_default().push(index);
        }
    }
    described.retain(|_, by| by.len() > 1);
    for ((path, method), by) in &mut described {
        let is_of_another = |index: &usize| {
            let document = &documents[*index];
            let name = text(&document.value["paths"][path.as_str()][method.as_str()], "x-crm-name").unwrap_or_default();
            let resource = file.documents.get(&document.name).and_then(|one| one.resource.as_deref());
            name.split_once('.').map(|(of, _)| of) != resource
        };
        by.sort_by_key(is_of_another);
    }
    let mut chosen = BTreeMap::new();
    for (operation, by) in described {
        let (path, method) = &operation;
        let side = |index: usize| Side::new(&documents[index].value, &documents[index].value["paths"][path][method]);
        let mut best = by[0];
        for other in by.into_iter().skip(1) {
            best = match fuller(side(best), side(other)) {
                Ok(Fuller::First) => best,
                Ok(Fuller::Second) => other,
                Err(difference) => {
                    refusals.push(format!(
                        "{} {path} is in {} and in {}, and each lacks a part of it: {difference}. Add what is missing to one of them in corrections.json",
                        method.to_uppercase(),
                        documents[best].name,
                        documents[other].name,
                    ));
                    best
                }
            };
        }
        chosen.insert(operation, best);
    }
    chosen
}

/// One description of an operation, with the document that its references point into.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    schemas: &'a Value,
    operation: &'a Value,
}

impl<'a> Side<'a> {
    pub(super) fn new(document: &'a Value, operation: &'a Value) -> Self {
        Self { schemas: &document["components"]["schemas"], operation }
    }
}

/// The description of two that contains everything in the other.
#[derive(Debug, PartialEq)]
pub(super) enum Fuller {
    First,
    Second,
}

/// Compares two descriptions of an operation. The error contains what each of them lacks.
pub(super) fn fuller(first: Side<'_>, second: Side<'_>) -> Result<Fuller, String> {
    let Some(lacking) = lack(first, second) else { return Ok(Fuller::First) };
    match lack(second, first) {
        None => Ok(Fuller::Second),
        Some(other) => Err(format!("the first lacks {lacking}, the second lacks {other}")),
    }
}

/// Returns the first thing that `other` describes and `this` does not.
fn lack(this: Side<'_>, other: Side<'_>) -> Option<String> {
    let parameters = |side: Side<'_>| -> BTreeSet<(String, String)> {
        list(side.operation, "parameters")
            // Path parameters are given by the path, regardless of their names.
            .filter(|parameter| text(parameter, "in") != Some("path"))
            .filter_map(|parameter| Some((text(parameter, "in")?.to_owned(), text(parameter, "name")?.to_owned())))
            .collect()
    };
    if let Some((place, name)) = parameters(other).difference(&parameters(this)).next() {
        return Some(format!("the {place} parameter `{name}`"));
    }
    let mut comparison = Comparison { this: this.schemas, other: other.schemas, open: BTreeSet::new() };
    let (ours, theirs) = (&this.operation["requestBody"], &other.operation["requestBody"]);
    if let Some(place) = comparison.content(ours, theirs) {
        return Some(format!("`{place}` of the request"));
    }
    for (status, response) in object(other.operation, "responses").filter(|(status, _)| status.starts_with('2')) {
        if let Some(place) = comparison.content(&this.operation["responses"][status], response) {
            return Some(format!("`{place}` of the reply {status}"));
        }
    }
    None
}

struct Comparison<'a> {
    this: &'a Value,
    other: &'a Value,
    /// Pairs of named schemas that are being compared.
    open: BTreeSet<(String, String)>,
}

impl<'a> Comparison<'a> {
    /// Returns the place of the first member of the other body that this body does not have.
    fn content(&mut self, this: &'a Value, other: &'a Value) -> Option<String> {
        for (media, theirs) in object(other, "content") {
            let Some(ours) = this["content"].get(media) else { return Some(media.clone()) };
            if let Some(place) = self.schema(&ours["schema"], &theirs["schema"]) {
                return Some(if place.is_empty() { "body".to_owned() } else { place });
            }
        }
        None
    }

    fn schema(&mut self, this: &'a Value, other: &'a Value) -> Option<String> {
        let names = (references::schema_name(alone(this)), references::schema_name(alone(other)));
        let (Some(ours), Some(theirs)) = names else { return self.members(this, other) };
        let pair = (ours.to_owned(), theirs.to_owned());
        if !self.open.insert(pair.clone()) {
            return None;
        }
        let found = self.members(this, other);
        if found.is_some() {
            self.open.remove(&pair);
        }
        found
    }

    fn members(&mut self, this: &'a Value, other: &'a Value) -> Option<String> {
        let (this, other) =
            (references::resolved(self.this, alone(this)), references::resolved(self.other, alone(other)));
        // A `oneOf` has the members of all its alternatives.
        if let (Some(arms), None) = (this.get("oneOf").and_then(Value::as_array), other.get("oneOf")) {
            let lacking: Vec<String> = arms.iter().map_while(|arm| self.schema(arm, other)).collect();
            return (lacking.len() == arms.len()).then(|| lacking.into_iter().next().unwrap_or_default());
        }
        for (name, theirs) in object(other, "properties") {
            let Some(ours) = this["properties"].get(name) else { return Some(name.clone()) };
            if let Some(place) = self.schema(ours, theirs) {
                return Some(join(name, &place));
            }
        }
        for key in ["items", "additionalProperties"] {
            let Some(theirs) = other.get(key).filter(|value| value.is_object()) else { continue };
            let Some(ours) = this.get(key) else { return Some(key.to_owned()) };
            if let Some(place) = self.schema(ours, theirs) {
                return Some(join(key, &place));
            }
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            let arms: Vec<&Value> = list(this, key).collect();
            for (index, theirs) in list(other, key).enumerate() {
                if !arms.iter().any(|ours| self.schema(ours, theirs).is_none()) {
                    return Some(join(key, &index.to_string()));
                }
            }
        }
        let values: BTreeSet<&str> = list(this, "enum").filter_map(Value::as_str).collect();
        let more = list(other, "enum").filter_map(Value::as_str).find(|value| !values.contains(value));
        if let (false, Some(value)) = (values.is_empty(), more) {
            return Some(format!("={value}"));
        }
        match (text(this, "type"), text(other, "type")) {
            (Some(ours), Some(theirs)) if ours != theirs => Some(format!(":{theirs}")),
            _ => None,
        }
    }
}

/// Returns the schema without an `allOf` of one element around it.
fn alone(schema: &Value) -> &Value {
    match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([one]) => one,
        _ => schema,
    }
}

fn join(name: &str, rest: &str) -> String {
    match rest.chars().next() {
        None => name.to_owned(),
        Some(':' | '=') => format!("{name}{rest}"),
        Some(_) => format!("{name}.{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(name: &str, members: Value) -> Document {
        let reply =
            json!({"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}});
        let value = json!({
            "paths": {"/things": {"get": {"parameters": [], "responses": reply, "x-crm-name": "things.get"}}},
            "components": {"schemas": {
                "Thing": {"type": "object", "properties": {"inner": {"$ref": "#/components/schemas/Inner"}}},
                "Inner": {"type": "object", "properties": members},
            }},
        });
        Document { name: name.to_owned(), value }
    }

    /// An API in which the operation is in the resource of the last document.
    fn file() -> ApiFile {
        let documents = json!({"a.json": {"resource": "others"}, "b.json": {"resource": "things"}});
        serde_json::from_value(json!({"name": "acme", "client": "Client", "documents": documents})).unwrap()
    }

    #[test]
    fn the_fullest_description_of_an_operation_is_taken_wherever_it_stands() {
        let (poor, rich) =
            (json!({"id": {"type": "string"}}), json!({"id": {"type": "string"}, "label": {"type": "string"}}));
        let operation = ("/things".to_owned(), "get".to_owned());
        let chosen = |a: &Value, b: &Value| {
            let mut refusals = Vec::new();
            let documents = [document("a.json", a.clone()), document("b.json", b.clone())];
            let chosen = fullest(&documents, &file(), &mut refusals)[&operation];
            assert_eq!(refusals, [] as [&str; 0]);
            chosen
        };
        assert_eq!(chosen(&poor, &rich), 1);
        assert_eq!(chosen(&rich, &poor), 0);
        assert_eq!(chosen(&rich, &rich), 1, "of equal ones that of its resource");
    }

    #[test]
    fn descriptions_that_each_lack_something_are_refused_with_its_place() {
        let refusal = |a: Value, b: Value| {
            let mut refusals = Vec::new();
            fullest(&[document("a.json", a), document("b.json", b)], &file(), &mut refusals);
            refusals.remove(0)
        };
        assert_eq!(
            refusal(json!({"id": {"type": "string"}}), json!({"label": {"type": "string"}})),
            "GET /things is in b.json and in a.json, and each lacks a part of it: the first lacks `inner.id` of the reply 200, \
             the second lacks `inner.label` of the reply 200. Add what is missing to one of them in corrections.json",
        );
        let types = refusal(json!({"id": {"type": "string"}}), json!({"id": {"type": "integer"}}));
        assert!(types.contains("the first lacks `inner.id:string` of the reply 200"), "{types}");
    }
}
