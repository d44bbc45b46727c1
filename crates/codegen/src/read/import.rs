//! Imports a vendor's document, without its prose.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::document::{self, Document};
use super::foreign::Files;
use super::place::Place;
use super::strip::{self, Found};
use super::{items, lock};

/// A document as it comes into the specs.
pub struct Imported {
    /// The document, without its prose.
    pub document: Document,
    /// The SHA-256 of the vendor's file.
    pub sha256: String,
    /// Keys of the vendor that begin like ours, which were taken out.
    pub taken_out: BTreeSet<String>,
    /// The number of repaired mistakes of each kind.
    pub repairs: BTreeMap<&'static str, usize>,
}

impl Imported {
    /// Reads the interface facts of a file. Parts of other files that it refers to are read with `files`.
    pub fn read(path: &Path, name: &str, files: &mut Files) -> Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let mut document = Document::check(name, document::parse(&bytes)?)?;
        let mut found = Found::default();
        document.value = strip::strip(&document.value, Place::Root, &mut found);
        files.copy_in(&mut document.value, path, &mut found)?;
        items::complete(&mut document)?;
        Ok(Self { document, sha256: lock::sha256(&bytes), taken_out: found.taken_out, repairs: found.repairs })
    }

    /// Lists the keys that were removed because they begin like ours, as human-readable text.
    pub fn report(&self) -> Option<String> {
        let keys: Vec<&str> = self.taken_out.iter().map(String::as_str).collect();
        (!keys.is_empty()).then(|| format!("{}: without the vendor's {}", self.document.name, keys.join(", ")))
    }

    /// Returns the text that is written to the specs.
    pub fn text(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(&self.document.value)? + "\n")
    }
}

/// Returns the interface facts of a document: everything except prose and the vendor's extensions of OpenAPI. Mistakes
/// that can have only one meaning are repaired.
pub fn facts(document: &Value) -> Value {
    strip::strip(document, Place::Root, &mut Found::default())
}
