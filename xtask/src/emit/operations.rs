//! The table of operations that pipeline, paginator, fake, tests and tools read.

use std::collections::BTreeSet;

use anyhow::Result;
use heck::ToShoutySnakeCase;

use super::gate::Gate;
use super::rust::packed;
use super::{distinct, paging};
use crate::refine::{Model, Operation};

/// The name of an operation's entry.
pub(super) fn entry(operation: &Operation) -> String {
    operation.name.replace('.', "_").to_shouty_snake_case()
}

/// `operations/mod.rs`.
pub(super) fn root(resources: &[&str], operations: &[Operation], gate: Gate) -> String {
    let mut text = String::from(
        "//! All operations: what each is called, where it goes, and what matters when it is sent.\n\n\
         use crm_core::OpMeta;\n\n",
    );
    for resource in resources {
        let needs = gate.one(resource);
        text.push_str(&format!("{needs}mod {resource};\n{needs}pub use self::{resource}::*;\n"));
    }
    text.push_str("/// The operations of all resources that are compiled in.\nstatic RESOURCES: &[&[&OpMeta]] = &[\n");
    for resource in resources {
        text.push_str(&format!("    {}{resource}::ALL,\n", gate.one(resource)));
    }
    text.push_str(
        "];\n\n/// All operations that are compiled in.\npub fn all() -> impl Iterator<Item = &'static OpMeta> {\n    \
         RESOURCES.iter().flat_map(|resource| resource.iter().copied())\n}\n",
    );
    let scopes: BTreeSet<&String> = operations.iter().flat_map(|operation| &operation.scopes).collect();
    if !scopes.is_empty() {
        let scopes: Vec<String> = scopes.into_iter().cloned().collect();
        text.push_str(&format!(
            "\n/// The scopes that the documents name, those of operations that are not compiled in too.\n\
             pub static SCOPES: &[&str] = &[{}];\n",
            list(&scopes)
        ));
    }
    text
}

/// `operations/<resource>.rs`.
pub(super) fn resource(operations: &[&Operation], model: &Model) -> Result<String> {
    let mut text = String::from(
        "#[allow(unused_imports)]\nuse crm_core::{OpMeta, Paging, PagingKind, Rules, SentIn};\nuse crm_core::reexport::http::Method;\n\n",
    );
    text.push_str("pub(super) static ALL: &[&OpMeta] = &[\n");
    for operation in operations {
        text.push_str(&format!("    &{},\n", entry(operation)));
    }
    text.push_str("];\n");
    let shared = shared_scopes(operations);
    for (index, scopes) in shared.iter().enumerate() {
        text.push_str(&format!("@@\nconst SCOPES_{}: &[&str] = &[{}];\n@@\n", index + 1, list(scopes)));
    }
    // A shared constant costs less to compile than a value at every operation.
    let rules_of: Vec<Option<String>> = operations.iter().map(|operation| rules(operation)).collect();
    let ruled = distinct(rules_of.iter().flatten());
    for (index, rules) in ruled.iter().enumerate() {
        text.push_str(&format!(
            "@@\n/// What some requests must hold and their replies promise.\nconst RULES_{}: Rules = {rules};\n@@\n",
            index + 1
        ));
    }
    let mut pagings: Vec<Option<String>> = Vec::new();
    for operation in operations {
        pagings.push(operation.paging.as_ref().map(|paging| paging::table(paging, operation, model)).transpose()?);
    }
    let paged = distinct(pagings.iter().flatten());
    for (index, paging) in paged.iter().enumerate() {
        text.push_str(&format!(
            "@@\n\n/// How lists are paged.\nstatic PAGING_{}: Paging = {paging};\n@@\n",
            index + 1
        ));
    }
    for (operation, paging) in operations.iter().zip(&pagings) {
        let paging = option(
            paged
                .iter()
                .position(|known| Some(*known) == paging.as_ref())
                .map(|index| format!("&PAGING_{}", index + 1)),
        );
        let scopes = match shared.iter().position(|scopes| **scopes == operation.scopes) {
            Some(index) => format!("SCOPES_{}", index + 1),
            None => format!("&[{}]", list(&operation.scopes)),
        };
        text.push_str(&format!(
            "@@\n\n/// `{method} {path}`\npub static {entry}: OpMeta = OpMeta {{\n    id: {id:?},\n    spec_id: {spec:?},\n    \
             method: Method::{method},\n    path: {path:?},\n    idempotent: {idempotent},\n    limit_class: {class:?},\n    \
             paging: {paging},\n    rules: {rules},\n    long_running: {long},\n    batch_max: {batch},\n    scopes: {scopes},\n    \
             version: {version},\n    deprecated: {deprecated},\n}};\n@@\n",
            method = operation.method,
            path = operation.path,
            entry = entry(operation),
            id = operation.name,
            spec = operation.spec_id,
            idempotent = operation.idempotent,
            class = operation.limit_class,
            rules = ruled
                .iter()
                .position(|known| Some(*known) == rules(operation).as_ref())
                .map_or_else(|| "Rules::PLAIN".to_owned(), |index| format!("RULES_{}", index + 1)),
            long = operation.long_running,
            batch = option(operation.batch_max.map(|most| most.to_string())),
            version = option(operation.version.as_ref().map(|version| format!("{version:?}"))),
            deprecated = operation.deprecated,
        ));
    }
    Ok(text)
}

/// The value of `OpMeta::rules`, where it is not the plain one.
fn rules(operation: &Operation) -> Option<String> {
    let steps: Vec<String> =
        operation.paging.iter().flat_map(|paging| paging.steps()).map(|step| format!("{step:?}")).collect();
    let members = [
        (!steps.is_empty()).then(|| format!("items: &[{}]", steps.join(", "))),
        operation.items_required.then(|| "items_required: true".to_owned()),
        (!operation.one_of_parts.is_empty()).then(|| format!("one_of_parts: &[{}]", list(&operation.one_of_parts))),
        operation.may_be_empty.then(|| "may_be_empty: true".to_owned()),
        operation.anonymous.then(|| "anonymous: true".to_owned()),
    ];
    let members: Vec<String> = members.into_iter().flatten().collect();
    (!members.is_empty()).then(|| format!("Rules {{ {}, ..Rules::PLAIN }}", members.join(", ")))
}

/// Long lists of scopes that several operations have.
fn shared_scopes<'a>(operations: &[&'a Operation]) -> Vec<&'a Vec<String>> {
    const LONG: usize = 5;
    let mut seen: Vec<(&Vec<String>, usize)> = Vec::new();
    for operation in operations.iter().filter(|operation| operation.scopes.len() >= LONG) {
        match seen.iter_mut().find(|(scopes, _)| **scopes == operation.scopes) {
            Some((_, count)) => *count += 1,
            None => seen.push((&operation.scopes, 1)),
        }
    }
    seen.into_iter().filter(|(_, count)| *count > 1).map(|(scopes, _)| scopes).collect()
}

/// Texts as a list, as many to a line as fit.
fn list(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
    let short = quoted.join(", ");
    if short.len() < 90 { short } else { format!("\n{}    ", packed("        ", quoted.into_iter())) }
}

fn option(value: Option<String>) -> String {
    value.map_or_else(|| "None".to_owned(), |value| format!("Some({value})"))
}
