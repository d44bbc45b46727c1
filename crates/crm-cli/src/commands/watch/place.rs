//! The file that keeps the position of a watch between runs.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crm_core::Cursor;

use crate::failure::Failure;

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

/// Replaces the position in one step.
pub(super) fn write(path: &Path, cursor: &Cursor) -> Result<(), Failure> {
    let mut name = OsString::from(path);
    name.push(".new");
    let new = PathBuf::from(name);
    let written = File::create(&new).and_then(|mut file| {
        writeln!(file, "{cursor}")?;
        file.sync_data()?;
        fs::rename(&new, path)
    });
    written.map_err(|error| {
        let path = path.display();
        Failure::other(format!("{path} cannot be written: {error}; the next run writes the same changes again"))
    })
}
