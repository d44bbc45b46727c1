//! `cargo xtask import`: a vendor's document becomes one of ours, without its prose.

use std::path::Path;

use anyhow::{Result, bail};
use codegen::read::import::{Imported, files, write};

/// Imports a file or every JSON file of a folder into `specs/<vendor>/<into>`.
pub(crate) fn run(root: &Path, vendor: &str, from: &Path, into: &str, source: &str) -> Result<()> {
    let folder = root.join("specs").join(vendor);
    let found = files(from)?;
    let base = if from.is_dir() { from } else { from.parent().unwrap_or(Path::new("")) };
    // Everything is read before anything is written.
    let mut imported = Vec::new();
    let mut left = 0_usize;
    for path in &found {
        let relative = path.strip_prefix(base).unwrap_or(path);
        let name = Path::new(into).join(relative).to_string_lossy().replace('\\', "/");
        match Imported::read(path, &name)? {
            Some(one) => {
                println!("  {:<48} {:>4} operations", name, one.document.operations().len());
                one.report().iter().for_each(|line| println!("  {line}"));
                imported.push((one, source.to_owned()));
            }
            None if from.is_dir() => {
                println!("  {:<48} left: not an OpenAPI document", relative.display());
                left += 1;
            }
            None => bail!("{name}: at /openapi: missing; this is not an OpenAPI document"),
        }
    }
    write(&folder, &imported)?;
    println!("{} documents imported into {}, {left} left", imported.len(), folder.display());
    println!(
        "Next: list new documents in {}, then run `cargo xtask generate {vendor}`",
        folder.join("vendor.json").display()
    );
    Ok(())
}
