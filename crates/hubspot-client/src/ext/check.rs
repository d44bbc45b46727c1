//! What can be known about the rows of a batch before they are sent.

use std::collections::{HashMap, HashSet};

use crm_core::Error;

use super::many::Checked;
use super::names::key;
use super::rows::Row;
use crate::objects::Objects;

/// Divides the rows into those that are sent, `chunk` in a request, and those that HubSpot would
/// refuse together with their whole request. Each row that is sent has a trace id of its own
/// within its request.
///
/// This is done once for all rows, so that the halves of a request that is sent again hold what the
/// request held.
pub(super) fn check<R: Row>(objects: &Objects, rows: Vec<R>, chunk: usize) -> Checked<R> {
    let op = R::call(objects, Vec::new()).op();
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

/// What the rows of one request have used up.
#[derive(Default)]
struct Request {
    /// How many rows go before it.
    first: usize,
    names: HashMap<(String, String), usize>,
    traces: HashSet<String>,
}

impl Request {
    /// Takes a row in, or says why not.
    fn take<R: Row>(&mut self, index: usize, row: &mut R, contacts: bool) -> Result<(), String> {
        row.correct()?;
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
