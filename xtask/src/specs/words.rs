//! `specs/<vendor>/words.json`: what names mean, where no document says it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::document;

/// The file's name in the vendor's folder.
pub(crate) const FILE: &str = "words.json";

/// A dictionary of a vendor's names. An entry must hold wherever the name stands.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    /// The JSON Schema of this file, for editors.
    #[serde(rename = "$schema")]
    pub(crate) _schema: Option<String>,
    /// What the member of a record means, and a parameter of its name.
    #[serde(default)]
    pub(crate) members: BTreeMap<String, String>,
    /// What a parameter means, where that is not what a member of its name does.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Words {
    /// Reads the file of a vendor; without one nothing is known.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        if path.is_file() { document::read_typed(&path) } else { Ok(Self::default()) }
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str).or_else(|| self.member(name))
    }

    pub(crate) fn member(&self, name: &str) -> Option<&str> {
        self.members.get(name).map(String::as_str)
    }
}
