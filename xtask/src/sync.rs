//! `cargo xtask sync`: a vendor changed its documents. They are taken in, corrected and generated in a
//! copy; the files of the workspace are written only when all of it went well.

mod report;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use codegen::correct::stale::{self, Stale};
use codegen::read::{import, incoming};
use codegen::tree;
use codegen::write::Files;

use crate::generate;
use codegen::diff::Change;
use xtask::diff;

/// Takes a vendor's newer documents: a file, a folder or a checkout.
pub(crate) fn run(root: &Path, vendor: &str, from: &Path, into: Option<&str>, source: Option<&str>) -> Result<()> {
    let (_, changes) = sync(root, vendor, from, into, source)?;
    println!("5/5 What that changes");
    diff::print(&changes, "what was there before");
    println!("Review the difference of specs and generated code. Then `cargo xtask api`, `cargo xtask test`, and");
    println!("`cargo insta review` for what goes over the wire.");
    Ok(())
}

/// The same, with the corrections that were taken out, and the differences for the caller to show.
fn sync(
    root: &Path,
    vendor: &str,
    from: &Path,
    into: Option<&str>,
    source: Option<&str>,
) -> Result<(Vec<Stale>, Vec<Change>)> {
    let specs = root.join("specs").join(vendor);
    if !specs.join("vendor.json").is_file() {
        bail!("`{vendor}` is no vendor of this workspace: {} is missing", specs.join("vendor.json").display());
    }
    println!("1/5 Reading {}", from.display());
    let incoming = incoming::read(&specs, from, into, source)?;
    report::report(&specs, &incoming)?;
    let scratch = Scratch::of(root)?;
    import::write(&scratch.root().join("specs").join(vendor), &incoming.documents)?;

    println!("2/5 Corrections");
    let stale = stale::mend(scratch.root(), vendor)?;
    for one in &stale {
        println!("  {}", one.said());
    }
    if stale.is_empty() {
        println!("  all of them still have their place and their reason");
    }

    println!("3/5 Generating in a copy …");
    let (files, _) = generate::plan(scratch.root(), &[], &mut |line| println!("  {line}")).context(
        "the new documents cannot be generated, and nothing was changed; correct what is named in \
         corrections.json, surface or vendor.json of the vendor, or operations.json, and run the command again",
    )?;

    println!("4/5 Comparing …");
    // The corrections and the surface of now may be about the new documents already.
    let before = if root.join(".git").exists() { Some(diff::At::read(root, "HEAD")?) } else { None };
    let old = before.as_ref().map_or(root, diff::At::root);
    let changes = diff::between(old, scratch.root(), &mut diff::say)?;
    let files = scratch.files(root, vendor, files)?;
    let written = files.changes()?.files.len();
    files.write()?;
    println!("  {written} files written");
    Ok((stale, changes))
}

/// A copy of what the generator reads.
struct Scratch(TempDir);

impl Scratch {
    fn of(root: &Path) -> Result<Self> {
        let this = Self(tempfile::tempdir()?);
        copy(&root.join("specs"), &this.root().join("specs"), &|_| true)?;
        let ours = |path: &Path| {
            let name = path.file_name().unwrap_or_default();
            name == "Cargo.toml" || name == "README.md"
        };
        copy(&root.join("crates"), &this.root().join("crates"), &ours)?;
        // The table of operations names tests.
        copy(&root.join("tests/tests"), &this.root().join("tests/tests"), &|_| true)?;
        Ok(this)
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    /// What was generated and the documents it was generated from, in the workspace.
    fn files(&self, root: &Path, vendor: &str, generated: Files) -> Result<Files> {
        let mut files = generated.moved(self.root(), root);
        let specs = Path::new("specs").join(vendor);
        // A file whose last entry is gone is removed.
        files.own(root.join(&specs).join("surface"));
        let generated = |name: &PathBuf| name == Path::new("names.json");
        for name in tree::files(&self.root().join(&specs))?.into_iter().filter(|name| !generated(name)) {
            let path = specs.join(name);
            files.add(root.join(&path), std::fs::read_to_string(self.root().join(&path))?);
        }
        Ok(files)
    }
}

fn copy(from: &Path, to: &Path, which: &dyn Fn(&Path) -> bool) -> Result<()> {
    for name in tree::files(from)?.into_iter().filter(|name| which(name)) {
        let target = to.join(&name);
        std::fs::create_dir_all(target.parent().unwrap_or(to))?;
        std::fs::copy(from.join(&name), &target).with_context(|| format!("{} cannot be copied", name.display()))?;
    }
    Ok(())
}
