//! `cargo xtask import`: a document that is in no repository of the vendor becomes one of ours, without its prose.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use codegen::read::foreign::Files;
use codegen::read::import::Imported;
use codegen::read::lock::{self, Lock, Locked};
use codegen::tree;

/// Imports a file, or every OpenAPI document of a folder, into `specs/<vendor>/<into>`. Nothing is written unless all of
/// them can be read.
pub(crate) fn run(root: &Path, vendor: &str, from: &Path, into: &str, source: &str) -> Result<()> {
    let folder = root.join("specs").join(vendor);
    let base = if from.is_dir() { from } else { from.parent().unwrap_or(Path::new("")) };
    let base = if base.as_os_str().is_empty() { Path::new(".") } else { base };
    let mut lock = Lock::read(&folder)?.unwrap_or_default();
    if lock.repository.is_empty() {
        (lock.repository, lock.commit) = (source.to_owned(), source.to_owned());
    }
    let mut files = Files::of(base)?;
    let mut written: BTreeMap<PathBuf, String> = BTreeMap::new();
    let mut left = 0_usize;
    for path in documents(from)? {
        let relative = path.strip_prefix(base).unwrap_or(&path);
        let name = Path::new(into).join(relative).to_string_lossy().replace('\\', "/");
        let imported = match Imported::read(&path, &name, &mut files) {
            Ok(imported) => imported,
            Err(error) if from.is_dir() => {
                println!("  {:<48} left: {error:#}", relative.display());
                left += 1;
                continue;
            }
            Err(error) => return Err(error.context(path.display().to_string())),
        };
        println!("  {name:<48} {:>4} operations", imported.document.operations().len());
        imported.report().iter().for_each(|line| println!("  {line}"));
        written.insert(folder.join(&name), imported.text()?);
        let commit = (lock.commit != source).then(|| source.to_owned());
        let file = relative.to_string_lossy().replace('\\', "/");
        lock.documents.insert(name, Locked { file, sha256: imported.sha256, commit });
    }
    if let Some(wrong) = files.wrong().next() {
        bail!("{wrong}");
    }
    lock.shared.extend(files.shared());
    let imported = written.len();
    written.insert(folder.join(lock::FILE), lock.text()?);
    for (path, text) in written {
        std::fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    println!("{imported} documents imported into {}, {left} left", folder.display());
    println!(
        "Next: list new documents in {}, then run `cargo xtask generate {vendor}`",
        folder.join("vendor.json").display()
    );
    Ok(())
}

/// The file, or the JSON files of the folder.
fn documents(from: &Path) -> Result<Vec<PathBuf>> {
    if !from.is_dir() {
        return Ok(vec![from.to_owned()]);
    }
    let names = tree::files(from)?.into_iter().filter(|name| name.extension().is_some_and(|ext| ext == "json"));
    Ok(names.map(|name| from.join(name)).collect())
}
