//! A part of a hand-written file that is generated: what stands between two marks.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::write::Files;

/// The line before and the line after.
pub(crate) type Marks = (&'static str, &'static str);

/// The file with something else between its marks.
pub(crate) fn between(path: &Path, (start, end): Marks, text: &str) -> Result<String> {
    let file = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read; it must have the lines `{start}` and `{end}`", path.display()))?;
    inside(&file, path, (start, end), text)
}

/// The same for a file of which another part may be generated already.
pub(crate) fn part(files: &mut Files, path: PathBuf, marks: Marks, text: &str) -> Result<()> {
    let text = match files.text(&path) {
        Some(file) => inside(file, &path, marks, text)?,
        None => between(&path, marks, text)?,
    };
    files.add(path, text);
    Ok(())
}

fn inside(file: &str, path: &Path, (start, end): Marks, text: &str) -> Result<String> {
    let missing = |mark: &str| format!("{}: the line `{mark}` is missing", path.display());
    let (before, rest) = file.split_once(start).with_context(|| missing(start))?;
    let (_, after) = rest.split_once(end).with_context(|| missing(end))?;
    Ok(format!("{before}{start}\n{text}{end}{after}"))
}
