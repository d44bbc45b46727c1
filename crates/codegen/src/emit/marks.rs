//! A part of a hand-written file that is generated: what stands between two marks.

use std::path::Path;

use anyhow::{Context, Result};

/// The line before and the line after.
pub(crate) type Marks = (&'static str, &'static str);

/// The file with something else between its marks.
pub(crate) fn between(path: &Path, (start, end): Marks, text: &str) -> Result<String> {
    let file = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let missing = |mark: &str| format!("{}: the line `{mark}` is missing", path.display());
    let (before, rest) = file.split_once(start).with_context(|| missing(start))?;
    let (_, after) = rest.split_once(end).with_context(|| missing(end))?;
    Ok(format!("{before}{start}\n{text}{end}{after}"))
}
