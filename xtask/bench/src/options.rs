//! The options that both kinds of measurement have.

use std::time::SystemTime;

use anyhow::Result;
use clap::ValueEnum;

use super::row::Row;

/// A part that can be measured alone.
pub(super) trait Part: ValueEnum + PartialEq + Send + Sync + 'static {
    /// Returns its name in the documentation.
    fn name(&self) -> String;
}

#[derive(clap::Args)]
pub(super) struct Options<P: Part> {
    /// For programs
    #[arg(long)]
    pub(super) json: bool,
    /// Only these parts
    #[arg(long, value_enum, value_name = "NAME", num_args = 1..)]
    pub(super) only: Vec<P>,
    /// Put the table into the documentation; with --only, those rows
    #[arg(long)]
    pub(super) write: bool,
    /// The date in the table, as 2026-01-31; the system's if there is none
    #[arg(long)]
    date: Option<String>,
}

impl<P: Part> Options<P> {
    /// Returns true if a part is to be measured.
    pub(super) fn has(&self, part: &P) -> bool {
        self.only.is_empty() || self.only.contains(part)
    }

    /// Measures the parts one after the other.
    pub(super) fn measure(&self, mut measure: impl FnMut(&P) -> Result<Vec<Row>>) -> Vec<Row> {
        let parts = P::value_variants().iter().filter(|part| self.has(part));
        let rows = parts.map(|part| {
            eprintln!("── {}", part.name());
            measure(part).unwrap_or_else(|error| vec![Row::failed(part.name(), format!("{error:#}"))])
        });
        rows.flatten().collect()
    }

    /// Returns the date in the table.
    pub(super) fn date(&self) -> String {
        let today = || chrono::DateTime::<chrono::Utc>::from(SystemTime::now()).format("%Y-%m-%d").to_string();
        self.date.clone().unwrap_or_else(today)
    }
}
