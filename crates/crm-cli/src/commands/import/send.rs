//! Sends the rows, several requests at the same time, until all have a result or something stops it.

use std::collections::BTreeMap;

use crm_core::{Error, ErrorKind};
use serde_json::Value;
use tokio::task::JoinSet;

use super::journal::Journal;
use super::results::{self, Results};
use super::source::Source;
use super::target::{Answer, Ready, Target, Verb};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::note;

/// The number of requests in a row without an answer that stop an import.
const MOST_LOST: usize = 2;
/// The number of refused rows in a row that stop an import: they have the same mistake.
const MOST_REFUSED: usize = 200;
/// The number of rows without permission, before any other, that stop an import.
const MOST_DENIED: usize = 3;
/// A message is written each time that this many rows have a result.
const NEWS: usize = 1_000;

/// An import at work.
pub(super) struct Work<'a> {
    pub(super) source: &'a Source,
    pub(super) target: &'a mut dyn Target,
    pub(super) verb: Verb,
    pub(super) journal: Option<&'a mut Journal>,
    pub(super) results: &'a mut Results,
    lost: usize,
    refused: usize,
    /// The first rows, if the credential may write none of them: either these rows or all are not permitted.
    denied: Option<Vec<(Ready, Answer)>>,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        source: &'a Source,
        target: &'a mut dyn Target,
        verb: Verb,
        journal: Option<&'a mut Journal>,
        results: &'a mut Results,
    ) -> Self {
        Self { source, target, verb, journal, results, lost: 0, refused: 0, denied: Some(Vec::new()) }
    }

    /// Sends all rows that have no result yet. The failure says why rows are left.
    pub(super) async fn run(&mut self, past: BTreeMap<usize, Value>, interrupt: &mut Interrupt) -> Result<(), Failure> {
        let all = 1..=self.source.len();
        let rows: Vec<usize> = all.filter(|number| !past.contains_key(number)).collect();
        if past.values().any(|result| result["id"].is_string()) {
            self.denied = None;
        }
        for (number, result) in past {
            self.results.push(number, result)?;
        }
        let mut chunks = rows.chunks(self.target.most().max(1));
        let mut running: JoinSet<(Vec<Ready>, Vec<Answer>)> = JoinSet::new();
        let mut stop: Option<Failure> = None;
        loop {
            while stop.is_none() && running.len() < self.target.at_once() {
                let Some(chunk) = chunks.next() else { break };
                match self.ready(chunk) {
                    // A signal is seen only when this task yields. If one came, these rows were recorded but not sent, and
                    // are taken back.
                    Ok(_) if interrupt.or(tokio::task::yield_now()).await.is_none() => {
                        stop = Some(self.back(chunk).err().unwrap_or_else(stopping));
                    }
                    Ok(rows) => {
                        let sent = self.target.send(rows.clone());
                        running.spawn(async move { (rows, sent.await) });
                    }
                    Err(failure) => stop = Some(failure),
                }
            }
            match interrupt.or(running.join_next()).await {
                Some(None) => break,
                Some(Some(Ok((rows, answers)))) => {
                    if let Err(failure) = self.take(&rows, answers) {
                        stop.get_or_insert(failure);
                    }
                }
                Some(Some(Err(_))) => {
                    stop.get_or_insert_with(|| {
                        Failure::doubt("a request ended without a result; its rows may have been written")
                    });
                }
                None if stop.is_some() => {
                    return Err(Failure::doubt("stopped; rows that were sent may have been written"));
                }
                None => stop = Some(stopping()),
            }
        }
        let denied = self.denied.take().unwrap_or_default();
        match stop {
            None => self.known(denied),
            Some(failure) => {
                let numbers: Vec<usize> = denied.iter().map(|((number, _), _)| *number).collect();
                self.back(&numbers)?;
                Err(failure)
            }
        }
    }

    /// Records that rows were not written.
    fn back(&mut self, rows: &[usize]) -> Result<(), Failure> {
        match self.journal.as_mut().filter(|_| !rows.is_empty()) {
            Some(journal) => journal.back(rows),
            None => Ok(()),
        }
    }

    /// Takes rows without permission as failed.
    fn known(&mut self, denied: Vec<(Ready, Answer)>) -> Result<(), Failure> {
        denied.into_iter().try_for_each(|(row, answer)| self.record(&[row], vec![answer]))
    }

    /// Prepares the rows of a request and records that they are sent.
    fn ready(&mut self, chunk: &[usize]) -> Result<Vec<Ready>, Failure> {
        let mut rows = Vec::new();
        for number in chunk {
            // All rows were checked before the first was sent.
            let input = self.target.row(self.source.row(*number)).map_err(|faults| {
                Failure::usage(format!("{}: {}", self.source.place(*number), crate::check::sentence(&faults)))
            })?;
            rows.push((*number, input));
        }
        if let Some(journal) = &mut self.journal {
            journal.sent(chunk, self.source)?;
        }
        Ok(rows)
    }

    /// Takes the results of a request. The failure says why no further request can succeed.
    fn take(&mut self, rows: &[Ready], answers: Vec<Answer>) -> Result<(), Failure> {
        let numbers: Vec<usize> = rows.iter().map(|(number, _)| *number).collect();
        // With one row per request, the permission may be missing for this row only.
        let permission = |error: &Error| error.kind() == ErrorKind::Permission;
        if self.target.most() == 1 && answers.iter().filter_map(Answer::stopped).any(permission) {
            let Some(denied) = &mut self.denied else { return self.record(rows, answers) };
            denied.extend(rows.iter().cloned().zip(answers));
            return match denied.last().and_then(|(row, answer)| Some((row, answer.stopped()?))) {
                Some(((_, row), error)) if denied.len() >= MOST_DENIED => Err(self.target.failed(error).without(row)),
                _ => Ok(()),
            };
        }
        let stopped = || answers.iter().all(|answer| answer.stopped().is_some());
        if let Some(error) = answers.first().and_then(Answer::stopped).filter(|_| stopped()) {
            self.back(&numbers)?;
            let first = rows.first().map(|(_, row)| row.clone()).unwrap_or_default();
            return Err(self.target.failed(error).without(&first));
        }
        if let Some(denied) = self.denied.take() {
            self.known(denied)?;
        }
        self.record(rows, answers)
    }

    /// Records the results of a request.
    fn record(&mut self, rows: &[Ready], answers: Vec<Answer>) -> Result<(), Failure> {
        let numbers: Vec<usize> = rows.iter().map(|(number, _)| *number).collect();
        let lost = answers.iter().all(|answer| matches!(answer, Answer::Unknown(_)));
        let refused = answers.iter().all(|answer| matches!(answer, Answer::Refused(_)));
        self.lost = if lost { self.lost + 1 } else { 0 };
        self.refused = if refused { self.refused + rows.len() } else { 0 };
        let results: Vec<Value> = rows
            .iter()
            .zip(answers)
            .map(|((number, row), answer)| results::result(*number, answer, row, self.verb))
            .collect();
        let kept = self.journal.as_mut().map_or(Ok(()), |journal| journal.answered(&results));
        let last = results.last().and_then(|result| result["error"].as_str()).unwrap_or_default().to_owned();
        let before = self.results.count() / NEWS;
        let mut shown = Ok(());
        for (number, result) in numbers.into_iter().zip(results) {
            // Each result counts, also if it cannot be shown.
            shown = shown.and(self.results.push(number, result));
        }
        shown?;
        if self.results.count() / NEWS > before {
            note::say(&format!("{} of {} rows", self.results.count(), self.source.len()));
        }
        kept?;
        if self.lost >= MOST_LOST {
            return Err(Failure::doubt(format!("{MOST_LOST} requests one after the other have no answer: {last}")));
        }
        if self.refused >= MOST_REFUSED {
            return Err(Failure::other(format!("{} rows one after the other failed: {last}", self.refused)));
        }
        Ok(())
    }
}

/// The first signal: the requests that were sent are waited for.
fn stopping() -> Failure {
    note::say("stopping after the requests that were sent; press Ctrl-C again to leave them");
    Failure::other("stopped")
}
