//! `cargo xtask sync`: a vendor changed its documents. They are taken in, corrected and generated in a
//! copy; the files of the workspace are written only when all of it went well.

mod report;
mod state;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use codegen::correct::stale;
use codegen::read::checkout::{self, Checkout, Same};
use codegen::read::lock::{self, Lock};
use codegen::read::vendor::Vendor;
use codegen::tree;
use codegen::write::Files;

use crate::generate;
use codegen::diff::Change;
use xtask::diff;

/// Syncs with a checkout of the vendor's repository, and shows the changes.
pub(crate) fn run(root: &Path, vendor: &str, from: &Path, source: Option<&str>) -> Result<()> {
    let (_, changes) = sync(root, vendor, from, source)?;
    println!("5/5 What that changes");
    diff::print(&changes, "what was there before");
    if !changes.is_empty() {
        println!("Review the difference of specs and generated code. Then `cargo xtask api`, `cargo xtask test`, and");
        println!("`cargo insta review` for what goes over the wire.");
    }
    Ok(())
}

/// Compares a checkout with the lock file. Returns `false` if a file differs or is missing.
pub(crate) fn verify(root: &Path, vendor: &str, from: &Path) -> Result<bool> {
    let vendor = Vendor::read(root, vendor)?;
    checkout::source(&vendor)?;
    let lock = Lock::read(&vendor.folder)?;
    let lock =
        lock.with_context(|| format!("specs/{}/{} is missing: nothing was imported yet", vendor.name, lock::FILE))?;
    let compared = checkout::verify(&lock, checkout::whole(&vendor, from)?)?;
    for (name, same) in &compared {
        match same {
            Same::Yes => println!("  locked   {name}"),
            Same::No => println!("  differs  {name}"),
            Same::Missing => println!("  missing  {name}"),
        }
    }
    let right = compared.iter().filter(|(_, same)| *same == Same::Yes).count();
    println!("{right} of {} files are those of {} at {}", compared.len(), lock.repository, lock.commit);
    Ok(right == compared.len())
}

/// Syncs, and returns the removed corrections and the changes for the caller to show.
fn sync(root: &Path, vendor: &str, from: &Path, source: Option<&str>) -> Result<(Vec<String>, Vec<Change>)> {
    let vendor = Vendor::read(root, vendor)?;
    let repository = &checkout::source(&vendor)?.repository;
    let from = checkout::whole(&vendor, from)?;
    println!("1/5 Reading {}", from.display());
    let commit = state::of(from, source)?;
    let checkout =
        Checkout::read(&vendor, from, &mut |done, all, one, file| report::step(&vendor, (done, all), one, file))?;
    report::rest(&checkout);
    let lock = checkout.lock(repository, &commit, Lock::read(&vendor.folder)?);
    let scratch = Scratch::of(root)?;
    scratch.take(&vendor.name, &checkout, &lock)?;

    println!("2/5 Corrections");
    let stale = stale::mend(scratch.root(), &vendor.name)?;
    for one in &stale {
        println!("  {one}");
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
    let files = scratch.files(root, &vendor.name, files)?;
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

    /// Writes the imported documents and their lock file.
    fn take(&self, vendor: &str, checkout: &Checkout, lock: &Lock) -> Result<()> {
        let folder = self.root().join("specs").join(vendor);
        for (one, _) in &checkout.documents {
            let path = folder.join(&one.document.name);
            std::fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            std::fs::write(&path, one.text()?).with_context(|| format!("{} cannot be written", path.display()))?;
        }
        Ok(std::fs::write(folder.join(lock::FILE), lock.text()?)?)
    }

    /// Returns the generated files and the documents they were generated from, in the workspace.
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
