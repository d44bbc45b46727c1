//! What is emitted, as data: made once, after the corrections, and read by everything that follows.

mod definition;
mod operation;
mod paging;
mod ty;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::correct::corrections::Corrections;
use crate::correct::surface::Surface;
use crate::normalise::{self, Api};
use crate::read::document::Document;
use crate::read::vendor::{ApiFile, Vendor};
use crate::shape;

pub use definition::{Definition, Field, Shape};
pub use operation::{Argument, Body, Encoding, Operation, Place, Reply};
pub use paging::{OneOrTwo, Paging, PagingKind, Place as PagingPlace};
pub use ty::Ty;

/// All there is to emit for an API.
pub struct Model {
    /// The public types, by name.
    pub types: BTreeMap<String, Definition>,
    /// Those of the types that are the ones of the vendor's root.
    pub common: BTreeSet<String>,
    /// The operations, in the order of their names.
    pub operations: Vec<Operation>,
}

/// An API of a vendor.
pub struct Refined<'a> {
    /// Its settings.
    pub file: &'a ApiFile,
    /// Its documents, corrected and merged.
    pub api: Api,
    /// What is emitted for it.
    pub model: Model,
}

/// Reads all APIs of a vendor.
///
/// # Errors
///
/// If a document, a correction or a setting is wrong: its place, and what to do.
pub fn vendor(vendor: &Vendor) -> Result<Vec<Refined<'_>>> {
    let corrections = Corrections::read(&vendor.folder)?;
    corrections.check(&vendor.file)?;
    let mut documents: BTreeMap<&str, Vec<Document>> = BTreeMap::new();
    for file in &vendor.file.apis {
        let read =
            file.documents.keys().map(|name| Document::read(&vendor.folder, name)).collect::<Result<Vec<_>>>()?;
        documents.insert(&file.name, read);
    }
    let surface = Surface::read(&vendor.folder)?;
    let mut refusals = surface.check(&vendor.folder, &vendor.file, &documents);
    let mut apis = Vec::new();
    for file in &vendor.file.apis {
        let mut documents = documents.remove(file.name.as_str()).unwrap_or_default();
        corrections.apply(&mut documents)?;
        surface.apply(file, &mut documents);
        let mut api = normalise::api(vendor, file, documents)?;
        api.refusals.append(&mut refusals);
        let model = shape::model(&api, file)?;
        apis.push(Refined { file, api, model });
    }
    if let Some(place) = apis.iter().position(|refined| vendor.is_root(refined.file)) {
        let root = apis.remove(place);
        for other in &mut apis {
            other.model.common = shape::common(&root, other);
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
