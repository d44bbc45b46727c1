//! An entry: presentation of one operation.

use schemars::{JsonSchema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::read::document::{self, OURS};
use crate::read::effect::Effect;

/// The key of a remark in a document.
pub(crate) const REMARK: &str = "x-crm-remark";

/// Returns true for a key of an operation that only these files, or documents of our own, may set.
pub fn is_note(note: &str) -> bool {
    let members = schema_for!(Entry);
    let mut members = members.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys);
    members.any(|member| member != "source" && (note == "summary" || note == key(member)))
}

/// Presentation of an operation in the clients. Missing members are derived from the document.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The name of the method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    /// One sentence for the documentation, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    /// A paragraph for the documentation of the method alone, in Markdown. It may refer to items of the crate.
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
    /// The effect on the vendor's data, if it is not that of the HTTP method: `GET` and `HEAD` read, `DELETE` destroys,
    /// all others write.
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<Effect>,
    /// True if repeating the request does not change the outcome, so that it is repeated after a failure. Derived
    /// from the HTTP method if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotent: Option<bool>,
    /// Members of the body of which at least one must be set so that it is idempotent, because they identify the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotent_with: Option<Vec<String>>,
    /// Members of the body with which it is not idempotent, because it creates another record.
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotent_without: Option<Vec<String>>,
    /// The maximum number of inputs per request.
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_max: Option<u64>,
    /// Paging of the list.
    #[schemars(extend("$ref" = "paging.schema.json"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    paging: Option<Value>,
    /// The reason why an operation that takes a position is not a paged list.
    #[serde(skip_serializing_if = "Option::is_none")]
    unpaged: Option<String>,
    /// The limit that requests count towards; the vendor's general one if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_class: Option<String>,
    /// True if the vendor answers 202 while it still works on the reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    long_running: Option<bool>,
    /// The hand-written method of the handle that sends any number of inputs, in as many requests as are needed. For
    /// the documentation.
    #[serde(skip_serializing_if = "Option::is_none")]
    many: Option<String>,
    /// The optional arguments that the example sets, for example one of several of which the vendor requires one.
    #[serde(skip_serializing_if = "Option::is_none")]
    example: Option<Vec<String>>,
    /// The method of the same resource that replaces an operation that the vendor marks deprecated.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced_by: Option<String>,
    /// The source of the values, if the document of the operation does not show them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<String>,
}

impl Entry {
    /// Adds the members to an operation of a document.
    pub(super) fn note(&self, resource: &str, operation: &mut Map<String, Value>) {
        for (member, value) in json!(self).as_object().into_iter().flatten() {
            let (key, value) = match member.as_str() {
                "source" => continue,
                "summary" => (member.clone(), value.clone()),
                "name" => (key("name"), json!(format!("{resource}.{}", self.name.as_deref().unwrap_or_default()))),
                member => (key(member), value.clone()),
            };
            operation.insert(key, value);
        }
    }
}

/// The key of a member in a document.
fn key(member: &str) -> String {
    format!("{OURS}{}", member.replace('_', "-"))
}

/// Removes the remarks from a document, because they are about the clients.
pub(crate) fn remove_remarks(document: &mut Value) {
    for (path, method) in document::operations(document) {
        if let Some(operation) = document["paths"][&path][method].as_object_mut() {
            operation.remove(REMARK);
        }
    }
}
