//! The APIs of a vendor, from its documents to their models: every room in its order.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::correct::corrections::Corrections;
use crate::correct::surface::Surface;
use crate::model::Model;
use crate::normalise::{self, Api};
use crate::read::document::Document;
use crate::read::vendor::{ApiFile, Vendor};
use crate::shape;

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
        let mut root = apis.remove(place);
        for other in &mut apis {
            other.model.common = shape::common_types((&root.api, &root.model), (&other.api, &other.model));
        }
        // A handle for many types of object holds a table of its API.
        if apis.iter().chain([&root]).all(|one| one.file.fold.is_none()) {
            let mut others: Vec<_> =
                apis.iter_mut().map(|other| (other.file.client.as_str(), &mut other.model)).collect();
            shape::common_operations(&mut root.model, &mut others);
        }
        apis.insert(place, root);
    }
    Ok(apis)
}
