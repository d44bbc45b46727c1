//! Removes operations, and schemas that no operation needs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::{Document, METHODS, list};
use super::references;

impl Document {
    /// Removes operations, and the schemas that only they need.
    pub(super) fn remove(&mut self, which: impl Fn(&str, &'static str) -> bool) {
        for (path, method) in self.operations().into_iter().filter(|(path, method)| which(path, method)) {
            if let Some(item) = self.value["paths"][&path].as_object_mut() {
                item.remove(method);
            }
        }
        if let Some(paths) = self.value["paths"].as_object_mut() {
            paths.retain(|_, item| METHODS.iter().any(|method| item.get(method).is_some()));
        }
        prune(&mut self.value);
    }
}

/// Keeps what is reachable from the paths, and what the document asks to keep.
pub(crate) fn prune(document: &mut Value) {
    let mut open: Vec<String> =
        list(document, "x-crm-keep-schemas").filter_map(Value::as_str).map(str::to_owned).collect();
    references::each(&document["paths"], &mut |name| open.push(name.to_owned()));
    references::each(&document["components"]["responses"], &mut |name| open.push(name.to_owned()));
    let mut kept = BTreeSet::new();
    while let Some(name) = open.pop() {
        references::each(&document["components"]["schemas"][&name], &mut |next| {
            if !kept.contains(next) {
                open.push(next.to_owned());
            }
        });
        kept.insert(name);
    }
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| kept.contains(name));
    }
}
