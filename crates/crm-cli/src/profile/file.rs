//! The file of profiles: only for its owner, and replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::replace::replace_private;

/// The variable of the environment that names the file of profiles.
const FILE: &str = "CRM_PROFILES";

/// Returns the place of the file of profiles.
pub(super) fn path() -> Result<PathBuf, Failure> {
    if let Some(path) = std::env::var_os(FILE) {
        return Ok(path.into());
    }
    let folder = etcetera::choose_base_strategy().map(|base| etcetera::BaseStrategy::config_dir(&base));
    match folder {
        Ok(folder) => Ok(folder.join("crm").join("profiles.json")),
        Err(_) => Err(Failure::credential(format!("there is no home directory; set {FILE} to the file of profiles"))),
    }
}

/// Reads the file; `None` if there is none.
pub(super) fn read(path: &Path) -> Result<Option<Map<String, Value>>, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path, &error)),
    };
    private(path)?;
    // The text of the error could quote a token.
    let read = serde_json::from_str(&text).map_err(|error| invalid(path, error.line(), error.column()));
    read.map(Some)
}

/// Changes the entry of an API in a profile. The file is replaced as a whole, so that it is never half written.
pub(super) fn change(
    profile: &str,
    api: &str,
    change: impl FnOnce(&mut Map<String, Value>),
) -> Result<PathBuf, Failure> {
    let path = path()?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder).map_err(|error| failed("written", &path, &error))?;
    }
    // A link to the file stays one.
    let place = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let beside = PathBuf::from(format!("{}.lock", place.display()));
    let lock = owned(&beside, OpenOptions::new().create(true).truncate(false).write(true));
    // Held to the end, so that no login that runs at the same time is lost.
    let _held = lock.and_then(|file| file.lock().map(|()| file)).map_err(|error| failed("locked", &path, &error))?;
    let mut profiles = read(&place)?.unwrap_or_default();
    let entry = member(&mut profiles, profile).and_then(|profile| member(profile, api));
    change(entry.ok_or_else(|| invalid(&path, 1, 1))?);
    let text = serde_json::to_string_pretty(&profiles).unwrap_or_default() + "\n";
    replace_private(&place, text.as_bytes()).map_err(|error| failed("written", &path, &error))?;
    Ok(path)
}

fn member<'a>(members: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Map<String, Value>> {
    members.entry(name).or_insert_with(|| Value::Object(Map::new())).as_object_mut()
}

/// The failure of a file that is not valid JSON, or not a profile.
pub(super) fn invalid(path: &Path, line: usize, column: usize) -> Failure {
    Failure::credential(format!(
        "the file of profiles {} is not valid at line {line}, column {column}; it has the form {{\"default\": \
         {{\"hubspot\": {{\"token\": \"…\"}}}}}}",
        path.display()
    ))
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::credential(format!("the file of profiles {} cannot be {what}: {error}", path.display()))
}

/// Opens a file that only its owner can read.
fn owned(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}

fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// Refuses a file that others can read. Systems other than Unix keep it in a folder of the user.
fn private(path: &Path) -> Result<(), Failure> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path).map(|data| data.permissions().mode()).unwrap_or(0);
        if mode & 0o077 != 0 {
            let path = path.display();
            let text = format!("others can read the file of profiles {path}; run: chmod 600 {path}");
            return Err(Failure::credential(text));
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
