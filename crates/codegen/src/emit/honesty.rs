//! The honesty table: what the public record says of each element, printed into the crate's README.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use crate::emit::marks::{Marks, part};
use crate::read::evidence::Evidence;
use crate::read::vendor::Vendor;
use crate::write::Files;

const MARKS: Marks = ("<!-- honesty table: written by `cargo xtask generate` -->", "<!-- end of the honesty table -->");

/// Writes the table between the two marks of `crates/<crate>/README.md`.
pub(crate) fn readme(root: &Path, vendor: &Vendor, evidence: &[Evidence], files: &mut Files) -> Result<()> {
    let path = root.join("crates").join(&vendor.file.crate_name).join("README.md");
    part(files, path, MARKS, &format!("\n{}\n", table(&vendor.name, evidence)))
}

/// Maximum number of elements that a row lists; of more, two are named.
const MOST_LISTED: usize = 3;

fn table(vendor: &str, evidence: &[Evidence]) -> String {
    let count = |mark: &str| evidence.iter().filter(|entry| entry.mark == mark).count();
    let mut text = format!(
        "Of {} elements, {} are documented by the vendor, {} are implied by an example, a sibling or third-party code, and {} are assumed by us.\n\n",
        evidence.len(),
        count("documented"),
        count("implied"),
        count("assumed")
    );
    text.push_str("| not documented | how certain | source |\n|---|---|---|\n");
    // The parts of each operation or schema that have the same mark and source.
    let mut parts: BTreeMap<(&str, &str, &str), Vec<String>> = BTreeMap::new();
    for entry in evidence.iter().filter(|entry| entry.mark != "documented") {
        let head = entry.element.split(['.', ':']).next().unwrap_or("").trim_end_matches("[]");
        let part = entry.element.strip_prefix(head).unwrap_or_default().trim_start_matches(['[', ']', '.', ':', ' ']);
        let parts = parts.entry((&entry.mark, &entry.source, head)).or_default();
        parts.extend((!part.is_empty()).then(|| part.replace('`', "").replace('|', "\\|")));
    }
    // One row for all that have the same parts.
    let mut rows: BTreeMap<(&str, &str, String), Vec<String>> = BTreeMap::new();
    for ((mark, source, head), parts) in parts {
        let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
        rows.entry((mark, source, parts)).or_default().push(format!("`{head}`"));
    }
    for ((mark, source, parts), heads) in rows {
        let heads = match heads.as_slice() {
            [first, second, others @ ..] if heads.len() > MOST_LISTED => {
                format!("{first}, {second} and {} others", others.len())
            }
            heads => heads.join(", "),
        };
        text.push_str(&format!("| {heads}{parts} | {mark} | {} |\n", source.replace('|', "\\|")));
    }
    text + &format!(
        "\nThe documents, `specs/{vendor}/*.json` in the repository, have the mark of each element as `x-crm-evidence` and its source as `x-crm-source`.\n"
    )
}
