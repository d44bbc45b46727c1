//! The Cargo features of a client: one a resource, one a folder of documents, `full` for all.
//! Written into the crate's `Cargo.toml` and README between two marks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, bail};

use crate::emit::marks::{Marks, part};
use crate::model::Model;
use crate::read::vendor::{ApiFile, Features, Vendor};
use crate::write::Files;

const MANIFEST: Marks = ("# Features: written by `cargo xtask generate`.", "# End of the written features.");
const README: Marks = ("<!-- features: written by `cargo xtask generate` -->", "<!-- end of the written features -->");

/// The resources of a vendor and their sources.
#[derive(Default)]
pub(crate) struct Resources(BTreeMap<String, Resource>);

#[derive(Default)]
struct Resource {
    folders: BTreeSet<String>,
    operations: Operations,
}

/// A further API, behind a feature.
struct Further<'a> {
    feature: &'a str,
    /// True if its operations are new ones, false if it is another version of those of the root.
    adds: bool,
}

impl<'a> Further<'a> {
    fn all(vendor: &'a Vendor) -> Vec<Self> {
        let further = |api: &'a ApiFile| {
            let adds = api.documents.values().any(|document| document.only_new);
            Some(Self { feature: api.feature.as_deref()?, adds })
        };
        vendor.file.apis.iter().filter_map(further).collect()
    }
}

/// The number of operations by the feature of their API, if it needs one.
#[derive(Default)]
struct Operations(BTreeMap<Option<String>, usize>);

impl Operations {
    fn add(&mut self, other: &Self) {
        for (feature, count) in &other.0 {
            *self.0.entry(feature.clone()).or_default() += count;
        }
    }

    /// Returns the feature without which there are none.
    fn only_with(&self) -> Option<&str> {
        match self.0.keys().collect::<Vec<_>>().as_slice() {
            [only] => only.as_deref(),
            _ => None,
        }
    }

    /// The number of the methods that are always there, and that of each further API.
    fn said(&self, others: &[Further<'_>]) -> String {
        let count = |feature: Option<&str>| self.0.get(&feature.map(str::to_owned)).map(usize::to_string);
        let (root, none) = (count(None), || "–".to_owned());
        others.iter().fold(root.clone().unwrap_or_else(none), |text, Further { feature, adds }| {
            match (count(Some(feature)), adds) {
                (Some(count), true) if root.is_some() => format!("{text}, and {count} more with `{feature}`"),
                (Some(count), true) => format!("{count} with `{feature}`"),
                (None, true) => text,
                (count, false) => format!("{text} ({})", count.unwrap_or_else(none)),
            }
        })
    }
}

impl Resources {
    /// Adds the resources of an API.
    pub(crate) fn add(&mut self, api: &ApiFile, model: &Model) {
        for operation in &model.operations {
            let resource = self.0.entry(operation.resource.clone()).or_default();
            *resource.operations.0.entry(api.feature.clone()).or_default() += 1;
            // The documents of a further API may be below a folder with its name.
            let document = operation.document.strip_prefix(&format!("{}/", api.name)).unwrap_or(&operation.document);
            if let Some((folder, _)) = document.split_once('/') {
                resource.folders.insert(folder.to_owned());
            }
        }
    }

    /// Writes the features of the vendor's crate.
    pub(crate) fn write(&self, root: &Path, vendor: &Vendor, features: &Features, files: &mut Files) -> Result<()> {
        for name in features.default.iter().chain(features.needs.keys()) {
            if !self.0.contains_key(name) {
                bail!("vendor.json: `features`: there is no resource `{name}`");
            }
        }
        let folder = root.join("crates").join(&vendor.file.crate_name);
        part(files, folder.join("Cargo.toml"), MANIFEST, &self.manifest(vendor, features))?;
        part(files, folder.join("README.md"), README, &self.table(vendor, features))
    }

    /// Folders and what is in them.
    fn folders(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, resource) in &self.0 {
            for folder in &resource.folders {
                found.entry(folder).or_default().push(name);
            }
        }
        found
    }

    fn manifest(&self, vendor: &Vendor, features: &Features) -> String {
        let mut text = list("default", ["rustls"].into_iter().chain(features.default.iter().map(String::as_str)));
        text.push_str(&list("full", self.0.keys().map(String::as_str)));
        if features.folders {
            for (folder, names) in self.folders() {
                text.push_str(&list(&format!("all-{folder}"), names.into_iter()));
            }
        }
        for api in vendor.file.apis.iter().filter_map(|api| api.feature.as_ref()) {
            text.push_str(&list(api, [].into_iter()));
        }
        for name in self.0.keys() {
            let needs = features.needs.get(name).into_iter().flatten();
            text.push_str(&list(name, needs.map(String::as_str)));
        }
        text
    }

    fn table(&self, vendor: &Vendor, features: &Features) -> String {
        let others = Further::all(vendor);
        let versions: String =
            others.iter().filter(|other| !other.adds).map(|other| format!(" (in `{}`)", other.feature)).collect();
        let mut text = format!("\n| feature | what it adds | methods{versions} |\n|---|---|---|\n");
        let sum = |of: &mut dyn Iterator<Item = &Resource>| {
            let mut all = Operations::default();
            of.for_each(|resource| all.add(&resource.operations));
            all.said(&others)
        };
        let mut row = |name: &str, adds: &str, count: String| {
            text.push_str(&format!("| `{name}` | {adds} | {count} |\n"));
        };
        row("full", "every resource", sum(&mut self.0.values()));
        if features.folders {
            for (folder, names) in self.folders() {
                let count = sum(&mut names.iter().map(|name| &self.0[*name]));
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                row(&format!("all-{folder}"), &names.join(", "), count);
            }
        }
        for api in &vendor.file.apis {
            if let Some(feature) = &api.feature {
                row(
                    feature,
                    &format!("the module `{}`, in which each resource still needs its own feature", api.module()),
                    String::new(),
                );
            }
        }
        for (name, resource) in &self.0 {
            let default = if features.default.contains(name) { "on by default" } else { "" };
            let alone = resource.operations.only_with().map(|api| format!("only with `{api}`")).unwrap_or_default();
            let said: Vec<&str> = [default, &alone].into_iter().filter(|said| !said.is_empty()).collect();
            row(name, &said.join(", "), resource.operations.said(&others));
        }
        text + "\n"
    }
}

/// `name = [..]`, a line each where they are many.
fn list<'a>(name: &str, of: impl Iterator<Item = &'a str>) -> String {
    const WIDTH: usize = 110;
    let names: Vec<String> = of.map(|name| format!("\"{name}\"")).collect();
    let short = format!("{name} = [{}]\n", names.join(", "));
    if short.len() <= WIDTH {
        return short;
    }
    format!("{name} = [\n{}]\n", names.iter().map(|name| format!("    {name},\n")).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::{Further, Operations};

    #[test]
    fn methods_of_a_further_api_are_more_or_those_of_another_version() {
        let of = |counts: &[(Option<&str>, usize)]| {
            Operations(counts.iter().map(|(feature, count)| (feature.map(str::to_owned), *count)).collect())
        };
        let beta = [Further { feature: "beta", adds: true }];
        assert_eq!(of(&[(None, 7), (Some("beta"), 2)]).said(&beta), "7, and 2 more with `beta`");
        assert_eq!(of(&[(None, 7)]).said(&beta), "7");
        assert_eq!(of(&[(Some("beta"), 2)]).said(&beta), "2 with `beta`");
        let v3 = [Further { feature: "v3", adds: false }];
        assert_eq!(of(&[(None, 7), (Some("v3"), 8)]).said(&v3), "7 (8)");
        assert_eq!(of(&[(None, 7)]).said(&v3), "7 (–)");
        assert_eq!(of(&[(Some("v3"), 8)]).said(&v3), "– (8)");
    }
}
