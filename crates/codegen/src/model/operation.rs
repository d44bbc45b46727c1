//! Operations: the generator's signature beside what the document says.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, bail};
use heck::ToSnakeCase;
use serde_json::Value;

use super::paging::Paging;
use super::ty::Ty;
use crate::normalise::{Encoding, Part, Sent, Success, resolved, sent, success};
use crate::read::document::{list, object, operations, text};
use crate::shape::types::Types;

/// One operation.
pub struct Operation {
    /// `contacts.list`
    pub name: String,
    pub resource: String,
    /// The method to call.
    pub call: String,
    pub spec_id: String,
    pub method: String,
    pub path: String,
    pub document: String,
    pub summary: Option<String>,
    /// Path parameters that the handle holds.
    pub bind: Vec<String>,
    pub arguments: Vec<Argument>,
    pub body: Option<Body>,
    /// Whether it is a multipart request whose files have names of the caller's choice.
    pub any_part: bool,
    pub reply: Reply,
    pub paging: Option<Paging>,
    pub idempotent: bool,
    pub limit_class: String,
    pub long_running: bool,
    pub batch_max: Option<u64>,
    pub scopes: Vec<String>,
    /// The statuses of failures that the document tells of.
    pub failures: Vec<u16>,
    pub version: Option<String>,
    /// True if it is called without a credential, which must not be sent then.
    pub anonymous: bool,
    /// True if the document declares a success without content.
    pub may_be_empty: bool,
    /// Parts of a form of which at least one must be sent.
    pub one_of_parts: Vec<String>,
    /// True if every page must have its list.
    pub items_required: bool,
    pub deprecated: bool,
}

impl Operation {
    /// The types it names.
    pub fn types(&self) -> impl Iterator<Item = &Ty> {
        let reply = match &self.reply {
            Reply::Value(ty) => Some(ty),
            Reply::Bytes => None,
        };
        let body = self.body.as_ref().map(|body| &body.ty);
        body.into_iter().chain(reply).chain(self.arguments.iter().map(|argument| &argument.ty))
    }

    /// The same, to be changed.
    pub fn types_mut(&mut self) -> impl Iterator<Item = &mut Ty> {
        let reply = match &mut self.reply {
            Reply::Value(ty) => Some(ty),
            Reply::Bytes => None,
        };
        let body = self.body.as_mut().map(|body| &mut body.ty);
        body.into_iter().chain(reply).chain(self.arguments.iter_mut().map(|argument| &mut argument.ty))
    }
}

/// What is sent outside the body.
pub struct Argument {
    pub wire: String,
    pub ident: String,
    pub place: Place,
    pub ty: Ty,
    pub required: bool,
    pub doc: String,
    /// Always this value; the user is not asked.
    pub constant: Option<String>,
    /// A list as one text with commas.
    pub joined: bool,
    /// A path value that may hold slashes.
    pub slashes: bool,
}

impl Argument {
    /// What the names of a family of query parameters begin with: `property.` of `property.{name}`.
    pub fn prefix(&self) -> Option<&str> {
        (self.place == Place::Query).then(|| self.wire.split_once('{')).flatten().map(|(prefix, _)| prefix)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Header,
    /// A part of a multipart body.
    Part,
}

/// The body of a request.
pub struct Body {
    pub ty: Ty,
    pub encoding: Encoding,
}

/// What comes back.
pub enum Reply {
    Value(Ty),
    /// A stream of bytes.
    Bytes,
}

/// Reads all operations, in the order of their names.
pub(crate) fn read(file: &syn::File, merged: &Value, types: &Types) -> Result<Vec<Operation>> {
    let signatures = signatures(file);
    let mut found = Vec::new();
    for (path, method) in operations(merged) {
        let value = &merged["paths"][&path][method];
        let operation = operation(&signatures, merged, &path, method, types).with_context(|| {
            format!("{}: {} {path}", text(value, "x-document").unwrap_or("?"), method.to_uppercase())
        })?;
        found.push(operation);
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn signatures(file: &syn::File) -> BTreeMap<String, &syn::Signature> {
    let mut found = BTreeMap::new();
    for item in &file.items {
        if let syn::Item::Impl(item) = item
            && item.trait_.is_none()
        {
            for item in &item.items {
                if let syn::ImplItem::Fn(function) = item {
                    found.insert(function.sig.ident.to_string(), &function.sig);
                }
            }
        }
    }
    found
}

fn operation(
    signatures: &BTreeMap<String, &syn::Signature>,
    merged: &Value,
    path: &str,
    method: &str,
    types: &Types,
) -> Result<Operation> {
    let value = &merged["paths"][path][method];
    let name = text(value, "x-name").unwrap_or_default().to_owned();
    let Some((resource, call)) = name.split_once('.') else { bail!("`x-name` must be resource.method, not `{name}`") };
    let function = name.replace('.', "_").to_snake_case();
    let signature = signatures
        .get(&function)
        .or_else(|| signatures.get(&ident(&function)))
        .ok_or_else(|| anyhow!("the generator made no function `{function}`"))?;
    let mut typed: BTreeMap<String, Ty> = BTreeMap::new();
    for input in &signature.inputs {
        if let syn::FnArg::Typed(input) = input
            && let syn::Pat::Ident(pattern) = &*input.pat
        {
            let (ty, _) = Ty::read(&input.ty)?;
            typed.insert(pattern.ident.to_string(), types.expand(&ty));
        }
    }
    let mut arguments = Vec::new();
    for parameter in list(value, "parameters") {
        arguments.push(argument(parameter, &mut typed)?);
    }
    let mut any_part = false;
    let body = match sent(&merged["components"]["schemas"], value)? {
        Sent::Nothing => None,
        Sent::Parts(parts) => {
            any_part = !parts.iter().any(|part| part.file);
            for part in &parts {
                arguments.push(part_argument(part, &mut typed)?);
            }
            None
        }
        Sent::Body(_, encoding) => {
            Some(Body { ty: typed.remove("body").ok_or_else(|| anyhow!("the generator made no body"))?, encoding })
        }
    };
    let reply = match success(value) {
        Success::Binary => Reply::Bytes,
        _ => Reply::Value(types.expand(&reply(signature)?)),
    };
    let mut scopes: Vec<String> = list(value, "security")
        .flat_map(|way| way.as_object().into_iter().flatten())
        .flat_map(|(_, scopes)| scopes.as_array().into_iter().flatten())
        .chain(list(value, "x-scopes"))
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    scopes.sort();
    scopes.dedup();
    let failures = value["responses"].as_object().into_iter().flat_map(|replies| replies.keys());
    let failures = failures.filter_map(|status| status.parse().ok()).filter(|status| *status >= 400).collect();
    let paging = Paging::read(value)?;
    let safe = matches!(method, "get" | "head" | "put" | "delete" | "options");
    Ok(Operation {
        resource: resource.to_owned(),
        call: ident(call),
        spec_id: text(value, "operationId").unwrap_or("").to_owned(),
        method: method.to_uppercase(),
        path: path.to_owned(),
        document: text(value, "x-document").unwrap_or("").to_owned(),
        summary: text(value, "summary").or_else(|| text(value, "description")).map(str::to_owned),
        bind: list(value, "x-bind")
            .filter_map(Value::as_str)
            .filter(|bound| path.contains(&format!("{{{bound}}}")))
            .map(str::to_owned)
            .collect(),
        arguments,
        body,
        any_part,
        reply,
        idempotent: value.get("x-idempotent").and_then(Value::as_bool).unwrap_or(safe),
        limit_class: text(value, "x-limit-class").unwrap_or("").to_owned(),
        long_running: value.get("x-long-running").and_then(Value::as_bool).unwrap_or(false),
        batch_max: value.get("x-batch-max").and_then(Value::as_u64),
        scopes,
        failures,
        version: text(value, "x-version").map(str::to_owned),
        one_of_parts: list(value, "x-one-of-parts").filter_map(Value::as_str).map(str::to_owned).collect(),
        may_be_empty: may_be_empty(value),
        items_required: paging.as_ref().is_some_and(|paging| items_required(merged, value, paging)),
        paging,
        anonymous: value.get("x-no-auth").and_then(Value::as_bool).unwrap_or(false),
        deprecated: value.get("deprecated").and_then(Value::as_bool).unwrap_or(false),
        name,
    })
}

/// Returns true if the operation declares a success without content, or no success at all.
fn may_be_empty(operation: &Value) -> bool {
    let mut successes = object(operation, "responses").filter(|(status, _)| status.starts_with('2')).peekable();
    successes.peek().is_none() || successes.any(|(_, response)| object(response, "content").next().is_none())
}

/// Returns true if the document requires every member on the path to the items.
fn items_required(merged: &Value, operation: &Value, paging: &Paging) -> bool {
    let Success::Json(schema) = success(operation) else { return false };
    let schemas = &merged["components"]["schemas"];
    let mut here = vec![schema];
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

fn argument(parameter: &Value, typed: &mut BTreeMap<String, Ty>) -> Result<Argument> {
    let wire = text(parameter, "name").unwrap_or_default().to_owned();
    let ident = ident(&wire);
    let place = match text(parameter, "in") {
        Some("path") => Place::Path,
        Some("query") => Place::Query,
        Some("header") => Place::Header,
        other => bail!("parameter `{wire}` in `{}` cannot be sent", other.unwrap_or("nothing")),
    };
    let constant = parameter.get("x-const").map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let ty = match typed.remove(&ident) {
        Some(ty) => ty,
        None if place == Place::Header || constant.is_some() => Ty::Text,
        None => bail!("the generator made no argument `{ident}` for `{wire}`"),
    };
    let many = matches!(ty, Ty::List(_));
    Ok(Argument {
        required: parameter.get("required").and_then(Value::as_bool).unwrap_or(false) || place == Place::Path,
        doc: text(parameter, "description").unwrap_or("").trim().to_owned(),
        joined: many && parameter.get("explode").and_then(Value::as_bool) == Some(false),
        slashes: parameter.get("x-slashes").and_then(Value::as_bool).unwrap_or(false),
        wire,
        ident,
        place,
        ty,
        constant,
    })
}

fn part_argument(part: &Part<'_>, typed: &mut BTreeMap<String, Ty>) -> Result<Argument> {
    let ident = ident(part.name);
    let ty = match typed.remove(&ident) {
        _ if part.file => Ty::Upload,
        Some(ty) => ty,
        None => bail!("the generator made no argument `{ident}` for the part `{}`", part.name),
    };
    Ok(Argument {
        wire: part.name.to_owned(),
        ident,
        place: Place::Part,
        ty,
        required: part.required,
        doc: text(part.schema, "description").unwrap_or("").trim().to_owned(),
        constant: None,
        joined: false,
        slashes: false,
    })
}

fn reply(signature: &syn::Signature) -> Result<Ty> {
    // -> Result<ResponseValue<T>, Error<()>>
    let syn::ReturnType::Type(_, ty) = &signature.output else { bail!("a function without a reply") };
    let inner = first_argument(ty).and_then(first_argument).ok_or_else(|| anyhow!("a reply that is no Result"))?;
    Ok(Ty::read(inner)?.0)
}

fn first_argument(ty: &syn::Type) -> Option<&syn::Type> {
    let syn::Type::Path(path) = ty else { return None };
    let syn::PathArguments::AngleBracketed(list) = &path.path.segments.last()?.arguments else { return None };
    list.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// A Rust name for a wire name.
pub(crate) fn ident(wire: &str) -> String {
    let name = wire.to_snake_case();
    let name = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("x{name}") } else { name };
    if syn::parse_str::<syn::Ident>(&name).is_ok() { name } else { format!("{name}_") }
}
