//! The shape of what is emitted: types and signatures.
//!
//! The type generator decides names and types. What it cannot do is decided here: replies all
//! optional, enums open, unions told apart, aliases gone.

pub(crate) mod common;
mod share;
pub(crate) mod tame;
pub(crate) mod types;
pub(crate) mod unions;

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::model::{Model, Operation, Ty, operation, reachable};
use crate::normalise::Api;
use crate::read::document;
use unions::Union;

/// Runs the type generator on the tame document and reads its output.
pub(crate) fn refine(api: &Api, (tame, unions): &(Value, Vec<Union>)) -> Result<Model> {
    let file = generate(tame).context("the type generator refused the document")?;
    let mut types = types::read(&file, unions)?;
    share::enums(&mut types, &api.names);
    share::records(&mut types, unions, &api.names);
    types.complete(unions);
    let operations = operation::read(&file, &api.merged, &types)?;
    let mut definitions = types.definitions;
    let sent =
        reachable(&definitions, operations.iter().filter_map(|operation| operation.body.as_ref().map(|body| &body.ty)));
    let kept: Vec<Ty> = document::list(&api.merged, "x-keep-schemas")
        .filter_map(Value::as_str)
        .map(|name| Ty::Named(name.to_owned()))
        .collect();
    let used = reachable(&definitions, operations.iter().flat_map(Operation::types).chain(&kept));
    definitions.retain(|name, _| used.contains(name));
    for (name, definition) in &mut definitions {
        definition.sent = sent.contains(name);
        if !definition.sent {
            definition.only_read();
        }
    }
    Ok(Model { types: definitions, common: BTreeSet::new(), operations })
}

fn generate(document: &Value) -> Result<syn::File> {
    let document: openapiv3::OpenAPI = serde_path_to_error::deserialize(document)
        .map_err(|error| anyhow::anyhow!("at `{}`: {}", error.path(), error.inner()))?;
    let mut settings = progenitor::GenerationSettings::default();
    settings.with_interface(progenitor::InterfaceStyle::Positional);
    // The generator asserts; what it says is turned into an error of ours.
    let tokens = std::panic::catch_unwind(|| progenitor::Generator::new(&settings).generate_tokens(&document))
        .map_err(|panic| {
            let said =
                panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
            anyhow::anyhow!("{}", said.unwrap_or("it panicked"))
        })??;
    Ok(syn::parse2(tokens)?)
}
