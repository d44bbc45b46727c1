//! The parts of rustdoc's JSON that the public items do not contain: kinds, conditions, sources of re-exports.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use rustdoc_types::{Attribute, Crate, FORMAT_VERSION, Id, Impl, Item, ItemEnum, Type};

use super::gates::{Gate, Sources, traced};
use xtask::cargo::Package;

/// Traits of the language that code of users may rely on, which rustdoc finds out by itself.
const AUTO: [&str; 3] = ["Send", "Sync", "Unpin"];

/// A crate.
pub(super) struct Document {
    /// Name in paths.
    pub(super) name: String,
    krate: Crate,
    sources: Sources,
    root: PathBuf,
    features: BTreeSet<String>,
    lacking: HashMap<Id, BTreeSet<&'static str>>,
}

impl Document {
    /// Reads a file of rustdoc's.
    pub(super) fn read(root: &Path, package: &Package, file: &Path) -> Result<Self> {
        let text = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let wrong = || {
            format!(
                "{} is not rustdoc's JSON in format {FORMAT_VERSION}; use the `public-api` and the `rustdoc-types` for this Rust",
                file.display()
            )
        };
        let krate: Crate = serde_json::from_slice(&text).with_context(wrong)?;
        ensure!(krate.format_version == FORMAT_VERSION, wrong());
        let lib = package.manifest_path.with_file_name("src").join("lib.rs");
        let mut lacking: HashMap<Id, BTreeSet<&'static str>> = HashMap::new();
        for found in krate.index.values().filter_map(implementation) {
            let auto = found.trait_.as_ref().and_then(|named| AUTO.iter().find(|auto| named.path == **auto));
            if let (true, true, Some(auto), Some(id)) =
                (found.is_negative, found.is_synthetic, auto, named(&found.for_))
            {
                lacking.entry(id).or_default().insert(auto);
            }
        }
        Ok(Self {
            name: package.name.replace('-', "_"),
            krate,
            sources: Sources::read(&lib)?,
            root: root.to_owned(),
            features: package.features.keys().cloned().collect(),
            lacking,
        })
    }

    fn item(&self, id: Id) -> Option<&Item> {
        self.krate.index.get(&id)
    }

    pub(super) fn inner(&self, id: Id) -> Option<&ItemEnum> {
        self.item(id).map(|item| &item.inner)
    }

    pub(super) fn name(&self, id: Id) -> &str {
        self.item(id).and_then(|item| item.name.as_deref()).unwrap_or_default()
    }

    pub(super) fn is_deprecated(&self, id: Id) -> bool {
        self.item(id).is_some_and(|item| item.deprecation.is_some())
    }

    /// Returns true if an item is a method that an impl of the trait may omit.
    pub(super) fn is_provided(&self, id: Id, of: Id) -> bool {
        matches!(self.inner(of), Some(ItemEnum::Trait(_)))
            && matches!(self.inner(id), Some(ItemEnum::Function(method)) if method.has_body)
    }

    /// Returns true if an item is the crate itself.
    pub(super) fn is_root(&self, id: Id) -> bool {
        self.krate.root == id
    }

    /// Returns the target of a re-export of another crate, as written and where it was defined.
    pub(super) fn source(&self, id: Id) -> Option<(&str, String)> {
        let ItemEnum::Use(found) = &self.item(id)?.inner else { return None };
        let defined = found.id.and_then(|id| self.krate.paths.get(&id));
        Some((&found.source, defined.map_or_else(|| found.source.clone(), |summary| summary.path.join("::"))))
    }

    /// Returns true if an impl is for this type. rustdoc also lists impls that have the type as an argument.
    pub(super) fn is_for(&self, id: Id, of: Id) -> bool {
        let found = self.item(id).and_then(implementation);
        found.and_then(|found| named(&found.for_)) == Some(of)
    }

    /// The traits of the language that a type does not have.
    pub(super) fn lacking(&self, id: Id) -> impl Iterator<Item = &'static str> {
        self.lacking.get(&id).into_iter().flatten().copied()
    }

    /// Returns the features that an item and its file need.
    pub(super) fn gate(&self, id: Id) -> Gate {
        let Some(item) = self.item(id) else { return Gate::new() };
        let own = item.attrs.iter().filter_map(|attribute| match attribute {
            Attribute::Other(other) => Some(other.as_str()),
            _ => None,
        });
        let mut gate: Gate = own.flat_map(traced).collect();
        if let Some(span) = &item.span {
            gate.extend(self.sources.gate(&self.root.join(&span.filename)));
        }
        gate
    }

    /// Returns true if a crate has a feature with its name, so that an impl of its traits needs it.
    pub(super) fn is_feature(&self, foreign: &str) -> bool {
        self.features.contains(foreign)
    }
}

fn implementation(item: &Item) -> Option<&Impl> {
    if let ItemEnum::Impl(found) = &item.inner { Some(found) } else { None }
}

/// Returns the type itself, if it has a name.
fn named(ty: &Type) -> Option<Id> {
    if let Type::ResolvedPath(path) = ty { Some(path.id) } else { None }
}
