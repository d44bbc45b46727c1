//! References to other files: their targets are copied in, because each document is read alone.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::document::object_mut;
use super::strip::{self, Found};
use super::{document, lock, place};

/// The files that documents refer to, by path.
pub struct Files {
    root: PathBuf,
    read: BTreeMap<PathBuf, (String, Value)>,
    /// Files that do not exist, each with the files that refer to it.
    missing: BTreeMap<String, BTreeSet<PathBuf>>,
    /// The reasons why files cannot be read.
    broken: BTreeMap<PathBuf, String>,
}

impl Files {
    /// Returns the files of a checkout. Files outside it are not read.
    pub fn of(root: &Path) -> Result<Self> {
        let root = fs::canonicalize(root).with_context(|| format!("{} cannot be read", root.display()))?;
        Ok(Self { root, read: BTreeMap::new(), missing: BTreeMap::new(), broken: BTreeMap::new() })
    }

    /// Returns the files that were read, by path in the checkout, each with its SHA-256.
    pub fn shared(&self) -> impl Iterator<Item = (String, String)> {
        self.read.iter().map(|(path, (sha256, _))| (self.name(path), sha256.clone()))
    }

    /// Returns a message for each file that is missing or cannot be read.
    pub fn wrong(&self) -> impl Iterator<Item = String> {
        let missing = self.missing.iter().map(|(file, by)| {
            let first = by.first().map(|path| self.name(path)).unwrap_or_default();
            let all = match by.len() {
                1 => format!("{first} refers"),
                count => format!("{first} and {} more refer", count - 1),
            };
            format!("`{file}`, to which {all}, is not in the checkout")
        });
        missing.chain(self.broken.values().cloned())
    }

    /// Copies the parts of other files that a document refers to into the document.
    pub(super) fn copy_in(&mut self, document: &mut Value, path: &Path, said: &mut Found) -> Result<()> {
        let (mut wanted, mut done) = (Vec::new(), HashSet::new());
        self.point_inside(document, path, None, &mut wanted);
        while let Some((file, place)) = wanted.pop() {
            // A copied part may refer to itself.
            if !done.insert((file.clone(), place.clone())) {
                continue;
            }
            let here = self.name(&file);
            let [kind, name] = parts(&place).with_context(|| format!("{here}: `{place}` is not a component"))?;
            let Some(found) = self.at(&file, &place)? else { continue };
            let mut found = strip::strip(found, place::component(kind), said);
            self.point_inside(&mut found, &file, Some(&file), &mut wanted);
            let components = object_mut(&mut document["components"], kind)?;
            match components.get(name) {
                None => drop(components.insert(name.to_owned(), found)),
                Some(known) if *known == found => {}
                Some(_) => bail!("`{name}` of {here} is another one in the document itself"),
            }
        }
        Ok(())
    }

    /// Returns a part of another file, or `None` if the file cannot be read, which is recorded once.
    fn at(&mut self, file: &Path, place: &str) -> Result<Option<&Value>> {
        let here = self.name(file);
        if !self.read.contains_key(file) && !self.broken.contains_key(file) {
            let read = fs::read(file).with_context(|| format!("{here} cannot be read"));
            let read =
                read.and_then(|bytes| Ok((lock::sha256(&bytes), document::parse(&bytes).context(here.clone())?)));
            match read {
                Ok(read) => drop(self.read.insert(file.to_owned(), read)),
                Err(error) => drop(self.broken.insert(file.to_owned(), format!("{error:#}"))),
            }
        }
        let Some((_, value)) = self.read.get(file) else { return Ok(None) };
        value.pointer(place).map(Some).with_context(|| format!("{here}: there is no `{place}`"))
    }

    /// Makes references to other files point inside the document, and adds the parts to copy to `wanted`. `of` is the
    /// other file from which `value` was copied, if it was.
    fn point_inside(&mut self, value: &mut Value, path: &Path, of: Option<&Path>, wanted: &mut Vec<(PathBuf, String)>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get_mut("$ref")
                    && let Some((file, place)) = reference.split_once('#')
                {
                    let file = match (file, of) {
                        ("", of) => of.map(Path::to_owned),
                        (file, _) => self.find(path, file),
                    };
                    if let Some(file) = file {
                        wanted.push((file, place.to_owned()));
                        *reference = format!("#{place}");
                    }
                }
                members.values_mut().for_each(|member| self.point_inside(member, path, of, wanted))
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.point_inside(item, path, of, wanted)),
            _ => {}
        }
    }

    /// Finds the file of a reference: at its path, or at its path without leading `../`. A missing file is recorded.
    fn find(&mut self, path: &Path, file: &str) -> Option<PathBuf> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let places = [folder.join(file), folder.join(file.trim_start_matches("../"))];
        let mut found = places.iter().filter_map(|place| fs::canonicalize(place).ok());
        let found = found.find(|place| place.is_file() && place.starts_with(&self.root));
        if found.is_none() {
            self.missing.entry(file.to_owned()).or_default().insert(path.to_owned());
        }
        found
    }

    fn name(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().replace('\\', "/")
    }
}

/// The kind and the name of a component.
fn parts(place: &str) -> Option<[&str; 2]> {
    let (kind, name) = place.strip_prefix("/components/")?.split_once('/')?;
    (!name.contains('/')).then_some([kind, name])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn copied(document: &Value, other: &Value) -> Result<Value> {
        let folder = tempfile::tempdir()?;
        fs::create_dir_all(folder.path().join("apps"))?;
        fs::write(folder.path().join("common.json"), other.to_string())?;
        let mut document = document.clone();
        let mut files = Files::of(folder.path())?;
        files.copy_in(&mut document, &folder.path().join("apps/one.json"), &mut Found::default())?;
        Ok(document)
    }

    fn refers(to: &str) -> Value {
        json!({"$ref": to})
    }

    #[test]
    fn what_is_referred_to_comes_along_with_what_it_refers_to() {
        let other = json!({"components": {"schemas": {
            "Page": {"properties": {"items": {"items": refers("#/components/schemas/Item")}}},
            "Item": {"properties": {"next": refers("common.json#/components/schemas/Item")}},
            "Unused": {},
        }}});
        let document =
            json!({"a": refers("../common.json#/components/schemas/Page"), "b": [refers("#/components/schemas/Own")]});
        // A file is found beside the one that names it.
        let item = json!({"properties": {"next": refers("#/components/schemas/Item")}});
        let expected = json!({
            "a": refers("#/components/schemas/Page"),
            "b": [refers("#/components/schemas/Own")],
            "components": {"schemas": {"Page": other["components"]["schemas"]["Page"], "Item": item}},
        });
        assert_eq!(copied(&document, &other).unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_copied_is_told() {
        let other = json!({"components": {"schemas": {"Page": {"type": "object"}}}});
        let said = |reference: &str, own: Value| {
            let document = json!({"a": refers(reference), "components": {"schemas": own}});
            format!("{:#}", copied(&document, &other).unwrap_err())
        };
        assert!(
            said("../common.json#/components/schemas/Gone", json!({}))
                .contains("there is no `/components/schemas/Gone`")
        );
        assert!(said("../common.json#/info", json!({})).contains("`/info` is not a component"));
        let clash = said("../common.json#/components/schemas/Page", json!({"Page": {"type": "array"}}));
        assert!(clash.contains("`Page` of") && clash.contains("another one in the document itself"), "{clash}");
        // The same text twice is one.
        let document =
            json!({"a": refers("../common.json#/components/schemas/Page"), "components": other["components"]});
        assert!(copied(&document, &other).is_ok());
    }
}
