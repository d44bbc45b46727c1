//! A checkout of the vendor's repository: finds the file of each document and reads it.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::document::Document;
use super::foreign::Files;
use super::import::Imported;
use super::lock::{self, Lock, Locked};
use super::source::{self, Candidate, Source};
use super::vendor::Vendor;
use super::version;

/// The documents of a vendor in a checkout.
pub struct Checkout {
    /// The documents that `vendor.json` lists, each with its path in the repository.
    pub documents: Vec<(Imported, String)>,
    /// Documents that were imported before and that the checkout does not have.
    pub missing: Vec<String>,
    /// Documents that `vendor.json` does not list.
    pub others: Vec<String>,
    /// Files that were skipped because they have no operations.
    pub empty: Vec<String>,
    /// The SHA-256 of other files that were read, by path in the repository.
    pub shared: BTreeMap<String, String>,
}

/// Returns the source of a vendor's documents, or an error if they are written by hand.
pub fn source(vendor: &Vendor) -> Result<&Source> {
    vendor.file.source.as_ref().with_context(|| {
        format!(
            "{} publishes no documents: those in specs/{name} are written by hand; edit them and run \
             `cargo xtask generate {name}`",
            vendor.file.title,
            name = vendor.name
        )
    })
}

/// Returns the checkout that a folder belongs to: the folder itself, or the git checkout around it if only that one has
/// documents of the vendor.
pub fn whole<'a>(vendor: &Vendor, folder: &'a Path) -> Result<&'a Path> {
    let source = source(vendor)?;
    if !folder.is_dir() {
        bail!("{}: no such folder; name a checkout of the vendor's repository", folder.display());
    }
    let has_documents = |root: &Path| Ok::<_, anyhow::Error>(!source.candidates(root)?.is_empty());
    let around = folder.ancestors().skip(1).find(|path| path.join(".git").exists());
    match around {
        Some(around) if !has_documents(folder)? && has_documents(around)? => Ok(around),
        _ => Ok(folder),
    }
}

impl Checkout {
    /// Reads the documents that `vendor.json` lists. `step` is called for each, with its number, the number of
    /// all, the document and its path. All errors are reported together.
    pub fn read(vendor: &Vendor, root: &Path, step: &mut dyn FnMut(usize, usize, &Imported, &str)) -> Result<Self> {
        let source = source(vendor)?;
        let locked = Lock::read(&vendor.folder)?.unwrap_or_default();
        let mut candidates = source.candidates(root)?;
        let listed = vendor.file.apis.iter().flat_map(|api| &api.documents);
        let mut files = Files::of(root)?;
        let (mut found, mut missing, mut unknown) = (Vec::new(), Vec::new(), Vec::<&str>::new());
        for (name, settings) in listed {
            let of = match (&settings.file, candidates.remove(name)) {
                (Some(pattern), _) => {
                    let found = source::matches(root, pattern).with_context(|| format!("{name} in vendor.json"))?;
                    found.into_iter().map(|found| Candidate { path: found.path, version: 0 }).collect()
                }
                (None, Some(of)) => of,
                (None, None) => Vec::new(),
            };
            if !of.is_empty() {
                found.push((name, settings.only_new, of));
            } else if locked.documents.contains_key(name) {
                missing.push(name.clone());
            } else if !vendor.folder.join(name).is_file() {
                unknown.push(name);
            }
        }
        if found.is_empty() {
            let mut paths: Vec<String> = source.files.iter().map(|rule| format!("`{}`", rule.path)).collect();
            paths.dedup();
            bail!(
                "{}: no document of {} is at {}, where `source` of vendor.json looks for them; name the folder that \
                 holds the whole repository",
                root.display(),
                vendor.file.title,
                paths.join(" or ")
            );
        }
        if !unknown.is_empty() {
            bail!(
                "vendor.json lists documents that neither specs/{} nor the checkout has: {}",
                vendor.name,
                unknown.join(", ")
            );
        }
        let mut this = Self {
            documents: Vec::new(),
            missing,
            others: candidates.into_keys().collect(),
            empty: Vec::new(),
            shared: BTreeMap::new(),
        };
        let mut wrong = BTreeSet::new();
        let count = found.len();
        found.sort_by_key(|(_, only_new, _)| *only_new);
        let mut known = None;
        for (index, (name, only_new, of)) in found.into_iter().enumerate() {
            match this.take(root, name, &of, &mut files) {
                Ok((mut one, file)) => {
                    if only_new && wrong.is_empty() {
                        let known = match &mut known {
                            Some(known) => known,
                            none => none.insert(this.of_root(vendor)?),
                        };
                        let is_known =
                            |path: &str, method: &'static str| known.contains(&(version::without(path), method));
                        one.document.remove(is_known);
                    }
                    step(index + 1, count, &one, &file);
                    this.documents.push((one, file));
                }
                Err(error) => drop(wrong.insert(format!("{error:#}"))),
            }
        }
        wrong.extend(files.wrong());
        if !wrong.is_empty() {
            bail!("{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
        }
        this.shared = files.shared().collect();
        Ok(this)
    }

    /// Returns the operations of the root API, without the versions in their paths. Documents that the checkout does not
    /// contain are read from the specs.
    fn of_root(&self, vendor: &Vendor) -> Result<BTreeSet<(String, &'static str)>> {
        let root = vendor.file.apis.iter().filter(|api| vendor.is_root(api)).flat_map(|api| api.documents.keys());
        let mut found = BTreeSet::new();
        for name in root {
            let operations = match self.documents.iter().find(|(one, _)| one.document.name == *name) {
                Some((one, _)) => one.document.operations(),
                None => Document::read(&vendor.folder, name)?.operations(),
            };
            found.extend(operations.into_iter().map(|(path, method)| (version::without(&path), method)));
        }
        Ok(found)
    }

    /// Reads the preferred version of a document, among those that have operations.
    fn take(&mut self, root: &Path, name: &str, of: &[Candidate], files: &mut Files) -> Result<(Imported, String)> {
        let relative = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        for same in of.chunk_by(|one, other| one.version == other.version) {
            let [Candidate { path, .. }] = same else {
                let all: Vec<String> = same.iter().map(|one| relative(&one.path)).collect();
                bail!("{} are both {name}: give it the `file` that counts in vendor.json", all.join(" and "));
            };
            let file = relative(path);
            let one = Imported::read(path, name, files).with_context(|| file.clone())?;
            if !one.document.operations().is_empty() {
                return Ok((one, file));
            }
            self.empty.push(file);
        }
        bail!(
            "{name}: no file has operations: {}",
            of.iter().map(|one| relative(&one.path)).collect::<Vec<_>>().join(", ")
        )
    }

    /// Returns the lock of these documents. Documents that the checkout does not contain keep their entries.
    pub fn lock(&self, repository: &str, commit: &str, before: Option<Lock>) -> Lock {
        let before = before.unwrap_or_default();
        let mut documents = BTreeMap::new();
        for name in &self.missing {
            if let Some(known) = before.documents.get(name) {
                let commit = known.commit.clone().or_else(|| (before.commit != commit).then(|| before.commit.clone()));
                documents.insert(name.clone(), Locked { commit, ..known.clone() });
            }
        }
        for (one, file) in &self.documents {
            let locked = Locked { file: file.clone(), sha256: one.sha256.clone(), commit: None };
            documents.insert(one.document.name.clone(), locked);
        }
        let mut imported = before.imported;
        imported.retain(|name, _| !documents.contains_key(name));
        let shared = self.shared.clone();
        Lock { repository: repository.to_owned(), commit: commit.to_owned(), documents, imported, shared }
    }
}

/// The result of comparing a file of a checkout with the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    /// The bytes are the same.
    Yes,
    /// The bytes differ.
    No,
    /// The file does not exist.
    Missing,
}

/// Compares the files of a checkout with the imported ones, documents first.
pub fn verify(lock: &Lock, root: &Path) -> Result<Vec<(String, Same)>> {
    let documents = lock.documents.iter().map(|(name, locked)| (name.clone(), &locked.file, &locked.sha256));
    let shared = lock.shared.iter().map(|(path, sha256)| (path.clone(), path, sha256));
    documents
        .chain(shared)
        .map(|(name, path, sha256)| {
            let path: PathBuf = root.join(path);
            if !path.is_file() {
                return Ok((name, Same::Missing));
            }
            let bytes = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            Ok((name, if lock::sha256(&bytes) == *sha256 { Same::Yes } else { Same::No }))
        })
        .collect()
}
