//! `cargo xtask diff`: what changed in the documents, as the user of a crate sees it.

mod revision;
mod table;

use std::path::Path;

use anyhow::{Context, Result};

pub use codegen::diff::between;
pub use revision::At;
pub use table::{print, shown};

/// Shows what a comparison does and what it could not use.
pub fn say(line: &str) {
    eprintln!("  {line}");
}

/// Shows what the work tree's documents change, compared with those of a revision.
pub fn run(root: &Path, revision: &str, json: bool) -> Result<()> {
    let before = At::read(root, revision)?;
    let changes = between(before.root(), root, &mut say).with_context(|| format!("comparing with {revision}"))?;
    if json {
        println!("{}", serde_json::to_string_pretty(&changes)?);
    } else {
        print(&changes, revision);
    }
    Ok(())
}
