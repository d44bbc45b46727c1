//! Operations: read off the merged document in one pass, with the types of what they send and return.

use anyhow::{Context, Result, bail};
use heck::ToUpperCamelCase;
use serde::Deserialize as _;
use serde_json::Value;

use super::describe::{constraints, description};
use super::schema::Shaper;
use super::values;
use crate::correct::surface::REMARK;
use crate::model::{Argument, Body, Effect, Encoding, Operation, Paging, Place, Reply, Ty};
use crate::name::ident;
use crate::normalise::scopes;
use crate::read::content::{Part, Sent, Success, sent, success};
use crate::read::document::{list, object, operations, text};
use crate::read::references::resolved;
use crate::read::unit::Unit;

/// Reads all operations, in the order of their names.
pub(super) fn all(shaper: &mut Shaper<'_>, merged: &Value) -> Result<Vec<Operation>> {
    let mut found = Vec::new();
    for (path, method) in operations(merged) {
        let value = &merged["paths"][&path][method];
        let operation = one(shaper, value, &path, method).with_context(|| {
            format!("{}: {} {path}", text(value, "x-crm-document").unwrap_or("?"), method.to_uppercase())
        })?;
        found.push(operation);
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    check_replacements(&found)?;
    check_examples(&found)?;
    Ok(found)
}

/// Checks that what replaces a deprecated operation is an operation that is not deprecated itself.
fn check_replacements(operations: &[Operation]) -> Result<()> {
    for operation in operations {
        let Some(by) = &operation.replaced_by else { continue };
        let Operation { name, resource, .. } = operation;
        let valid = |other: &Operation| other.resource == *resource && other.call == *by && !other.deprecated;
        if !operation.deprecated {
            bail!("{name}: remove `replaced_by` from its surface entry, because the operation is not deprecated");
        }
        if !operations.iter().any(valid) {
            bail!(
                "{name}: `replaced_by` must name another operation of `{resource}` that is not deprecated, not `{by}`"
            );
        }
    }
    Ok(())
}

/// Checks that examples set optional arguments.
fn check_examples(operations: &[Operation]) -> Result<()> {
    for Operation { name, arguments, example, .. } in operations {
        let optional = |wire: &String| arguments.iter().any(|argument| argument.wire == *wire && !argument.required);
        if let Some(wire) = example.iter().find(|wire| !optional(wire)) {
            bail!("{name}: `example` must list optional arguments of the operation, not `{wire}`");
        }
    }
    Ok(())
}

/// Checks that the conditions of repeats name members of the body.
fn check_conditions(schemas: &Value, operation: &Value, sent: &Sent<'_>) -> Result<()> {
    let parts = match sent {
        Sent::Body(schema, Encoding::Json) => parts(schemas, vec![*schema]),
        _ => Vec::new(),
    };
    let mut names = ["x-crm-idempotent-with", "x-crm-idempotent-without"]
        .into_iter()
        .flat_map(|key| list(operation, key))
        .filter_map(Value::as_str);
    match names.find(|name| !parts.iter().any(|part| part["properties"].get(*name).is_some())) {
        Some(name) => bail!("`idempotent_with` and `idempotent_without` must list members of the body, not `{name}`"),
        None => Ok(()),
    }
}

fn one(shaper: &mut Shaper<'_>, value: &Value, path: &str, method: &str) -> Result<Operation> {
    let name = text(value, "x-crm-name").unwrap_or_default().to_owned();
    let Some((resource, call)) = name.split_once('.') else {
        bail!("`x-crm-name` must be resource.method, not `{name}`")
    };
    let hint = name.to_upper_camel_case();
    let mut arguments =
        list(value, "parameters").map(|parameter| argument(shaper, parameter, &hint)).collect::<Result<Vec<_>>>()?;
    let mut any_part = false;
    let sent = sent(shaper.schemas, value)?;
    check_conditions(shaper.schemas, value, &sent)?;
    let body = match sent {
        Sent::Nothing => None,
        Sent::Parts(parts) => {
            any_part = !parts.iter().any(|part| part.file);
            for part in &parts {
                arguments.push(part_argument(shaper, part, &hint)?);
            }
            None
        }
        Sent::Body(schema, encoding) => Some(Body { ty: shaper.schema(schema, &format!("{hint}Body"))?, encoding }),
    };
    let success = success(value);
    let reply = match success {
        Success::Nothing => Reply::Value(Ty::Nothing),
        Success::Binary(_) => Reply::Bytes,
        Success::Undeclared => Reply::Value(Ty::Json),
        Success::Json(schema) => Reply::Value(shaper.schema(schema, &format!("{hint}Response"))?),
    };
    let failures = object(value, "responses").filter_map(|(status, _)| status.parse().ok());
    let paging = Paging::read(value)?;
    let page_size = paging.as_ref().and_then(|paging| paging.limit.as_ref());
    for argument in &mut arguments {
        argument.page_size = argument.place == Place::Query && page_size == Some(&argument.wire);
    }
    let safe = matches!(method, "get" | "head" | "put" | "delete" | "options");
    let flag = |key: &str| value.get(key).and_then(Value::as_bool);
    let texts = |key: &str| list(value, key).filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
    Ok(Operation {
        resource: resource.to_owned(),
        call: ident(call),
        spec_id: text(value, "operationId").unwrap_or("").to_owned(),
        method: method.to_uppercase(),
        path: path.to_owned(),
        document: text(value, "x-crm-document").unwrap_or("").to_owned(),
        summary: text(value, "summary").or_else(|| text(value, "description")).map(str::to_owned),
        remark: text(value, REMARK).map(str::to_owned),
        bind: list(value, "x-crm-bind")
            .filter_map(Value::as_str)
            .filter(|bound| path.contains(&format!("{{{bound}}}")))
            .map(str::to_owned)
            .collect(),
        arguments,
        body,
        any_part,
        reply,
        media: match success {
            Success::Binary(media) => Some(media.to_owned()),
            _ => None,
        },
        effect: match value.get("x-crm-effect") {
            Some(effect) => Effect::deserialize(effect)?,
            None => Effect::of(&method.to_uppercase()),
        },
        idempotent: flag("x-crm-idempotent").unwrap_or(safe),
        idempotent_with: texts("x-crm-idempotent-with"),
        idempotent_without: texts("x-crm-idempotent-without"),
        limit_class: text(value, "x-crm-limit-class").unwrap_or("").to_owned(),
        long_running: flag("x-crm-long-running").unwrap_or(false),
        batch_max: value.get("x-crm-batch-max").and_then(Value::as_u64),
        many: text(value, "x-crm-many").map(str::to_owned),
        example: texts("x-crm-example"),
        scopes: scopes(value),
        failures: failures.filter(|status| *status >= 400).collect(),
        version: text(value, "x-crm-version").map(str::to_owned),
        also: Vec::new(),
        common: false,
        one_of_parts: texts("x-crm-one-of-parts"),
        may_be_empty: may_be_empty(value),
        items_required: paging.as_ref().is_some_and(|paging| items_required(shaper.schemas, &success, paging)),
        paging,
        anonymous: flag("x-crm-no-auth").unwrap_or(false),
        deprecated: flag("deprecated").unwrap_or(false),
        replaced_by: text(value, "x-crm-replaced-by").map(str::to_owned),
        name,
    })
}

/// Returns true if the operation declares a success without content, or no success at all.
fn may_be_empty(operation: &Value) -> bool {
    let mut successes = object(operation, "responses").filter(|(status, _)| status.starts_with('2')).peekable();
    successes.peek().is_none() || successes.any(|(_, response)| object(response, "content").next().is_none())
}

/// Returns true if the document requires every member on the path to the items.
fn items_required(schemas: &Value, success: &Success<'_>, paging: &Paging) -> bool {
    let Success::Json(schema) = success else { return false };
    let mut here = vec![*schema];
    for step in paging.steps() {
        here = parts(schemas, here);
        if !here.iter().any(|part| list(part, "required").any(|name| name == step)) {
            return false;
        }
        here = here.iter().filter_map(|part| part["properties"].get(step)).collect();
    }
    true
}

/// Returns the schemas with references resolved, and all parts of an `allOf`.
fn parts<'a>(schemas: &'a Value, of: Vec<&'a Value>) -> Vec<&'a Value> {
    let mut found = Vec::new();
    let mut open = of;
    while let Some(schema) = open.pop() {
        let schema = resolved(schemas, schema);
        open.extend(list(schema, "allOf"));
        found.push(schema);
    }
    found
}

fn argument(shaper: &mut Shaper<'_>, parameter: &Value, hint: &str) -> Result<Argument> {
    let wire = text(parameter, "name").unwrap_or_default().to_owned();
    let place = match text(parameter, "in") {
        Some("path") => Place::Path,
        Some("query") => Place::Query,
        Some("header") => Place::Header,
        other => bail!("parameter `{wire}` in `{}` cannot be sent", other.unwrap_or("nothing")),
    };
    let constant = parameter.get("x-crm-const").map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let ty = match place {
        Place::Path | Place::Query if constant.is_none() => {
            shaper.parameter(&parameter["schema"], &format!("{hint}{}", wire.to_upper_camel_case()))?
        }
        _ => Ty::Text,
    };
    let flag = |key: &str| parameter.get(key).and_then(Value::as_bool);
    let schema = resolved(shaper.schemas, &parameter["schema"]);
    let doc = description(parameter).or_else(|| description(schema)).unwrap_or_default();
    Ok(Argument {
        required: flag("required").unwrap_or(false) || place == Place::Path,
        allowed: constraints(schema, &doc),
        doc,
        least: schema["minimum"].as_u64(),
        unit: Unit::of(&parameter["schema"])?,
        joined: matches!(ty, Ty::List(_)) && flag("explode") == Some(false),
        slashes: flag("x-crm-slashes").unwrap_or(false),
        ident: ident(&wire),
        wire,
        place,
        ty,
        page_size: false,
        only: only(schema),
        constant,
    })
}

fn only(schema: &Value) -> Option<String> {
    values::constant(schema).map(str::to_owned)
}

fn part_argument(shaper: &mut Shaper<'_>, part: &Part<'_>, hint: &str) -> Result<Argument> {
    let ty = match part.file {
        true => Ty::Upload,
        false => shaper.parameter(part.schema, &format!("{hint}{}", part.name.to_upper_camel_case()))?,
    };
    let doc = description(part.schema).unwrap_or_default();
    Ok(Argument {
        wire: part.name.to_owned(),
        ident: ident(part.name),
        place: Place::Part,
        ty,
        required: part.required,
        allowed: constraints(part.schema, &doc),
        doc,
        least: part.schema["minimum"].as_u64(),
        unit: Unit::of(part.schema)?,
        page_size: false,
        only: only(part.schema),
        constant: None,
        joined: false,
        slashes: false,
    })
}
