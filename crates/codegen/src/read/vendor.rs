//! `specs/<vendor>/vendor.json`: the generated code of a vendor, and its documents.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use schemars::JsonSchema;
use serde::Deserialize;

use super::document;
use super::limits::VendorLimits;
use super::source::Source;
use super::words::Words;

/// A vendor: its crate and the APIs in it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VendorFile {
    /// The JSON Schema of this file, for editors.
    #[serde(rename = "$schema")]
    pub _schema: Option<String>,
    /// The display name of the vendor.
    pub title: String,
    /// The parts of the vendor's API that the crate has, for the table in the workspace's `README.md`.
    #[serde(default)]
    pub about: String,
    /// The crate that is generated, a folder of `crates/`.
    #[serde(rename = "crate")]
    pub crate_name: String,
    /// True if every element must contain its evidence (`x-crm-evidence`, `x-crm-source`).
    #[serde(default)]
    pub evidence: bool,
    /// The repository in which the vendor publishes its documents; without it they are written by hand.
    pub source: Option<Source>,
    /// The Cargo features of the crate: one for each resource.
    pub features: Option<Features>,
    /// The APIs of the vendor. Each has a separate client: one host, one kind of credential.
    pub apis: Vec<ApiFile>,
}

/// The Cargo features of a crate.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Features {
    /// The resources that are on by default.
    pub default: Vec<String>,
    /// True if the resources of each folder of documents have a common feature, for example `all-crm`.
    #[serde(default)]
    pub folders: bool,
    /// Features that the feature of a resource enables, for example `crm-core/oauth`: for hand-written code
    /// on top of it.
    #[serde(default)]
    pub needs: BTreeMap<String, Vec<String>>,
}

/// One API: one host, one client type.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiFile {
    /// The name: of the fake's document, and of the module where a vendor has several APIs.
    pub name: String,
    /// The feature that its module needs, beside those of the resources.
    pub feature: Option<String>,
    /// The hand-written client type that gets a method for each resource.
    pub client: String,
    /// The type of the credential that `builder` of the client takes, for example `ContactsKey`. Without it, `builder`
    /// takes none, and the builder is given a token.
    pub credential: Option<String>,
    /// Path parameters of which the client holds the values: `builder` takes them before the credential.
    #[serde(default)]
    pub holds: Vec<String>,
    /// The documents, relative to the vendor's folder, each with what its operations belong to.
    pub documents: BTreeMap<String, DocumentFile>,
    /// Better names for schemas, for example `SimplePublicObject` → `Object`.
    #[serde(default)]
    pub types: BTreeMap<String, String>,
    /// Paging of lists whose operation does not declare it (`x-crm-paging`); the first match is used.
    #[schemars(extend("items" = serde_json::json!({"$ref": "paging.schema.json"})))]
    #[serde(default)]
    pub paging: Vec<serde_json::Value>,
    /// Object APIs that repeat the same operations for each type of object.
    pub fold: Option<Fold>,
}

/// Presentation of the operations of a document.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentFile {
    /// The resource its operations belong to, unless they have another one in `x-crm-name`.
    pub resource: Option<String>,
    /// Path parameters that the handle of the resource holds, for example `objectType`.
    #[serde(default)]
    pub bind: Vec<String>,
    /// For a folded document: the client's method for this type of object, for example `contacts`.
    pub object: Option<String>,
    /// For a folded document: the segment that names the type in its paths, for example `0-3`.
    pub segment: Option<String>,
    /// Takes only the operations that no document of the vendor's root API has, with any version in their paths.
    #[serde(default)]
    pub only_new: bool,
    /// The path in the vendor's repository, with names in braces as in `source`, for a document that no rule of `source`
    /// finds or of which it finds more than one.
    pub file: Option<String>,
}

/// One generic resource instead of several equal ones.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fold {
    /// The resource that takes the operations of all types.
    pub resource: String,
    /// The start of the folded paths without their version, as `/crm/objects/`; the segment that names the type comes
    /// after the version.
    pub prefix: String,
    /// The path parameter that takes the type.
    pub parameter: String,
    /// The path parameter that takes the identifier of a record.
    pub record: String,
}

impl ApiFile {
    /// The Rust module of an API that is not the only one.
    pub fn module(&self) -> String {
        self.name.replace('-', "_")
    }
}

/// A vendor with its place in the workspace.
pub struct Vendor {
    /// The folder's name.
    pub name: String,
    /// The folder itself.
    pub folder: PathBuf,
    /// Settings of the generated code.
    pub file: VendorFile,
    /// Meanings of names.
    pub words: Words,
    /// The limits that it publishes.
    pub(crate) limits: VendorLimits,
}

impl Vendor {
    /// Reads the vendor file of `specs/<name>`.
    pub fn read(root: &Path, name: &str) -> Result<Self> {
        let folder = root.join("specs").join(name);
        let path = folder.join("vendor.json");
        if !path.is_file() {
            bail!(
                "{} is missing: `{name}` is not a vendor of this workspace ({})",
                path.display(),
                all(root)?.join(", ")
            );
        }
        let file: VendorFile = document::read_typed(&path)?;
        if file.apis.is_empty() {
            bail!("{}: `apis` is empty", path.display());
        }
        let names: Vec<&str> = file.apis.iter().map(|api| api.name.as_str()).collect();
        let limits = VendorLimits::read(&folder, &names)?;
        Ok(Self { name: name.to_owned(), words: Words::read(&folder)?, limits, folder, file })
    }

    /// Returns true if an API is at the root of the generated code: the only one, or the one with the
    /// name of the vendor.
    pub fn is_root(&self, api: &ApiFile) -> bool {
        self.file.apis.len() == 1 || api.name == self.name
    }

    /// Returns the API whose client has this one as a method, and its credential: the root.
    pub(crate) fn owner<'a>(&'a self, api: &'a ApiFile) -> &'a ApiFile {
        self.file.apis.iter().find(|root| self.is_root(root)).unwrap_or(api)
    }

    /// Returns the name of an API, which is unique among all vendors. The fake's document has the same name.
    pub(crate) fn document(&self, api: &ApiFile) -> String {
        if self.is_root(api) { self.name.clone() } else { format!("{}-{}", self.name, api.name) }
    }

    /// The folder of the generated code.
    pub fn generated(&self, root: &Path) -> PathBuf {
        root.join("crates").join(&self.file.crate_name).join("src/generated")
    }
}

/// The names of all vendors, in order.
pub fn all(root: &Path) -> Result<Vec<String>> {
    let specs = root.join("specs");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&specs).with_context(|| format!("{} cannot be read", specs.display()))? {
        let entry = entry?;
        if entry.path().join("vendor.json").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}
