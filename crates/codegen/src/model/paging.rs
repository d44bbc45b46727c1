//! Paging of an operation, from the surface or the documents (`x-crm-paging`).

use anyhow::{Result, anyhow};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::Value;

/// A kind of paging.
#[derive(Debug, PartialEq, Eq)]
pub struct PagingKind {
    /// Its name in `x-crm-paging`; in camel case, that of a variant of `crm_core::PagingKind`.
    pub name: &'static str,
    /// The form of the next position.
    pub next: NextPosition,
    /// Description of the position that the list uses.
    pub words: &'static str,
}

/// The form of the next position in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NextPosition {
    /// A text, at `next` or in the `last` item.
    Text,
    /// A number at `next`; without it the items are counted.
    Number,
    /// None: the pages are counted.
    Counted,
    /// Two texts, at both paths of `next`.
    Pair,
    /// A list of values in the `last` item.
    Values,
}

/// The kinds of paging; a new one is a row here.
static KINDS: &[PagingKind] = &[
    kind("token", NextPosition::Text, "an opaque cursor"),
    kind("offset", NextPosition::Number, "an offset"),
    kind("page", NextPosition::Counted, "a page number"),
    kind("keyset_id", NextPosition::Text, "the last item's identifier"),
    kind("keyset_pair", NextPosition::Pair, "the sort value and the id of the last item"),
    kind("keyset_value", NextPosition::Text, "the last item's sort value"),
    kind("search_after", NextPosition::Values, "the last item's sort values"),
];

const fn kind(name: &'static str, next: NextPosition, words: &'static str) -> PagingKind {
    PagingKind { name, next, words }
}

fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static PagingKind, D::Error> {
    let name = String::deserialize(deserializer)?;
    KINDS.iter().find(|kind| kind.name == name).ok_or_else(|| {
        let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        D::Error::custom(format!("there is no kind `{name}`, only {}", names.join(", ")))
    })
}

/// The names of the kinds, for editors.
fn names(_: &mut SchemaGenerator) -> Schema {
    let kinds =
        KINDS.iter().map(|kind| json_schema!({"const": kind.name, "description": format!("By {}.", kind.words)}));
    json_schema!({"oneOf": kinds.collect::<Vec<_>>()})
}

/// Place of the position in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the query.
    Query,
    /// In the body.
    Body,
}

/// One name or path, or two that go together.
#[derive(Debug, Clone, PartialEq, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrTwo {
    /// One.
    One(String),
    /// Two.
    Two([String; 2]),
}

/// Paging of a list. Paths are dotted and start at the reply.
#[derive(Debug, Clone, PartialEq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// The kind.
    #[schemars(schema_with = "names")]
    #[serde(deserialize_with = "known")]
    pub kind: &'static PagingKind,
    /// Place of the position in the request.
    #[serde(rename = "in", default = "query")]
    pub place: Place,
    /// The parameter that takes the position; two for a pair.
    pub param: OneOrTwo,
    /// The parameter that takes the size of a page.
    pub limit: Option<String>,
    /// Path of the items; empty if the reply is the list.
    pub items: String,
    /// Path of the next position, or two paths for a pair.
    pub next: Option<OneOrTwo>,
    /// The field of the last item that is the next position.
    pub last: Option<String>,
    /// Path of the total number of items.
    pub total: Option<String>,
    /// Path of the flag for further pages.
    pub more: Option<String>,
    /// The number of the first page.
    #[serde(default = "one")]
    pub first: u64,
}

const fn query() -> Place {
    Place::Query
}

const fn one() -> u64 {
    1
}

impl Paging {
    /// The path to the items, member by member.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.items.split('.').filter(|step| !step.is_empty())
    }

    /// Reads the paging of an operation.
    pub(crate) fn read(operation: &Value) -> Result<Option<Self>> {
        let Some(value) = operation.get("x-crm-paging") else { return Ok(None) };
        serde_path_to_error::deserialize(value)
            .map(Some)
            .map_err(|error| anyhow!("`x-crm-paging`: at `{}`: {}", error.path(), error.inner()))
    }
}
