//! The results of a batch, one for each row in the order of the rows.

use crm_core::{BatchReport, Error};
use serde::Serialize;
use serde_json::{Value, json};

use crate::catalogue::Found;
use crate::check::Input;
use crate::failure::Failure;
use crate::mcp::bounded::Rows as Fitting;
use crate::mcp::files::Folder;
use crate::mcp::turn::{Answer, Stop};

/// The rows that were given, and their results so far.
pub(super) struct Results {
    rows: Vec<Value>,
    results: Vec<Value>,
    /// The arguments and the body that all rows share.
    shared: Value,
    writes: bool,
}

impl Results {
    pub(super) fn new(rows: Vec<Value>, shared: &Input, writes: bool) -> Self {
        let shared = json!([shared.arguments, shared.body]);
        let results = vec![Value::Null; rows.len()];
        Self { rows, results, shared, writes }
    }

    /// Takes the results of rows, the first of which has this number.
    pub(super) fn take<O: Serialize>(&mut self, first: usize, report: BatchReport<O>) {
        let lost = report.lost().cloned();
        for row in report.unknown {
            let line = lost.as_ref().map(|error| self.failure(first + row, error)["error"].take());
            let line = line.unwrap_or_else(|| "the reply does not say what happened to this row".into());
            self.set(first + row, json!({"error": line, "kind": "unknown outcome", "may_have_happened": self.writes}));
        }
        for (row, error) in &report.failed {
            self.set(first + row, self.failure(first + row, error));
        }
        for (row, output) in report.ok {
            self.set(first + row, json!({"ok": true, "output": json!(output)}));
        }
    }

    fn failure(&self, row: usize, error: &Error) -> Value {
        let input = Input { body: Some(json!([self.rows.get(row), self.shared])), ..Input::default() };
        Failure::call(error, self.writes).without(&input).as_json()
    }

    fn set(&mut self, row: usize, mut result: Value) {
        result["row"] = row.into();
        if let Some(place) = self.results.get_mut(row) {
            *place = result;
        }
    }

    /// Returns all results. Those that do not fit are in a file, or reduced to failures and ids.
    pub(super) fn answer(self, found: &Found, folder: Option<&Folder>) -> Result<Answer, Stop> {
        let count = |name: &str| self.results.iter().filter(|result| result.get(name).is_some()).count();
        let unknown = self.results.iter().filter(|result| result["kind"] == "unknown outcome").count();
        let (ok, failed) = (count("ok"), count("error") - unknown);
        let mut value = json!({"rows": self.rows.len(), "ok": ok, "failed": failed, "unknown": unknown});
        let mut fitting = Fitting::default();
        if self.results.iter().all(|result| fitting.take(result)) {
            value["results"] = fitting.into_rows().into();
            return Ok(value.into());
        }
        let mut answer = Answer { value, file: None };
        if let Some(folder) = folder {
            let mut file = folder.create(&found.words(), "jsonl")?;
            self.results.iter().try_for_each(|result| file.row(result))?;
            answer.value["path"] = file.path().into();
            answer.file = Some(file.keep()?);
        }
        // Failures first, because something has to be done about them.
        let (good, bad): (Vec<Value>, Vec<Value>) = self.results.into_iter().partition(|one| one.get("ok").is_some());
        let short = |result: &Value| json!({"row": result["row"], "ok": true, "id": result["output"]["id"]});
        let mut fitting = Fitting::default();
        let all = bad.into_iter().chain(good.iter().map(short)).all(|result| fitting.take(&result));
        let mut kept = fitting.into_rows();
        kept.sort_by_key(|result| result["row"].as_u64());
        answer.value["results"] = kept.into();
        let text =
            if all { "of records, only the ids are returned" } else { "not all rows fit; failures are returned first" };
        answer.value["shortened"] = text.into();
        Ok(answer)
    }
}
