//! The honesty table: what the public record says of each element, printed into the crate's README.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use crate::emit::marks::{Marks, between};
use crate::read::evidence::Evidence;
use crate::read::vendor::Vendor;
use crate::write::Files;

const MARKS: Marks = ("<!-- honesty table: written by `cargo xtask generate` -->", "<!-- end of the honesty table -->");

/// Writes the table between the two marks of `crates/<crate>/README.md`.
pub(crate) fn readme(root: &Path, vendor: &Vendor, evidence: &[Evidence], files: &mut Files) -> Result<()> {
    let path = root.join("crates").join(&vendor.file.crate_name).join("README.md");
    files.add(path.clone(), between(&path, MARKS, &format!("\n{}\n", table(evidence)))?);
    Ok(())
}

fn table(evidence: &[Evidence]) -> String {
    let count = |mark: &str| evidence.iter().filter(|entry| entry.mark == mark).count();
    let mut text = format!(
        "Of {} elements, {} are documented by the vendor, {} are implied by an example, a sibling or third-party code, and {} are assumed by us.\n\n",
        evidence.len(),
        count("documented"),
        count("implied"),
        count("assumed")
    );
    text.push_str("| not documented | how certain | source |\n|---|---|---|\n");
    // One line for each group of elements with the same mark and source.
    let mut groups: BTreeMap<(&str, &str, String), Vec<&str>> = BTreeMap::new();
    for entry in evidence.iter().filter(|entry| entry.mark != "documented") {
        let head = entry.element.split(['.', ':']).next().unwrap_or("").trim_end_matches("[]").to_owned();
        groups.entry((&entry.mark, &entry.source, head)).or_default().push(&entry.element);
    }
    for ((mark, source, head), elements) in groups {
        let parts: Vec<String> = elements
            .iter()
            .map(|element| {
                element
                    .strip_prefix(head.as_str())
                    .unwrap_or(element)
                    .trim_start_matches("[]")
                    .trim_start_matches(['.', ':', ' '])
                    .replace('`', "")
                    .replace('|', "\\|")
            })
            .filter(|part| !part.is_empty())
            .collect();
        let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
        text.push_str(&format!("| `{head}`{parts} | {mark} | {} |\n", source.replace('|', "\\|")));
    }
    text
}
