//! A vendor's document becomes one of ours, without its prose.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::document::{Document, OURS, read_typed};
use super::foreign;
use crate::tree;

/// What a member of the document holds, which decides what is kept of it.
#[derive(Clone, Copy)]
enum Place {
    /// The document itself.
    Root,
    /// A named map whose values are at the place.
    MapOf(Inner),
    /// A list whose elements are at the place.
    ListOf(Inner),
    One(Inner),
    /// Kept as it is.
    Plain,
}

#[derive(Clone, Copy)]
enum Inner {
    Info,
    Server,
    PathItem,
    Operation,
    Parameter,
    Body,
    Media,
    Response,
    Header,
    Components,
    Schema,
    Security,
}

/// Members that hold prose or nothing a client needs.
const PROSE: [&str; 9] = [
    "description",
    "summary",
    "example",
    "examples",
    "externalDocs",
    "x-codeSamples",
    "termsOfService",
    "contact",
    "tags",
];

/// The source of each imported document.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// By document: where it came from and what it was.
    pub documents: BTreeMap<String, Locked>,
}

/// One imported document.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// The provenance, as the importer was told it.
    pub source: String,
    /// SHA-256 of the file that was read.
    pub sha256: String,
}

/// A document as it comes into the specs.
pub struct Imported {
    /// The document, without its prose.
    pub document: Document,
    /// Of the file that was read.
    pub sha256: String,
    /// Keys of the vendor that begin like ours, which were taken out.
    pub taken_out: BTreeSet<String>,
}

impl Imported {
    /// Takes the facts of a file; `None` where it is JSON and no OpenAPI document.
    pub fn read(path: &Path, name: &str) -> Result<Option<Self>> {
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let value: Value = serde_json::from_slice(&bytes).with_context(|| format!("{}: not JSON", path.display()))?;
        if value.get("openapi").is_none() && value.get("swagger").is_none() {
            return Ok(None);
        }
        let mut document = Document::check(name, value)?;
        foreign::copy_in(&mut document.value, path).with_context(|| format!("{name}: a reference to another file"))?;
        let mut taken_out = BTreeSet::new();
        document.value = strip(&document.value, Place::Root, &mut taken_out);
        Ok(Some(Self { document, sha256: format!("{:x}", Sha256::digest(&bytes)), taken_out }))
    }

    /// The keys that were taken out because they begin like ours, for people.
    pub fn report(&self) -> Option<String> {
        let keys: Vec<&str> = self.taken_out.iter().map(String::as_str).collect();
        (!keys.is_empty()).then(|| format!("{}: without the vendor's {}", self.document.name, keys.join(", ")))
    }

    /// As it stands in the specs.
    pub fn text(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(&self.document.value)? + "\n")
    }
}

impl Lock {
    /// Reads the lock file of a vendor; none is an empty one.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("lock.json");
        if path.is_file() { read_typed(&path) } else { Ok(Self::default()) }
    }

    /// Writes it.
    pub fn write(&self, folder: &Path) -> Result<()> {
        Ok(std::fs::write(folder.join("lock.json"), serde_json::to_string_pretty(self)? + "\n")?)
    }
}

/// Writes documents into the folder of a vendor, and where each comes from into its lock file.
pub fn write(folder: &Path, imported: &[(Imported, String)]) -> Result<()> {
    let mut lock = Lock::read(folder)?;
    for (one, source) in imported {
        let path = folder.join(&one.document.name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(&path, one.text()?).with_context(|| format!("{} cannot be written", path.display()))?;
        let locked = Locked { source: source.clone(), sha256: one.sha256.clone() };
        lock.documents.insert(one.document.name.clone(), locked);
    }
    lock.write(folder)
}

/// A file, or all JSON files of a folder except in hidden folders, in order.
pub fn files(from: &Path) -> Result<Vec<PathBuf>> {
    if !from.exists() {
        bail!("{}: no such file or folder", from.display());
    }
    if from.is_file() {
        return Ok(vec![from.to_owned()]);
    }
    let hidden = |name: &Path| name.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'));
    let documents = tree::files(from)?.into_iter();
    let documents = documents.filter(|name| !hidden(name) && name.extension().is_some_and(|end| end == "json"));
    let found: Vec<PathBuf> = documents.map(|name| from.join(name)).collect();
    if found.is_empty() {
        bail!("{}: no OpenAPI document found (files ending in .json)", from.display());
    }
    Ok(found)
}

/// The interface facts of a document: everything but prose. It walks by structure, never by name,
/// because schemas have members called `description`, `example` and `properties` too. Keys that begin like ours are
/// left out, because only we may write them.
pub fn facts(document: &Value) -> Value {
    strip(document, Place::Root, &mut BTreeSet::new())
}

fn strip(value: &Value, place: Place, taken_out: &mut BTreeSet<String>) -> Value {
    match (place, value) {
        (Place::Plain, _) => value.clone(),
        (Place::MapOf(inner), Value::Object(map)) => {
            let members = map.iter().map(|(key, value)| (key.clone(), strip(value, Place::One(inner), taken_out)));
            Value::Object(members.collect())
        }
        (Place::ListOf(inner), Value::Array(items)) => {
            Value::Array(items.iter().map(|value| strip(value, Place::One(inner), taken_out)).collect())
        }
        (Place::Root | Place::One(_), Value::Object(map)) => {
            let mut kept = Map::new();
            for (key, value) in map {
                if PROSE.contains(&key.as_str()) || key == "title" && matches!(place, Place::One(Inner::Schema)) {
                    continue;
                }
                if key.starts_with(OURS) {
                    taken_out.insert(key.clone());
                    continue;
                }
                kept.insert(key.clone(), strip(value, member(place, key), taken_out));
            }
            if matches!(place, Place::One(Inner::Response)) && !kept.contains_key("$ref") {
                kept.insert("description".to_owned(), Value::String(String::new()));
            }
            Value::Object(kept)
        }
        // A place that does not have the shape it should have: kept, the normaliser deals with it.
        _ => value.clone(),
    }
}

fn member(place: Place, key: &str) -> Place {
    use Inner::{
        Body, Components, Header, Info, Media, Operation, Parameter, PathItem, Response, Schema, Security, Server,
    };
    match (place, key) {
        (Place::Root, "info") => Place::One(Info),
        (Place::Root | Place::One(PathItem | Operation), "servers") => Place::ListOf(Server),
        (Place::Root, "paths") => Place::MapOf(PathItem),
        (Place::Root, "components") => Place::One(Components),
        (Place::One(PathItem | Operation), "parameters") => Place::ListOf(Parameter),
        (Place::One(PathItem), key) if crate::read::document::METHODS.contains(&key) => Place::One(Operation),
        (Place::One(Operation), "requestBody") => Place::One(Body),
        (Place::One(Operation), "responses") => Place::MapOf(Response),
        (Place::One(Components), "schemas") => Place::MapOf(Schema),
        (Place::One(Components), "responses") => Place::MapOf(Response),
        (Place::One(Components), "parameters") => Place::MapOf(Parameter),
        (Place::One(Components), "requestBodies") => Place::MapOf(Body),
        (Place::One(Components), "headers") => Place::MapOf(Header),
        (Place::One(Components), "securitySchemes") => Place::MapOf(Security),
        (Place::One(Body | Response | Parameter | Header), "content") => Place::MapOf(Media),
        (Place::One(Response), "headers") => Place::MapOf(Header),
        (Place::One(Parameter | Header | Media), "schema") => Place::One(Schema),
        (Place::One(Schema), "properties" | "patternProperties") => Place::MapOf(Schema),
        (Place::One(Schema), "items" | "additionalProperties" | "not") => Place::One(Schema),
        (Place::One(Schema), "allOf" | "anyOf" | "oneOf") => Place::ListOf(Schema),
        _ => Place::Plain,
    }
}
