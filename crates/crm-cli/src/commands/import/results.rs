//! The results of the rows: written in the order of the input, counted, and the rows that failed as files.

use std::collections::{BTreeMap, HashSet};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crm_core::Error;
use serde_json::{Value, json};

use super::source::Source;
use super::target::{Answer, Verb};
use crate::check::Input;
use crate::failure::Failure;
use crate::output::{self, Format};

/// The results so far.
pub(super) struct Results {
    out: output::Rows,
    /// The first row that was not written yet.
    next: usize,
    /// Results behind it.
    waiting: BTreeMap<usize, Value>,
    /// Rows that were refused.
    failed: Vec<usize>,
    /// The number of them that the credential may not write.
    denied: usize,
    /// Rows that may have been written.
    unknown: Vec<usize>,
    count: usize,
}

/// Returns the result of a row.
pub(super) fn result(number: usize, answer: Answer, row: &Input, verb: Verb) -> Value {
    let failed = |result: &str, error: &Error| {
        let vendor = error.vendor();
        let code = vendor.and_then(|detail| detail.code.clone().or_else(|| detail.category.clone()));
        let failure = Failure::call(error, true).without(row);
        let (text, kind) = (failure.to_string(), failure.kind());
        let may_have_happened = result == "unknown";
        let mut failed = json!({
            "row": number, "result": result, "kind": kind, "code": code, "error": text,
            "may_have_happened": may_have_happened,
        });
        if let Some(id) = returned(error, number) {
            failed["id"] = id;
        }
        failed
    };
    match answer {
        Answer::Written { id, new } => {
            let result = match new {
                _ if verb == Verb::Archive => "archived",
                Some(true) => "created",
                Some(false) => "updated",
                None => "created or updated",
            };
            json!({"row": number, "result": result, "id": id})
        }
        Answer::Refused(error) => failed("failed", &error),
        Answer::Unknown(error) => failed("unknown", &error),
    }
}

/// Returns the id of the record that a reply of HubSpot has for a row although it has an error for it.
fn returned(error: &Error, number: usize) -> Option<Value> {
    let reply: Value = serde_json::from_slice(error.body()).ok()?;
    let trace = super::hubspot::trace(number);
    let record = reply["results"].as_array()?.iter().find(|record| record["objectWriteTraceId"] == trace.as_str())?;
    Some(record["id"].clone())
}

impl Results {
    pub(super) fn new(format: Format) -> Self {
        let out = output::Rows::new(format);
        Self { out, next: 1, waiting: BTreeMap::new(), failed: Vec::new(), denied: 0, unknown: Vec::new(), count: 0 }
    }

    /// The number of rows with a result.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Returns true if rows may have been written.
    pub(super) fn in_doubt(&self) -> bool {
        !self.unknown.is_empty()
    }

    /// Takes the result of a row, and writes all results whose turn it is.
    pub(super) fn push(&mut self, number: usize, result: Value) -> Result<(), Failure> {
        self.count += 1;
        match result["result"].as_str() {
            Some("failed") => {
                self.failed.push(number);
                self.denied += usize::from(result["kind"] == "credential");
            }
            Some("unknown") => self.unknown.push(number),
            _ => {}
        }
        self.waiting.insert(number, result);
        while let Some(result) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.out.push(result)?;
        }
        Ok(())
    }

    /// Writes the remaining results and the rows that failed. The inner failure says that rows failed.
    /// `clears` is true if the rows have empty values that clear properties without an option.
    pub(super) fn end(
        mut self,
        source: &Source,
        file: Option<&str>,
        repeatable: bool,
        clears: bool,
    ) -> Result<Result<(), Failure>, Failure> {
        let files = file.map(|file| self.files(source, file, repeatable)).transpose();
        let (failed, unknown, all) = (self.failed.len(), self.unknown.len(), source.len());
        let waiting = std::mem::take(&mut self.waiting);
        let shown = waiting.into_values().try_for_each(|result| self.out.push(result)).and_then(|()| self.out.end());
        // The rows that failed are of more use than those on the terminal.
        let mut at = files?.unwrap_or_default();
        if clears && !at.is_empty() {
            at.push_str(", which needs --empty clear");
        }
        shown?;
        Ok(match (failed, unknown) {
            (0, 0) => Ok(()),
            (_, 0) if failed == self.denied => Err(Failure::credential(format!(
                "{failed} of {all} rows failed, because the credential may not write them{at}; grant the permission and \
                 send them again"
            ))),
            (_, 0) => Err(Failure::other(format!("{failed} of {all} rows failed{at}"))),
            _ if repeatable => Err(Failure::doubt(format!(
                "{failed} of {all} rows failed, and {unknown} may have been written{at}; run the same command again to \
                 send these once more"
            ))),
            _ => Err(Failure::doubt(format!(
                "{failed} of {all} rows failed, and {unknown} may have been written{at}; look these up before you send \
                 them again"
            ))),
        })
    }

    /// Writes the rows that failed, and in a file of their own those that may have been written and must not be repeated.
    /// Returns the words that name the files.
    fn files(&mut self, source: &Source, file: &str, repeatable: bool) -> Result<String, Failure> {
        self.failed.sort_unstable();
        self.unknown.sort_unstable();
        let mut rows = self.failed.clone();
        if repeatable {
            rows.extend(&self.unknown);
            rows.sort_unstable();
        }
        let apart = (!repeatable).then(|| (unknown(file), self.unknown.clone()));
        let (mut written, mut kept) = (Vec::new(), Ok(()));
        for (path, rows) in [(PathBuf::from(file), rows)].into_iter().chain(apart) {
            // A failure of one file does not keep the other from being written.
            if !rows.is_empty() {
                kept = kept.and(write(source, &path, &rows));
                written.push(path.display().to_string());
                continue;
            }
            kept = kept.and(remove(&draft(&path)));
            // An earlier run may have left the file. It is out of date only if every row has a result now.
            if self.count == source.len() {
                kept = kept.and(remove(&path));
            }
        }
        kept?;
        Ok(if written.is_empty() { String::new() } else { format!("; they are in {}", written.join(" and ")) })
    }
}

/// The file of rows that may have been written, beside that of the rows that failed.
fn unknown(file: &str) -> PathBuf {
    let path = Path::new(file);
    match path.extension().and_then(|ending| ending.to_str()) {
        Some(ending) => path.with_extension(format!("unknown.{ending}")),
        None => path.with_extension("unknown"),
    }
}

/// Returns true if a file has rows that may have been written.
pub(super) fn is_unknown(file: &str) -> bool {
    let path = Path::new(file);
    let of = |path: &Path| path.extension().is_some_and(|ending| ending == "unknown");
    of(path) || of(&path.with_extension(""))
}

/// The files that `--failed` writes: the rows that failed, and apart from them those that may have been written and must
/// not be repeated.
fn paths(file: &str, repeatable: bool) -> Vec<PathBuf> {
    let apart = (!repeatable).then(|| unknown(file));
    [PathBuf::from(file)].into_iter().chain(apart).collect()
}

/// Checks that the rows that failed replace no other data.
pub(super) fn replaces_nothing(
    file: &str,
    input: Option<&Path>,
    journal: Option<&Path>,
    source: &Source,
    repeatable: bool,
) -> Result<(), Failure> {
    let is = |path: &Path, other: Option<&Path>| {
        other.is_some_and(|other| canonical(path).is_some_and(|path| canonical(other) == Some(path)))
    };
    for path in paths(file, repeatable) {
        for path in [&path, &draft(&path)] {
            if is(path, input) {
                return Err(Failure::usage("--failed must be a file other than the input"));
            }
            if is(path, journal) {
                return Err(Failure::usage("--failed must be a file other than the journal of the input"));
            }
        }
        let Ok(found) = std::fs::metadata(&path) else { continue };
        // An earlier run with this input may have written the file.
        let ours = || {
            let old = path.to_str().and_then(|path| Source::read(path).ok())?;
            let rows: HashSet<&[u8]> = (1..=source.len()).map(|row| source.given(row)).collect();
            let known = (1..=old.len()).all(|row| rows.contains(old.given(row)));
            (known && old.head() == source.head()).then_some(())
        };
        if !found.is_file() || (found.len() > 0 && ours().is_none()) {
            return Err(Failure::usage(format!(
                "--failed {}: the file exists and would be replaced; give the name of a new file",
                path.display()
            )));
        }
    }
    Ok(())
}

/// Creates the drafts of the files, so that a folder that cannot be written is found before the first request.
pub(super) fn prepare(file: &str, repeatable: bool) -> Result<(), Failure> {
    for path in paths(file, repeatable) {
        std::fs::File::create(draft(&path)).map_err(|error| {
            Failure::usage(format!("--failed {} cannot be written: {error}; nothing was sent", path.display()))
        })?;
    }
    Ok(())
}

/// Returns the path without links, also if there is no file.
fn canonical(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok().or_else(|| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(folder.canonicalize().ok()?.join(path.file_name()?))
    })
}

/// The file that is written before it gets its name.
fn draft(path: &Path) -> PathBuf {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".draft");
    draft.into()
}

/// Removes a file, if there is one.
fn remove(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Failure::other(format!(
            "{} is out of date and cannot be removed: {error}; remove it, so that its rows are not sent again",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// Writes rows as they were given. The file has all of them or is not replaced.
fn write(source: &Source, path: &Path, rows: &[usize]) -> Result<(), Failure> {
    let mut text = Vec::new();
    for part in source.head().into_iter().chain(rows.iter().map(|row| source.given(*row))) {
        text.extend_from_slice(part);
        text.push(b'\n');
    }
    let draft = draft(path);
    // It is on the disk before the journal is removed.
    let written = std::fs::File::create(&draft).and_then(|mut file| {
        file.write_all(&text)?;
        file.sync_all()
    });
    written.and_then(|()| std::fs::rename(&draft, path)).map_err(|error| {
        Failure::other(format!("the rows that failed cannot be written to {}: {error}", path.display()))
    })
}
