//! Writing what was generated, or checking that it is what is there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use similar::TextDiff;

/// Files to be written, and folders that hold nothing else.
#[derive(Default)]
pub(crate) struct Files {
    files: BTreeMap<PathBuf, String>,
    owned: Vec<PathBuf>,
}

/// What a run would change or has changed.
pub(crate) struct Changes {
    /// One entry a file: its path and the difference, as a unified diff.
    pub(crate) files: Vec<(PathBuf, String)>,
    /// The number of files that are generated.
    pub(crate) total: usize,
}

impl Files {
    /// Adds a file.
    pub(crate) fn add(&mut self, path: PathBuf, text: String) {
        self.files.insert(path, text);
    }

    /// Everything in this folder is generated: files that are no longer made are removed.
    pub(crate) fn own(&mut self, folder: PathBuf) {
        self.owned.push(folder);
    }

    /// The number of lines in Rust files.
    pub(crate) fn rust_lines(&self, folder: &Path) -> usize {
        let rust =
            |path: &Path| path.starts_with(folder) && path.extension().is_some_and(|extension| extension == "rs");
        self.files.iter().filter(|(path, _)| rust(path)).map(|(_, text)| text.lines().count()).sum()
    }

    /// Compares with what is on disk; writes nothing.
    pub(crate) fn changes(&self, root: &Path) -> Result<Changes> {
        let mut changed = Vec::new();
        for (path, text) in &self.files {
            let old = match std::fs::read_to_string(path) {
                Ok(old) => old,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
                Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
            };
            if old != *text {
                changed.push((path.clone(), diff(root, path, &old, text)));
            }
        }
        for path in self.stale()? {
            let old = std::fs::read_to_string(&path)?;
            let shown = diff(root, &path, &old, "");
            changed.push((path, shown));
        }
        Ok(Changes { files: changed, total: self.files.len() })
    }

    /// Writes the files that differ and removes those that are no longer made.
    pub(crate) fn write(&self) -> Result<()> {
        for (path, text) in &self.files {
            if std::fs::read_to_string(path).is_ok_and(|old| old == *text) {
                continue;
            }
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        }
        for path in self.stale()? {
            std::fs::remove_file(&path)?;
        }
        Ok(())
    }

    fn stale(&self) -> Result<Vec<PathBuf>> {
        let mut stale = Vec::new();
        let mut open = self.owned.clone();
        while let Some(folder) = open.pop() {
            if !folder.is_dir() {
                continue;
            }
            for entry in std::fs::read_dir(&folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    open.push(path);
                } else if !self.files.contains_key(&path) {
                    stale.push(path);
                }
            }
        }
        stale.sort();
        Ok(stale)
    }
}

fn diff(root: &Path, path: &Path, old: &str, new: &str) -> String {
    let name = path.strip_prefix(root).unwrap_or(path).display().to_string();
    TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(2)
        .header(&format!("checked in: {name}"), &format!("generated:  {name}"))
        .to_string()
}
