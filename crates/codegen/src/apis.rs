//! The APIs of a vendor, from its documents to their models: every room in its order.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;

use crate::correct::corrections::Corrections;
use crate::correct::surface::{Key, Surface};
use crate::model::{Model, Operation};
use crate::name::lock::{ApiNames, Names};
use crate::normalise::{self, Api};
use crate::read::document::Document;
use crate::read::line;
use crate::read::vendor::{ApiFile, Vendor};
use crate::shape;

/// An API of a vendor.
pub struct Refined<'a> {
    /// Its settings.
    pub file: &'a ApiFile,
    /// Its documents, corrected and merged.
    pub api: Api,
    /// The code model that is emitted for it.
    pub model: Model,
}

impl Refined<'_> {
    /// The names of its operations and types, for the lock.
    fn names(&self) -> ApiNames {
        let operations = &self.model.operations;
        let named = |one: &Operation| (Key::of(&one.path, &one.method.to_lowercase()), one.name.clone());
        ApiNames {
            operations: operations.iter().map(named).collect(),
            schemas: self.api.schemas.clone(),
            types: self.model.names.clone(),
        }
    }
}

/// The names of all APIs of a vendor, as a file.
pub(crate) fn lock(vendor: &Vendor, apis: &[Refined<'_>]) -> Result<(PathBuf, String)> {
    Names::read(&vendor.folder)?.file(apis.iter().map(|api| (api.file.name.clone(), api.names())).collect())
}

/// Reads all APIs of a vendor. The reasons to refuse what can be read nevertheless are in [`Api::refusals`], for
/// example a correction that matches nothing, and a list without paging.
///
/// # Errors
///
/// If a document, a correction or a setting is wrong. The error contains its place and the remedy.
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
    let names = Names::read(&vendor.folder)?;
    let mut refusals = surface.check(&vendor.folder, &vendor.file, &documents);
    let mut corrected: Vec<Document> = documents.into_values().flatten().collect();
    refusals.extend(corrections.apply(&mut corrected)?);
    let mut apis = Vec::new();
    for file in &vendor.file.apis {
        let (mut documents, others) =
            corrected.into_iter().partition(|document| file.documents.contains_key(&document.name));
        corrected = others;
        surface.apply(file, &mut documents);
        // Consequences of a refusal are reported after it.
        let api = normalise::api(vendor, file, documents, &names);
        let mut api =
            api.map_err(|error| refusals.iter().rev().fold(error, |error, one| error.context(one.clone())))?;
        api.refusals.splice(..0, refusals.drain(..));
        let model = shape::model(&api, file, names.apis.get(&file.name).unwrap_or(&ApiNames::default()))?;
        api.refusals.extend(without_effect(vendor, file, &api, &model));
        api.refusals.extend(shape::without_unit(&model).map(|unclear| format!("{}: {unclear}", file.name)));
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

/// Returns the entries of `types` in vendor.json for which the lock has a different name. Entries for schemas that the
/// documents do not contain are ignored, because the vendor may restore them.
fn without_effect(vendor: &Vendor, file: &ApiFile, api: &Api, model: &Model) -> Vec<String> {
    let path = vendor.folder.join("vendor.json");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let place = vendor.file.apis.iter().position(|api| api.name == file.name).unwrap_or_default().to_string();
    let is_there = |name: &String| {
        model.names.contains_key(name) || api.schemas.values().any(|names| names.values().any(|one| one == name))
    };
    file.types
        .iter()
        .filter(|(name, chosen)| is_there(name) && !model.types.contains_key(*chosen))
        .map(|(name, chosen)| {
            let line = line::of(&text, &["apis", &place, "types", name]);
            format!(
                "{}:{line}: names.json holds another name for `{name}` than `{chosen}`; remove its line there, or the entry",
                path.display()
            )
        })
        .collect()
}
