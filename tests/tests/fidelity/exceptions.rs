//! Findings about which the document is wrong, with the evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use super::table::Finding;

/// An entry of `exceptions.json`.
#[derive(Deserialize)]
struct Exception {
    /// The evidence that the client is right.
    #[serde(rename = "why")]
    _why: String,
    /// The findings by API, each as `operation: what`. A `*` at the end matches anything.
    #[serde(flatten)]
    findings: BTreeMap<String, Vec<String>>,
}

/// The exceptions of one API.
pub(crate) struct Exceptions(BTreeSet<String>);

/// Findings without an exception, how many have one, and exceptions that nothing needs.
pub(crate) struct Sorted {
    pub(crate) open: Vec<Finding>,
    pub(crate) excepted: usize,
    pub(crate) unneeded: BTreeSet<String>,
}

impl Exceptions {
    pub(crate) fn of(api: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fidelity/exceptions.json");
        let text = std::fs::read_to_string(path).unwrap();
        let all: Vec<Exception> =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("exceptions.json: {error}"));
        Self(all.into_iter().filter_map(|mut exception| exception.findings.remove(api)).flatten().collect())
    }

    pub(crate) fn sort(&self, findings: Vec<Finding>) -> Sorted {
        let mut unneeded = self.0.clone();
        let total = findings.len();
        let open: Vec<Finding> = findings
            .into_iter()
            .filter(|finding| {
                let line = format!("{}: {}", finding.operation, finding.what);
                let known: Vec<&String> = self.0.iter().filter(|pattern| fits(pattern, &line)).collect();
                unneeded.retain(|pattern| !known.contains(&pattern));
                known.is_empty()
            })
            .collect();
        Sorted { excepted: total - open.len(), open, unneeded }
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == text, |start| text.starts_with(start))
}
