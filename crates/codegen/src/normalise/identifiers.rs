//! Operation ids: one operation each, because error reports and the vendor's support go by them.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use crate::read::document::{Document, text};

/// Refuses a document in which two operations have one id.
pub(super) fn check(document: &Document) -> Result<()> {
    let mut seen: BTreeMap<&str, String> = BTreeMap::new();
    for (path, method) in document.operations() {
        let Some(id) = text(&document.value["paths"][&path][method], "operationId") else { continue };
        let at = format!("/paths/{}/{method}/operationId", path.replace('~', "~0").replace('/', "~1"));
        if let Some(other) = seen.insert(id, at.clone()) {
            bail!(
                "{}: at {at}: `{id}` is also the id at {other}; give one of them another in corrections.json",
                document.name
            );
        }
    }
    Ok(())
}
