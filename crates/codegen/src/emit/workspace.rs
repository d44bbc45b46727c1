//! The places where the workspace lists its vendors: the table of crates in `README.md` and the dependencies of
//! `tests/calls`. Each vendor's crate also gets the licences.

use std::path::Path;

use anyhow::{Context, Result};

use super::marks::{Marks, part};
use crate::read::vendor::Vendor;
use crate::write::Files;

const README: Marks = ("<!-- clients: written by `cargo xtask generate` -->", "<!-- end of the written clients -->");
const CALLS: Marks = ("# Clients: written by `cargo xtask generate`.", "# End of the written clients.");

/// Packages contain the licences, and Cargo takes no file from outside of the crate.
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Adds the files that the workspace has.
pub(crate) fn files(root: &Path, vendors: &[Vendor], files: &mut Files) -> Result<()> {
    let (readme, calls) = (root.join("README.md"), root.join("tests/calls/Cargo.toml"));
    if readme.is_file() {
        part(files, readme, README, &format!("\n{}\n", table(vendors)))?;
    }
    if calls.is_file() {
        part(files, calls, CALLS, &vendors.iter().map(dependency).collect::<String>())?;
    }
    for licence in LICENCES.map(|name| root.join(name)).into_iter().filter(|licence| licence.is_file()) {
        let text =
            std::fs::read_to_string(&licence).with_context(|| format!("{} cannot be read", licence.display()))?;
        for vendor in vendors {
            let name = licence.file_name().unwrap_or_default();
            files.add(root.join("crates").join(&vendor.file.crate_name).join(name), text.clone());
        }
    }
    Ok(())
}

/// The crates of the vendors, and their clients.
fn table(vendors: &[Vendor]) -> String {
    let row = |vendor: &Vendor| {
        let clients: Vec<String> = vendor.file.apis.iter().map(|api| format!("`{}`", api.client)).collect();
        let (name, about) = (&vendor.file.crate_name, &vendor.file.about);
        format!("| [`{name}`](crates/{name}) | {about} | {} |\n", clients.join(", "))
    };
    format!("| crate | API | clients |\n|---|---|---|\n{}", vendors.iter().map(row).collect::<String>())
}

/// A client with all its operations.
fn dependency(vendor: &Vendor) -> String {
    let full = vendor.file.features.iter().map(|_| "full");
    let features: Vec<String> = full
        .chain(vendor.file.apis.iter().filter_map(|api| api.feature.as_deref()))
        .map(|name| format!("{name:?}"))
        .collect();
    let name = &vendor.file.crate_name;
    match features.as_slice() {
        [] => format!("{name}.workspace = true\n"),
        features => format!("{name} = {{ workspace = true, features = [{}] }}\n", features.join(", ")),
    }
}
