//! `specs/<vendor>/names.json`: the names that operations and types have. Existing items keep
//! its name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Result;
use heck::ToUpperCamelCase;
use serde::{Deserialize, Serialize};

use crate::correct::surface::Key;
use crate::read::{document, line};

/// The name of the file in a vendor's folder.
const FILE: &str = "names.json";

/// The names of a vendor, by API.
#[derive(Debug, Default)]
pub(crate) struct Names {
    path: PathBuf,
    pub(crate) apis: BTreeMap<String, ApiNames>,
}

/// The names of an API.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiNames {
    /// The operations, each with resource and method.
    pub(crate) operations: BTreeMap<Key, String>,
    /// The schemas by document, each with its name in the merged document.
    pub(crate) schemas: BTreeMap<String, BTreeMap<String, String>>,
    /// The types that do not have the name of a schema, because the schema has none or they became one with others: by
    /// the name that each has before that.
    pub(crate) types: BTreeMap<String, String>,
}

impl Names {
    /// Reads the file of a vendor; without one nothing has a name yet.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let apis = if path.is_file() { document::read_typed(&path)? } else { BTreeMap::new() };
        Ok(Self { path, apis })
    }

    /// The file with the names of now. An item that is gone keeps its entry until another one takes its name, so that
    /// it gets its name back when it returns.
    pub(crate) fn file(&self, now: BTreeMap<String, ApiNames>) -> Result<(PathBuf, String)> {
        let none = ApiNames::default();
        let apis: BTreeMap<String, ApiNames> = now
            .into_iter()
            .map(|(api, now)| (api.clone(), now.with_gone(self.apis.get(&api).unwrap_or(&none))))
            .collect();
        Ok((self.path.clone(), serde_json::to_string_pretty(&apis)? + "\n"))
    }

    /// The file and line that give an operation of an API its name.
    pub(crate) fn place(&self, api: &str, key: &Key) -> String {
        let text = std::fs::read_to_string(&self.path).unwrap_or_default();
        let line = line::of(&text, &[api, "operations", &String::from(key.clone())]);
        format!("{FILE}:{line}")
    }
}

impl ApiNames {
    /// Returns the names of these operations in the lock. An operation whose path has another version takes the name of
    /// the only one that it can be the successor of.
    pub(crate) fn operations(&self, present: &BTreeSet<Key>) -> BTreeMap<Key, String> {
        let mut gone: BTreeMap<String, Vec<&String>> = BTreeMap::new();
        for (key, name) in self.operations.iter().filter(|(key, _)| !present.contains(key)) {
            gone.entry(key.without_version()).or_default().push(name);
        }
        let successor = |key: &Key| match gone.get(&key.without_version())?.as_slice() {
            [name] => Some(*name),
            _ => None,
        };
        present
            .iter()
            .filter_map(|key| Some((key.clone(), self.operations.get(key).or_else(|| successor(key))?.clone())))
            .collect()
    }

    /// The names of types.
    pub(crate) fn types(&self) -> Types<'_> {
        let own = self.schemas.values().flat_map(BTreeMap::values).map(|name| name.to_upper_camel_case());
        Types { chosen: &self.types, own: own.chain(self.types.values().cloned()).collect() }
    }

    fn with_gone(mut self, before: &Self) -> Self {
        let keep = |names: &mut BTreeMap<String, String>, gone: &BTreeMap<String, String>, taken: &BTreeSet<String>| {
            for (key, name) in gone.iter().filter(|(_, name)| !taken.contains(*name)) {
                names.entry(key.clone()).or_insert_with(|| name.clone());
            }
        };
        let taken: BTreeSet<String> = self.operations.values().cloned().collect();
        for (key, name) in before.operations.iter().filter(|(_, name)| !taken.contains(*name)) {
            self.operations.entry(key.clone()).or_insert_with(|| name.clone());
        }
        let taken: BTreeSet<String> =
            self.schemas.values().flat_map(BTreeMap::values).chain(self.types.values()).cloned().collect();
        for (document, gone) in &before.schemas {
            keep(self.schemas.entry(document.clone()).or_default(), gone, &taken);
        }
        self.schemas.retain(|_, schemas| !schemas.is_empty());
        keep(&mut self.types, &before.types, &taken);
        self
    }
}

/// The names that types of an API have.
pub(crate) struct Types<'a> {
    chosen: &'a BTreeMap<String, String>,
    /// Those that keep their own.
    own: BTreeSet<String>,
}

impl Types<'_> {
    /// Returns the name of a type in the lock.
    pub(crate) fn of(&self, name: &str) -> Option<String> {
        self.chosen.get(name).or_else(|| self.own.get(name)).cloned()
    }

    /// True for a type that has no schema of its name.
    pub(crate) fn is_unnamed(&self, name: &str) -> bool {
        self.chosen.contains_key(name)
    }
}
