//! Data on standard output, in the form that was asked for.

mod flat;
#[cfg(feature = "jq")]
mod jq;
mod table;

use std::io::{self, IsTerminal as _, Write};

use bytes::Bytes;
use clap::ValueEnum;
use crm_core::Call;
use serde_json::Value;

use crate::failure::Failure;
use crate::request;
use flat::Columns;
pub(crate) use flat::{cell, line};

/// The form of the output.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Format {
    /// Columns, in lines of at most 100 characters.
    Table,
    /// One JSON value per line.
    Jsonl,
    /// JSON with indentation.
    Json,
    /// Comma-separated values; nested members become columns such as `a.b`.
    Csv,
}

impl Format {
    /// The form without an option.
    pub(crate) fn of(asked: Option<Self>) -> Self {
        if is_filtered() {
            return Self::Jsonl;
        }
        let usual = if io::stdout().is_terminal() { Self::Table } else { Self::Jsonl };
        asked.unwrap_or(usual)
    }
}

#[cfg(feature = "jq")]
std::thread_local! {
    /// The filter of `--jq`. The program writes values on one thread.
    static FILTER: std::cell::OnceCell<jq::Jq> = const { std::cell::OnceCell::new() };
}

/// Filters all values from now on, and writes each result as a line of JSON.
#[cfg(feature = "jq")]
pub(crate) fn filter(code: &str) -> Result<(), Failure> {
    let jq = jq::Jq::new(code)?;
    FILTER.with(|filter| filter.set(jq)).map_err(|_| Failure::usage("--jq is given twice; join the filters with |"))
}

/// Returns true if a filter makes lines of JSON out of each value.
#[cfg(feature = "jq")]
fn is_filtered() -> bool {
    FILTER.with(|filter| filter.get().is_some())
}

#[cfg(not(feature = "jq"))]
fn is_filtered() -> bool {
    false
}

/// Writes a value as a line of JSON, or the results of the filter.
fn json(value: &Value, out: &mut impl Write) -> Result<(), Failure> {
    #[cfg(feature = "jq")]
    if is_filtered() {
        return FILTER.with(|filter| filter.get().map_or(Ok(()), |filter| filter.write(value, out)));
    }
    writeln!(out, "{value}").map_err(|error| Failure::output(&error))
}

/// Takes rows one by one. Tables and CSV are written at the end, because their columns follow from all rows.
pub(crate) struct Rows {
    format: Format,
    written: usize,
    kept: Vec<Value>,
}

impl Rows {
    pub(crate) fn new(format: Format) -> Self {
        Self { format, written: 0, kept: Vec::new() }
    }

    /// Takes a row.
    pub(crate) fn push(&mut self, row: Value) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        self.written += 1;
        let written = match self.format {
            Format::Jsonl => return json(&row, &mut out),
            Format::Json => {
                let before = if self.written == 1 { "[" } else { "," };
                write!(out, "{before}\n{}", indented(&row, "  "))
            }
            Format::Table | Format::Csv => {
                self.kept.push(row);
                Ok(())
            }
        };
        written.map_err(|error| Failure::output(&error))
    }

    /// Writes what remains.
    pub(crate) fn end(self) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        let written = match self.format {
            Format::Jsonl => Ok(()),
            Format::Json if self.written == 0 => writeln!(out, "[]"),
            Format::Json => writeln!(out, "\n]"),
            Format::Csv => Columns::of(&self.kept).csv(&self.kept, &mut out),
            Format::Table => out.write_all(table::rows(&self.kept).as_bytes()),
        };
        written.and_then(|()| out.flush()).map_err(|error| Failure::output(&error))
    }
}

/// Writes one reply.
pub(crate) fn value(value: &Value, format: Format) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let rows = std::slice::from_ref(value);
    let written = match if is_filtered() { Format::Jsonl } else { format } {
        _ if value.is_null() => Ok(()),
        Format::Jsonl => {
            return json(value, &mut out).and_then(|()| out.flush().map_err(|error| Failure::output(&error)));
        }
        Format::Json => writeln!(out, "{}", indented(value, "")),
        Format::Csv => Columns::of(rows).csv(rows, &mut out),
        Format::Table => out.write_all(table::record(value).as_bytes()),
    };
    written.and_then(|()| out.flush()).map_err(|error| Failure::output(&error))
}

/// Writes the request of a call as it would be sent.
pub(crate) async fn preview<T>(call: &Call<T>, asked: Option<Format>) -> Result<(), Failure> {
    let shown = call.preview().await.map_err(|error| Failure::call(&error, false))?;
    plan(&request::as_json(&shown), asked)
}

/// Writes what would be sent, as indented JSON if no other form was asked for.
pub(crate) fn plan(plan: &Value, asked: Option<Format>) -> Result<(), Failure> {
    value(plan, asked.unwrap_or(Format::Json))
}

/// Writes text as it is.
pub(crate) fn text(text: &str) -> Result<(), Failure> {
    bytes(&Bytes::copy_from_slice(text.as_bytes()))
}

/// Writes bytes of a file as they are.
pub(crate) fn bytes(bytes: &Bytes) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| Failure::output(&error))
}

fn indented(value: &Value, before: &str) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let lines: Vec<String> = text.lines().map(|line| format!("{before}{line}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests;
