//! The journal of an import, a file beside its input: which rows were sent, and with what result. It is written before
//! and after each request, so that an import that was interrupted continues where it was.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::source::Source;
use crate::failure::Failure;
use crate::hash::hash;

/// The identity of an import.
pub(super) struct Head {
    pub(super) operation: String,
    pub(super) account: String,
    /// True if a row may be sent again although it may have been written.
    pub(super) repeatable: bool,
}

/// A journal that is being written. No other process can open it.
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    head: Option<String>,
}

/// The rows that were sent before.
#[derive(Default)]
pub(super) struct Past {
    /// The result of each row that was sent; `None` if there was no answer.
    sent: BTreeMap<usize, Option<Value>>,
    /// True if the same input was begun, so that it was confirmed.
    pub(super) confirmed: bool,
}

impl Past {
    /// Returns the rows that are not sent again, with their results. A row whose result is unknown is sent again only if
    /// that is harmless.
    pub(super) fn results(self, repeatable: bool) -> BTreeMap<usize, Value> {
        let lost = |number: usize| {
            json!({
                "row": number,
                "result": "unknown",
                "error": "the program ended before the answer; look the record up before you send the row again",
                "may_have_happened": true,
            })
        };
        let results = self.sent.into_iter().filter_map(|(number, result)| match result {
            Some(result) if repeatable && result["result"] == "unknown" => None,
            Some(result) => Some((number, result)),
            None if repeatable => None,
            None => Some((number, lost(number))),
        });
        results.collect()
    }
}

impl Journal {
    /// The journal of a file.
    pub(super) fn path(file: &str) -> PathBuf {
        PathBuf::from(format!("{file}.done"))
    }

    /// Reads what a journal has, if it is there.
    pub(super) fn past(path: &Path, head: &Head, source: &Source) -> Result<Past, Failure> {
        match std::fs::read(path) {
            Ok(text) => read(&path.display().to_string(), &text, head, source),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Past::default()),
            Err(error) => Err(failed(path, "read", &error)),
        }
    }

    /// Opens a journal for this process alone.
    pub(super) fn open(path: PathBuf, head: &Head, source: &Source) -> Result<(Self, Past), Failure> {
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.map_err(|error| failed(&path, "written", &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::usage(format!(
                    "another crm is writing the rows of {}; wait for its end",
                    source.name
                )));
            }
            Err(TryLockError::Error(error)) => return Err(failed(&path, "locked", &error)),
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(|error| failed(&path, "read", &error))?;
        let past = read(&path.display().to_string(), &text, head, source)?;
        // What a killed process wrote in part.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let length = u64::try_from(whole).unwrap_or(u64::MAX);
        let cut = file.set_len(length).and_then(|()| file.seek(SeekFrom::Start(length)));
        cut.map_err(|error| failed(&path, "written", &error))?;
        let begun = line(&json!({
            "operation": head.operation,
            "account": head.account,
            "input": hash([source.bytes()]),
        }));
        let head = (whole == 0).then_some(begun);
        Ok((Self { file, path, head }, past))
    }

    /// Records that rows are sent. It is on the disk when this returns.
    pub(super) fn sent(&mut self, rows: &[usize], source: &Source) -> Result<(), Failure> {
        let mut text = self.head.take().unwrap_or_default();
        text.push_str(&line(&json!({"sent": rows, "rows": hash_of(rows, source)})));
        self.write(&text)?;
        self.file.sync_data().map_err(|error| failed(&self.path, "written", &error))
    }

    /// Records the results of rows.
    pub(super) fn answered(&mut self, results: &[Value]) -> Result<(), Failure> {
        let lines: Vec<String> = results.iter().map(line).collect();
        self.write(&lines.concat())
    }

    /// Records that rows were not looked at.
    pub(super) fn back(&mut self, rows: &[usize]) -> Result<(), Failure> {
        self.write(&line(&json!({"back": rows})))
    }

    /// Ends the journal of an import that has all results. It is kept if the rows must not be sent again.
    pub(super) fn end(self, keep: bool) {
        if !keep {
            // It is not needed any more, and the next import with this input replaces it.
            let _ = std::fs::remove_file(&self.path);
        }
    }

    /// Removes the journal if nothing was written to it.
    pub(super) fn unused(self) {
        if self.head.is_some() {
            let _ = std::fs::remove_file(&self.path);
        }
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        self.file.write_all(text.as_bytes()).map_err(|error| failed(&self.path, "written", &error))
    }
}

/// Reads the lines of a journal. A last line without an end was not written to its end, and does not count.
fn read(name: &str, text: &[u8], head: &Head, source: &Source) -> Result<Past, Failure> {
    let mut past = Past::default();
    let whole = text.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
    for (index, line) in whole.enumerate() {
        let damaged = || {
            let (number, input) = (index + 1, &source.name);
            let then = match head.repeatable {
                true => format!("remove it to send all rows of {input} again"),
                // Without the journal, each record would be created twice.
                false => format!(
                    "look up the rows of {input}, and import those that are missing from a file with another name"
                ),
            };
            Failure::usage(format!("{name} is damaged at line {number}; {then}"))
        };
        let line: Value = serde_json::from_slice(line).map_err(|_| damaged())?;
        let rows = |member: &str| -> Option<Vec<usize>> {
            let rows = line.get(member)?.as_array()?.iter().map(|row| usize::try_from(row.as_u64()?).ok());
            rows.collect()
        };
        if index == 0 {
            if line["operation"] != head.operation || line["account"] != head.account {
                return Err(Failure::usage(another(name, &line, head, source)));
            }
            past.confirmed = line["input"] == hash([source.bytes()]);
        } else if let Some(sent) = rows("sent") {
            if line["rows"] != hash_of(&sent, source) {
                let then = match head.repeatable {
                    true => format!("restore it, or remove {name} to send all rows again"),
                    false => "restore it, and import further rows from a file with another name".to_owned(),
                };
                let input = &source.name;
                return Err(Failure::usage(format!("{input} was changed in rows that were sent before; {then}")));
            }
            past.sent.extend(sent.into_iter().map(|row| (row, None)));
        } else if let Some(back) = rows("back") {
            past.sent.retain(|row, _| !back.contains(row));
        } else {
            let row = line["row"].as_u64().and_then(|row| usize::try_from(row).ok()).ok_or_else(damaged)?;
            past.sent.insert(row, Some(line));
        }
    }
    Ok(past)
}

/// The sentence about a journal of another operation or account.
fn another(name: &str, begun: &Value, head: &Head, source: &Source) -> String {
    let of = |member: &str| begun[member].as_str().unwrap_or_default();
    let (operation, account, input) = (of("operation"), of("account"), &source.name);
    let renewed = if operation == head.operation {
        format!(
            "; if \"{}\" is the same account, for example with a renewed token, write it into the first line of {name} in \
             place of \"{account}\"",
            head.account
        )
    } else {
        String::new()
    };
    format!(
        "{name} is the journal of another import of {input}: {operation} with {account}; finish that one, or use a copy of \
         {input} with another name{renewed}"
    )
}

/// The hash of rows, with the names of their columns.
fn hash_of(rows: &[usize], source: &Source) -> String {
    hash(source.head().into_iter().chain(rows.iter().map(|row| source.given(*row))))
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}

fn failed(path: &Path, done: &str, error: &std::io::Error) -> Failure {
    Failure::other(format!("the journal {} cannot be {done}: {error}; no further row was sent", path.display()))
}
