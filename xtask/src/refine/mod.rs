//! From the type generator's Rust to a model of what is emitted.
//!
//! The generator decides names, types and signatures. What it cannot do is decided here: replies
//! all optional, enums open, unions told apart, aliases gone.

mod common;
mod operations;
mod paging;
mod share;
mod ty;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::normalise::{self, Api};
use crate::specs::document;
use crate::specs::overlay::Overlay;
use crate::specs::vendor::{ApiFile, Vendor};

pub(crate) use operations::{Argument, Body, Operation, Place, Reply};
pub(crate) use paging::{NextPosition, OneOrTwo, Paging, Place as PagingPlace};
pub(crate) use ty::Ty;
pub(crate) use types::{Definition, Field, Shape};

/// All there is to emit for an API.
pub(crate) struct Model {
    pub(crate) types: BTreeMap<String, Definition>,
    /// Those of the types that are the ones of the vendor's root.
    pub(crate) common: BTreeSet<String>,
    pub(crate) operations: Vec<Operation>,
}

/// An API of a vendor.
pub(crate) struct Refined<'a> {
    pub(crate) file: &'a ApiFile,
    pub(crate) api: Api,
    pub(crate) model: Model,
}

/// Reads all APIs of a vendor.
pub(crate) fn vendor(vendor: &Vendor) -> Result<Vec<Refined<'_>>> {
    let overlay = Overlay::read(&vendor.folder)?;
    overlay.check_documents(&vendor.file)?;
    let mut apis = Vec::new();
    for file in &vendor.file.apis {
        let api = normalise::api(vendor, file, &overlay)?;
        let model = refine(&api).with_context(|| file.name.clone())?;
        apis.push(Refined { file, api, model });
    }
    if let Some(place) = apis.iter().position(|refined| vendor.is_root(refined.file)) {
        let root = apis.remove(place);
        for other in &mut apis {
            other.model.common = common::types(&root, other);
        }
        apis.insert(place, root);
    }
    Ok(apis)
}

impl Model {
    /// Calls types by other names, wherever they stand.
    pub(crate) fn rename_types(&mut self, names: &BTreeMap<String, String>) {
        let new = |name: &str| names.get(name).cloned();
        for definition in self.types.values_mut() {
            definition.types_mut().for_each(|ty| ty.rename(&new));
        }
        for operation in &mut self.operations {
            operation.types_mut().for_each(|ty| ty.rename(&new));
        }
        let types = std::mem::take(&mut self.types);
        self.types = types.into_iter().map(|(name, definition)| (new(&name).unwrap_or(name), definition)).collect();
        let common = std::mem::take(&mut self.common);
        self.common = common.into_iter().map(|name| new(&name).unwrap_or(name)).collect();
    }
}

/// Runs the type generator on the tame document and reads its output.
fn refine(api: &Api) -> Result<Model> {
    let file = generate(&api.tame).context("the type generator refused the document")?;
    let mut types = types::read(&file, &api.unions)?;
    share::enums(&mut types, &api.names);
    share::records(&mut types, &api.unions, &api.names);
    types.complete(&api.unions);
    let operations = operations::read(&file, &api.merged, &types)?;
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

/// The named types that are reached from some types.
pub(crate) fn reachable<'a>(
    types: &BTreeMap<String, Definition>,
    from: impl Iterator<Item = &'a Ty>,
) -> BTreeSet<String> {
    let mut open: Vec<String> = from.filter_map(|ty| ty.name().map(str::to_owned)).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !found.insert(name.clone()) {
            continue;
        }
        if let Some(definition) = types.get(&name) {
            open.extend(definition.names().into_iter().filter(|name| !found.contains(name)));
        }
    }
    found
}
