//! The file of an export, and beside it the position at which an interrupted one continues.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crm_core::Cursor;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ids::Ids;
use crate::commands::records;
use crate::failure::Failure;
use crate::replace::replace;

/// A file that rows are written to. Nothing else writes to it meanwhile.
pub(super) struct Target {
    path: PathBuf,
    file: BufWriter<File>,
    bytes: u64,
    pub(super) rows: u64,
}

/// A position: the file has `rows` rows in its first `bytes` bytes, and the export continues at the cursor.
#[derive(Serialize, Deserialize)]
pub(super) struct Place {
    /// The description of the export.
    pub(super) question: Value,
    /// The properties that are read, if the question has none.
    pub(super) properties: Vec<String>,
    bytes: u64,
    rows: u64,
    pub(super) cursor: Option<Cursor>,
}

impl Target {
    /// Opens a file that does not exist or is empty, or one with a position beside it. Then its rows up to this position
    /// are kept.
    ///
    /// # Errors
    ///
    /// The file cannot be written, another program writes it, it has other content, or the position belongs to another
    /// question.
    pub(super) fn open(path: &Path, question: &Value) -> Result<(Self, Option<Place>), Failure> {
        let unusable = |error: io::Error| Failure::usage(format!("{} cannot be written: {error}", path.display()));
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(unusable)?;
        if !file.metadata().map_err(unusable)?.is_file() {
            return Err(Failure::usage(format!(
                "{} is not a file; the position of an export is in a file",
                path.display()
            )));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::usage(format!(
                    "another export writes to {}; wait for its end, or choose another file",
                    path.display()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        let mut target = Self { path: path.to_owned(), file: BufWriter::new(file), bytes: 0, rows: 0 };
        let place = target.stored()?;
        match &place {
            Some(place) => {
                target.check(&place.question, question)?;
                target.go_to(place)?;
            }
            None if target.length().map_err(unusable)? > 0 => {
                return Err(Failure::usage(format!(
                    "{} is not empty, and there is no position of an interrupted export; delete it, or choose another \
                     file",
                    path.display()
                )));
            }
            None => {}
        }
        Ok((target, place))
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.file.get_ref().metadata()?.len())
    }

    /// Reads the position.
    fn stored(&self) -> Result<Option<Place>, Failure> {
        let stored = beside(&self.path);
        let text = match fs::read_to_string(&stored) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::usage(format!("{} cannot be read: {error}", stored.display()))),
        };
        match serde_json::from_str(&text) {
            Ok(place) => Ok(Some(place)),
            Err(_) => {
                Err(Failure::usage(format!("{} is not the position of an export; {}", stored.display(), self.anew())))
            }
        }
    }

    /// Refuses the position of another question.
    fn check(&self, stored: &Value, question: &Value) -> Result<(), Failure> {
        // The positions of earlier versions have no account.
        if let (Some(stored), Some(used)) = (stored["account"].as_str(), question["account"].as_str()) {
            let same = records::same_account(&beside(&self.path), stored, used);
            same.map_err(|failure| failure.and(&format!("; {}", self.anew())))?;
        }
        let members = |value: &Value| {
            let mut members = value.as_object().cloned().unwrap_or_default();
            members.remove("account");
            members
        };
        let (stored, asked) = (members(stored), members(question));
        let differs = |name: &&String| stored.get(*name) != asked.get(*name);
        let names: BTreeSet<&String> = stored.keys().chain(asked.keys()).filter(differs).collect();
        if names.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
        Err(Failure::usage(format!(
            "{} has the position of an export with other {}; repeat the command of that export, or choose another file; {}",
            beside(&self.path).display(),
            names.join(" and "),
            self.anew()
        )))
    }

    /// Goes to the end of the rows of a position, and removes what was written after it.
    fn go_to(&mut self, place: &Place) -> Result<(), Failure> {
        let changed = || {
            let path = self.path.display();
            Failure::usage(format!("{path} was changed after the interrupted export; {}", self.anew()))
        };
        let cut = |error: io::Error| Failure::usage(format!("{} cannot be written: {error}", self.path.display()));
        if self.length().map_err(cut)? < place.bytes {
            return Err(changed());
        }
        let mut file = self.file.get_ref();
        if let Some(last) = place.bytes.checked_sub(1) {
            let mut byte = [0];
            file.seek(SeekFrom::Start(last)).and_then(|_| file.read_exact(&mut byte)).map_err(cut)?;
            if byte != *b"\n" {
                return Err(changed());
            }
        }
        file.set_len(place.bytes).and_then(|()| file.seek(SeekFrom::Start(place.bytes))).map_err(cut)?;
        (self.bytes, self.rows) = (place.bytes, place.rows);
        Ok(())
    }

    /// The sentence about beginning anew.
    pub(super) fn anew(&self) -> String {
        format!("to begin anew, delete {} and {}", self.path.display(), beside(&self.path).display())
    }

    /// Reads the ids of the rows that are in the file.
    pub(super) fn ids(&mut self, csv: bool) -> Result<Ids, Failure> {
        let mut file = self.file.get_ref();
        let mut read = || {
            file.seek(SeekFrom::Start(0))?;
            let ids = Ids::read(BufReader::new(file), csv)?;
            file.seek(SeekFrom::Start(self.bytes)).map(|_| ids)
        };
        read().map_err(|error| Failure::usage(format!("{} cannot be read: {error}", self.path.display())))
    }

    /// Writes the line of the names of columns.
    pub(super) fn head(&mut self, line: &str) -> Result<(), Failure> {
        self.file.write_all(line.as_bytes()).map_err(|error| self.failed(&error))?;
        self.bytes += line.len() as u64;
        Ok(())
    }

    /// Writes a row.
    pub(super) fn row(&mut self, line: &str) -> Result<(), Failure> {
        self.head(line)?;
        self.rows += 1;
        Ok(())
    }

    /// Stores a position behind the rows that were written.
    pub(super) fn store(
        &mut self,
        question: &Value,
        properties: &[String],
        cursor: Option<Cursor>,
    ) -> Result<(), Failure> {
        let (bytes, rows) = (self.bytes, self.rows);
        let place = Place { question: question.clone(), properties: properties.to_owned(), bytes, rows, cursor };
        let written = self.flush().and_then(|()| {
            let mut text = serde_json::to_vec(&place)?;
            text.push(b'\n');
            replace(&beside(&self.path), &text)
        });
        written.map_err(|error| self.failed(&error))
    }

    /// Ends the file: it is complete, and the position is removed.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        let ended = self.flush().and_then(|()| fs::remove_file(beside(&self.path)));
        ended.map_err(|error| self.failed(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_data()
    }

    fn failed(&self, error: &io::Error) -> Failure {
        Failure::other(format!(
            "{} cannot be written: {error}; the same command continues after its last position",
            self.path.display()
        ))
    }
}

/// The path of the position of a file.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".position");
    name.into()
}
