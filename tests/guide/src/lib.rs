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
    records: "records.md"
    search: "search.md"
    associations: "associations.md"
    files: "files.md"
    raw: "raw.md"
    examples: "examples.md"
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

    /// The anchors of the headings of a page, as mdBook makes them.
    fn anchors(page: &str) -> BTreeSet<String> {
        let headings = page.lines().filter(|line| line.starts_with("# ") || line.starts_with("##"));
        let letter = |c: char| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c.to_ascii_lowercase()),
            _ => None,
        };
        headings.map(|line| line.trim_start_matches('#').trim().chars().filter_map(letter).collect()).collect()
    }

    /// The parts of other files that a page includes, by an anchor or from a line on.
    fn included(page: &Path, text: &str) -> Vec<String> {
        let included = text.split("{{#include ").skip(1).filter_map(|rest| rest.split_once("}}"));
        let read = |(target, _): (&str, &str)| {
            let (file, part) = target.split_once(':').unwrap_or((target, ""));
            let text = std::fs::read_to_string(source().join(page).parent().unwrap().join(file)).unwrap();
            match text.split_once(&format!("ANCHOR: {part}")) {
                Some((_, rest)) if !part.is_empty() => rest.split("ANCHOR_END").next().unwrap().to_owned(),
                _ => text,
            }
        };
        included.map(read).collect()
    }

    /// The files and folders of the repository that a page names.
    fn paths(page: &str) -> impl Iterator<Item = &str> {
        page.split('`')
            .skip(1)
            .step_by(2)
            .filter(|code| ["crates/", "docs/", "tests/"].iter().any(|top| code.starts_with(top)))
    }

    #[test]
    fn each_page_is_in_the_summary_and_tested_and_its_links_and_paths_resolve() {
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
            for (target, _) in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')) {
                let Some((file, anchor)) = target.split_once('#').filter(|_| !target.contains("://")) else { continue };
                let to = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
                let there = anchors(&std::fs::read_to_string(source().join(to)).unwrap());
                assert!(there.contains(anchor), "{name} links to {target}, whose page has no such heading");
            }
            // A link in an included part is relative to the page.
            for target in included(page, &text).iter().flat_map(|part| targets(part)) {
                let file = source().join(page).parent().unwrap().join(&target);
                assert!(file.exists(), "{name} includes a link to {target}, which does not exist in the book");
            }
            for path in paths(&text) {
                assert!(source().join("../../..").join(path).exists(), "{name} names {path}, which does not exist");
            }
        }
    }

    #[test]
    fn each_kind_of_error_is_in_the_table() {
        let page = std::fs::read_to_string(source().join("errors.md")).unwrap();
        let kinds = include_str!("../../../crates/crm-core/src/error/kind.rs");
        let kinds = kinds.split_once("pub fn as_str").unwrap().1.split_once("impl fmt::Display").unwrap().0;
        let kinds: Vec<&str> =
            kinds.lines().filter_map(|line| Some(line.split_once("Self::")?.1.split_once(" =>")?.0)).collect();
        assert!(kinds.len() > 10);
        for kind in kinds {
            assert!(page.contains(&format!("\n| `{kind}` |")), "{kind} is not in the table of errors.md");
        }
    }

    fn readme(client: &str) -> String {
        std::fs::read_to_string(source().join(format!("../../../crates/{client}/README.md"))).unwrap()
    }

    /// The numbers of methods, which the generator writes into the table of features: of the client, and of its further API.
    fn methods(readme: &str) -> [usize; 2] {
        let row = readme.lines().find_map(|line| line.strip_prefix("| `full` | every resource | ")).unwrap();
        let numbers = row.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok());
        numbers.collect::<Vec<_>>().try_into().unwrap()
    }

    #[test]
    fn the_numbers_of_operations_in_the_readmes_are_those_of_the_clients() {
        let hubspot = readme("hubspot-client");
        let [number, _] = methods(&hubspot);
        // Each method of `objects` is an operation of every type of object that has it.
        let types: usize = hubspot_client::object_types::OBJECT_TYPES.iter().map(|one| one.operations.len()).sum();
        let all = number + types;
        let told = format!("{number} methods for {},{:03} operations", all / 1000, all % 1000);
        assert!(hubspot.contains(&told), "the README of hubspot-client must say \"{told}\"");

        let hoopai = readme("hoopai-client");
        let [number, v3] = methods(&hoopai);
        for told in [format!("all {number} operations before version 3"), format!("all {v3} of version 3")] {
            assert!(hoopai.contains(&told), "the README of hoopai-client must say \"{told}\"");
        }

        let told = format!("{} operations", hockeystack_client::revenue_agents::operations::all().count());
        assert!(readme("hockeystack-client").contains(&told), "the README of hockeystack-client must say \"{told}\"");
    }

    /// The highest ratio to the baseline in the rows that begin so, from a table that `cargo xtask bench` wrote.
    fn ratio(page: &str, measure: &str) -> f64 {
        let page = std::fs::read_to_string(source().join("../..").join(page)).unwrap();
        let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.strip_prefix(measure));
        let ratios = rows.map(|row| {
            let cell = row.split('|').nth(3).unwrap().trim();
            cell.strip_prefix("1/").map_or_else(|| cell.parse().unwrap(), |of| 1.0 / of.parse::<f64>().unwrap())
        });
        ratios.reduce(f64::max).unwrap_or_else(|| panic!("no row begins with {measure}"))
    }

    #[test]
    fn the_readme_states_what_was_measured() {
        let readme = std::fs::read_to_string(source().join("../../../README.md")).unwrap();
        let readme = readme.split_whitespace().collect::<Vec<_>>().join(" ");
        for (told, page, measure, most) in [
            (
                "500 accounts take less than a fifteenth of the memory",
                "benchmarks.md",
                "500 accounts: memory",
                1.0 / 15.0,
            ),
            (
                "less than a twentieth of what stock progenitor",
                "compile-times.md",
                "hubspot-client full: CPU",
                1.0 / 20.0,
            ),
            ("no more instructions than reqwest", "benchmarks.md", "one GET: instructions", 1.0),
            (
                "at most an eighteenth of the processor time",
                "benchmarks.md",
                "64 calls at once: CPU of one,",
                1.0 / 18.0,
            ),
            ("with half the instructions", "benchmarks.md", "read 100 contacts into maps: instructions", 0.5),
            ("struct of yours with a third", "benchmarks.md", "read 100 contacts into a struct of 10", 0.335),
        ] {
            assert!(readme.contains(told), "the README does not say \"{told}\"");
            let measured = ratio(page, measure);
            assert!(measured <= most, "\"{told}\": {measured} was measured");
        }
    }
}
