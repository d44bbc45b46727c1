//! Files in the folder that the person who starts the server named: lists as a whole, downloads, and files to send.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rmcp::model::{ErrorData, Resource, ResourceContents};
use serde_json::Value;

use crate::failure::Failure;

/// The beginning of the addresses of files.
const SCHEME: &str = "crm-file:///";
/// The type of files with a JSON value a line.
const JSONL: &str = "application/jsonl";
/// The maximum size in bytes of a file that is returned.
const MOST_BYTES: u64 = 8 * 1024 * 1024;
/// The maximum number of files that are listed, and of files with the same first part of their name.
const MOST_LISTED: usize = 100;
const MOST_NAMES: usize = 10_000;

/// The folder. Only files directly in it are read and written.
pub(super) struct Folder(PathBuf);

/// A file that is written. Unless it is kept, it is removed.
pub(super) struct Draft {
    path: PathBuf,
    name: String,
    out: BufWriter<File>,
    bytes: u64,
    kept: bool,
}

impl Folder {
    /// Opens the folder.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let failed = |error: &io::Error| {
            Failure::usage(format!("the folder of --files {} cannot be used: {error}", path.display()))
        };
        let path = path.canonicalize().map_err(|error| failed(&error))?;
        match path.is_dir() {
            true => Ok(Self(path)),
            false => Err(failed(&io::ErrorKind::NotADirectory.into())),
        }
    }

    /// Creates a file whose name begins with the words of an operation. Files that exist are left alone.
    pub(super) fn create(&self, words: &str, ending: &str) -> Result<Draft, Failure> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        for number in 1..=MOST_NAMES {
            let name = format!("{}-{number}.{ending}", words.replace(' ', "-"));
            let path = self.0.join(&name);
            match options.open(&path) {
                Ok(file) => return Ok(Draft { path, name, out: BufWriter::new(file), bytes: 0, kept: false }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(unwritten(&error)),
            }
        }
        Err(Failure::other("the folder of --files has too many files of this operation; remove some"))
    }

    /// Returns the path of a file in the folder.
    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        let named = !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain);
        let path = self.0.join(named.then_some(name)?);
        // A link may lead out of the folder.
        path.symlink_metadata().is_ok_and(|data| data.is_file()).then_some(path)
    }

    /// Returns the files in the folder, by name.
    pub(super) fn list(&self) -> Vec<Resource> {
        let entries = std::fs::read_dir(&self.0).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.retain(|name| self.path(name).is_some());
        names.sort();
        names.truncate(MOST_LISTED);
        names.iter().map(|name| resource(name, self.0.join(name).metadata().map_or(0, |data| data.len()))).collect()
    }

    /// Returns the content of a file.
    pub(super) fn read(&self, address: &str) -> Result<ResourceContents, ErrorData> {
        let unknown = || ErrorData::resource_not_found("there is no file of this address; list the resources", None);
        let path = address.strip_prefix(SCHEME).and_then(|name| self.path(name)).ok_or_else(unknown)?;
        let size = path.metadata().map_or(0, |data| data.len());
        if size > MOST_BYTES {
            let text = format!(
                "the file has {size} bytes, and at most {MOST_BYTES} are returned; read it as {}",
                path.display()
            );
            return Err(ErrorData::invalid_params(text, None));
        }
        let bytes = std::fs::read(&path).map_err(|_| unknown())?;
        Ok(match String::from_utf8(bytes) {
            Ok(text) => ResourceContents::text(text, address).with_mime_type(media(address)),
            Err(error) => ResourceContents::blob(STANDARD.encode(error.as_bytes()), address),
        })
    }
}

impl Draft {
    /// Writes a row as a line.
    pub(super) fn row(&mut self, row: &Value) -> Result<(), Failure> {
        self.bytes(format!("{row}\n").as_bytes())
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.bytes += bytes.len() as u64;
        self.out.write_all(bytes).map_err(|error| unwritten(&error))
    }

    /// Keeps the file.
    pub(super) fn keep(mut self) -> Result<Resource, Failure> {
        self.out.flush().map_err(|error| unwritten(&error))?;
        self.kept = true;
        Ok(resource(&self.name, self.bytes))
    }

    /// The path of the file, for programs on the same computer.
    pub(super) fn path(&self) -> String {
        self.path.display().to_string()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn resource(name: &str, size: u64) -> Resource {
    Resource::new(format!("{SCHEME}{name}"), name).with_mime_type(media(name)).with_size(size)
}

fn media(name: &str) -> &'static str {
    if name.ends_with(".jsonl") { JSONL } else { "application/octet-stream" }
}

fn unwritten(error: &io::Error) -> Failure {
    Failure::other(format!("a file in the folder of --files cannot be written: {error}"))
}

#[cfg(test)]
mod tests;
