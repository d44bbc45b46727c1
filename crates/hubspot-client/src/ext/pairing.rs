//! Matches the results of a batch with its rows.
//!
//! In this order: errors and records by trace id, then by the id of the record, then
//! records by their values, and the rest by elimination. HubSpot does not guarantee the order of
//! its results, so the order is not used.

use crm_core::{Called, ChunkOutcome, Error, ErrorKind, Map, RawReply, Sent};
use serde_json::Value;

use super::names::{self, same, unique};
use super::row_errors::{row_error, row_errors};
use super::rows::{Row, Written};
use super::silence::{silence, unmentioned};
use crate::vendor::{HubSpot, texts};

/// The parts of a sent row by which its result can be recognised.
#[derive(Default)]
struct Name {
    trace: Option<String>,
    id: Option<String>,
    id_property: Option<String>,
    properties: Map<String>,
}

/// The rows of one request and their results so far.
pub(super) struct Chunk<O> {
    rows: Vec<(Name, Option<Result<O, Error>>)>,
    /// The first error without a row.
    stray: Option<Error>,
    /// The ids of records that the reply contains although it has an error for them, for example for an association.
    doubtful: Vec<String>,
}

impl<O: Written> Chunk<O> {
    /// The rows that are sent.
    pub(super) fn new<R: Row<Written = O>>(rows: &mut [R]) -> Self {
        let rows = rows.iter_mut().map(|row| {
            let id = row.id();
            let name = Name {
                id: id.map(|(id, _)| id.to_owned()),
                id_property: id.and_then(|(_, property)| property).and_then(unique).map(str::to_owned),
                properties: row.properties().cloned().unwrap_or_default(),
                trace: row.trace().clone(),
            };
            (name, None)
        });
        Self { rows: rows.collect(), stray: None, doubtful: Vec::new() }
    }

    /// Assigns the errors of a reply to their rows.
    pub(super) fn take_errors(&mut self, op: &Called, reply: &RawReply) {
        for value in row_errors(reply) {
            let error = row_error(&value, op, reply);
            let traces = traces_of(&value);
            let ids = ids_of(&value);
            let mut named = false;
            for (name, outcome) in &mut self.rows {
                let hit = match &name.trace {
                    Some(trace) if !traces.is_empty() => traces.contains(trace),
                    _ => name.id.as_ref().is_some_and(|id| ids.iter().any(|named| same(named, id))),
                };
                if hit {
                    outcome.get_or_insert_with(|| Err(error.clone()));
                    named = true;
                }
            }
            if !named {
                self.stray.get_or_insert(error);
            }
        }
    }

    /// Assigns the records of a reply to their rows.
    pub(super) fn take_records(&mut self, records: Vec<O>) {
        for record in &records {
            self.doubt(record);
        }
        let records =
            self.give(records, |name, record| record.trace().is_some() && record.trace() == name.trace.as_deref());
        let records = self.give(records, is_named);
        let records = self.give(records, was_named);
        // A record whose trace id is unknown, or belongs to a row that has a result, is ignored.
        let records = records.into_iter().filter(|record| record.trace().is_none()).collect();
        let records = self.give_by_values(records);
        let records = self.give_by_most_values(records);
        let open = self.rows.iter().filter(|row| row.1.is_none());
        if self.stray.is_none() && records.len() == 1 && open.count() == 1 {
            self.give(records, |_, _| true);
        }
    }

    /// Makes the result of a row unknown if it has an error and this record.
    fn doubt(&mut self, record: &O) {
        let traced = |name: &Name| record.trace().is_some() && record.trace() == name.trace.as_deref();
        for (name, outcome) in &mut self.rows {
            if let Some(Err(error)) = outcome
                && !error.may_have_happened()
                && (traced(name) || is_named(name, record) || was_named(name, record))
            {
                *error = error.clone().with_sent(Sent::Maybe);
                self.doubtful.extend(record.id().map(str::to_owned));
            }
        }
    }

    /// Assigns each record to the first open row that it matches. Returns those that match none.
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

    /// Assigns each record to the open row with the most values, all of which the record has.
    fn give_by_values(&mut self, records: Vec<O>) -> Vec<O> {
        let mut left = Vec::new();
        for record in records {
            let open = self.rows.iter_mut().filter(|(_, outcome)| outcome.is_none()).rev();
            let fitting = open.filter_map(|(name, outcome)| match agreement(name, &record) {
                (agreeing, sent) if agreeing > 0 && agreeing == sent => Some((agreeing, outcome)),
                _ => None,
            });
            match fitting.max_by_key(|(values, _)| *values) {
                Some((_, outcome)) => *outcome = Some(Ok(record)),
                None => left.push(record),
            }
        }
        left
    }

    /// Assigns a record to the open row with which it shares the most values, if no other record
    /// shares as many with that row: HubSpot returns some values in another form.
    fn give_by_most_values(&mut self, mut records: Vec<O>) -> Vec<O> {
        loop {
            let rows = &self.rows;
            let open = || rows.iter().enumerate().filter(|(_, row)| row.1.is_none());
            let found = records.iter().enumerate().find_map(|(at, record)| {
                let row = best(open().map(|(index, row)| (index, agreement(&row.0, record).0)))?;
                let name = &rows[row].0;
                let rival = best(records.iter().enumerate().map(|(at, record)| (at, agreement(name, record).0)))?;
                (rival == at).then_some((at, row))
            });
            let Some((at, row)) = found else { return records };
            self.rows[row].1 = Some(Ok(records.remove(at)));
        }
    }

    /// Returns the result of each row. A row without a result is unknown, with the error that has
    /// no row and may belong to it, or with the reason. If all rows have a result, that error may belong to each of the records.
    pub(super) fn tell(mut self, op: &Called, reply: &RawReply) -> ChunkOutcome<O> {
        let mut outcome = ChunkOutcome::new();
        if let Some(stray) = self.stray.as_ref().filter(|_| self.rows.iter().all(|row| row.1.is_some())) {
            for (_, outcome) in &mut self.rows {
                if let Some(Ok(record)) = outcome {
                    self.doubtful.extend(record.id().map(str::to_owned));
                    *outcome = Some(Err(stray.clone().with_sent(Sent::Maybe)));
                }
            }
        }
        let mut reason = self.stray.map(|stray| stray.with_sent(Sent::Maybe));
        for (index, (_, became)) in self.rows.into_iter().enumerate() {
            match became {
                Some(Ok(record)) => outcome.ok(index, record),
                Some(Err(error)) if error.may_have_happened() => {
                    outcome.failed(index, partial(&error, &self.doubtful, op, reply));
                }
                Some(Err(error)) => outcome.failed(index, error),
                None => {
                    let reason =
                        reason.get_or_insert_with(|| silence(op, reply).unwrap_or_else(|| unmentioned(op, reply)));
                    outcome.failed(index, reason.clone());
                }
            }
        }
        outcome
    }
}

/// Returns the error of records that the reply contains too.
fn partial(error: &Error, ids: &[String], op: &Called, reply: &RawReply) -> Error {
    let text = format!("HubSpot returned an error, but also these records: {}", ids.join(", "));
    let partial = Error::new(error.kind(), text)
        .with_operation(op)
        .with_sent(Sent::Maybe)
        .with_request_id(reply.request_id(&HubSpot))
        .with_body(reply.body().clone());
    match error.vendor() {
        Some(detail) => partial.with_vendor(detail.clone()),
        None => partial,
    }
}

/// Returns true if the record has the name of the row.
fn is_named<O: Written>(name: &Name, record: &O) -> bool {
    let main = names::main(name.id_property.as_deref(), record.id(), record.properties());
    name.id.as_deref().zip(main).is_some_and(|(id, main)| same(id, main))
}

/// Returns true if one of the record's further names is the name of the row.
fn was_named<O: Written>(name: &Name, record: &O) -> bool {
    let Some(id) = &name.id else { return false };
    names::others(name.id_property.as_deref(), record.properties()).any(|other| same(id, other))
}

/// Returns the number of the row's values that the record has, and the number of values of the row.
fn agreement<O: Written>(name: &Name, record: &O) -> (usize, usize) {
    let sent = || name.properties.iter().filter(|(_, value)| !value.is_empty());
    let held =
        |(property, value): &(&str, &String)| record.properties().get(property).is_some_and(|held| same(held, value));
    (sent().filter(held).count(), sent().count())
}

/// Returns the candidate with the highest number above zero, if no other has the same.
fn best(candidates: impl Iterator<Item = (usize, usize)>) -> Option<usize> {
    let (mut best, mut most) = (None, 0);
    for (candidate, number) in candidates {
        if number > most {
            (best, most) = (Some(candidate), number);
        } else if number == most {
            best = None;
        }
    }
    best
}

fn traces_of(error: &Value) -> Vec<String> {
    error.get("context").map_or_else(Vec::new, |context| texts(context, "objectWriteTraceId"))
}

/// Returns the ids that an error contains.
pub(super) fn ids_of(error: &Value) -> Vec<String> {
    let mut ids = texts(error, "id");
    if let Some(context) = error.get("context") {
        for name in ["ids", "id"] {
            ids.extend(texts(context, name));
        }
    }
    ids
}

/// Returns the error of a row of a read that found nothing.
pub(super) fn missing(op: &Called) -> Error {
    Error::new(ErrorKind::NotFound, "there is no record with this id").with_operation(op).with_sent(Sent::Answered)
}
