//! From the vendor's documents to one that can be generated: each rewrite is one small file, pure
//! from document to document.
//!
//! They keep the meaning (the merged document is what the fake serves): names, resolved parameters,
//! folded object APIs, shared schemas.

mod describe;
mod fold;
mod identifiers;
mod merge;
mod paging;
mod parameters;
mod security;
mod twice;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use serde_json::Value;

use crate::correct::surface::Key;
use crate::name::lock::{ApiNames, Names};
use crate::name::{operations, vocabulary};
use crate::read::document::Document;
use crate::read::vendor::{ApiFile, Vendor};
use crate::read::{evidence, items, prune, references};

pub use fold::ObjectType;
pub use parameters::placeholders;
pub(crate) use security::scopes;

/// One API, ready to be generated.
pub struct Api {
    /// The merged document: every operation named, every schema shared.
    pub(crate) merged: Value,
    /// The types of object that share the folded resource.
    pub(crate) object_types: Vec<ObjectType>,
    /// Evidence of each element, if the vendor needs it.
    pub(crate) evidence: Vec<evidence::Evidence>,
    /// Better names for types, chosen by hand.
    pub(crate) names: BTreeMap<String, String>,
    /// The names of schemas in the merged document, by document and by the name there.
    pub(crate) schemas: BTreeMap<String, BTreeMap<String, String>>,
    /// The reasons why generation is refused although it is possible: something would be lost.
    pub refusals: Vec<String>,
    /// Operations of the documents before folding, as `METHOD path`.
    pub operations: Vec<String>,
    /// The documents before folding and merging.
    pub(crate) documents: Vec<Document>,
}

/// Normalises the corrected documents of an API; `names` are those that its operations and schemas have already.
pub(crate) fn api(vendor: &Vendor, file: &ApiFile, mut documents: Vec<Document>, names: &Names) -> Result<Api> {
    let none = ApiNames::default();
    let known = names.apis.get(&file.name).unwrap_or(&none);
    let mut collected = Vec::new();
    if vendor.file.evidence {
        for document in &documents {
            collected.extend(evidence::collect(document)?);
            evidence::check_assumed(document)?;
        }
    }
    let mut operations: Vec<String> = documents
        .iter()
        .flat_map(|document| {
            document.operations().into_iter().map(|(path, method)| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    operations.sort();
    operations.dedup();

    let mut refusals = Vec::new();
    for document in &mut documents {
        references::check(document)?;
        items::check(document)?;
        identifiers::check(document)?;
        security::complete(document, &mut refusals);
        parameters::complete(document)?;
        paging::complete(document, &file.paging, &mut refusals)?;
        describe::describe(document, &vendor.words);
    }
    let whole = documents.clone();
    let mut object_types = match &file.fold {
        Some(fold) => fold::fold(fold, file, &mut documents, &mut refusals)?,
        None => Vec::new(),
    };
    let keys = |document: &Document| {
        document.operations().into_iter().map(|(path, method)| Key::of(&path, method)).collect::<Vec<_>>()
    };
    let standing = known.operations(&documents.iter().flat_map(keys).collect());
    let resources: BTreeSet<&str> = file.documents.values().filter_map(|one| one.resource.as_deref()).collect();
    let (mut here, mut elsewhere) = (BTreeSet::new(), Vec::new());
    for document in &mut documents {
        let kept = operations::name(document, &file.documents[&document.name], &standing)?;
        elsewhere.extend(kept.elsewhere.into_iter().map(|key| (key, kept.here.is_empty())));
        here.extend(kept.here);
    }
    // The names of a removed document stay valid, and that of an operation that one of two documents no longer has.
    let removed = known.schemas.keys().any(|name| !file.documents.contains_key(name));
    for (key, whole) in elsewhere {
        let resource = standing[&key].split_once('.').map_or("", |(resource, _)| resource);
        let why = match resources.contains(resource) {
            true if removed || !whole || here.contains(&key) => continue,
            true => "its document has another resource in vendor.json, which has no effect on",
            false => "no document of vendor.json has the resource of",
        };
        refusals.push(format!(
            "{}: {why} `{}`; remove the line to rename the operation, or give it a `name` in surface/<resource>.json",
            names.place(&file.name, &key),
            standing[&key],
        ));
    }
    for document in &mut documents {
        prune::prune(&mut document.value);
    }
    let (merged, schemas) = merge::merge(documents, file, &known.schemas, &mut refusals)?;
    if let Some(fold) = &file.fold {
        fold::keep_own(fold, &merged, &mut object_types);
    }
    operations::check_unique(&merged, |key, name| {
        let resource = name.split_once('.').map_or(name, |(resource, _)| resource);
        let known = (standing.get(key).map(String::as_str) == Some(name)).then(|| names.place(&file.name, key));
        known.or_else(|| key.place(&vendor.folder, resource))
    })?;
    vocabulary::check(&merged, &mut refusals);
    if crate::read::document::operations(&merged).is_empty() {
        bail!("{}: no operation is left", file.name);
    }
    Ok(Api {
        merged,
        object_types,
        evidence: collected,
        names: file.types.clone(),
        schemas,
        refusals,
        operations,
        documents: whole,
    })
}
