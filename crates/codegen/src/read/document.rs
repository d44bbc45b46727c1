//! An OpenAPI document, as JSON, with its name for messages.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::tree;

/// The verbs that OpenAPI 3.0 knows, in the order in which operations are listed.
pub const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// Prefix of the keys of our own notes. No vendor uses it, and the import removes it.
pub const OURS: &str = "x-crm-";

/// A document and the name it has in messages, relative to the vendor's folder.
#[derive(Clone)]
pub struct Document {
    /// The name.
    pub name: String,
    /// The document.
    pub value: Value,
}

impl Document {
    /// Reads a document and checks that it is OpenAPI 3.0 with paths.
    pub fn read(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("{}: the document is listed in vendor.json but cannot be read", path.display()))?;
        let value: Value = serde_json::from_str(&text).with_context(|| format!("{}: not JSON", path.display()))?;
        Self::check(name, value)
    }

    /// Takes a parsed document, or returns the reason why it cannot be used.
    pub fn check(name: &str, value: Value) -> Result<Self> {
        match value.get("openapi").and_then(Value::as_str) {
            Some(version) if version.starts_with("3.0.") => {}
            Some(version) => bail!(
                "{name}: at /openapi: version {version}; only OpenAPI 3.0 is understood, convert the document first"
            ),
            None if value.get("swagger").is_some() => {
                bail!("{name}: at /swagger: a Swagger 2 document; convert it to OpenAPI 3.0 first")
            }
            None => bail!("{name}: at /openapi: missing; this is not an OpenAPI document"),
        }
        if !value.get("paths").is_some_and(Value::is_object) {
            bail!("{name}: at /paths: missing; the document has no operations");
        }
        Ok(Self { name: name.to_owned(), value })
    }

    /// All operations as (path, method), in order.
    pub fn operations(&self) -> Vec<(String, &'static str)> {
        operations(&self.value)
    }
}

/// Reads JSON, with or without a byte order mark.
pub(super) fn parse(bytes: &[u8]) -> Result<Value> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(text).map_err(|error| match text.trim_ascii() {
        [] => anyhow!("the file is empty"),
        text if is_yaml(text) => anyhow!("not JSON but YAML, which is not read; convert the document to JSON first"),
        _ => anyhow!("not JSON: {error}"),
    })
}

/// Returns true if a text that is not JSON begins as YAML does: with a key, a comment or the start of a document.
fn is_yaml(text: &[u8]) -> bool {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let key = line.split(|byte| *byte == b':').next().filter(|key| key.len() < line.len()).unwrap_or_default();
    let is_key = !key.is_empty() && key.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
    is_key || ["---", "%YAML", "#"].iter().any(|start| line.starts_with(start.as_bytes()))
}

/// The names of all documents in a vendor's folder: JSON files that are not our own.
pub fn names(folder: &Path) -> Result<Vec<String>> {
    const FILES: [&str; 6] =
        ["vendor.json", "corrections.json", "lock.json", "words.json", "limits.json", "names.json"];
    let names = tree::files(folder)?.into_iter().map(|path| path.to_string_lossy().replace('\\', "/"));
    let is_document =
        |name: &String| name.ends_with(".json") && !name.starts_with("surface/") && !FILES.contains(&name.as_str());
    Ok(names.filter(is_document).collect())
}

/// All operations of a document as (path, method), in order.
pub fn operations(document: &Value) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    for (path, item) in object(document, "paths") {
        for method in METHODS {
            if item.get(method).is_some_and(Value::is_object) {
                found.push((path.clone(), method));
            }
        }
    }
    found
}

/// The members of an object at a key; none if it does not exist.
pub fn object<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.get(key).and_then(Value::as_object).into_iter().flatten()
}

/// The elements of a list at a key; none if it does not exist.
pub fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// Returns a value without its extensions, ours and the vendor's.
pub fn without_extensions(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| !key.starts_with("x-"));
            Value::Object(kept.map(|(key, value)| (key.clone(), without_extensions(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_extensions).collect()),
        plain => plain.clone(),
    }
}

/// True for a description; a member of that name is an object.
pub(crate) fn is_description(key: &str, value: &Value) -> bool {
    key == "description" && value.is_string()
}

/// True if a schema or an operation is empty, or only describes.
pub(crate) fn is_empty(value: &Map<String, Value>) -> bool {
    value.iter().all(|(key, value)| is_description(key, value))
}

/// The text at a key.
pub fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

/// The object at a key, made if it is missing, as is the object around it.
pub fn object_mut<'a>(value: &'a mut Value, key: &str) -> Result<&'a mut Map<String, Value>> {
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    value
        .as_object_mut()
        .map(|map| map.entry(key).or_insert_with(|| Value::Object(Map::new())))
        .and_then(Value::as_object_mut)
        .ok_or_else(|| anyhow!("`{key}` is not an object"))
}

/// Reads one of our files into its type. Errors contain file, line and place.
pub fn read_typed<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let line = error.inner().line();
        anyhow!("{}:{line}: at `{}`: {}", path.display(), error.path(), error.inner())
    })?;
    deserializer.end().with_context(|| format!("{}: text after the end", path.display()))?;
    Ok(value)
}
