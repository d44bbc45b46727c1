//! In which order crates are published: what others need comes first.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use xtask::cargo::Package;

/// Puts packages in the order in which a registry takes them. A development dependency with a version is
/// looked up by the registry too; one that only has a path is not.
pub(super) fn sort(packages: Vec<Package>) -> Result<Vec<Package>> {
    let mut left = packages;
    let mut sorted: Vec<Package> = Vec::new();
    while !left.is_empty() {
        let names: BTreeSet<String> = left.iter().map(|package| package.name.clone()).collect();
        let ready = |package: &Package| needs(package).all(|name| name == package.name || !names.contains(name));
        let (now, later): (Vec<Package>, Vec<Package>) = left.into_iter().partition(ready);
        if now.is_empty() {
            let names: Vec<String> = later.into_iter().map(|package| package.name).collect();
            bail!(
                "{} need each other to be published; let a development dependency say its path alone, without a version",
                names.join(" and ")
            );
        }
        sorted.extend(now);
        left = later;
    }
    Ok(sorted)
}

/// Returns the crates that must be in the registry before it.
fn needs(package: &Package) -> impl Iterator<Item = &str> {
    let found = package.dependencies.iter().filter(|dependency| dependency.req != "*");
    found.map(|dependency| dependency.name.as_str())
}

/// Returns the dependencies that its users see: all except development dependencies.
pub(super) fn shows(package: &Package) -> impl Iterator<Item = &str> {
    let found = package.dependencies.iter().filter(|dependency| dependency.kind.is_none());
    found.map(|dependency| dependency.name.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(name: &str, needs: &[(&str, &str)]) -> Package {
        let dependencies: Vec<_> =
            needs.iter().map(|(name, req)| json!({"name": name, "kind": "dev", "req": req})).collect();
        let package = json!({"name": name, "version": "0.1.0", "manifest_path": "", "dependencies": dependencies});
        serde_json::from_value(package).unwrap()
    }

    #[test]
    fn what_others_need_comes_first_and_a_circle_is_told() {
        let packages = |back: &str| {
            vec![
                package("client", &[("core", "^0.1")]),
                package("core", &[("core", "*"), ("fake", back)]),
                package("fake", &[("core", "^0.1")]),
            ]
        };
        let names: Vec<String> = sort(packages("*")).unwrap().into_iter().map(|package| package.name).collect();
        assert_eq!(names, ["core", "client", "fake"]);
        let refused = sort(packages("^0.1")).expect_err("a circle").to_string();
        assert!(refused.starts_with("client and core and fake need each other"), "{refused}");
    }
}
