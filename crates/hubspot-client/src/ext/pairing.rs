//! Which answer of a batch belongs to which row.
//!
//! In this order: errors and records by trace id, then by the id that names the record, then
//! records by their values, and what is left over by elimination. HubSpot promises no order of
//! its answers.

use crm_core::{ChunkOutcome, Error, ErrorKind, Map, OpMeta, RawReply, Sent};
use serde_json::Value;

use super::row_errors::{row_error, row_errors};
use super::rows::{Row, Written};
use crate::vendor::texts;

/// A row that was sent, as far as its answer can be told by it.
#[derive(Default)]
struct Name {
    index: usize,
    trace: Option<String>,
    id: Option<String>,
    id_property: Option<String>,
    properties: Map<String>,
}

/// The rows of one request and what became of them so far.
pub(super) struct Chunk<O> {
    rows: Vec<(Name, Option<Result<O, Error>>)>,
    /// The first error that names no row.
    stray: Option<Error>,
}

impl<O: Written> Chunk<O> {
    /// The rows that are sent, each with its index.
    pub(super) fn new<'a, R: Row<Written = O>>(rows: impl Iterator<Item = (usize, &'a mut R)>) -> Self {
        let rows = rows.map(|(index, row)| {
            let id = row.id();
            let name = Name {
                index,
                id: id.map(|(id, _)| id.to_owned()),
                id_property: id.and_then(|(_, property)| property).map(str::to_owned),
                properties: row.properties().cloned().unwrap_or_default(),
                trace: row.trace().clone(),
            };
            (name, None)
        });
        Self { rows: rows.collect(), stray: None }
    }

    /// Gives the errors of a reply to their rows.
    pub(super) fn take_errors(&mut self, op: &OpMeta, reply: &RawReply) {
        for value in row_errors(reply) {
            let error = row_error(&value, op, reply);
            let traces = traces_of(&value);
            let ids = ids_of(&value);
            let mut named = false;
            for (name, outcome) in &mut self.rows {
                let hit = match &name.trace {
                    Some(trace) if !traces.is_empty() => traces.contains(trace),
                    _ => name.id.as_ref().is_some_and(|id| ids.contains(id)),
                };
                if hit && outcome.is_none() {
                    *outcome = Some(Err(error.clone()));
                    named = true;
                }
            }
            if !named {
                self.stray.get_or_insert(error);
            }
        }
    }

    /// Gives the records of a reply to their rows.
    pub(super) fn take_records(&mut self, records: Vec<O>) {
        let records =
            self.give(records, |name, record| record.trace().is_some() && record.trace() == name.trace.as_deref());
        let records = self.give(records, is_named);
        // One with the trace id of no row, or of a row that has its answer, is nobody's.
        let records = records.into_iter().filter(|record| record.trace().is_none()).collect();
        let records = self.give_by_values(records);
        // As many as there are rows: each of these was written, and the order is all there is to
        // tell them apart.
        let open = self.rows.iter_mut().filter(|row| row.1.is_none());
        if self.stray.is_none() && open.count() == records.len() {
            self.give(records, |_, _| true);
        }
    }

    /// Gives each record to the first open row that it fits. Returns those that fit none.
    fn give(&mut self, records: Vec<O>, fits: impl Fn(&Name, &O) -> bool) -> Vec<O> {
        let mut left = Vec::new();
        for record in records {
            let row = self.rows.iter_mut().find(|(name, outcome)| outcome.is_none() && fits(name, &record));
            match row {
                Some((_, outcome)) => *outcome = Some(Ok(record)),
                None => left.push(record),
            }
        }
        left
    }

    /// Gives each record to the open row with the most values, all of which the record has.
    fn give_by_values(&mut self, records: Vec<O>) -> Vec<O> {
        let mut left = Vec::new();
        for record in records {
            let open = self.rows.iter_mut().filter(|(_, outcome)| outcome.is_none()).rev();
            let fitting = open.filter_map(|(name, outcome)| Some((agreement(name, &record)?, outcome)));
            match fitting.max_by_key(|(values, _)| *values) {
                Some((_, outcome)) => *outcome = Some(Ok(record)),
                None => left.push(record),
            }
        }
        left
    }

    /// Tells what became of the rows. Those that nothing is known of are left out, or, where an
    /// error without a name may be theirs, told with it as unknown.
    pub(super) fn tell(self, outcome: &mut ChunkOutcome<O>) {
        for (name, became) in self.rows {
            match (became, &self.stray) {
                (Some(Ok(record)), _) => outcome.ok(name.index, record),
                (Some(Err(error)), _) => outcome.failed(name.index, error),
                (None, Some(stray)) => outcome.failed(name.index, stray.clone().with_sent(Sent::Maybe)),
                (None, None) => {}
            }
        }
    }
}

/// Whether the record is the one that the row names.
fn is_named<O: Written>(name: &Name, record: &O) -> bool {
    let Some(id) = &name.id else { return false };
    match name.id_property.as_deref() {
        None | Some("" | "hs_object_id") => record.id() == Some(id),
        Some(property) => record.properties().get(property).is_some_and(|value| same(value, id)),
    }
}

/// How many values the row sent, if the record has them all.
fn agreement<O: Written>(name: &Name, record: &O) -> Option<usize> {
    let sent = || name.properties.iter().filter(|(_, value)| !value.is_empty());
    let all = sent().all(|(property, value)| record.properties().get(property).is_some_and(|held| same(held, value)));
    let count = sent().count();
    (all && count > 0).then_some(count)
}

/// HubSpot trims values, and writes e-mail addresses in lower case.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}

fn traces_of(error: &Value) -> Vec<String> {
    error.get("context").map_or_else(Vec::new, |context| texts(context, "objectWriteTraceId"))
}

/// The ids that an error names.
pub(super) fn ids_of(error: &Value) -> Vec<String> {
    let mut ids = texts(error, "id");
    if let Some(context) = error.get("context") {
        for name in ["ids", "id"] {
            ids.extend(texts(context, name));
        }
    }
    ids
}

/// The error of a row of a read that found nothing.
pub(super) fn missing(op: &OpMeta) -> Error {
    Error::new(ErrorKind::NotFound, "there is no record with this id").with_operation(op).with_sent(Sent::Answered)
}
