//! The file of a schema, which is replaced only if it is one.

use std::fs;
use std::io;
use std::path::Path;

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
    let cannot_read = |error: io::Error| Failure::usage(format!("--to {shown} cannot be read: {error}"));
    match (fs::symlink_metadata(path), fs::metadata(path)) {
        (Err(error), _) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        (Ok(_), Err(error)) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Failure::usage(format!(
                "--to {shown} is a link to a file that does not exist; name that file"
            )));
        }
        (Err(error), _) | (_, Err(error)) => return Err(cannot_read(error)),
        // A device or a pipe cannot be replaced, and reading it may never end.
        (_, Ok(found)) if !found.is_file() => {
            return Err(Failure::usage(format!("--to {shown} is not a regular file; name another file")));
        }
        _ => {}
    }
    let text = match fs::read_to_string(path) {
        Ok(text) if text.is_empty() => return Ok(None),
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
        Err(error) => return Err(cannot_read(error)),
    };
    let is_schema = match form {
        Form::Json => serde_json::from_str(&text).is_ok_and(|read: Value| {
            read["vendor"] == vendor && read["objects"].is_array() && read["version"].is_i64()
        }),
        Form::Rust => text.lines().next() == Some(rust::mark(vendor).trim_end()),
    };
    if is_schema {
        return Ok(Some(text));
    }
    Err(Failure::usage(format!(
        "--to {shown} exists, and crm schema pull {vendor} did not write it in this form; name another file"
    )))
}
