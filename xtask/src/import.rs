//! `cargo xtask import`: imports a document that is not in a repository of the vendor, without its prose.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use codegen::read::foreign;
use codegen::read::import::Imported;
use codegen::read::lock::{self, ImportedFrom, Lock};
use codegen::tree;
use codegen::write::Files;

/// Imports a file, or every OpenAPI document of a folder, into `specs/<vendor>/<into>`. Files of a folder that cannot
/// be imported are shown and omitted. Nothing is written if a file that a document refers to is missing.
pub(crate) fn run(root: &Path, vendor: &str, from: &Path, into: &str, source: &str) -> Result<()> {
    let folder = root.join("specs").join(vendor);
    let parent = from.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let base = if from.is_dir() { from } else { parent };
    let mut lock = Lock::read(&folder)?.unwrap_or_default();
    let mut others = foreign::Files::of(base)?;
    let (mut files, mut count, mut left) = (Files::default(), 0_usize, 0_usize);
    for path in documents(from)? {
        let relative = path.strip_prefix(base).unwrap_or(&path);
        let name = Path::new(into).join(relative).to_string_lossy().replace('\\', "/");
        let imported = match Imported::read(&path, &name, &mut others) {
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
        imported.repairs.iter().for_each(|(kind, count)| println!("  repaired {kind}: {count}"));
        files.add(folder.join(&name), imported.text()?);
        count += 1;
        lock.imported.insert(name, ImportedFrom { source: source.to_owned(), sha256: imported.sha256 });
    }
    if let Some(wrong) = others.wrong().next() {
        bail!("{wrong}; import the folder that holds both");
    }
    if count == 0 {
        bail!("{}: no document was imported", from.display());
    }
    files.add(folder.join(lock::FILE), lock.text()?);
    files.write()?;
    println!("{count} documents imported into {}, {left} left", folder.display());
    let list = folder.join("vendor.json");
    if list.is_file() {
        println!("Next: list new documents in {}, then run `cargo xtask generate {vendor}`", list.display());
    } else {
        println!("Next: write {}, as CONTRIBUTING.md describes it in \"Add a vendor\"", list.display());
    }
    Ok(())
}

/// Returns the file, or the JSON files of the folder.
fn documents(from: &Path) -> Result<Vec<PathBuf>> {
    if !from.is_dir() {
        return Ok(vec![from.to_owned()]);
    }
    let names =
        tree::files(from)?.into_iter().filter(|name| name.extension().is_some_and(|extension| extension == "json"));
    Ok(names.map(|name| from.join(name)).collect())
}

#[cfg(test)]
mod tests {
    use codegen::read::lock::Lock;
    use serde_json::json;

    use super::run;

    const DOCUMENT: &str = "\u{feff}{\"openapi\": \"3.0.0\", \"info\": {\"title\": \"T\", \"version\": \"1\"}, \
        \"paths\": {\"/a\": {\"get\": {\"description\": \"Prose.\", \"responses\": {}}}}}";

    #[test]
    fn a_document_is_written_without_prose_and_the_lock_names_its_source() {
        let (root, from) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(from.path().join("a.json"), DOCUMENT).unwrap();
        std::fs::write(from.path().join("b.json"), "openapi: 3.0.0").unwrap();
        std::fs::write(from.path().join("c.txt"), DOCUMENT).unwrap();
        run(root.path(), "acme", from.path(), "v1", "a page").unwrap();
        let specs = root.path().join("specs/acme");
        let text = std::fs::read_to_string(specs.join("v1/a.json")).unwrap();
        assert!(text.contains("/a") && !text.contains("Prose"), "{text}");
        let lock = Lock::read(&specs).unwrap().unwrap();
        let expected = json!({"imported": {"v1/a.json": {
            "source": "a page",
            "sha256": codegen::read::lock::sha256(DOCUMENT.as_bytes()),
        }}});
        assert_eq!(serde_json::to_value(lock).unwrap(), expected);
        assert!(!specs.join("v1/b.json").exists());
    }

    #[test]
    fn what_cannot_be_imported_leaves_everything_as_it_was() {
        let (root, from) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = from.path().join("a.json");
        for (text, expected) in [
            ("openapi: 3.0.0", "but YAML"),
            ("{\"swagger\": \"2.0\"}", "Swagger 2"),
            ("{\"openapi\": \"3.0", "not JSON"),
        ] {
            std::fs::write(&file, text).unwrap();
            let error = format!("{:#}", run(root.path(), "acme", &file, "", "a page").unwrap_err());
            assert!(error.contains(expected), "{error}");
            let error = run(root.path(), "acme", from.path(), "", "a page").unwrap_err().to_string();
            assert!(error.ends_with("no document was imported"), "{error}");
        }
        assert!(!root.path().join("specs").exists());
    }
}
