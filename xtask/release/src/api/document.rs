//! The parts of rustdoc's JSON that the public items do not contain: kinds, conditions, sources of re-exports.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::gates::{Gate, Sources, traced};
use xtask::cargo::Package;

/// The one format that is read: public-api is made for it.
const FORMAT: u32 = 57;
/// Traits of the language that code of users may rely on, which rustdoc finds out by itself.
const AUTO: [&str; 3] = ["Send", "Sync", "Unpin"];

/// A crate.
pub(super) struct Document {
    /// Name in paths.
    pub(super) name: String,
    root_module: u32,
    items: HashMap<u32, Item>,
    paths: HashMap<u32, Summary>,
    sources: Sources,
    root: PathBuf,
    features: BTreeSet<String>,
    lacking: HashMap<u32, BTreeSet<&'static str>>,
}

#[derive(Deserialize)]
struct Json {
    format_version: u32,
    root: u32,
    index: HashMap<u32, Item>,
    paths: HashMap<u32, Summary>,
}

/// Place where an item was defined.
#[derive(Deserialize)]
struct Summary {
    path: Vec<String>,
}

#[derive(Deserialize)]
struct Item {
    name: Option<String>,
    span: Option<Span>,
    attrs: Vec<Attribute>,
    deprecation: Option<IgnoredAny>,
    inner: Inner,
}

#[derive(Deserialize)]
struct Span {
    filename: PathBuf,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Attribute {
    Other { other: String },
    Known(IgnoredAny),
}

/// One of these is there.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Inner {
    module: Option<IgnoredAny>,
    r#struct: Option<IgnoredAny>,
    r#enum: Option<IgnoredAny>,
    union: Option<IgnoredAny>,
    r#trait: Option<IgnoredAny>,
    variant: Option<IgnoredAny>,
    assoc_type: Option<IgnoredAny>,
    function: Option<Function>,
    r#use: Option<Use>,
    r#impl: Option<Impl>,
}

#[derive(Deserialize)]
struct Function {
    has_body: bool,
}

#[derive(Deserialize)]
struct Use {
    source: String,
    id: Option<u32>,
}

#[derive(Deserialize)]
struct Impl {
    is_negative: bool,
    is_synthetic: bool,
    r#trait: Option<Named>,
    r#for: For,
}

#[derive(Deserialize)]
struct Named {
    path: String,
}

/// The type that an impl is for, if it has a name.
#[derive(Deserialize)]
struct For {
    resolved_path: Option<Id>,
}

#[derive(Deserialize)]
struct Id {
    id: u32,
}

/// Kind of an item, as far as its place in the text needs it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Module,
    Trait,
    Type,
    Variant,
    InherentImpl,
    TraitImpl,
    AssociatedType,
    Reexport,
    Other,
}

impl Document {
    /// Reads a file of rustdoc's.
    pub(super) fn read(root: &Path, package: &Package, file: &Path) -> Result<Self> {
        let text = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let Json { format_version, root: root_module, index, paths } =
            serde_json::from_slice(&text).with_context(|| format!("{} is not rustdoc's JSON", file.display()))?;
        if format_version != FORMAT {
            bail!(
                "rustdoc writes format {format_version}, and format {FORMAT} is read; use the `public-api` for it, and adapt FORMAT"
            );
        }
        let lib = package.manifest_path.with_file_name("src").join("lib.rs");
        let mut lacking: HashMap<u32, BTreeSet<&'static str>> = HashMap::new();
        for found in index.values().filter_map(|item| item.inner.r#impl.as_ref()) {
            let auto = found.r#trait.as_ref().and_then(|named| AUTO.iter().find(|auto| named.path == **auto));
            if let (true, true, Some(auto), Some(id)) =
                (found.is_negative, found.is_synthetic, auto, &found.r#for.resolved_path)
            {
                lacking.entry(id.id).or_default().insert(auto);
            }
        }
        Ok(Self {
            name: package.name.replace('-', "_"),
            root_module,
            items: index,
            paths,
            sources: Sources::read(&lib)?,
            root: root.to_owned(),
            features: package.features.keys().cloned().collect(),
            lacking,
        })
    }

    pub(super) fn kind(&self, id: u32) -> Kind {
        let Some(Item { inner, .. }) = self.items.get(&id) else { return Kind::Other };
        let types = [&inner.r#struct, &inner.r#enum, &inner.union];
        match inner {
            Inner { module: Some(_), .. } => Kind::Module,
            Inner { r#trait: Some(_), .. } => Kind::Trait,
            Inner { variant: Some(_), .. } => Kind::Variant,
            Inner { assoc_type: Some(_), .. } => Kind::AssociatedType,
            Inner { r#use: Some(_), .. } => Kind::Reexport,
            Inner { r#impl: Some(Impl { r#trait: None, .. }), .. } => Kind::InherentImpl,
            Inner { r#impl: Some(_), .. } => Kind::TraitImpl,
            _ if types.into_iter().any(Option::is_some) => Kind::Type,
            _ => Kind::Other,
        }
    }

    pub(super) fn name(&self, id: u32) -> &str {
        self.items.get(&id).and_then(|item| item.name.as_deref()).unwrap_or_default()
    }

    pub(super) fn is_deprecated(&self, id: u32) -> bool {
        self.items.get(&id).is_some_and(|item| item.deprecation.is_some())
    }

    /// Returns true if an item is a method that an impl of the trait may omit.
    pub(super) fn is_provided(&self, id: u32, of: u32) -> bool {
        let function = self.items.get(&id).and_then(|item| item.inner.function.as_ref());
        self.kind(of) == Kind::Trait && function.is_some_and(|function| function.has_body)
    }

    /// Returns true if an item is the crate itself.
    pub(super) fn is_root(&self, id: u32) -> bool {
        self.root_module == id
    }

    /// Returns the target of a re-export of another crate, as written and where it was defined.
    pub(super) fn source(&self, id: u32) -> Option<(&str, String)> {
        let found = self.items.get(&id)?.inner.r#use.as_ref()?;
        let defined = found.id.and_then(|id| self.paths.get(&id));
        Some((&found.source, defined.map_or_else(|| found.source.clone(), |summary| summary.path.join("::"))))
    }

    /// Returns true if an impl is for this type. rustdoc also lists impls that have the type as an argument.
    pub(super) fn is_for(&self, id: u32, of: u32) -> bool {
        let found = self.items.get(&id).and_then(|item| item.inner.r#impl.as_ref());
        found.and_then(|found| found.r#for.resolved_path.as_ref()).is_some_and(|found| found.id == of)
    }

    /// The traits of the language that a type does not have.
    pub(super) fn lacking(&self, id: u32) -> impl Iterator<Item = &'static str> {
        self.lacking.get(&id).into_iter().flatten().copied()
    }

    /// Returns the features that an item and its file need.
    pub(super) fn gate(&self, id: u32) -> Gate {
        let Some(item) = self.items.get(&id) else { return Gate::new() };
        let own = item.attrs.iter().filter_map(|attribute| match attribute {
            Attribute::Other { other } => Some(other.as_str()),
            Attribute::Known(_) => None,
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
