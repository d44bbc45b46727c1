//! Evidence of each element, for vendors with few public sources.

use anyhow::{Result, bail};
use serde_json::Value;

use super::document::{self, Document, list, object, text};
use super::references::escaped;

/// One element and how certain it is.
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    /// The element, for example `GET /health` or `Task.status`.
    pub(crate) element: String,
    /// `documented`, `implied` or `assumed`.
    pub(crate) mark: String,
    /// Source of the information.
    pub(crate) source: String,
}

/// Collects the evidence of a document; an element without is an error.
pub(crate) fn collect(document: &Document) -> Result<Vec<Evidence>> {
    let mut found = Vec::new();
    let mut take = |pointer: String, element: String, value: &Value| -> Result<()> {
        let mark = text(value, "x-crm-evidence").unwrap_or("");
        if !matches!(mark, "documented" | "implied" | "assumed") {
            bail!(
                "{}: at {pointer}: `x-crm-evidence` must be documented, implied or assumed, not `{mark}`",
                document.name
            );
        }
        let Some(source) = text(value, "x-crm-source").filter(|source| !source.is_empty()) else {
            bail!("{}: at {pointer}: `x-crm-source` must say where this was read", document.name);
        };
        found.push(Evidence { element, mark: mark.to_owned(), source: source.to_owned() });
        Ok(())
    };
    for (path, method) in document.operations() {
        let operation = &document.value["paths"][&path][method];
        let name = format!("{} {path}", method.to_uppercase());
        let at = format!("/paths/{}/{method}", escaped(&path));
        take(at.clone(), name.clone(), operation)?;
        for (index, parameter) in list(operation, "parameters").enumerate() {
            let parameter_name = text(parameter, "name").unwrap_or("?");
            take(format!("{at}/parameters/{index}"), format!("{name}: `{parameter_name}`"), parameter)?;
        }
        if let Some(body) = operation.get("requestBody") {
            take(format!("{at}/requestBody"), format!("{name}: body"), body)?;
        }
        for (status, response) in object(operation, "responses") {
            take(format!("{at}/responses/{status}"), format!("{name}: {status}"), response)?;
        }
    }
    for (schema_name, schema) in object(&document.value["components"], "schemas") {
        let at = format!("/components/schemas/{schema_name}");
        take(at.clone(), schema_name.clone(), schema)?;
        let mut open = vec![(at, schema_name.clone(), schema)];
        while let Some((at, name, schema)) = open.pop() {
            for (property, value) in object(schema, "properties") {
                let (at, name) = (format!("{at}/properties/{property}"), format!("{name}.{property}"));
                take(at.clone(), name.clone(), value)?;
                open.push((at.clone(), name.clone(), value));
                if let Some(items) = value.get("items") {
                    open.push((format!("{at}/items"), format!("{name}[]"), items));
                }
            }
        }
    }
    found.sort_by(|a, b| a.element.cmp(&b.element));
    Ok(found)
}

/// Checks that nothing assumed is required.
pub(crate) fn check_assumed(document: &Document) -> Result<()> {
    for (name, schema) in document::object(&document.value["components"], "schemas") {
        for required in list(schema, "required").filter_map(Value::as_str) {
            if text(&schema["properties"][required], "x-crm-evidence") == Some("assumed") {
                bail!(
                    "{}: at /components/schemas/{name}/required: `{required}` is only assumed and must not be required",
                    document.name
                );
            }
        }
    }
    Ok(())
}
