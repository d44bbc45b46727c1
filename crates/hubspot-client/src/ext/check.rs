//! Checks the rows of a batch before they are sent.

use std::collections::{HashMap, HashSet};

use std::future::Future;

use crm_core::{Batch, BatchReport, Called, ChunkOutcome, Error};

use super::names::key;
use super::rows::Row;
use crate::objects::Objects;

const NAMELESS: &str = "the id is empty";

/// The rows of a batch, each with its index in the caller's input.
pub(super) struct Checked<I> {
    /// The rows to send.
    sent: Vec<(usize, I)>,
    /// The rows that would make HubSpot refuse the whole request.
    refused: Vec<(usize, Error)>,
}

impl<I: Clone> Checked<I> {
    /// Sends the checked rows and reports on all rows.
    pub(super) async fn run<O, F, Fut>(self, batch: &Batch, send: F) -> BatchReport<O>
    where
        F: Fn(Vec<I>) -> Fut,
        Fut: Future<Output = Result<ChunkOutcome<O>, Error>>,
    {
        let (indices, rows): (Vec<usize>, Vec<I>) = self.sent.into_iter().unzip();
        let mut report = batch.run(rows, send).await;
        if !self.refused.is_empty() {
            report.ok.iter_mut().for_each(|row| row.0 = indices[row.0]);
            report.failed.iter_mut().for_each(|row| row.0 = indices[row.0]);
            report.unknown.iter_mut().for_each(|row| *row = indices[*row]);
            report.failed.extend(self.refused);
            report.sort();
        }
        report
    }
}

/// Refuses empty ids.
pub(super) fn check_ids(op: &Called, ids: Vec<String>) -> Checked<String> {
    let (sent, empty): (Vec<_>, Vec<_>) = ids.into_iter().enumerate().partition(|(_, id)| !id.trim().is_empty());
    let refused = empty.into_iter().map(|(index, _)| (index, Error::validation(NAMELESS).with_operation(op)));
    Checked { sent, refused: refused.collect() }
}

/// Divides the rows into those that are sent, `chunk` per request, and those that would make HubSpot
/// refuse their whole request. Each row that is sent has a unique trace id
/// within its request.
///
/// This is done once for all rows, so that a request that is sent again in halves has the same rows
/// and trace ids.
pub(super) fn check_rows<R: Row>(objects: &Objects, rows: Vec<R>, chunk: usize) -> Checked<R> {
    let op = &R::call(objects, Vec::new()).called();
    let contacts = matches!(objects.object_type(), "contacts" | "contact" | "0-1");
    let mut checked = Checked { sent: Vec::new(), refused: Vec::new() };
    let mut request = Request::default();
    for (index, mut row) in rows.into_iter().enumerate() {
        match request.take(index, &mut row, contacts) {
            Ok(()) => checked.sent.push((index, row)),
            Err(fault) => checked.refused.push((index, Error::validation(fault).with_operation(op))),
        }
        if checked.sent.len() == request.first + chunk {
            request.name_rows(&mut checked.sent);
            request = Request { first: checked.sent.len(), ..Request::default() };
        }
    }
    request.name_rows(&mut checked.sent);
    checked
}

/// The names and trace ids that the rows of one request use.
#[derive(Default)]
struct Request {
    /// The number of rows before this request.
    first: usize,
    names: HashMap<(String, String), usize>,
    traces: HashSet<String>,
}

impl Request {
    /// Adds a row, or returns the reason why it cannot be added.
    fn take<R: Row>(&mut self, index: usize, row: &mut R, contacts: bool) -> Result<(), String> {
        row.correct()?;
        if row.id().is_some_and(|(id, _)| id.trim().is_empty()) {
            return Err(NAMELESS.to_owned());
        }
        let name = name_of(row, contacts);
        if let Some(other) = name.as_ref().and_then(|name| self.names.get(name)) {
            return Err(format!(
                "row {other} of the same request names the same record; merge the two, or send this one later"
            ));
        }
        if let Some(trace) = row.trace().clone()
            && !self.traces.insert(trace)
        {
            return Err("another row of the request has the same objectWriteTraceId".to_owned());
        }
        self.names.extend(name.map(|name| (name, index)));
        Ok(())
    }

    /// Gives a trace id to each row without one.
    fn name_rows<R: Row>(&mut self, sent: &mut [(usize, R)]) {
        let mut number = 0;
        for (_, row) in sent.iter_mut().skip(self.first) {
            let trace = row.trace();
            while trace.is_none() {
                let free = format!("row-{number}");
                number += 1;
                if self.traces.insert(free.clone()) {
                    *trace = Some(free);
                }
            }
        }
    }
}

/// The unique property and the value by which the row names its record. No two contacts have the
/// same e-mail address.
fn name_of<R: Row>(row: &R, contacts: bool) -> Option<(String, String)> {
    let (property, value) = match row.id() {
        Some((value, property)) => (property, value),
        None if contacts => (Some("email"), row.properties()?.get("email")?.as_str()),
        None => return None,
    };
    let value = key(property, value);
    (!value.is_empty()).then(|| (property.unwrap_or_default().to_owned(), value))
}
