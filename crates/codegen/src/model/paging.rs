//! How an operation pages, as the surface or the documents say (`x-paging`).

use anyhow::{Result, anyhow};
use serde::Deserialize;
use serde_json::Value;

/// The kinds of paging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PagingKind {
    /// The reply holds an opaque cursor.
    Token,
    /// The number of items passed over.
    Offset,
    /// The number of the page.
    Page,
    /// The identifier of the last item.
    KeysetId,
    /// Two values of the reply that go together.
    KeysetPair,
    /// The sort value of the last item.
    KeysetValue,
    /// A list of sort values taken from the last item.
    SearchAfter,
}

/// Where the position travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the query.
    Query,
    /// In the body.
    Body,
}

/// One name or path, or two that go together.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum OneOrTwo {
    /// One.
    One(String),
    /// Two.
    Two([String; 2]),
}

/// `x-paging` of an operation. Paths are dotted and start at the reply.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// The kind.
    pub kind: PagingKind,
    /// Where the position is sent.
    #[serde(rename = "in", default = "query")]
    pub place: Place,
    /// The parameter that takes the position; two for a pair.
    #[serde(alias = "params")]
    pub param: OneOrTwo,
    /// The parameter that takes the size of a page.
    pub limit: Option<String>,
    /// Where the items are; empty where the reply is the list.
    pub items: String,
    /// Where the next position is; two for a pair.
    pub next: Option<OneOrTwo>,
    /// The field of the last item that is the next position.
    pub last: Option<String>,
    /// Where the number of all items is.
    pub total: Option<String>,
    /// Where it says whether there is more.
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
        let Some(value) = operation.get("x-paging") else { return Ok(None) };
        serde_path_to_error::deserialize(value)
            .map(Some)
            .map_err(|error| anyhow!("`x-paging`: at `{}`: {}", error.path(), error.inner()))
    }
}
