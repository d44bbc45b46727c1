//! The file that keeps the position of a watch between runs.

use std::fs;
use std::io;
use std::path::Path;

use crm_core::Cursor;

use crate::failure::Failure;
use crate::replace::replace;

/// Reads the position, `None` if the file does not exist.
pub(super) fn read(path: &Path) -> Result<Option<Cursor>, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::usage(format!("{} cannot be read: {error}", path.display()))),
    };
    let wrong = |error| {
        let path = path.display();
        Failure::usage(format!(
            "{path} is not the position of a watch ({error}); delete it, and begin with --since TIME"
        ))
    };
    text.trim().parse().map(Some).map_err(wrong)
}

/// Replaces the position.
pub(super) fn write(path: &Path, cursor: &Cursor) -> Result<(), Failure> {
    replace(path, format!("{cursor}\n").as_bytes()).map_err(|error| {
        let path = path.display();
        Failure::other(format!("{path} cannot be written: {error}; the next run writes the same changes again"))
    })
}
