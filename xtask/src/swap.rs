//! Files put in the place of others, all or none: an abort at any point leaves the tree as it was.
//!
//! What is there is copied aside and listed before anything moves. A list that is found later is of a
//! run that did not end; what it lists is put back.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// Where it all lies until it is done: in the workspace, so that a file moves by its name alone.
const FOLDER: &str = "target/xtask/swap";

/// A file of the workspace, and what it is to be.
pub(crate) struct Swap {
    /// Relative to the workspace.
    pub(crate) path: PathBuf,
    /// `None` removes it.
    pub(crate) new: Option<Vec<u8>>,
}

/// A file that is about to be another.
#[derive(Serialize, Deserialize)]
struct Listed {
    path: PathBuf,
    /// Whether it was there.
    was: bool,
    /// Whether it will be.
    will: bool,
}

/// Swaps all files, or leaves all as they are.
pub(crate) fn apply(root: &Path, swaps: &[Swap]) -> Result<()> {
    let listed = prepare(root, swaps)?;
    if let Err(error) = carry_out(root, &listed) {
        recover(root).context("the files could not be put back; the next run tries again")?;
        return Err(error.context("nothing was changed"));
    }
    // From here on nothing is put back.
    std::fs::remove_file(root.join(FOLDER).join("list.json"))?;
    Ok(std::fs::remove_dir_all(root.join(FOLDER))?)
}

/// Puts back what a run that did not end has swapped; whether there was one.
pub(crate) fn recover(root: &Path) -> Result<bool> {
    let folder = root.join(FOLDER);
    let Ok(text) = std::fs::read_to_string(folder.join("list.json")) else { return Ok(false) };
    let listed: Vec<Listed> = serde_json::from_str(&text).with_context(|| format!("{}/list.json", folder.display()))?;
    for Listed { path, was, .. } in &listed {
        let here = root.join(path);
        if *was {
            // Copied first: this too may end at any point, and begin again.
            let copy = folder.join("back");
            std::fs::copy(folder.join("old").join(path), &copy)?;
            put(&copy, &here)?;
        } else if here.is_file() {
            std::fs::remove_file(&here)?;
            // A folder that came with it; one that holds more stays.
            let _ = here.parent().map(std::fs::remove_dir);
        }
    }
    std::fs::remove_file(folder.join("list.json"))?;
    std::fs::remove_dir_all(&folder)?;
    Ok(true)
}

/// Lays out what is and what is to be; the list comes last, and at once.
fn prepare(root: &Path, swaps: &[Swap]) -> Result<Vec<Listed>> {
    let folder = root.join(FOLDER);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let mut listed = Vec::new();
    for Swap { path, new } in swaps {
        let here = root.join(path);
        let was = here.is_file();
        if was {
            lay(&folder.join("old").join(path), &std::fs::read(&here)?)?;
        }
        if let Some(bytes) = new {
            lay(&folder.join("new").join(path), bytes)?;
        }
        listed.push(Listed { path: path.clone(), was, will: new.is_some() });
    }
    let draft = folder.join("draft.json");
    std::fs::write(&draft, serde_json::to_string_pretty(&listed)?)?;
    std::fs::rename(draft, folder.join("list.json"))?;
    Ok(listed)
}

fn carry_out(root: &Path, listed: &[Listed]) -> Result<()> {
    let folder = root.join(FOLDER);
    for Listed { path, was, will } in listed {
        let here = root.join(path);
        if *will {
            put(&folder.join("new").join(path), &here)?;
        } else if *was {
            std::fs::remove_file(&here).with_context(|| format!("{} cannot be removed", here.display()))?;
        }
    }
    Ok(())
}

fn lay(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

/// Moves a file to its place, in one step.
fn put(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::rename(from, to).with_context(|| format!("{} cannot be replaced", to.display()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn tree(root: &Path) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        let mut open = vec![root.to_owned()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    found.insert(path.strip_prefix(root).unwrap().to_owned(), std::fs::read_to_string(&path).unwrap());
                }
            }
        }
        found
    }

    fn workspace() -> (tempfile::TempDir, Vec<Swap>) {
        let workspace = tempfile::tempdir().unwrap();
        for (path, text) in [("specs/a.json", "1"), ("src/gone.rs", "2"), ("src/b.rs", "3")] {
            lay(&workspace.path().join(path), text.as_bytes()).unwrap();
        }
        let swap =
            |path: &str, new: Option<&str>| Swap { path: path.into(), new: new.map(|text| text.as_bytes().to_vec()) };
        let swaps = [
            swap("specs/a.json", Some("x")),
            swap("src/gone.rs", None),
            swap("new/c.rs", Some("y")),
            swap("src/b.rs", Some("z")),
        ];
        (workspace, swaps.into())
    }

    #[test]
    fn a_run_that_ends_at_any_point_leaves_the_tree_as_it_was() {
        for ended_after in 0..=4 {
            let (workspace, swaps) = workspace();
            let before = tree(workspace.path());
            let listed = prepare(workspace.path(), &swaps).unwrap();
            carry_out(workspace.path(), &listed[..ended_after]).unwrap();
            assert!(recover(workspace.path()).unwrap());
            assert_eq!(tree(workspace.path()), before, "after {ended_after} files");
            assert!(!workspace.path().join("new").exists());
            assert!(!recover(workspace.path()).unwrap(), "there is nothing left to put back");
        }
    }

    #[test]
    fn a_file_that_cannot_be_replaced_puts_all_others_back() {
        let (workspace, mut swaps) = workspace();
        std::fs::create_dir_all(workspace.path().join("in/the/way")).unwrap();
        swaps.push(Swap { path: "in/the".into(), new: Some(Vec::new()) });
        let before = tree(workspace.path());
        let error = apply(workspace.path(), &swaps).unwrap_err();
        assert!(format!("{error:#}").starts_with("nothing was changed"), "{error:#}");
        assert_eq!(tree(workspace.path()), before);
    }

    #[test]
    fn what_is_done_is_done() {
        let (workspace, swaps) = workspace();
        apply(workspace.path(), &swaps).unwrap();
        let now: Vec<String> = tree(workspace.path()).into_values().collect();
        assert_eq!(now, ["y", "x", "z"]);
        assert!(!recover(workspace.path()).unwrap());
    }
}
