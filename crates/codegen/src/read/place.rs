//! The structure of an OpenAPI 3.0 document: the kind of value that each member holds.

use super::document::METHODS;

/// The kind of a value in the document, which determines the parts that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The document itself.
    Root,
    /// A map whose values are of this kind.
    MapOf(Inner),
    /// The same, with extensions of the vendor (`x-…`).
    Extended(Inner),
    /// A list whose elements are of this kind.
    ListOf(Inner),
    One(Inner),
    /// A map from names to descriptions.
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

/// The keywords of a schema in OpenAPI 3.0.
pub(super) const KEYWORDS: [&str; 33] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "deprecated",
    "discriminator",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "patternProperties",
    "properties",
    "readOnly",
    "required",
    "type",
    "uniqueItems",
    "writeOnly",
    "xml",
];

/// Keywords of a schema that a parameter or header also has.
const SHARED: [&str; 3] = ["$ref", "deprecated", "required"];

/// Returns the place of a component of this kind, for example `schemas`.
pub(super) fn component(kind: &str) -> Place {
    match member(Place::One(Inner::Components), kind) {
        Place::MapOf(inner) => Place::One(inner),
        _ => Place::Plain,
    }
}

pub(super) fn member(place: Place, key: &str) -> Place {
    use Inner::{
        Body, Components, Encoding, Flow, Header, Info, Media, Operation, Parameter, Part, PathItem, Response, Schema,
        Security, Server,
    };
    match (place, key) {
        (Place::Root, "info") => Place::One(Info),
        (Place::Root | Place::One(PathItem | Operation), "servers") => Place::ListOf(Server),
        (Place::Root, "paths") => Place::Extended(PathItem),
        (Place::Root, "components") => Place::One(Components),
        (Place::One(PathItem | Operation), "parameters") => Place::ListOf(Parameter),
        (Place::One(PathItem), key) if METHODS.contains(&key) => Place::One(Operation),
        (Place::One(Operation), "requestBody") => Place::One(Body),
        (Place::One(Operation), "responses") => Place::Extended(Response),
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
        (Place::One(Parameter | Header), key) if is_misplaced(key) => member(Place::One(Schema), key),
        (Place::One(Schema | Part), "properties" | "patternProperties") => Place::MapOf(Schema),
        (Place::One(Schema | Part), "items" | "additionalProperties" | "not") => Place::One(Schema),
        (Place::One(Schema | Part), "allOf") => Place::ListOf(Part),
        (Place::One(Schema | Part), "anyOf" | "oneOf") => Place::ListOf(Schema),
        _ => Place::Plain,
    }
}

/// Returns true for a keyword that belongs into `schema` and not next to it.
pub(super) fn is_misplaced(key: &str) -> bool {
    KEYWORDS.contains(&key) && !SHARED.contains(&key)
}
