//! `specs/<vendor>/words.json`: meanings of names that no document describes.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::document;
use super::unit::Unit;

/// A dictionary of a vendor's names. An entry must be true for every use of the name. A meaning
/// in a single schema is an entry of `Schema.member`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The JSON Schema of this file, for editors.
    #[serde(rename = "$schema")]
    pub _schema: Option<String>,
    /// Meanings of the members of records, and of arguments with the same names. `Schema.member` is the member of one
    /// schema, with its name in the document.
    #[serde(default)]
    pub members: BTreeMap<String, String>,
    /// Meanings of query parameters and form parts, if they differ from those of members
    /// with the same names. Path parameters have the meanings of members. `GET /path.name` is the parameter of one
    /// operation, also one in its path.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// The unit of a number, by the name of the member or the parameter; of one schema's member as
    /// `Schema.member`.
    #[serde(default)]
    pub units: BTreeMap<String, Unit>,
}

impl Words {
    /// Reads the file of a vendor; without one nothing is known.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("words.json");
        if path.is_file() { document::read_typed(&path) } else { Ok(Self::default()) }
    }

    /// Returns the meaning of a query parameter or a form part of an operation, for example of `GET /contacts/`.
    pub fn asked(&self, operation: &str, name: &str) -> Option<&str> {
        let here = self.of_operation(operation, name);
        here.or_else(|| self.parameters.get(name)).or_else(|| self.members.get(name)).map(String::as_str)
    }

    /// Returns the meaning of a path parameter of an operation.
    pub fn in_path(&self, operation: &str, name: &str) -> Option<&str> {
        self.of_operation(operation, name).or_else(|| self.members.get(name)).map(String::as_str)
    }

    fn of_operation(&self, operation: &str, name: &str) -> Option<&String> {
        self.parameters.get(&format!("{operation}.{name}"))
    }

    /// The unit of a number of this name.
    pub fn unit(&self, schema: Option<&str>, name: &str) -> Option<&Unit> {
        let here = schema.and_then(|schema| self.units.get(&format!("{schema}.{name}")));
        here.or_else(|| self.units.get(name))
    }

    /// Returns the meaning of the member of a schema; without a name the member is in no schema.
    pub fn member(&self, schema: Option<&str>, name: &str) -> Option<&str> {
        let here = schema.and_then(|schema| self.members.get(&format!("{schema}.{name}")));
        here.or_else(|| self.members.get(name)).map(String::as_str)
    }
}
