//! Path items, and bodies that operations share.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::document::{Document, METHODS, object, text};
use super::references::escaped;

/// Replaces the references of paths and bodies by their targets, and removes servers that equal those of the document.
pub(super) fn complete(document: &mut Document) -> Result<()> {
    let root = document.value.clone();
    let Some(paths) = document.value.get_mut("paths").and_then(Value::as_object_mut) else { return Ok(()) };
    for (path, item) in paths {
        let at = || format!("at /paths/{}", escaped(path));
        *item = Value::Object(whole(&root, item, root["paths"].as_object().map_or(0, Map::len)).with_context(at)?);
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
            // Operations may share a body.
            if let Some(body) = operation.get_mut("requestBody") {
                *body = Value::Object(whole(&root, body, 1).with_context(at)?);
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

/// Returns a path or a body with its references replaced; `left` is the maximum number of references in a chain.
fn whole(root: &Value, item: &Value, left: usize) -> Result<Map<String, Value>> {
    let mut own = item.as_object().cloned().context("not an object")?;
    let Some(target) = text(item, "$ref") else { return Ok(own) };
    if left == 0 {
        bail!("`{target}` refers back to itself");
    }
    let found = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
    let found = found.with_context(|| format!("`{target}` does not exist"))?;
    own.remove("$ref");
    for (key, value) in whole(root, found, left - 1)? {
        own.entry(key).or_insert(value);
    }
    Ok(own)
}
