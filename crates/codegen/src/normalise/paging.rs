//! Paging that all operations of a vendor share is written once, as a convention. An operation that has
//! a position and does not page must contain the reason.

use anyhow::{Result, bail};
use serde_json::Value;

use crate::read::document::{Document, list, text};
use crate::read::{content, references};

/// Parameters that contain the position of the next page.
const POSITIONS: [&str; 19] = [
    "after",
    "cursor",
    "lastDoc",
    "lastFaqId",
    "lastKnowledgeBaseId",
    "lastMessageId",
    "nextCursor",
    "next",
    "offset",
    "page",
    "pageNumber",
    "pageToken",
    "searchAfter",
    "skip",
    "startAfter",
    "startAfterDate",
    "startAfterId",
    "startPortalId",
    "vidOffset",
];

/// Members of a convention. An operation matches if it has all of them.
const CONVENTION: [&str; 4] = ["kind", "param", "items", "next"];

/// Gives the operations that fit a convention their `x-crm-paging`. A position without paging is added to `refusals`.
pub(super) fn complete(document: &mut Document, conventions: &[Value], refusals: &mut Vec<String>) -> Result<()> {
    for convention in conventions {
        if let Some(lacking) = CONVENTION.iter().find(|member| text(convention, member).is_none()) {
            bail!("vendor.json: a convention of `paging` needs `{lacking}`: {convention}");
        }
    }
    for (path, method) in document.operations() {
        let operation = &document.value["paths"][&path][method];
        if operation.get("x-crm-paging").is_some() || operation.get("x-crm-unpaged").is_some() {
            continue;
        }
        let schemas = &document.value["components"]["schemas"];
        let fitting = conventions.iter().find(|convention| fits(schemas, operation, convention)).cloned();
        match fitting {
            Some(convention) => document.value["paths"][&path][method]["x-crm-paging"] = convention,
            None => {
                if let Some(position) = position(schemas, operation) {
                    refusals.push(format!(
                        "{}: {} {path}: takes `{position}` and does not page; give it `paging` in surface/<resource>.json or a convention in vendor.json, or the reason against it in `unpaged`",
                        document.name,
                        method.to_uppercase()
                    ));
                }
            }
        }
    }
    Ok(())
}

fn fits(schemas: &Value, operation: &Value, convention: &Value) -> bool {
    let at = |key: &str| text(convention, key).unwrap_or_default();
    let reply = match content::success(operation) {
        content::Success::Json(schema) => schema,
        _ => return false,
    };
    takes(schemas, operation, at("in"), at("param"))
        && member(schemas, reply, at("items")).is_some_and(|items| text(items, "type") == Some("array"))
        && member(schemas, reply, at("next")).is_some()
}

/// Returns true if an operation has a parameter in its query or its body.
fn takes(schemas: &Value, operation: &Value, place: &str, name: &str) -> bool {
    match place {
        "body" => body(schemas, operation).is_some_and(|schema| member(schemas, schema, name).is_some()),
        _ => list(operation, "parameters").any(|p| text(p, "in") == Some("query") && text(p, "name") == Some(name)),
    }
}

fn body<'a>(schemas: &'a Value, operation: &'a Value) -> Option<&'a Value> {
    match content::sent(schemas, operation) {
        Ok(content::Sent::Body(schema, _)) => Some(schema),
        _ => None,
    }
}

/// The schema at a dotted path of members.
fn member<'a>(schemas: &'a Value, schema: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.')
        .try_fold(schema, |schema, name| references::resolved(schemas, schema).get("properties")?.get(name))
        .map(|found| references::resolved(schemas, found))
}

/// The parameter of a reading operation that is a position.
fn position<'a>(schemas: &'a Value, operation: &'a Value) -> Option<&'a str> {
    let in_query = list(operation, "parameters")
        .filter(|parameter| text(parameter, "in") == Some("query"))
        .filter_map(|parameter| text(parameter, "name"))
        .find(|name| POSITIONS.contains(name));
    in_query.or_else(|| {
        let schema = references::resolved(schemas, body(schemas, operation)?);
        let names = schema.get("properties")?.as_object()?;
        names.keys().map(String::as_str).find(|name| POSITIONS.contains(name))
    })
}
