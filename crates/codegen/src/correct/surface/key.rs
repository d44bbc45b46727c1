//! Keys of entries: an operation, whatever the version in its path.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::read::{document, version};

/// The folder of the files.
pub(super) const FOLDER: &str = "surface";

/// A method and a path, ordered by path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Key {
    pub(super) path: String,
    method: Method,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Method(usize);

impl TryFrom<String> for Key {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (method, path) = text.split_once(' ').unwrap_or_default();
        let known = document::METHODS.iter().position(|known| known.to_uppercase() == method);
        match known {
            Some(place) if path.starts_with('/') => Ok(Self { path: path.to_owned(), method: Method(place) }),
            _ => Err(format!("`{text}` is not an operation, such as `GET /contacts/`")),
        }
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        format!("{} {}", key.method().to_uppercase(), key.path)
    }
}

impl Key {
    /// The operation of a document with a path and a method in lower case.
    pub(crate) fn of(path: &str, method: &str) -> Self {
        let method = document::METHODS.iter().position(|known| *known == method).unwrap_or_default();
        Self { path: path.to_owned(), method: Method(method) }
    }

    /// The method in lower case.
    pub(crate) fn method(&self) -> &'static str {
        document::METHODS[self.method.0]
    }

    /// The method, and the path without its versions and the names of its parameters.
    pub(crate) fn without_version(&self) -> String {
        format!("{} {}", self.method(), version::without(&self.path))
    }

    /// The method, and the path without its versions.
    fn with_names(&self) -> String {
        format!("{} {}", self.method(), version::with_names(&self.path))
    }

    /// The file and line that give the operation a name in a resource, relative to the vendor's folder.
    pub(crate) fn place(&self, folder: &Path, resource: &str) -> Option<String> {
        let file = Path::new(FOLDER).join(format!("{resource}.json"));
        let text = std::fs::read_to_string(folder.join(&file)).ok()?;
        Some(format!("{}:{}", file.display(), self.line(&text)?))
    }

    /// The line of the operation in the text of a file.
    pub(super) fn line(&self, text: &str) -> Option<usize> {
        let quoted = format!("{:?}", String::from(self.clone()));
        text.lines().position(|line| line.trim_start().starts_with(&quoted)).map(|line| line + 1)
    }
}

/// Values that belong to operations, whatever the versions in their paths.
pub(super) struct Versions<T> {
    exact: BTreeMap<Key, T>,
    named: BTreeMap<String, Vec<T>>,
    /// By the operation without the names of its parameters.
    unnamed: BTreeMap<String, Vec<T>>,
}

impl<T: Copy> Versions<T> {
    pub(super) fn of<'a>(all: impl Iterator<Item = (&'a Key, T)>) -> Self {
        let mut this = Self { exact: BTreeMap::new(), named: BTreeMap::new(), unnamed: BTreeMap::new() };
        for (key, value) in all {
            this.exact.insert(key.clone(), value);
            this.named.entry(key.with_names()).or_default().push(value);
            this.unnamed.entry(key.without_version()).or_default().push(value);
        }
        this
    }

    /// Returns what belongs to an operation, or to the only one that differs from it in the version, or else in the
    /// names of parameters too.
    pub(super) fn get(&self, key: &Key) -> Option<T> {
        let only = |of: &BTreeMap<String, Vec<T>>, form: String| match of.get(&form).map(Vec::as_slice) {
            Some([one]) => Some(*one),
            _ => None,
        };
        let exact = self.exact.get(key).copied();
        exact.or_else(|| only(&self.named, key.with_names())).or_else(|| only(&self.unnamed, key.without_version()))
    }
}
