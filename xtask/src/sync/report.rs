//! Prints reports on a checkout.

use std::collections::BTreeMap;

use codegen::diff::few;
use codegen::read::checkout::Checkout;
use codegen::read::import::Imported;
use codegen::read::vendor::Vendor;

/// Shows a document and how it compares with the one in the specs. A line for each, with its number, is the progress: it is
/// also the record of the files that were read, in a terminal and in a log, which a bar would overwrite.
pub(super) fn step(vendor: &Vendor, (done, all): (usize, usize), one: &Imported, file: &str) {
    let name = &one.document.name;
    let state = match std::fs::read_to_string(vendor.folder.join(name)) {
        Ok(known) if one.text().is_ok_and(|text| text == known) => "the same",
        Ok(_) => "changed ",
        Err(_) => "new     ",
    };
    println!("  {done:>3}/{all} {state}  {name} ({file})");
    one.report().iter().for_each(|line| println!("          {line}"));
}

/// Shows the repairs, and the documents and files that were not taken.
pub(super) fn rest(checkout: &Checkout) {
    let mut repairs: BTreeMap<&str, usize> = BTreeMap::new();
    for (kind, count) in checkout.documents.iter().flat_map(|(one, _)| &one.repairs) {
        *repairs.entry(kind).or_default() += count;
    }
    for (kind, count) in repairs {
        println!("  repaired {kind}: {count}");
    }
    for file in &checkout.empty {
        println!("  passed   {file}: no operations; another version is taken");
    }
    if !checkout.others.is_empty() {
        println!("  {} documents of the vendor are not in vendor.json:", checkout.others.len());
        let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (folder, name) in checkout.others.iter().map(|name| name.rsplit_once('/').unwrap_or(("", name))) {
            folders.entry(folder).or_default().push(name.trim_end_matches(".json"));
        }
        for (folder, names) in folders {
            println!("    {folder}/: {}", names.join(", "));
        }
    }
    if !checkout.missing.is_empty() {
        let names = checkout.missing.iter().map(String::as_str);
        println!(
            "  {} documents are not in the checkout and stay ({}); take out of vendor.json what the vendor withdrew",
            checkout.missing.len(),
            few(names)
        );
    }
}
