//! The values of the command line: the input, and what is done with its rows.

use std::path::PathBuf;

use clap::ArgMatches;

use super::journal::Journal;
use super::source::Source;
use super::target::Verb;
use super::{found, interrupted, results};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::session::Session;

/// The values of a command line.
pub(super) struct Given {
    pub(super) vendor: String,
    pub(super) object: String,
    /// The filters of `--where`.
    filters: Vec<String>,
    /// The name of the file, or the values of `--where`.
    words: Vec<String>,
    /// The property that names the records.
    pub(super) by: Option<String>,
    /// The effect of an empty value.
    pub(super) empty: Option<String>,
    /// The file of the rows that failed.
    pub(super) failed: Option<String>,
    /// The digest of the dry run.
    pub(super) confirm: Option<String>,
}

impl Given {
    pub(super) fn read(matches: &ArgMatches) -> Self {
        let one = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
        let many = |name: &str| {
            let values = matches.try_get_many::<String>(name).ok().flatten();
            values.into_iter().flatten().cloned().collect()
        };
        Self {
            vendor: one("vendor").unwrap_or_default(),
            object: one("object").unwrap_or_default(),
            filters: many("where"),
            words: many("file"),
            by: one("by"),
            empty: one("empty"),
            failed: one("failed"),
            confirm: one("confirm"),
        }
    }

    /// Returns true if filters find the records.
    pub(super) fn finds(&self) -> bool {
        !self.filters.is_empty()
    }

    /// Returns true if an empty value clears its property. A value of the command line is meant, also an empty one.
    pub(super) fn clears(&self) -> bool {
        self.finds() || self.empty.as_deref() == Some("clear")
    }

    /// Returns true if the values of `--where` clear a property. Those of a file do so on request only.
    pub(super) fn clears_found(&self) -> bool {
        self.finds() && self.words.iter().any(|word| word.ends_with('=') && word.matches('=').count() == 1)
    }

    /// Returns the operation as it is confirmed: with the option by which empty values have an effect.
    pub(super) fn operation(&self, operation: String) -> String {
        match self.empty.as_deref() {
            Some("clear") => format!("{operation} clearing empty values"),
            _ => operation,
        }
    }

    /// Returns the file of the rows. `None` if they are from standard input or from `--where`, so that no journal can be
    /// beside it.
    pub(super) fn file(&self) -> Option<&str> {
        match self.words.as_slice() {
            [file] if !self.finds() && file != "-" => Some(file),
            _ => None,
        }
    }

    /// Reads the rows; `None` if filters find no record. One listener for signals serves from the beginning to the end: a
    /// signal that comes between two of them is lost.
    pub(super) async fn source(&self, verb: Verb, session: &Session) -> Result<Option<(Source, Interrupt)>, Failure> {
        if self.finds() {
            let kind = (self.vendor.as_str(), self.object.as_str());
            let mut interrupt = Interrupt::new();
            let found = interrupt.or(found::rows(verb, kind, &self.filters, &self.words, session)).await;
            return Ok(found.ok_or_else(interrupted)??.map(|source| (source, interrupt)));
        }
        match self.words.as_slice() {
            // Standard input may be a terminal, so a signal ends the program until all of it is read.
            [file] => Ok(Some((Source::read(file)?, Interrupt::new()))),
            _ => Err(Failure::usage("give one file; NAME=VALUE writes values to the records that --where finds")),
        }
    }

    /// Checks that no row is sent that may have been written, and that the file of failed rows replaces no other data.
    pub(super) fn check_files(&self, source: &Source, repeatable: bool) -> Result<(), Failure> {
        if let Some(file) = self.file().filter(|file| !repeatable && results::is_unknown(file)) {
            return Err(Failure::usage(format!(
                "{file} has rows that may have been written; look them up, and import those that are missing from a file \
                 with another name"
            )));
        }
        match &self.failed {
            Some(failed) if failed == "-" => {
                Err(Failure::usage("--failed takes the name of a file; standard output has the results"))
            }
            Some(failed) => {
                let input = self.file().map(|file| (PathBuf::from(file), Journal::path(file)));
                let (input, journal) =
                    input.as_ref().map(|(input, journal)| (input.as_path(), journal.as_path())).unzip();
                results::replaces_nothing(failed, input, journal, source, repeatable)
            }
            None => Ok(()),
        }
    }
}
