//! Findings that are right as they are, each with its evidence.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use crate::judged::Finding;

/// An entry of `exceptions.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    /// The API, as in the names of snapshots.
    api: String,
    /// The operations; `contacts.*` is all of a resource.
    operations: Vec<String>,
    /// The findings; a `*` at the end stands for anything.
    what: Vec<String>,
    /// Why the client is right, and where that was read.
    #[serde(rename = "why")]
    _why: String,
}

/// The exceptions of one API.
pub(crate) struct Exceptions(Vec<Exception>);

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
        Self(all.into_iter().filter(|exception| exception.api == api).collect())
    }

    pub(crate) fn sort(&self, findings: Vec<Finding>) -> Sorted {
        let mut unneeded: BTreeSet<String> = BTreeSet::new();
        for exception in &self.0 {
            for operation in &exception.operations {
                unneeded.extend(exception.what.iter().map(|what| format!("{operation}: {what}")));
            }
        }
        let (mut open, mut excepted) = (Vec::new(), 0);
        for finding in findings {
            let mut known = false;
            for exception in &self.0 {
                for operation in exception.operations.iter().filter(|one| fits(one, finding.operation)) {
                    for what in exception.what.iter().filter(|one| fits(one, &finding.what)) {
                        unneeded.remove(&format!("{operation}: {what}"));
                        known = true;
                    }
                }
            }
            if known { excepted += 1 } else { open.push(finding) }
        }
        Sorted { open, excepted, unneeded }
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == text, |start| text.starts_with(start))
}
