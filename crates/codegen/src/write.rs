//! Writing the generated files, or comparing them with the files on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use similar::TextDiff;

use crate::tree;

/// A shorter difference is not worth waiting for any longer.
const DIFF_TIMEOUT: Duration = Duration::from_millis(500);

/// Files to be written, and folders that hold nothing else.
#[derive(Default)]
pub struct Files {
    files: BTreeMap<PathBuf, String>,
    owned: Vec<PathBuf>,
}

/// Files that a run would change or has changed.
pub struct Changes {
    /// The files that differ.
    pub files: Vec<Change>,
    /// The number of files that are generated.
    pub total: usize,
}

/// A file that differs from the checked-in one.
pub struct Change {
    /// The file.
    pub path: PathBuf,
    old: String,
    /// `None` if the file is no longer generated.
    pub new: Option<String>,
}

impl Files {
    /// Adds a file.
    pub fn add(&mut self, path: PathBuf, text: String) {
        self.files.insert(path, text);
    }

    /// The text of a file that was added.
    pub(crate) fn text(&self, path: &Path) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Everything in this folder is generated: files that are no longer generated are removed.
    pub fn own(&mut self, folder: PathBuf) {
        self.owned.push(folder);
    }

    /// The same files in another workspace.
    pub fn moved(self, from: &Path, to: &Path) -> Self {
        let moved = |path: PathBuf| path.strip_prefix(from).map(|path| to.join(path)).unwrap_or(path);
        Self {
            files: self.files.into_iter().map(|(path, text)| (moved(path), text)).collect(),
            owned: self.owned.into_iter().map(moved).collect(),
        }
    }

    /// The number of lines in Rust files.
    pub fn rust_lines(&self, folder: &Path) -> usize {
        let rust =
            |path: &Path| path.starts_with(folder) && path.extension().is_some_and(|extension| extension == "rs");
        self.files.iter().filter(|(path, _)| rust(path)).map(|(_, text)| text.lines().count()).sum()
    }

    /// Compares with the files on disk; writes nothing.
    pub fn changes(&self) -> Result<Changes> {
        let mut changed = Vec::new();
        for (path, text) in &self.files {
            let old = match std::fs::read_to_string(path) {
                Ok(old) => old,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
                Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
            };
            if old != *text {
                changed.push(Change { path: path.clone(), old, new: Some(text.clone()) });
            }
        }
        for path in self.stale()? {
            let old = std::fs::read_to_string(&path)?;
            changed.push(Change { path, old, new: None });
        }
        Ok(Changes { files: changed, total: self.files.len() })
    }

    /// Writes the files that differ and removes those that are no longer generated. All are written as drafts before
    /// the first one is moved to its place, so that a full disk changes nothing.
    pub fn write(&self) -> Result<()> {
        let stale = self.stale()?;
        let mut drafts = Vec::new();
        let written = self.files.iter().try_for_each(|(path, text)| {
            if std::fs::read_to_string(path).is_ok_and(|old| old == *text) {
                return Ok(());
            }
            drafts.push((draft(path), path));
            put(&draft(path), text).with_context(|| format!("{} cannot be written", path.display()))
        });
        let moved = written.and_then(|()| {
            let put = |(draft, path): &(PathBuf, &PathBuf)| {
                std::fs::rename(draft, path).with_context(|| format!("{} cannot be written", path.display()))
            };
            drafts.iter().try_for_each(put)
        });
        if moved.is_err() {
            drafts.iter().for_each(|(draft, _)| drop(std::fs::remove_file(draft)));
        }
        moved?;
        stale.iter().filter(|path| path.is_file()).try_for_each(std::fs::remove_file)?;
        Ok(())
    }

    fn stale(&self) -> Result<Vec<PathBuf>> {
        let mut stale = Vec::new();
        for folder in &self.owned {
            stale.extend(tree::files(folder)?.into_iter().map(|name| folder.join(name)));
        }
        stale.retain(|path| !self.files.contains_key(path));
        stale.sort();
        Ok(stale)
    }
}

/// Returns the path of a file's draft, next to the file.
fn draft(path: &Path) -> PathBuf {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".draft");
    draft.into()
}

fn put(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}

impl Change {
    /// The difference, as a unified diff. Of very different large files it may be longer than needed.
    pub fn diff(&self, root: &Path) -> String {
        let name = self.path.strip_prefix(root).unwrap_or(&self.path).display().to_string();
        TextDiff::configure()
            .timeout(DIFF_TIMEOUT)
            .diff_lines(self.old.as_str(), self.new.as_deref().unwrap_or_default())
            .unified_diff()
            .context_radius(2)
            .header(&format!("checked in: {name}"), &format!("generated:  {name}"))
            .to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn files_are_replaced_made_and_removed_and_what_an_ended_run_left_goes() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for name in ["a.rs", "gone.rs", "b.rs.draft"] {
            fs::write(at(name), "old").unwrap();
        }
        let mut files = Files::default();
        files.own(root.path().to_owned());
        files.add(at("a.rs"), "new".to_owned());
        files.add(at("folder/c.rs"), "new".to_owned());
        files.write().unwrap();
        let found = crate::tree::files(root.path()).unwrap();
        assert_eq!(found, ["a.rs", "folder/c.rs"].map(PathBuf::from).into());
        assert!(found.iter().all(|name| fs::read_to_string(root.path().join(name)).unwrap() == "new"));
        assert!(files.changes().unwrap().files.is_empty());
    }

    #[test]
    fn if_a_file_cannot_be_written_all_stay_as_they_were() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for name in ["a.rs", "b.rs", "gone.rs"] {
            fs::write(at(name), "old").unwrap();
        }
        fs::create_dir(at("b.rs.draft")).unwrap();
        let mut files = Files::default();
        files.own(root.path().to_owned());
        for name in ["a.rs", "b.rs", "c.rs"] {
            files.add(at(name), "new".to_owned());
        }
        let error = format!("{:#}", files.write().unwrap_err());
        assert!(error.starts_with(&format!("{} cannot be written: ", at("b.rs").display())), "{error}");
        let found = crate::tree::files(root.path()).unwrap();
        assert_eq!(found, ["a.rs", "b.rs", "gone.rs"].map(PathBuf::from).into());
        assert!(found.iter().all(|name| fs::read_to_string(at(&name.display().to_string())).unwrap() == "old"));
    }
}
