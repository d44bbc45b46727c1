//! The file that keeps the position of a watch between runs.

use std::fs;
use std::io;
use std::path::Path;

use crm_core::Cursor;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::replace::replace;

/// A position in the changes of an account.
#[derive(Serialize, Deserialize)]
pub(super) struct Place {
    /// The name of the account; `None` if an earlier version wrote the file.
    pub(super) account: Option<String>,
    pub(super) cursor: Cursor,
}

/// Reads the position, `None` if the file does not exist.
pub(super) fn read(path: &Path) -> Result<Option<Place>, Failure> {
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
    // Earlier versions wrote the cursor alone.
    let place =
        serde_json::from_str(&text).or_else(|_| text.trim().parse().map(|cursor| Place { account: None, cursor }));
    place.map(Some).map_err(wrong)
}

/// Replaces the position.
pub(super) fn write(path: &Path, place: &Place) -> Result<(), Failure> {
    let text = serde_json::to_string(place).map_err(io::Error::from);
    text.and_then(|text| replace(path, format!("{text}\n").as_bytes())).map_err(|error| {
        let path = path.display();
        Failure::other(format!("{path} cannot be written: {error}; the next run writes the same changes again"))
    })
}
