//! The options that both kinds of measurement have.

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
}
