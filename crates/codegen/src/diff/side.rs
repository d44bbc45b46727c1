//! One side of a comparison: what the generator makes of the documents of a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::apis::{self, Refined};
use crate::emit;
use crate::model::Model;
use crate::normalise::ObjectType;
use crate::read::document::Document;
use crate::read::vendor::{self, DocumentFile, Vendor};
use crate::tree;

/// A vendor, as its crate shows it.
pub(crate) struct Side {
    pub(crate) krate: String,
    /// By name.
    pub(crate) apis: BTreeMap<String, Api>,
    /// The Cargo features that are on by default, where resources are features.
    pub(crate) defaults: Option<BTreeSet<String>>,
    /// The reasons for which it could not be generated; it is read without what they are about.
    pub(crate) refusals: Vec<String>,
}

/// An API.
pub(crate) struct Api {
    /// The module of an API that is not the root.
    pub(crate) module: Option<String>,
    /// The feature that its module needs.
    pub(crate) feature: Option<String>,
    pub(crate) client: String,
    pub(crate) model: Model,
    /// The merged document: the content of requests and replies, including parts that no Rust item shows.
    pub(crate) merged: Value,
    pub(crate) object_types: Vec<ObjectType>,
    /// Its documents, before they are merged.
    pub(crate) documents: Vec<Document>,
    /// The type of object of each folded document.
    pub(crate) objects: BTreeMap<String, String>,
    /// The features of each type, one of which is required; empty if the type is always there.
    pub(crate) gates: BTreeMap<String, BTreeSet<String>>,
}

impl Side {
    /// Reads a vendor below `root/specs`; `None` if there is none.
    pub(crate) fn read(root: &Path, name: &str) -> Result<Option<Self>> {
        if !root.join("specs").join(name).join("vendor.json").is_file() {
            return Ok(None);
        }
        let vendor = Vendor::read(root, name)?;
        let apis = apis::vendor(&vendor).with_context(|| format!("specs/{name}"))?;
        let refusals = apis.iter().flat_map(|refined| refined.api.refusals.clone()).collect();
        let gated = vendor.file.features.is_some();
        let gates: Vec<_> = (0..apis.len())
            .map(|own| {
                let others = apis.iter().enumerate().filter(|(index, _)| *index != own).map(|(_, other)| other);
                if gated { emit::gates(&apis[own].model, &others.collect::<Vec<_>>()) } else { BTreeMap::new() }
            })
            .collect();
        let apis = apis
            .into_iter()
            .zip(gates)
            .map(|(refined, gates)| (refined.file.name.clone(), Api::of(&vendor, refined, gates)));
        let apis = apis.collect();
        let defaults = vendor.file.features.map(|features| features.default.into_iter().collect());
        Ok(Some(Self { krate: vendor.file.crate_name, apis, defaults, refusals }))
    }

    /// The resources of all APIs.
    pub(crate) fn resources(&self) -> BTreeSet<&str> {
        self.apis.values().flat_map(Api::resources).collect()
    }
}

impl Api {
    fn of(
        vendor: &Vendor,
        Refined { file, api, model }: Refined<'_>,
        gates: BTreeMap<String, BTreeSet<String>>,
    ) -> Self {
        let object = |(name, file): (&String, &DocumentFile)| Some((name.clone(), file.object.clone()?));
        Self {
            objects: file.documents.iter().filter_map(object).collect(),
            documents: api.documents,
            gates,
            module: (!vendor.is_root(file)).then(|| file.module()),
            feature: file.feature.clone(),
            client: file.client.clone(),
            model,
            merged: api.merged,
            object_types: api.object_types,
        }
    }

    /// The resources that have operations.
    pub(crate) fn resources(&self) -> BTreeSet<&str> {
        self.model.operations.iter().map(|operation| operation.resource.as_str()).collect()
    }
}

/// The vendors whose documents or our files are not the same on both sides.
pub(crate) fn differing(old: &Path, new: &Path) -> Result<Vec<String>> {
    let mut names: BTreeSet<String> = vendor::all(old)?.into_iter().collect();
    names.extend(vendor::all(new)?);
    let mut found = Vec::new();
    for name in names {
        let folder = |root: &Path| root.join("specs").join(&name);
        if files(&folder(old))? != files(&folder(new))? {
            found.push(name);
        }
    }
    Ok(found)
}

/// All files below a folder that affect the generated code, by their relative names.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let names = tree::files(folder)?.into_iter().filter(|name| name != Path::new("lock.json"));
    let read = |name: PathBuf| {
        let path = folder.join(&name);
        let text = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        Ok((name, text))
    };
    names.map(read).collect()
}
