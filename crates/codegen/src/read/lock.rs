//! `specs/<vendor>/lock.json`: the state of the vendor's repository that the documents were imported from.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::document::read_typed;

/// The name of the lock file.
pub const FILE: &str = "lock.json";

/// The source of the imported documents.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The vendor's repository.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub repository: String,
    /// The commit of the last sync, or the value of `--source`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub commit: String,
    /// By document: the file of the repository that it was imported from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub documents: BTreeMap<String, Locked>,
    /// By document: the source of those that are in no repository.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub imported: BTreeMap<String, ImportedFrom>,
    /// By path in the repository: the SHA-256 of other files that documents refer to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shared: BTreeMap<String, String>,
}

/// One imported document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// The path in the vendor's repository.
    pub file: String,
    /// The SHA-256 of that file as the vendor publishes it.
    pub sha256: String,
    /// The commit of the document, if the last checkout did not contain it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// One document that `cargo xtask import` read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportedFrom {
    /// The place where it was published.
    pub source: String,
    /// The SHA-256 of the vendor's file.
    pub sha256: String,
}

impl Lock {
    /// Reads the lock file of a vendor, if it has one.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(FILE);
        if path.is_file() { read_typed(&path).map(Some) } else { Ok(None) }
    }

    /// Returns the contents of the lock file.
    pub fn text(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

/// Returns the SHA-256 of a file, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}
