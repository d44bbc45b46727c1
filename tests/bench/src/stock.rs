//! The types that stock progenitor makes of HubSpot's documents: serde's derives, hash maps, parsed times.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[expect(dead_code, reason = "read as stock progenitor reads them")]
pub(crate) struct Page {
    #[serde(default)]
    pub(crate) paging: Option<Paging>,
    results: Vec<Contact>,
}

#[derive(Deserialize)]
pub(crate) struct Paging {
    #[serde(default)]
    pub(crate) next: Option<Next>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read as stock progenitor reads them")]
pub(crate) struct Next {
    pub(crate) after: String,
    #[serde(default)]
    link: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read as stock progenitor reads them")]
pub(crate) struct Contact {
    archived: bool,
    #[serde(default)]
    archived_at: Option<DateTime<Utc>>,
    #[serde(default)]
    associations: HashMap<String, Associated>,
    created_at: DateTime<Utc>,
    id: String,
    #[serde(default)]
    object_write_trace_id: Option<String>,
    properties: HashMap<String, String>,
    #[serde(default)]
    properties_with_history: HashMap<String, Vec<HashMap<String, String>>>,
    updated_at: DateTime<Utc>,
    #[serde(default)]
    url: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read as stock progenitor reads them")]
struct Associated {
    #[serde(default)]
    paging: Option<Paging>,
    results: Vec<HashMap<String, String>>,
}

#[derive(Serialize)]
pub(crate) struct Batch {
    pub(crate) inputs: Vec<Input>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) associations: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) object_write_trace_id: Option<String>,
    pub(crate) properties: HashMap<String, String>,
}
