//! The pages of `docs/guide`, whose examples are tests of documentation.

#![forbid(unsafe_code)]

macro_rules! pages {
    ($($name:ident: $file:literal)*) => {$(
        #[cfg(doctest)]
        #[doc = include_str!(concat!("../../../docs/guide/src/", $file))]
        mod $name {}
    )*};
}

pages! {
    introduction: "introduction.md"
    start_hubspot: "start/hubspot.md"
    start_hoopai: "start/hoopai.md"
    start_hockeystack: "start/hockeystack.md"
    start_hatch: "start/hatch.md"
    paging: "paging.md"
    limits: "limits.md"
    errors: "errors.md"
    batches: "batches.md"
    exports: "exports.md"
    oauth: "oauth.md"
    webhooks: "webhooks.md"
    processes: "processes.md"
    tls: "tls.md"
    testing: "testing.md"
    upgrading: "upgrading.md"
    adding_a_vendor: "adding-a-vendor.md"
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    fn source() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/src")
    }

    /// All files below a folder, relative to the pages.
    fn files(folder: &Path, found: &mut BTreeSet<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else {
                found.insert(path.strip_prefix(source()).unwrap().to_owned());
            }
        }
    }

    /// The targets of the links and includes of a page, without anchors.
    fn targets(page: &str) -> Vec<String> {
        let links = page.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
        let includes = page.split("{{#include ").skip(1).filter_map(|rest| rest.split_once("}}"));
        let includes = includes.map(|(target, _)| target.split(':').next().unwrap());
        let local = links.chain(includes).filter(|target| !target.contains("://"));
        local.map(|target| target.split('#').next().unwrap().to_owned()).filter(|target| !target.is_empty()).collect()
    }

    #[test]
    fn each_page_is_in_the_summary_and_tested_and_its_links_resolve() {
        let mut pages = BTreeSet::new();
        files(&source(), &mut pages);
        assert!(pages.remove(Path::new("SUMMARY.md")));
        let summary = std::fs::read_to_string(source().join("SUMMARY.md")).unwrap();
        let listed: BTreeSet<PathBuf> = targets(&summary).into_iter().map(PathBuf::from).collect();
        assert_eq!(listed, pages);
        for page in &pages {
            let name = page.to_str().unwrap();
            assert!(include_str!("lib.rs").contains(&format!(": \"{name}\"\n")), "{name} is not tested");
            let text = std::fs::read_to_string(source().join(page)).unwrap();
            for target in targets(&text) {
                let file = source().join(page).parent().unwrap().join(&target);
                assert!(file.exists(), "{name} links to {target}, which does not exist");
            }
        }
    }
}
