//! What a vendor sent, for people.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use codegen::diff::few;
use codegen::read::import::Lock;
use codegen::read::incoming::Incoming;

/// What each document is beside those that are there.
pub(super) fn report(folder: &Path, incoming: &Incoming) -> Result<()> {
    let mut same = 0;
    for (one, _) in &incoming.documents {
        let name = &one.document.name;
        let text = one.text().with_context(|| name.clone())?;
        one.report().iter().for_each(|line| println!("  {line}"));
        match std::fs::read_to_string(folder.join(name)) {
            Ok(known) if known == text => same += 1,
            Ok(_) => println!("  changed  {name}"),
            Err(_) => println!("  new      {name}: generated once vendor.json lists it"),
        }
    }
    if same > 0 {
        println!("  {same} documents are as they were");
    }
    for name in &incoming.left {
        println!("  left     {name}: no document of ours");
    }
    let folders: BTreeSet<&str> =
        incoming.documents.iter().filter_map(|(one, _)| Some(one.document.name.rsplit_once('/')?.0)).collect();
    let lock = Lock::read(folder)?;
    let missing: Vec<&str> = lock
        .documents
        .keys()
        .filter(|name| name.rsplit_once('/').is_some_and(|(folder, _)| folders.contains(folder)))
        .filter(|name| incoming.documents.iter().all(|(one, _)| one.document.name != **name))
        .map(String::as_str)
        .collect();
    if !missing.is_empty() {
        println!(
            "  {} documents beside them were not sent and stay ({}); take out of vendor.json what the vendor withdrew",
            missing.len(),
            few(missing)
        );
    }
    Ok(())
}
