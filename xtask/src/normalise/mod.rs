//! From the vendor's documents to one that can be generated: each rewrite is one small file, pure
//! from document to document.
//!
//! The first half keeps the meaning (`merged` is what the fake serves and the tables print):
//! names, resolved parameters, folded object APIs, shared schemas. The second half (`tame`) leaves
//! only what the type generator copes with.

mod content;
mod describe;
mod fold;
mod identifiers;
mod merge;
mod names;
mod paging;
mod parameters;
mod prune;
mod references;
mod security;
mod tame;
mod twice;
mod types;
mod unions;
mod vocabulary;

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::specs::document::Document;
use crate::specs::evidence;
use crate::specs::vendor::{ApiFile, Vendor};

pub(crate) use content::{Encoding, Part, Sent, Success, sent, success};
pub(crate) use fold::ObjectType;
pub(crate) use names::{singular, words};
pub(crate) use parameters::placeholders;
pub(crate) use references::{each as each_reference, resolved};
pub(crate) use tame::{NOTES, TIMESTAMP, UNDERSCORED};
pub(crate) use unions::{By, Union};

/// One API, ready to be generated.
pub(crate) struct Api {
    /// The merged document: every operation named, every schema shared.
    pub(crate) merged: Value,
    /// The same for the type generator.
    pub(crate) tame: Value,
    /// The types of object that share the folded resource.
    pub(crate) object_types: Vec<ObjectType>,
    /// Schemas that are one of several.
    pub(crate) unions: Vec<Union>,
    /// How certain each element is, where the vendor needs it.
    pub(crate) evidence: Vec<evidence::Evidence>,
    /// Better names for types, chosen by hand.
    pub(crate) names: BTreeMap<String, String>,
    /// The reasons why generation is refused although it is possible: something would be lost.
    pub(crate) refusals: Vec<String>,
    /// Operations of the documents before folding, as `METHOD path`.
    pub(crate) operations: Vec<String>,
}

/// Normalises the corrected documents of an API.
pub(crate) fn api(vendor: &Vendor, file: &ApiFile, mut documents: Vec<Document>) -> Result<Api> {
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
        identifiers::check(document)?;
        security::complete(document, &mut refusals);
        parameters::complete(document)?;
        paging::complete(document, &file.paging)?;
        describe::describe(document, &vendor.words);
    }
    let object_types = match &file.fold {
        Some(fold) => fold::fold(fold, file, &mut documents, &mut refusals)?,
        None => Vec::new(),
    };
    for document in &mut documents {
        names::name(document, &file.documents[&document.name])?;
    }
    for document in &mut documents {
        prune::prune(&mut document.value);
    }
    let merged = merge::merge(documents, &file.types, &mut refusals)?;
    names::check_unique(&merged)?;
    vocabulary::check(&merged, &mut refusals);
    let (tame, unions) = tame::tame(&merged)?;
    if crate::specs::document::operations(&merged).is_empty() {
        bail!("{}: no operation is left", file.name);
    }
    Ok(Api { merged, tame, object_types, unions, evidence: collected, names: file.types.clone(), refusals, operations })
}
