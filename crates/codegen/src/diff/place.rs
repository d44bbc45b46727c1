//! Maps places of the merged document to Rust items, so that a difference that is reported for an item is not reported
//! again for its schema.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::side::Api;
use crate::model::{Model, Operation, Place, Reply, Shape, Ty};
use crate::read::document::{list, object, text};
use crate::read::references;

/// The types of the schemas of an API.
pub(super) struct Places<'a> {
    model: &'a Model,
    schemas: &'a Value,
    types: BTreeMap<&'a str, &'a Ty>,
    /// The operations whose arguments are the members of a schema.
    forms: BTreeMap<&'a str, Vec<&'a Operation>>,
    /// The schemas that are part of a request.
    sent: BTreeSet<&'a str>,
    /// The schemas that are part of a reply.
    received: BTreeSet<&'a str>,
}

impl<'a> Places<'a> {
    /// Walks the document and the model of every operation in parallel.
    pub(super) fn of(api: &'a Api) -> Self {
        let schemas = &api.merged["components"]["schemas"];
        let mut this = Self {
            model: &api.model,
            schemas,
            types: BTreeMap::new(),
            forms: BTreeMap::new(),
            sent: BTreeSet::new(),
            received: BTreeSet::new(),
        };
        for operation in &api.model.operations {
            let value = &api.merged["paths"][&operation.path][operation.method.to_lowercase()];
            reach(schemas, &mut this.sent, &value["parameters"]);
            reach(schemas, &mut this.sent, &value["requestBody"]);
            reach(schemas, &mut this.received, &value["responses"]);
            for parameter in list(value, "parameters") {
                if let Some(argument) = argument(operation, text(parameter, "name").unwrap_or_default()) {
                    this.walk(&parameter["schema"], argument);
                }
            }
            if let Some(body) = &operation.body {
                contents(&value["requestBody"]).for_each(|schema| this.walk(schema, &body.ty));
            }
            for schema in contents(&value["requestBody"]).filter(|_| operation.body.is_none()) {
                if let Some(name) = references::schema_name(schema) {
                    this.forms.entry(name).or_default().push(operation);
                }
                for (name, part) in object(references::resolved(this.schemas, schema), "properties") {
                    if let Some(argument) = argument(operation, name) {
                        this.walk(part, argument);
                    }
                }
            }
            if let Reply::Value(ty) = &operation.reply {
                let successes = object(value, "responses").filter(|(status, _)| status.starts_with('2'));
                successes.flat_map(|(_, reply)| contents(reply)).for_each(|schema| this.walk(schema, ty));
            }
        }
        this
    }

    fn walk(&mut self, schema: &'a Value, ty: &'a Ty) {
        if let Some(name) = references::schema_name(schema) {
            if self.types.contains_key(name) {
                return;
            }
            self.types.insert(name, ty);
            return self.walk(&self.schemas[name], ty);
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            for arm in list(schema, key) {
                let name = references::schema_name(arm).map(ToUpperCamelCase::to_upper_camel_case);
                match self.arm(ty, name.as_deref()) {
                    Some(arm_ty) => self.walk(arm, arm_ty),
                    None => self.walk(arm, ty),
                }
            }
        }
        for key in ["items", "additionalProperties"] {
            if let (Some(inner), Some(ty)) = (schema.get(key), inside(ty)) {
                self.walk(inner, ty);
            }
        }
        for (wire, member) in object(schema, "properties") {
            if let Some((_, ty)) = self.field(ty, wire) {
                self.walk(member, ty);
            }
        }
    }

    /// Returns the record of a union that has the same name as a schema.
    fn arm(&self, ty: &Ty, name: Option<&str>) -> Option<&'a Ty> {
        match &self.definition(ty)?.shape {
            Shape::Union(_, arms) => arms.iter().map(|(ty, ..)| ty).find(|ty| ty.name() == name),
            _ => None,
        }
    }

    fn definition(&self, ty: &Ty) -> Option<&'a crate::model::Definition> {
        match ty {
            Ty::Named(name) => self.model.types.get(name),
            Ty::Boxed(inner) => self.definition(inner),
            _ => None,
        }
    }

    /// Returns the item and the type of a member.
    fn field(&self, ty: &Ty, wire: &str) -> Option<(String, &'a Ty)> {
        let field = self.definition(ty)?.fields().iter().find(|field| field.wire == wire)?;
        Some((format!("{}.{}", ty.name()?, field.ident), &field.ty))
    }

    /// Returns the items at a place of a named schema: the type itself, or an item inside it.
    pub(super) fn schema(&self, name: &str, pointer: &[String], value: Option<&Value>) -> Vec<String> {
        let mut items = self.types.get(name).map_or_else(Vec::new, |ty| self.below(ty, pointer, value));
        for operation in self.forms.get(name).into_iter().flatten() {
            items.extend(self.form(operation, pointer, value));
        }
        items
    }

    /// Returns true if a type is made of a named schema.
    pub(super) fn has_type(&self, name: &str) -> bool {
        self.types.contains_key(name)
    }

    /// Returns true if the document has a schema of this name.
    pub(super) fn has_schema(&self, name: &str) -> bool {
        self.schemas.get(name).is_some()
    }

    /// Returns true if a named schema is part of a request.
    pub(super) fn is_sent(&self, name: &str) -> bool {
        self.sent.contains(name)
    }

    /// Returns true if a named schema is part of a reply.
    pub(super) fn is_received(&self, name: &str) -> bool {
        self.received.contains(name)
    }

    /// Returns the items at a place of the schema of a form, whose members are arguments.
    fn form(&self, operation: &Operation, pointer: &[String], value: Option<&Value>) -> Vec<String> {
        let steps: Vec<&str> = pointer.iter().map(String::as_str).collect();
        match (steps.as_slice(), value.and_then(Value::as_str)) {
            (["properties", part, ..], _) => self.argument(operation, part, &pointer[2..], value),
            (["required"], Some(part)) => self.argument(operation, part, &[], value),
            _ => Vec::new(),
        }
    }

    /// Returns the items at a place below an argument.
    fn argument(&self, operation: &Operation, wire: &str, rest: &[String], value: Option<&Value>) -> Vec<String> {
        let wire = wire.split_once(':').map_or(wire, |(_, wire)| wire);
        let mut items = vec![format!("{}({wire})", operation.name)];
        items.extend(argument(operation, wire).into_iter().flat_map(|ty| self.below(ty, rest, value)));
        items
    }

    /// Returns the items at a place of an operation.
    pub(super) fn operation(&self, operation: &Operation, pointer: &[String], value: Option<&Value>) -> Vec<String> {
        let steps: Vec<&str> = pointer.iter().map(String::as_str).collect();
        match steps.as_slice() {
            ["parameters", wire, "schema", ..] => self.argument(operation, wire, &pointer[3..], value),
            ["parameters", wire, ..] => self.argument(operation, wire, &[], value),
            ["requestBody", "content", _, "schema", ..] if operation.body.is_none() => {
                self.form(operation, &pointer[4..], value)
            }
            ["requestBody", "content", _, "schema", ..] => {
                let body = operation.body.as_ref().map(|body| &body.ty);
                body.into_iter().flat_map(|ty| self.below(ty, &pointer[4..], value)).collect()
            }
            ["responses", status, "content", _, "schema", ..] if status.starts_with('2') => match &operation.reply {
                Reply::Value(ty) => self.below(ty, &pointer[5..], value),
                Reply::Bytes => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// Returns the item at a place below a type: the last member on the way, or the value of an enum.
    fn below(&self, mut ty: &'a Ty, pointer: &[String], value: Option<&Value>) -> Vec<String> {
        let mut item = ty.name().map(str::to_owned);
        let mut steps = pointer.iter().map(String::as_str);
        while let Some(step) = steps.next() {
            match step {
                "properties" => {
                    // All members at once are a difference of the type.
                    let Some(wire) = steps.next() else { break };
                    let Some((name, inner)) = self.field(ty, wire) else { return vec![] };
                    (item, ty) = (Some(name), inner);
                }
                "items" | "additionalProperties" => match inside(ty) {
                    Some(inner) => ty = inner,
                    None => break,
                },
                "allOf" => drop(steps.next()),
                "required" => {
                    let member = value.and_then(Value::as_str).and_then(|wire| self.field(ty, wire));
                    return member.map(|(name, _)| name).into_iter().collect();
                }
                // A record that was added to a union or removed from it.
                "oneOf" | "anyOf" if steps.len() == 0 => {
                    let name = value.and_then(references::schema_name).map(ToUpperCamelCase::to_upper_camel_case);
                    let arms = match self.definition(ty).map(|found| &found.shape) {
                        Some(Shape::Union(_, arms)) => arms.as_slice(),
                        _ => &[],
                    };
                    let arm = arms.iter().find(|(ty, ..)| ty.name() == name.as_deref());
                    return arm.map(|(_, arm, _)| format!("{}::{arm}", ty.name().unwrap_or("?"))).into_iter().collect();
                }
                "enum" => {
                    return match (self.definition(ty).map(|found| &found.shape), value.and_then(Value::as_str)) {
                        (Some(Shape::Enum(variants)), Some(value)) => {
                            let named = variants.iter().filter(|(_, text)| text == value);
                            named.map(|(variant, _)| format!("{}::{variant}", ty.name().unwrap_or("?"))).collect()
                        }
                        (_, None) => item.into_iter().collect(),
                        _ => Vec::new(),
                    };
                }
                _ => break,
            }
        }
        item.into_iter().collect()
    }
}

/// Returns the type of the argument with this wire name, unless it is constant or bound to the handle.
fn argument<'a>(operation: &'a Operation, wire: &str) -> Option<&'a Ty> {
    let found = operation.arguments.iter().find(|argument| argument.wire == wire && argument.constant.is_none());
    found
        .filter(|argument| argument.place != Place::Path || !operation.bind.contains(&argument.wire))
        .map(|one| &one.ty)
}

fn inside(ty: &Ty) -> Option<&Ty> {
    match ty {
        Ty::List(inner) | Ty::Map(inner) => Some(inner),
        Ty::Boxed(inner) => inside(inner),
        _ => None,
    }
}

/// Returns the schemas of a body, one for each media type.
fn contents(body: &Value) -> impl Iterator<Item = &Value> {
    object(body, "content").filter_map(|(_, content)| content.get("schema"))
}

/// Collects the schemas that a value refers to, directly or indirectly.
fn reach<'a>(schemas: &'a Value, found: &mut BTreeSet<&'a str>, value: &'a Value) {
    match value {
        Value::Object(map) => {
            if let Some(name) = references::schema_name(value).filter(|name| found.insert(*name)) {
                reach(schemas, found, &schemas[name]);
            }
            map.values().for_each(|value| reach(schemas, found, value));
        }
        Value::Array(list) => list.iter().for_each(|value| reach(schemas, found, value)),
        _ => {}
    }
}
