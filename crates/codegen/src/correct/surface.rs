//! `specs/<vendor>/surface/<resource>.json`: presentation of the operations of a resource in the clients.
//!
//! An entry applies to the operation in all documents of the vendor, and to the same operation with another version in
//! its path, unless that one has an entry of its own. What differs in one API is in `surface/<api>/<resource>.json`,
//! whose members take precedence there.

mod entry;
mod key;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::read::document::{self, Document};
use crate::read::vendor::{ApiFile, VendorFile};
use crate::read::version;
use crate::tree;

pub use entry::{Entry, is_note};
pub(crate) use entry::{REMARK, remove_remarks};
pub use key::Key;
use key::{FOLDER, Versions};

/// The operations of a resource.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurfaceFile {
    /// The JSON Schema of this file, for editors.
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The operations, for example `GET /contacts/`.
    pub operations: BTreeMap<Key, Entry>,
}

/// The files of a vendor.
#[derive(Debug, Default)]
pub struct Surface {
    resources: Vec<Resource>,
}

#[derive(Debug)]
struct Resource {
    /// Relative to the vendor's folder.
    file: PathBuf,
    /// The API that it is limited to.
    api: Option<String>,
    name: String,
    content: SurfaceFile,
}

impl Surface {
    /// Reads the files of a vendor; without any, everything is derived from the documents.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut resources = Vec::new();
        if folder.join(FOLDER).is_dir() {
            for file in tree::files(&folder.join(FOLDER))? {
                let mut steps =
                    file.with_extension("").iter().map(|step| step.to_string_lossy().into_owned()).collect::<Vec<_>>();
                let name = steps.pop().unwrap_or_default();
                let file = Path::new(FOLDER).join(file);
                let api = match steps.len() {
                    0 => None,
                    1 => steps.pop(),
                    _ => bail!(
                        "{}: only surface/<resource>.json and surface/<api>/<resource>.json are read",
                        file.display()
                    ),
                };
                let content = document::read_typed(&folder.join(&file))?;
                resources.push(Resource { file, api, name, content });
            }
        }
        // Those of one API come last, so that they take precedence.
        resources.sort_by(|a, b| (a.api.is_some(), &a.file).cmp(&(b.api.is_some(), &b.file)));
        Ok(Self { resources })
    }

    /// Checks the files against each other and against the documents of all APIs. Returns the reasons to refuse them.
    pub fn check(&self, folder: &Path, vendor: &VendorFile, documents: &BTreeMap<&str, Vec<Document>>) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut seen: BTreeMap<(Option<&str>, &Key), &Path> = BTreeMap::new();
        for resource in &self.resources {
            if let Some(api) = resource.api.as_deref().filter(|api| !vendor.apis.iter().any(|known| known.name == *api))
            {
                wrong.push(format!("{}: vendor.json has no API `{api}`", resource.file.display()));
                continue;
            }
            for (key, entry) in &resource.content.operations {
                let reason = match seen.insert((resource.api.as_deref(), key), &resource.file) {
                    Some(other) => Some(format!("also in {}; remove one of them", other.display())),
                    None => resource.refuses(key, entry, vendor, documents),
                };
                wrong.extend(reason.map(|reason| format!("{}: {reason}", resource.at(folder, key))));
            }
        }
        wrong
    }

    /// Adds the contents of the files to the documents of an API.
    pub fn apply(&self, api: &ApiFile, documents: &mut [Document]) {
        let (of_all, of_api): (Vec<&Resource>, Vec<&Resource>) = self
            .resources
            .iter()
            .filter(|resource| resource.api.as_ref().is_none_or(|only| *only == api.name))
            .partition(|resource| resource.api.is_none());
        for resources in [of_all, of_api] {
            let entries = Versions::of(resources.iter().flat_map(|resource| {
                resource.content.operations.iter().map(move |(key, entry)| (key, (*resource, entry)))
            }));
            for document in documents.iter_mut() {
                for (path, method) in document.operations() {
                    let Some((resource, entry)) = entries.get(&Key::of(&path, method)) else { continue };
                    if let Some(operation) = document.value["paths"][&path][method].as_object_mut() {
                        entry.note(&resource.name, operation);
                    }
                }
            }
        }
    }

    /// Moves the entries of operations that have another version now, removes those that no document has, and returns the
    /// latter. `operations` are those of all documents.
    ///
    /// # Errors
    ///
    /// If two different entries of a file would be those of one operation. Nothing is written then.
    pub fn mend(&mut self, folder: &Path, operations: &BTreeSet<Key>) -> Result<Vec<String>> {
        let versions = Versions::of(operations.iter().map(|key| (key, key)));
        let (mut gone, mut twice, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        for resource in &mut self.resources {
            let before = std::mem::take(&mut resource.content.operations);
            let mut kept: BTreeMap<Key, (Key, Entry)> = BTreeMap::new();
            let same = before.keys().all(|key| operations.contains(key));
            for (key, entry) in before {
                let Some(now) = versions.get(&key).cloned() else {
                    gone.push(format!("{}: {}", resource.file.display(), String::from(key)));
                    continue;
                };
                if let Some((other, _)) = kept.get(&now).filter(|(_, known)| *known != entry) {
                    twice.push(format!(
                        "{} and {}: both are entries of `{}` now; remove the one that does not apply to it",
                        resource.at(folder, other),
                        resource.at(folder, &key),
                        String::from(now),
                    ));
                } else {
                    kept.insert(now, (key, entry));
                }
            }
            resource.content.operations = kept.into_iter().map(|(key, (_, entry))| (key, entry)).collect();
            if !same {
                changed.push(&*resource);
            }
        }
        if !twice.is_empty() {
            bail!("{}", twice.join("\n"));
        }
        for resource in changed {
            let path = folder.join(&resource.file);
            if resource.content.operations.is_empty() {
                std::fs::remove_file(&path)?;
            } else {
                std::fs::write(&path, serde_json::to_string_pretty(&resource.content)? + "\n")
                    .with_context(|| format!("{} cannot be written", path.display()))?;
            }
        }
        Ok(gone)
    }
}

impl Resource {
    /// The reason against an entry.
    fn refuses(
        &self,
        key: &Key,
        entry: &Entry,
        vendor: &VendorFile,
        documents: &BTreeMap<&str, Vec<Document>>,
    ) -> Option<String> {
        let holders = vendor
            .apis
            .iter()
            .filter(|api| self.api.as_ref().is_none_or(|only| *only == api.name))
            .flat_map(|api| documents.get(api.name.as_str()).into_iter().flatten().map(move |document| (api, document)))
            .filter(|(_, document)| version::path_in(document, &key.path, key.method()).is_some());
        let owners: Vec<Option<&str>> = holders
            .map(|(api, document)| api.documents.get(&document.name).and_then(|file| file.resource.as_deref()))
            .collect();
        let archives = |name: &str| name.trim_start_matches("batch_").starts_with("archive");
        if owners.is_empty() {
            let key = String::from(key.clone());
            Some(format!("no document has the operation `{key}`; remove the entry or correct its path"))
        } else if entry.name.as_deref().is_some_and(archives) && entry.source.is_none() {
            Some(
                "`archive` is for what the vendor can restore; state in `source` where it says so, or name it `delete`"
                    .to_owned(),
            )
        } else if entry.name.is_none() && self.api.is_none() && !owners.contains(&Some(self.name.as_str())) {
            Some(match owners.into_iter().flatten().next() {
                Some(owner) => {
                    format!(
                        "the operation belongs to `{owner}` by its document; move the entry there, or give it a `name`"
                    )
                }
                None => {
                    "its document has no resource; give the entry a `name`, or the document a resource in vendor.json"
                        .to_owned()
                }
            })
        } else {
            None
        }
    }

    /// The file and line of an entry, for messages.
    fn at(&self, folder: &Path, key: &Key) -> String {
        let text = std::fs::read_to_string(folder.join(&self.file)).unwrap_or_default();
        format!("{}:{}", self.file.display(), key.line(&text).unwrap_or(1))
    }
}
