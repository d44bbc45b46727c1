//! The file of a schema, which is replaced as a whole, and only if it is one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Form, rust};
use crate::failure::Failure;

/// Returns the content of the file that is replaced, if there is one. A file that is not a schema of the vendor is refused.
pub(super) fn before(path: &Path, form: Form, vendor: &str) -> Result<Option<String>, Failure> {
    let shown = path.display();
    if path.is_dir() {
        return Err(Failure::usage(format!("--to {shown} is a folder; name a file in it")));
    }
    if path.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        return Err(Failure::usage(format!("the folder of --to {shown} does not exist")));
    }
    let text = match fs::read_to_string(path) {
        Ok(text) if text.is_empty() => return Ok(None),
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
        Err(error) => return Err(Failure::usage(format!("--to {shown} cannot be read: {error}"))),
    };
    let is_schema = match form {
        Form::Json => serde_json::from_str(&text).is_ok_and(|read: Value| {
            read["vendor"] == vendor && read["objects"].is_array() && read["version"].is_i64()
        }),
        Form::Rust => text.starts_with(&rust::mark(vendor)),
    };
    if is_schema {
        return Ok(Some(text));
    }
    Err(Failure::usage(format!(
        "--to {shown} exists, and crm schema pull {vendor} did not write it in this form; name another file"
    )))
}

/// Writes the file. It is never half written.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    // A link to the file stays one.
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let draft = PathBuf::from(format!("{}.draft", place.display()));
    let written = fs::write(&draft, text).and_then(|()| fs::rename(&draft, &place));
    written.map_err(|error| {
        let _ = fs::remove_file(&draft);
        Failure::other(format!("{} cannot be written: {error}", path.display()))
    })
}
