//! The documents as they were at a revision.

use std::path::Path;

use anyhow::Result;
use tempfile::TempDir;

use crate::git;

/// A folder with the `specs` of a revision; it goes away with the value.
#[derive(Debug)]
pub struct At(TempDir);

impl At {
    /// Takes them out of git.
    pub fn read(root: &Path, revision: &str) -> Result<Self> {
        let commit = git::commit(root, revision)?;
        let folder = tempfile::tempdir()?;
        git::folder_at(root, &commit, "specs", folder.path())?;
        Ok(Self(folder))
    }

    /// Returns the folder that replaces the workspace of the revision.
    pub fn root(&self) -> &Path {
        self.0.path()
    }
}
