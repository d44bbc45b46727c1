//! `cargo xtask import`: a vendor's document becomes one of ours, without its prose.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::document::{Document, read_typed};

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
pub(crate) struct Lock {
    /// By document: where it came from and what it was.
    pub(crate) documents: BTreeMap<String, Locked>,
}

/// One imported document.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Locked {
    /// The provenance, as the importer was told it.
    pub(crate) source: String,
    /// SHA-256 of the file that was read.
    pub(crate) sha256: String,
}

/// Imports a file or every JSON file of a folder into `specs/<vendor>/<into>`.
pub(crate) fn run(root: &Path, vendor: &str, from: &Path, into: &str, source: &str) -> Result<()> {
    let folder = root.join("specs").join(vendor);
    let mut found = Vec::new();
    collect(from, &mut found)?;
    if found.is_empty() {
        bail!("{}: no OpenAPI document found (files ending in .json)", from.display());
    }
    let base = if from.is_dir() { from } else { from.parent().unwrap_or(Path::new("")) };
    // Everything is read before anything is written.
    let mut imported = Vec::new();
    let mut left = 0_usize;
    for path in &found {
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let value: Value = serde_json::from_slice(&bytes).with_context(|| format!("{}: not JSON", path.display()))?;
        let relative = path.strip_prefix(base).unwrap_or(path);
        if from.is_dir() && value.get("openapi").is_none() {
            println!("  {:<48} left: not an OpenAPI document", relative.display());
            left += 1;
            continue;
        }
        let name = Path::new(into).join(relative).to_string_lossy().replace('\\', "/");
        let mut document = Document::check(&name, value)?;
        document.value = facts(&document.value);
        println!("  {:<48} {:>4} operations", name, document.operations().len());
        imported.push((document, format!("{:x}", Sha256::digest(&bytes))));
    }
    let lock_path = folder.join("lock.json");
    let mut lock: Lock = if lock_path.is_file() { read_typed(&lock_path)? } else { Lock::default() };
    for (document, sha256) in &imported {
        let path = folder.join(&document.name);
        std::fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        std::fs::write(&path, serde_json::to_string_pretty(&document.value)? + "\n")?;
        lock.documents.insert(document.name.clone(), Locked { source: source.to_owned(), sha256: sha256.clone() });
    }
    std::fs::write(&lock_path, serde_json::to_string_pretty(&lock)? + "\n")?;
    println!("{} documents imported into {}, {left} left", imported.len(), folder.display());
    println!(
        "Next: list new documents in {}, then run `cargo xtask generate {vendor}`",
        folder.join("vendor.json").display()
    );
    Ok(())
}

fn collect(from: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if from.is_dir() {
        let mut entries: Vec<_> = std::fs::read_dir(from)?.collect::<std::io::Result<_>>()?;
        entries.sort_by_key(std::fs::DirEntry::path);
        for entry in entries {
            collect(&entry.path(), found)?;
        }
    } else if !from.exists() {
        bail!("{}: no such file or folder", from.display());
    } else if from.extension().is_some_and(|extension| extension == "json") || found.is_empty() && from.is_file() {
        found.push(from.to_owned());
    }
    Ok(())
}

/// The interface facts of a document: everything but prose. It walks by structure, never by name,
/// because schemas have members called `description`, `example` and `properties` too.
pub(crate) fn facts(document: &Value) -> Value {
    strip(document, Place::Root)
}

fn strip(value: &Value, place: Place) -> Value {
    match (place, value) {
        (Place::Plain, _) => value.clone(),
        (Place::MapOf(inner), Value::Object(map)) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), strip(value, Place::One(inner)))).collect())
        }
        (Place::ListOf(inner), Value::Array(items)) => {
            Value::Array(items.iter().map(|value| strip(value, Place::One(inner))).collect())
        }
        (Place::Root | Place::One(_), Value::Object(map)) => {
            let mut kept = Map::new();
            for (key, value) in map {
                if PROSE.contains(&key.as_str()) || key == "title" && matches!(place, Place::One(Inner::Schema)) {
                    continue;
                }
                kept.insert(key.clone(), strip(value, member(place, key)));
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
        (Place::One(PathItem), key) if super::document::METHODS.contains(&key) => Place::One(Operation),
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
