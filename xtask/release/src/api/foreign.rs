//! Types of other crates in public items: each crate is on a list with a reason, in the manifest of the
//! crate that shows them, below `[package.metadata.external-types]`.

use std::collections::BTreeMap;

use serde_json::Value;

use xtask::cargo::Package;

/// Foreign paths, and an item that shows each.
pub(super) type Foreign = BTreeMap<String, String>;

/// Returns types that are missing in the list, and unused entries of the list.
pub(super) fn check(package: &Package, foreign: &Foreign) -> Vec<String> {
    let listed = package.metadata["external-types"].as_object();
    let allowed: Vec<(&String, &Value)> = listed.into_iter().flatten().collect();
    let name = &package.name;
    let mut wrong = Vec::new();
    for (path, item) in foreign {
        if !allowed.iter().any(|(prefix, _)| covers(prefix, path)) {
            wrong.push(format!(
                "{name}: `{item}` shows `{path}`, which [package.metadata.external-types] does not list"
            ));
        }
    }
    for (prefix, reason) in allowed {
        if !foreign.keys().any(|path| covers(prefix, path)) {
            wrong.push(format!(
                "{name}: [package.metadata.external-types] lists `{prefix}`, which no public item shows"
            ));
        }
        if reason.as_str().is_none_or(|reason| reason.trim().is_empty()) {
            wrong.push(format!("{name}: [package.metadata.external-types] has no reason for `{prefix}`"));
        }
    }
    wrong
}

/// Returns true if a path is listed or is below a listed path.
fn covers(prefix: &str, path: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}
