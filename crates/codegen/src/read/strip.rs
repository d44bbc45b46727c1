//! The interface facts of a document: it walks by structure, never by name, because schemas have members called
//! `description`, `example` and `properties` too.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::document::{METHODS, OURS};
use super::repair::{self, Repairs};

/// What a member of the document holds, which decides what is kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The document itself.
    Root,
    /// A named map whose values are at the place.
    MapOf(Inner),
    /// A list whose elements are at the place.
    ListOf(Inner),
    One(Inner),
    /// A map from names to texts for people.
    Described,
    /// Kept as it is.
    Plain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inner {
    Info,
    Server,
    PathItem,
    Operation,
    Parameter,
    Body,
    Media,
    Encoding,
    Response,
    Header,
    Components,
    Schema,
    /// A schema that is one part of another (`allOf`).
    Part,
    Security,
    Flow,
}

/// Members that hold prose or nothing a client needs.
const PROSE: [&str; 8] =
    ["description", "summary", "example", "examples", "externalDocs", "termsOfService", "contact", "tags"];

/// Findings on the way.
#[derive(Default)]
pub(super) struct Found {
    /// Keys of the vendor that begin like ours.
    pub(super) taken_out: BTreeSet<String>,
    /// Mistakes that were repaired.
    pub(super) repairs: Repairs,
}

/// Everything but prose, the keys that OpenAPI leaves to the vendor (`x-…`), and mistakes that have one meaning.
pub(super) fn strip(value: &Value, place: Place, found: &mut Found) -> Value {
    match (place, value) {
        (Place::MapOf(inner), Value::Object(map)) => {
            let members = map.iter().map(|(key, value)| (key.clone(), strip(value, Place::One(inner), found)));
            Value::Object(members.collect())
        }
        (Place::ListOf(inner), Value::Array(items)) => {
            Value::Array(items.iter().map(|value| strip(value, Place::One(inner), found)).collect())
        }
        (Place::Described, Value::Object(map)) => {
            Value::Object(map.keys().map(|key| (key.clone(), Value::String(String::new()))).collect())
        }
        (Place::Root | Place::One(_), Value::Object(map)) => {
            let mut kept = Map::new();
            for (key, value) in map {
                if key.starts_with(OURS) {
                    found.taken_out.insert(key.clone());
                } else if !(key.starts_with("x-")
                    || PROSE.contains(&key.as_str())
                    || is_title(place, key)
                    || is_nothing(place, key, value))
                {
                    kept.insert(key.clone(), strip(value, member(place, key), found));
                }
            }
            if matches!(place, Place::One(Inner::Response)) && !kept.contains_key("$ref") {
                kept.insert("description".to_owned(), Value::String(String::new()));
            }
            if let Place::One(inner) = place {
                repair::mend(inner, &mut kept, &mut found.repairs);
            }
            Value::Object(kept)
        }
        // A place that does not have the shape it should have: kept, the normaliser deals with it.
        _ => value.clone(),
    }
}

/// The place of a component of this kind (`schemas`).
pub(super) fn component(kind: &str) -> Place {
    match member(Place::One(Inner::Components), kind) {
        Place::MapOf(inner) => Place::One(inner),
        _ => Place::Plain,
    }
}

fn is_title(place: Place, key: &str) -> bool {
    key == "title" && matches!(place, Place::One(Inner::Schema | Inner::Part))
}

/// Members that are as good as none if they are empty.
fn is_nothing(place: Place, key: &str, value: &Value) -> bool {
    match (place, key) {
        (Place::One(Inner::PathItem | Inner::Operation), "parameters") => value.as_array().is_some_and(Vec::is_empty),
        (Place::One(Inner::Response), "content" | "headers") => value.as_object().is_some_and(Map::is_empty),
        _ => false,
    }
}

fn member(place: Place, key: &str) -> Place {
    use Inner::{
        Body, Components, Encoding, Flow, Header, Info, Media, Operation, Parameter, Part, PathItem, Response, Schema,
        Security, Server,
    };
    match (place, key) {
        (Place::Root, "info") => Place::One(Info),
        (Place::Root | Place::One(PathItem | Operation), "servers") => Place::ListOf(Server),
        (Place::Root, "paths") => Place::MapOf(PathItem),
        (Place::Root, "components") => Place::One(Components),
        (Place::One(PathItem | Operation), "parameters") => Place::ListOf(Parameter),
        (Place::One(PathItem), key) if METHODS.contains(&key) => Place::One(Operation),
        (Place::One(Operation), "requestBody") => Place::One(Body),
        (Place::One(Operation), "responses") => Place::MapOf(Response),
        (Place::One(Components), "schemas") => Place::MapOf(Schema),
        (Place::One(Components), "responses") => Place::MapOf(Response),
        (Place::One(Components), "parameters") => Place::MapOf(Parameter),
        (Place::One(Components), "requestBodies") => Place::MapOf(Body),
        (Place::One(Components), "headers") => Place::MapOf(Header),
        (Place::One(Components), "securitySchemes") => Place::MapOf(Security),
        (Place::One(Security), "flows") => Place::MapOf(Flow),
        (Place::One(Flow), "scopes") => Place::Described,
        (Place::One(Body | Response | Parameter | Header), "content") => Place::MapOf(Media),
        (Place::One(Response | Encoding), "headers") => Place::MapOf(Header),
        (Place::One(Media), "encoding") => Place::MapOf(Encoding),
        (Place::One(Parameter | Header | Media), "schema") => Place::One(Schema),
        (Place::One(Parameter | Header), key) if repair::is_misplaced(key) => member(Place::One(Schema), key),
        (Place::One(Schema | Part), "properties" | "patternProperties") => Place::MapOf(Schema),
        (Place::One(Schema | Part), "items" | "additionalProperties" | "not") => Place::One(Schema),
        (Place::One(Schema | Part), "allOf") => Place::ListOf(Part),
        (Place::One(Schema | Part), "anyOf" | "oneOf") => Place::ListOf(Schema),
        _ => Place::Plain,
    }
}
