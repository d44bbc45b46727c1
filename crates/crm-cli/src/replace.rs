//! Files that are replaced as a whole, so that they are never half written.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::Builder;

/// Replaces a file, or creates it. It has its old content until all of the new one is on the disk. A link to a file
/// that exists stays one, and the permissions of the file stay.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // The mask of the user is taken from them, as from those of any new file.
    through(path, bytes, 0o666)
}

/// Replaces a file, or creates it so that only its owner can read it.
pub(crate) fn replace_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    through(path, bytes, 0o600)
}

/// Writes a draft beside the file, which then gets its name. A draft that does not is removed. `mode` has the permissions of
/// a new file.
fn through(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = place.file_name().map(OsString::from).unwrap_or_default();
    name.push(".");
    let mut draft = Builder::new();
    #[cfg(unix)]
    draft.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    let mut draft = draft.prefix(&name).suffix(".draft").tempfile_in(folder)?;
    if let Ok(before) = fs::metadata(&place) {
        draft.as_file().set_permissions(before.permissions())?;
    }
    draft.write_all(bytes)?;
    draft.as_file().sync_all()?;
    draft.persist(&place).map(drop).map_err(|failed| failed.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_replaced_stays_and_no_draft_remains() {
        let folder = tempfile::tempdir().unwrap();
        let (file, taken) = (folder.path().join("file"), folder.path().join("taken"));
        fs::create_dir_all(taken.join("below")).unwrap();
        for content in ["one", "two"] {
            replace(&file, content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), content);
        }
        replace(&taken, b"three").unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay_and_a_private_file_is_for_its_owner() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (secret, usual, link) =
            (folder.path().join("secret"), folder.path().join("usual"), folder.path().join("link"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        replace_private(&secret, b"one").unwrap();
        assert_eq!(mode(&secret), 0o600);
        fs::write(&usual, "").unwrap();
        let new = mode(&usual);
        fs::remove_file(&usual).unwrap();
        replace(&usual, b"one").unwrap();
        assert_eq!(mode(&usual), new);
        fs::set_permissions(&usual, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("usual", &link).unwrap();
        replace(&link, b"two").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!((fs::read_to_string(&usual).unwrap().as_str(), mode(&usual)), ("two", 0o640));
    }
}
