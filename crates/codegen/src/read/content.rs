//! The bodies of requests and replies that the document declares.

use anyhow::{Result, anyhow};
use serde_json::Value;

use super::references;
use crate::read::document::{list, object, text};

/// Content of a request besides its parameters.
pub(crate) enum Sent<'a> {
    Nothing,
    /// One value of this schema.
    Body(&'a Value, Encoding),
    /// The parts of a multipart body.
    Parts(Vec<Part<'a>>),
}

/// Encoding of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// JSON.
    Json,
    /// An HTML form.
    Form,
    /// Plain text, as it is.
    Text,
}

/// A part of a multipart body.
pub(crate) struct Part<'a> {
    pub(crate) name: &'a str,
    pub(crate) schema: &'a Value,
    pub(crate) required: bool,
    pub(crate) file: bool,
}

/// Returns the content that an operation sends.
pub(crate) fn sent<'a>(schemas: &'a Value, operation: &'a Value) -> Result<Sent<'a>> {
    let Some(body) = operation.get("requestBody") else { return Ok(Sent::Nothing) };
    let (media, content) = object(body, "content").next().ok_or_else(|| anyhow!("a body without content"))?;
    let schema = content.get("schema").unwrap_or(&Value::Null);
    if media != "multipart/form-data" {
        let encoding = match media.as_str() {
            "application/x-www-form-urlencoded" => Encoding::Form,
            "text/plain" => Encoding::Text,
            _ => Encoding::Json,
        };
        return Ok(Sent::Body(schema, encoding));
    }
    let schema = references::resolved(schemas, schema);
    let required: Vec<&str> = list(schema, "required").filter_map(Value::as_str).collect();
    let part = |(name, schema): (&'a String, &'a Value)| Part {
        required: required.contains(&name.as_str()),
        file: text(schema, "format") == Some("binary"),
        name,
        schema,
    };
    Ok(Sent::Parts(object(schema, "properties").map(part).collect()))
}

/// Content of a successful reply.
pub(crate) enum Success<'a> {
    /// No content (204, 205).
    Nothing,
    /// A JSON value of this schema.
    Json(&'a Value),
    /// A body that is not JSON: a file of this media type.
    Binary(&'a str),
    /// The document does not contain it.
    Undeclared,
}

/// The success reply of an operation.
pub(crate) fn success(operation: &Value) -> Success<'_> {
    let mut statuses: Vec<(&String, &Value)> =
        object(operation, "responses").filter(|(status, _)| status.starts_with('2')).collect();
    statuses.sort_by_key(|(status, _)| (status.as_str() != "207", status.as_str()));
    for (_, response) in &statuses {
        if let Some((media, value)) = object(response, "content").next() {
            return match value.get("schema") {
                Some(schema)
                    if text(schema, "format") != Some("binary") && (media.contains("json") || media == "*/*") =>
                {
                    Success::Json(schema)
                }
                None if media.contains("json") => Success::Undeclared,
                _ => Success::Binary(media),
            };
        }
    }
    if !statuses.is_empty() && statuses.iter().all(|(status, _)| matches!(status.as_str(), "204" | "205")) {
        Success::Nothing
    } else {
        Success::Undeclared
    }
}
