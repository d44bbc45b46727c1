//! `specs/<vendor>/words.json`: what names mean, where no document says it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::document;
use super::unit::Unit;

/// A dictionary of a vendor's names. An entry must hold wherever the name stands: what a name means
/// in one schema alone is said of `Schema.member`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The JSON Schema of this file, for editors.
    #[serde(rename = "$schema")]
    pub _schema: Option<String>,
    /// What the member of a record means, and an argument of its name; of one schema's as
    /// `Schema.member`, with the name that the document has.
    #[serde(default)]
    pub members: BTreeMap<String, String>,
    /// What is asked with a parameter of the query or a part of a form, where that is not what a
    /// member of its name means. What stands in a path means what a member does.
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

    /// What is asked with a parameter of the query or a part of a form.
    pub fn asked(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).or_else(|| self.members.get(name)).map(String::as_str)
    }

    /// The unit of a number of this name.
    pub fn unit(&self, schema: Option<&str>, name: &str) -> Option<&Unit> {
        let here = schema.and_then(|schema| self.units.get(&format!("{schema}.{name}")));
        here.or_else(|| self.units.get(name))
    }

    /// What the member of a schema means; what stands without a name is in no schema.
    pub fn member(&self, schema: Option<&str>, name: &str) -> Option<&str> {
        let here = schema.and_then(|schema| self.members.get(&format!("{schema}.{name}")));
        here.or_else(|| self.members.get(name)).map(String::as_str)
    }
}
