//! A part of a hand-written file that is generated: what stands between two marks.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::write::Files;

/// The line before and the line after.
pub(crate) type Marks = (&'static str, &'static str);

/// Puts something else between the marks of a file, of which another part may be generated already.
pub(crate) fn part(files: &mut Files, path: PathBuf, (start, end): Marks, text: &str) -> Result<()> {
    let file = match files.text(&path) {
        Some(file) => file.to_owned(),
        None => std::fs::read_to_string(&path).with_context(|| {
            format!("{} cannot be read; it must have the lines `{start}` and `{end}`", path.display())
        })?,
    };
    let missing = |mark: &str| format!("{}: the line `{mark}` is missing", path.display());
    let (before, rest) = file.split_once(start).with_context(|| missing(start))?;
    let (_, after) = rest.split_once(end).with_context(|| missing(end))?;
    files.add(path, format!("{before}{start}\n{text}{end}{after}"));
    Ok(())
}
