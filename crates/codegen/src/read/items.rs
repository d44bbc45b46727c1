//! Path items, and the bodies and replies that operations share.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::document::{Document, METHODS, object};
use super::references::escaped;

/// Replaces the references of paths, bodies and successful replies by their targets, and removes servers that equal those
/// of the document.
pub(super) fn complete(document: &mut Document) -> Result<()> {
    let root = document.value.clone();
    let Some(paths) = document.value.get_mut("paths").and_then(Value::as_object_mut) else { return Ok(()) };
    for (path, item) in paths {
        let at = |step: &str| format!("at /paths/{}{step}", escaped(path));
        *item = whole(&root, item).with_context(|| at(""))?;
        let servers = |value: &mut Value| {
            if let Value::Object(members) = value
                && members.get("servers").is_some_and(|servers| Some(servers) == root.get("servers"))
            {
                members.remove("servers");
            }
        };
        servers(item);
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            servers(operation);
            if let Some(body) = operation.get_mut("requestBody") {
                *body = whole(&root, body).with_context(|| at(&format!("/{method}/requestBody")))?;
            }
            let replies = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
            for (status, reply) in replies.filter(|(status, _)| status.starts_with('2')) {
                *reply = whole(&root, reply).with_context(|| at(&format!("/{method}/responses/{status}")))?;
            }
        }
    }
    Ok(())
}

/// Returns an error for what cannot be generated, for example servers other than those of the document, because all
/// operations of an API have one host.
pub(crate) fn check(document: &Document) -> Result<()> {
    for (path, item) in object(&document.value, "paths") {
        let operations = METHODS.iter().filter_map(|method| Some((format!("/{method}"), item.get(method)?)));
        for (step, part) in [(String::new(), item)].into_iter().chain(operations) {
            let at = format!("{}: at /paths/{}{step}", document.name, escaped(path));
            if !part.is_object() {
                bail!("{at}: not an object; remove it in corrections.json");
            }
            if step.is_empty() {
                item_is_legal(path, part).with_context(|| at.clone())?;
            }
            if part.get("parameters").is_some_and(|parameters| !parameters.is_array()) {
                bail!("{at}/parameters: not a list; correct it in corrections.json");
            }
            if part.get("trace").is_some() {
                bail!("{at}/trace: operations of this verb are not generated; remove it in corrections.json");
            }
            if part.get("servers").is_some() {
                bail!(
                    "{at}/servers: a server of its own; remove it in corrections.json, or put the operations into a \
                     document of an API of their own"
                );
            }
        }
    }
    Ok(())
}

/// Returns an error for a path that cannot be sent, and for members of a path that are not in OpenAPI 3.0.
fn item_is_legal(path: &str, item: &Value) -> Result<()> {
    const OTHERS: [&str; 5] = ["description", "parameters", "servers", "summary", "trace"];
    if !path.starts_with('/') || path.contains(['?', '#']) {
        bail!("a path begins with `/` and has neither query nor fragment; correct it in corrections.json");
    }
    let mut texts = path.split('{').enumerate().map(|(index, part)| match (index, part.split_once('}')) {
        (0, None) => Some(part),
        (1.., Some((name, after))) if !name.is_empty() => Some(after),
        _ => None,
    });
    if !texts.all(|text| text.is_some_and(|text| !text.contains('}'))) {
        bail!("a parameter of the path is not between `{{` and `}}`; correct it in corrections.json");
    }
    let mut names = item.as_object().into_iter().flat_map(Map::keys);
    let unknown = |name: &&String| {
        let is_known = METHODS.contains(&name.as_str()) || OTHERS.contains(&name.as_str());
        !is_known && !name.starts_with("x-")
    };
    match names.find(unknown) {
        Some(name) => bail!("OpenAPI 3.0 has no `{name}` of a path; remove it in corrections.json"),
        None => Ok(()),
    }
}

/// Returns a value with its references replaced.
fn whole(root: &Value, item: &Value) -> Result<Value> {
    let mut own = item.as_object().cloned().context("not an object")?;
    let mut known = BTreeSet::new();
    while let Some(target) = own.remove("$ref") {
        let Value::String(target) = target else { bail!("`$ref` is not a text") };
        let found = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        let found = found.with_context(|| format!("`{target}` does not exist"))?;
        for (key, value) in found.as_object().with_context(|| format!("`{target}` is not an object"))? {
            own.entry(key.clone()).or_insert_with(|| value.clone());
        }
        if own.contains_key("$ref") && !known.insert(target.clone()) {
            bail!("`{target}` refers back to itself");
        }
    }
    Ok(Value::Object(own))
}
