//! The handle of a resource: a method for each operation, a builder where it takes options.

use std::collections::BTreeMap;

use anyhow::Result;
use heck::{ToSnakeCase, ToUpperCamelCase};

use super::docs::{self, capital};
use super::example::Examples;
use super::gate::Gate;
use super::rust::{doc, plain_doc};
use super::signature::{Signature, argument_type, body_type, setter};
use super::{operations, paged};
use crate::model::{Argument, Model, Operation, Place, Reply, Ty};
use crate::name::words;
use crate::normalise::{Api, Encoding};
use crate::read::vendor::{ApiFile, Fold};

/// The file of a resource.
pub(super) fn resource(
    resource: &str,
    operations: &[&Operation],
    model: &Model,
    fold: Option<&Fold>,
    examples: &Examples<'_>,
) -> Result<String> {
    let handle = resource.to_upper_camel_case();
    let bound: Vec<&String> = operations.first().map(|operation| operation.bind.iter().collect()).unwrap_or_default();
    let mut text = format!("//! {}.\n\n", capital(&words(resource)));
    text.push_str(
        "#![allow(unused_imports)]\n\nuse std::fmt::Display;\n\nuse crm_core::reexport::serde_json::Value;\n\
         use crm_core::{BodyStream, Call, LimitIn, Map, Next, OpMeta, PageContext, Paged, Pipeline, Position, Timestamp, Upload};\n\nuse super::{operations, types};\n\n",
    );
    if fold.is_some() {
        text.push_str("use super::object_types::ObjectType;\n\n");
    }
    let held: Vec<String> = bound.iter().map(|name| format!("`{name}`")).collect();
    let holds = if held.is_empty() { String::new() } else { format!(" The handle holds {}.", held.join(" and ")) };
    text.push_str(&plain_doc("", &format!("Operations on {}.{holds}", words(resource))));
    text.push_str(&format!("#[derive(Clone, Debug)]\npub struct {handle} {{\n    pipeline: Pipeline,\n"));
    for name in &bound {
        text.push_str(&format!("    {}: String,\n", name.to_snake_case()));
    }
    if fold.is_some() {
        text.push_str("    known: Option<&'static ObjectType>,\n");
    }
    text.push_str("}\n");
    text.push_str(&format!("impl {handle} {{\n"));
    constructor(&mut text, &bound, fold);
    let mut builders = String::new();
    for operation in operations {
        method(&mut text, &mut builders, operation, model, examples)?;
    }
    text.push_str("}\n");
    text.push_str(&builders);
    Ok(text)
}

fn constructor(text: &mut String, bound: &[&String], fold: Option<&Fold>) {
    let arguments: String = bound.iter().map(|name| format!(", {}: impl Into<String>", name.to_snake_case())).collect();
    let fields: String = bound
        .iter()
        .map(|name| {
            let name = name.to_snake_case();
            format!(", {name}: {name}.into()")
        })
        .collect();
    let known = if fold.is_some() { ", known: None" } else { "" };
    text.push_str(&format!(
        "    pub(crate) fn new(pipeline: &Pipeline{arguments}) -> Self {{\n        Self {{ pipeline: pipeline.clone(){fields}{known} }}\n    }}\n",
    ));
    if let Some(fold) = fold {
        let parameter = fold.parameter.to_snake_case();
        text.push_str(&format!(
            "    pub(crate) fn known(pipeline: &Pipeline, known: &'static ObjectType) -> Self {{\n        \
             Self {{ pipeline: pipeline.clone(), {parameter}: known.segment.to_owned(), known: Some(known) }}\n    }}\n\
             /// The type of object, as it stands in the path.\n    #[must_use]\n    pub fn {parameter}(&self) -> &str {{\n        &self.{parameter}\n    }}\n",
        ));
    }
    // The start of every call.
    let paths: String = bound.iter().map(|name| format!(".held({name:?}, &self.{})", name.to_snake_case())).collect();
    let check = if fold.is_some() {
        "        let Some(known) = self.known else { return call };\n        let call = call.through(known.name);\n        \
         if !known.operations.contains(&op.id) {\n            \
         return call.refuse(format!(\"`{}` has no operation `{}`; `client.objects(\\\"{}\\\")` sends it all the same\", known.name, op.id, known.segment));\n        }\n"
    } else {
        ""
    };
    let binding = if fold.is_some() { "let call = " } else { "" };
    let reach = if fold.is_some() { "pub(crate) " } else { "" };
    let ending = if fold.is_some() { ";\n" } else { "\n" };
    let tail = if fold.is_some() { "        call\n" } else { "" };
    text.push_str(&format!(
        "    {reach}fn call<T>(&self, op: &'static OpMeta) -> Call<T> {{\n        {binding}Call::new(&self.pipeline, op){paths}{ending}{check}{tail}    }}\n",
    ));
}

fn method(
    text: &mut String,
    builders: &mut String,
    operation: &Operation,
    model: &Model,
    examples: &Examples<'_>,
) -> Result<()> {
    let Signature { required, optional, builder, reply } = Signature::of(operation);
    let constants =
        operation.arguments.iter().filter_map(|argument| argument.constant.as_ref().map(|value| (argument, value)));

    let mut described = docs::summary(operation);
    described.push_str("\n\n");
    described.push_str(&docs::facts(operation));
    let told: Vec<&&Argument> = required.iter().filter(|argument| !argument.doc.is_empty()).collect();
    text.push_str(&plain_doc("    ", &described));
    if !told.is_empty() {
        text.push_str("    ///\n");
        for argument in told {
            text.push_str(&doc("    ", &format!("* `{}`: {}", argument.ident, argument.doc.replace('\n', " "))));
        }
    }
    text.push_str("    ///\n");
    text.push_str(&plain_doc("    ", &examples.of(operation)?));
    if operation.deprecated {
        text.push_str("    #[deprecated = \"the vendor marks it deprecated\"]\n");
    }
    let mut parameters: Vec<String> =
        required.iter().map(|argument| format!("{}: {}", argument.ident, argument_type(argument))).collect();
    let mut steps = String::new();
    for argument in &required {
        steps.push_str(&step(argument, "part"));
    }
    for (argument, value) in constants {
        steps.push_str(&format!(".query({:?}, {value:?})", argument.wire));
    }
    if let Some(body) = &operation.body {
        parameters.push(format!("body: {}", body_type(body)));
        steps.push_str(match body.encoding {
            Encoding::Json => ".json(body.borrow())",
            Encoding::Form => ".form(body.borrow())",
            Encoding::Text => ".text(body)",
        });
    }
    let signature = if parameters.is_empty() { String::new() } else { format!(", {}", parameters.join(", ")) };
    let returned = builder.clone().unwrap_or_else(|| format!("Call<{reply}>"));
    let entry = operations::entry(operation);
    let value = format!("self.call(&operations::{entry}){steps}");
    let value = if let Some(builder) = &builder { format!("{builder} {{ call: {value} }}") } else { value };
    text.push_str(&format!(
        "    pub fn {}(&self{signature}) -> {returned} {{\n        {value}\n    }}\n",
        operation.call
    ));

    if let Some(builder) = builder {
        let of = format!("{}::{}", operation.resource.to_upper_camel_case(), operation.call);
        builders.push_str(&plain_doc("", &format!("Options of [`{of}`].")));
        builders.push_str(&format!(
            "#[must_use = \"nothing is sent before `send`\"]\npub struct {builder} {{\n    call: Call<{reply}>,\n}}\n"
        ));
        if !optional.is_empty() || operation.any_part {
            builders.push_str(&format!("impl {builder} {{\n"));
            for argument in optional {
                let described =
                    if argument.doc.is_empty() { format!("`{}`", argument.wire) } else { argument.doc.clone() };
                builders.push_str(&doc("    ", &described));
                let name = setter(argument);
                if let Some(prefix) = argument.prefix() {
                    builders.push_str(&format!(
                        "    pub fn {name}(self, name: impl Display, value: impl Display) -> Self {{\n        Self {{ call: self.call.query_named(format!(\"{prefix}{{name}}\"), &value.to_string()) }}\n    }}\n",
                    ));
                    continue;
                }
                // What is generic is left to the caller anyway.
                let ty = argument_type(argument);
                let inline = if ty.starts_with("impl") { "" } else { "    #[inline]\n" };
                builders.push_str(&format!(
                    "{inline}    pub fn {name}(self, {}: {ty}) -> Self {{\n        Self {{ call: self.call{} }}\n    }}\n",
                    argument.ident,
                    step(argument, "set_part"),
                ));
            }
            if operation.any_part {
                builders.push_str(ANY_PART);
            }
            builders.push_str("}\n");
        }
        builders.push_str(&format!("@@\ncrm_core::call_builder!({builder} => {reply});\n"));
        if operation.paging.is_some() {
            builders.push_str(&format!("crm_core::paged_builder!({builder} => {builder});\n"));
        }
        builders.push_str("@@\n");
        if let Some(paging) = &operation.paging {
            let Reply::Value(reply) = &operation.reply else {
                anyhow::bail!("{}: a file does not page", operation.name)
            };
            builders.push_str(&paged::paged(&builder, operation, paging, reply, model)?);
        }
    }
    Ok(())
}

/// What a multipart builder has where the document does not name the files.
const ANY_PART: &str = "    /// Adds a file; its part has a name that the vendor gives a meaning to.\n    \
    pub fn file(self, name: impl Into<String>, file: impl Into<Upload>) -> Self {\n        \
    Self { call: self.call.file(name.into(), file) }\n    }\n    \
    /// Adds a text part.\n    \
    pub fn part(self, name: impl Into<String>, value: impl Display) -> Self {\n        \
    Self { call: self.call.part(name.into(), &value.to_string()) }\n    }\n";

/// The step of the call that takes an argument; `part` is what adds a part.
fn step(argument: &Argument, part: &str) -> String {
    let Argument { wire, ident, .. } = argument;
    let value = match &argument.ty {
        Ty::Named(_) => format!("{ident}.into()"),
        _ if argument.place == Place::Path => ident.clone(),
        Ty::Text => format!("{ident}.to_string()"),
        Ty::Timestamp => format!("{ident}.into()"),
        Ty::List(inner) => match &**inner {
            Ty::Text => format!("{ident}.into_iter().map(|item| item.to_string()).collect::<Vec<_>>()"),
            Ty::Integer | Ty::Number | Ty::Boolean => format!("{ident}.into_iter().collect::<Vec<_>>()"),
            named => format!("{ident}.into_iter().map(Into::<{}>::into).collect::<Vec<_>>()", named.rust("types::")),
        },
        _ => ident.clone(),
    };
    let annotated = match &argument.ty {
        Ty::Named(_) | Ty::Timestamp => format!("&Into::<{}>::into({ident})", argument.ty.rust("types::")),
        _ => format!("&{value}"),
    };
    match argument.place {
        Place::Path if argument.slashes => format!(".path_segments({wire:?}, {annotated})"),
        Place::Path => format!(".path({wire:?}, {annotated})"),
        Place::Part if argument.ty == Ty::Upload => format!(".file({wire:?}, {ident})"),
        Place::Part => format!(".{part}({wire:?}, {annotated})"),
        Place::Header => format!(".header({wire:?}, {annotated})"),
        Place::Query if argument.joined => format!(".query_joined({wire:?}, {annotated})"),
        Place::Query => format!(".set_query({wire:?}, {annotated})"),
    }
}

/// The table of object types, and the client's method for each.
pub(super) fn object_types(fold: &Fold, api: &Api, model: &Model) -> Result<String> {
    let mut text = String::from(
        "//! The types of object, and which operations each has.\n\n\
         /// A type of object.\n#[derive(Debug, Clone, Copy)]\n#[non_exhaustive]\npub struct ObjectType {\n    \
         /// Its name.\n    pub name: &'static str,\n    /// What stands for it in a path.\n    pub segment: &'static str,\n    \
         /// The identifiers of the operations it has.\n    pub operations: &'static [&'static str],\n}\n\n",
    );
    text.push_str(
        "/// All types of object, in the order of their names.\npub static OBJECT_TYPES: &[&ObjectType] = &[",
    );
    for object in &api.object_types {
        text.push_str(&format!("&{}, ", object.name.to_uppercase()));
    }
    text.push_str("];\n");
    for object in &api.object_types {
        let names: Vec<String> = model
            .operations
            .iter()
            .filter(|operation| operation.resource == fold.resource)
            .filter(|operation| {
                object
                    .operations
                    .iter()
                    .any(|(method, path)| operation.method.eq_ignore_ascii_case(method) && operation.path == *path)
            })
            .map(|operation| format!("{:?}", operation.name))
            .collect();
        text.push_str(&format!(
            "/// {}\npub static {}: ObjectType = ObjectType {{ name: {:?}, segment: {:?}, operations: &[{}] }};\n",
            capital(&words(&object.name)) + ".",
            object.name.to_uppercase(),
            object.name,
            object.segment,
            names.join(", "),
        ));
    }
    Ok(text)
}

/// `mod.rs`: the modules, and the client's methods.
pub(super) fn root(file: &ApiFile, api: &Api, resources: &BTreeMap<String, Vec<&Operation>>, gate: Gate) -> String {
    let mut text = String::from("//! Generated code: resources, types and the table of operations.\n\n");
    for resource in resources.keys() {
        text.push_str(&format!("{}pub mod {resource};\n", gate.one(resource)));
    }
    if let Some(fold) = &file.fold {
        text.push_str(&format!("{}pub mod object_types;\n", gate.one(&fold.resource)));
    }
    text.push_str("pub mod operations;\npub mod types;\n\n");
    text.push_str(&format!("impl crate::{} {{\n", file.client));
    for (resource, operations) in resources {
        let bound = operations.first().map(|operation| operation.bind.as_slice()).unwrap_or_default();
        let arguments: String =
            bound.iter().map(|name| format!(", {}: impl Into<String>", name.to_snake_case())).collect();
        let values: String = bound.iter().map(|name| format!(", {}", name.to_snake_case())).collect();
        let handle = resource.to_upper_camel_case();
        text.push_str(&format!(
            "    /// Operations on {}.{}\n    {}    #[must_use]\n    pub fn {resource}(&self{arguments}) -> {resource}::{handle} {{\n        {resource}::{handle}::new(&self.pipeline{values})\n    }}\n",
            words(resource),
            gate.said(resource),
            gate.one(resource),
        ));
    }
    if let Some(fold) = &file.fold {
        let handle = format!("{}::{}", fold.resource, fold.resource.to_upper_camel_case());
        for object in &api.object_types {
            text.push_str(&format!(
                "    /// Objects of the type {}.{}\n    {}    #[must_use]\n    pub fn {}(&self) -> {handle} {{\n        {handle}::known(&self.pipeline, &object_types::{})\n    }}\n",
                words(&object.name),
                gate.said(&fold.resource),
                gate.one(&fold.resource),
                object.name,
                object.name.to_uppercase(),
            ));
        }
    }
    text.push_str("}\n");
    text
}
