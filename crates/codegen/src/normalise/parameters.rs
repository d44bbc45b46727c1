//! Parameters: inherited ones moved to their operation, path parameters declared and required,
//! headers that the client sets itself removed.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::read::document::{Document, text};

/// Headers that the client sets itself.
const OURS: [&str; 4] = ["authorization", "version", "content-type", "accept"];

/// Completes the parameters of every operation.
pub(super) fn complete(document: &mut Document) -> Result<()> {
    let components = document.value.get("components").cloned().unwrap_or(Value::Null);
    // If the whole document has it, it applies regardless of an operation's header parameters.
    let all = document.value.get("x-crm-version").cloned();
    for (path, method) in document.operations() {
        let item = &mut document.value["paths"][&path];
        let inherited = item.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
        let operation = &mut item[method];
        let own = operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut parameters: Vec<Value> = Vec::new();
        for parameter in own.into_iter().chain(inherited) {
            let parameter = resolve(&components, parameter);
            let key = |p: &Value| (text(p, "name").unwrap_or("").to_owned(), text(p, "in").unwrap_or("").to_owned());
            let (name, place) = key(&parameter);
            if name.is_empty() || !matches!(place.as_str(), "path" | "query" | "header" | "cookie") {
                bail!("{}: {} {path}: a parameter without a name or a place", document.name, method.to_uppercase());
            }
            if place == "header" && OURS.contains(&name.to_ascii_lowercase().as_str()) {
                if name.eq_ignore_ascii_case("version")
                    && let Some(version) = version(&parameter)
                {
                    operation["x-crm-version"] = json!(version);
                }
                continue;
            }
            if !parameters.iter().any(|known| key(known) == (name.clone(), place.clone())) {
                parameters.push(parameter);
            }
        }
        let placeholders = placeholders(&path);
        // A query parameter that repeats a path parameter has no effect.
        parameters.retain(|p| {
            text(p, "in") != Some("query") || !placeholders.iter().any(|name| text(p, "name") == Some(name))
        });
        // One that is declared for the path but is not in it belongs nowhere.
        parameters
            .retain(|p| text(p, "in") != Some("path") || placeholders.iter().any(|name| text(p, "name") == Some(name)));
        for name in &placeholders {
            let declared =
                parameters.iter_mut().find(|p| text(p, "in") == Some("path") && text(p, "name") == Some(name));
            match declared {
                Some(parameter) => parameter["required"] = json!(true),
                None => {
                    parameters.push(json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
                }
            }
        }
        // Path parameters in the order of the path, the rest as declared.
        parameters.sort_by_key(|p| match text(p, "in") {
            Some("path") => {
                placeholders.iter().position(|name| text(p, "name") == Some(name)).unwrap_or(usize::MAX - 1)
            }
            _ => usize::MAX,
        });
        operation["parameters"] = Value::Array(parameters);
        if let Some(version) = &all {
            operation["x-crm-version"] = version.clone();
        }
    }
    if let Some(paths) = document.value.get_mut("paths").and_then(Value::as_object_mut) {
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            item.remove("parameters");
        }
    }
    Ok(())
}

fn resolve(components: &Value, parameter: Value) -> Value {
    let target = text(&parameter, "$ref").and_then(|target| target.strip_prefix("#/components"));
    match target.and_then(|pointer| components.pointer(pointer)) {
        Some(resolved) => resolved.clone(),
        None => parameter,
    }
}

fn version(parameter: &Value) -> Option<String> {
    Some(parameter.get("schema")?.get("enum")?.get(0)?.as_str()?.to_owned())
}

/// The names in braces, in order.
pub fn placeholders(path: &str) -> Vec<String> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}
