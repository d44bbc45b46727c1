//! `cargo xtask api`: what of each crate is public, as text, and whose types are in it.

mod document;
mod foreign;
mod gates;
mod page;
mod rustdoc;
#[cfg(test)]
mod tests;
mod text;
mod tree;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

use codegen::write::Files;
use document::Document;
use foreign::Foreign;
use page::Writer;
use tree::Tree;
use xtask::cargo::{Package, published};

pub(crate) use rustdoc::{unstable, wrapped};

/// The folder of the texts, one for each crate.
const FOLDER: &str = "docs/api";

/// Returns the current public items of every published crate, by crate.
pub(crate) fn texts(root: &Path) -> Result<BTreeMap<String, String>> {
    Ok(all(root)?.into_iter().map(|(package, text, _)| (package.name, text)).collect())
}

fn all(root: &Path) -> Result<Vec<(Package, String, Foreign)>> {
    let packages = published(root)?;
    let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let folder = rustdoc::run(root, &names)?;
    let read = |package: Package| {
        let file = folder.join(format!("{}.json", package.name.replace('-', "_")));
        let (text, foreign) = read(root, &package, &file)
            .with_context(|| format!("the public items of {} cannot be read", package.name))?;
        Ok((package, text, foreign))
    };
    packages.into_iter().map(read).collect()
}

/// Writes the texts, or with `check` shows how they differ. Returns `false` if a checked text differs, or if an item
/// exposes a type of a crate that is not on the list.
pub(crate) fn run(root: &Path, check: bool) -> Result<bool> {
    let mut files = Files::default();
    files.own(root.join(FOLDER));
    let mut wrong = Vec::new();
    for (package, text, foreign) in all(root)? {
        println!("{}: {} lines, {} foreign types", package.name, text.lines().count(), foreign.len());
        wrong.extend(foreign::check(&package, &foreign));
        files.add(root.join(FOLDER).join(format!("{}.txt", package.name)), text);
    }
    for line in &wrong {
        println!("{line}");
    }
    let changes = files.changes()?;
    if check {
        for change in &changes.files {
            println!("{}", change.diff(root));
        }
        if !changes.files.is_empty() {
            println!("public items changed; review them and run `cargo xtask api`");
        }
        return Ok(changes.files.is_empty() && wrong.is_empty());
    }
    files.write()?;
    println!("{} of {} files in {FOLDER} changed", changes.files.len(), changes.total);
    Ok(wrong.is_empty())
}

/// The text of a crate, and the foreign types in it.
fn read(root: &Path, package: &Package, file: &Path) -> Result<(String, Foreign)> {
    let document = Document::read(root, package, file)?;
    let tree = Tree::read(&document, file)?;
    let mut writer = Writer::new(&document, &tree);
    let text = writer.page();
    Ok((text, writer.foreign))
}
