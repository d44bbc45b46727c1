//! Checks the files of a package.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Packed;
use xtask::cargo::Package;

/// Files that a package may contain. Only the fakes contain more than sources: the documents they serve, and what packs them.
const ALLOWED: [&str; 11] = [
    ".cargo_vcs_info.json",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "Cargo.toml.orig",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "examples",
    "src",
    "tests",
];
const OF_THE_FAKES: (&str, [&str; 2]) = ("crm-fake", ["build.rs", "specs"]);
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Returns the findings, one line each.
pub(super) fn check(root: &Path, packed: &Packed) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for package in &packed.packages {
        let folder = package.manifest_path.with_file_name("");
        let mut say = |what: String| wrong.push(format!("{}: {what}", package.name));
        for missing in missing(package) {
            say(format!("the manifest has no {missing}"));
        }
        for name in LICENCES {
            let ours = fs::read(root.join(name)).with_context(|| format!("{name} cannot be read"))?;
            if fs::read(folder.join(name)).ok().is_none_or(|theirs| theirs != ours) {
                say(format!("{name} is not that of the workspace"));
            }
        }
        for entry in fs::read_dir(&folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let of_the_fakes = package.name == OF_THE_FAKES.0 && OF_THE_FAKES.1.contains(&&*name);
            if !ALLOWED.contains(&&*name) && !of_the_fakes {
                say(format!("`{name}` does not belong into a package"));
            }
        }
        let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        for feature in package.features.keys().filter(|feature| *feature != "default") {
            if !readme.contains(&format!("`{feature}`")) {
                say(format!("README.md does not tell of the feature `{feature}`"));
            }
        }
    }
    Ok(wrong)
}

/// Returns the members that a registry or its readers need.
pub(crate) fn missing(package: &Package) -> impl Iterator<Item = &'static str> {
    let has = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    [
        ("description", has(&package.description)),
        ("license", has(&package.license)),
        ("readme", has(&package.readme)),
        ("rust-version", has(&package.rust_version)),
        ("keywords", (1..=5).contains(&package.keywords.len())),
        ("categories", (1..=5).contains(&package.categories.len())),
        ("`all-features` in [package.metadata.docs.rs]", package.metadata["docs"]["rs"]["all-features"] == true),
    ]
    .into_iter()
    .filter(|(_, there)| !there)
    .map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use serde_json::{Value, json};

    use super::super::Packed;
    use super::check;

    fn package(folder: &Path, manifest: Value) -> Packed {
        let mut whole = json!({"name": "acme", "version": "1.0.0", "manifest_path": folder.join("Cargo.toml")});
        whole.as_object_mut().unwrap().append(&mut manifest.as_object().unwrap().clone());
        let packages = vec![serde_json::from_value(whole).unwrap()];
        Packed { folder: folder.to_owned(), target: folder.join("target"), packages }
    }

    #[test]
    fn a_package_lacks_nothing_and_holds_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("acme-1.0.0");
        fs::create_dir_all(folder.join("src")).unwrap();
        for name in super::LICENCES {
            fs::write(root.path().join(name), name).unwrap();
            fs::write(folder.join(name), name).unwrap();
        }
        fs::write(folder.join("README.md"), "The feature `fast`.").unwrap();
        let complete = json!({
            "description": "Acme", "license": "MIT", "readme": "README.md", "rust_version": "1.89",
            "keywords": ["acme"], "categories": ["api-bindings"], "features": {"default": [], "fast": []},
            "metadata": {"docs": {"rs": {"all-features": true}}},
        });
        assert_eq!(check(root.path(), &package(&folder, complete)).unwrap(), [""; 0]);

        fs::create_dir(folder.join("fixtures")).unwrap();
        fs::write(folder.join("LICENSE-MIT"), "../../LICENSE-MIT").unwrap();
        let empty = json!({"description": " ", "features": {"slow": []}, "keywords": ["1", "2", "3", "4", "5", "6"]});
        let mut wrong = check(root.path(), &package(&folder, empty)).unwrap();
        wrong.sort();
        insta::assert_snapshot!(wrong.join("\n"), @r"
        acme: LICENSE-MIT is not that of the workspace
        acme: README.md does not tell of the feature `slow`
        acme: `fixtures` does not belong into a package
        acme: the manifest has no `all-features` in [package.metadata.docs.rs]
        acme: the manifest has no categories
        acme: the manifest has no description
        acme: the manifest has no keywords
        acme: the manifest has no license
        acme: the manifest has no readme
        acme: the manifest has no rust-version
        ");
    }
}
