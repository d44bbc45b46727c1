//! The plan of an import: `--dry-run` shows it, and its digest confirms it.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::journal::Head;
use super::source::Source;
use super::target::{Ready, Target, Verb};
use crate::confirm;
use crate::failure::Failure;
use crate::note;
use crate::output::{self, Format};
use crate::request;

/// The rows that are to be sent, and how.
pub(super) struct Plan<'a> {
    head: &'a Head,
    /// The number of rows without a result.
    rows: usize,
    requests: usize,
    /// The first request, or null if no row is left.
    first: Value,
    /// The operation, the account and the address, which a confirmation is for.
    what: String,
}

impl<'a> Plan<'a> {
    pub(super) async fn make(
        head: &'a Head,
        source: &Source,
        target: &mut dyn Target,
        left: &[usize],
    ) -> Result<Self, Failure> {
        let first = first(source, target, left).await?;
        Ok(Self {
            head,
            rows: left.len(),
            requests: left.len().div_ceil(target.most()),
            what: format!("{} with {} at {}", head.operation, head.account, first["url"]),
            first,
        })
    }

    /// Writes it, with the digest that confirms it.
    pub(super) fn show(self, source: &Source, format: Option<Format>) -> Result<(), Failure> {
        let digest = confirm::digest(&self.what, source.bytes(), SystemTime::now());
        let plan = json!({
            "operation": self.head.operation,
            "account": self.head.account,
            "rows": self.rows,
            "requests": self.requests,
            "first_request": self.first,
            "confirm": digest,
        });
        output::plan(&plan, format)?;
        // The plan may be longer than the screen.
        if self.rows > confirm::MOST_ROWS {
            note::say(&format!("to send the {} rows, add: --confirm {digest}", self.rows));
        }
        Ok(())
    }

    /// Checks the digest, if the rows must be confirmed or one is given.
    pub(super) fn confirm(&self, verb: Verb, source: &Source, digest: Option<&str>) -> Result<(), Failure> {
        match digest {
            Some(digest) => confirm::check(&self.what, source.bytes(), digest, SystemTime::now()),
            None if self.rows > confirm::MOST_ROWS || verb == Verb::Archive => Err(Failure::usage(format!(
                "{verb} of {} rows must be confirmed; look at the plan with --dry-run, and add its digest: --confirm DIGEST",
                self.rows
            ))),
            None => Ok(()),
        }
    }
}

/// Returns the first request, or null if no row is left.
async fn first(source: &Source, target: &mut dyn Target, left: &[usize]) -> Result<Value, Failure> {
    let chunk = left.iter().take(target.most());
    let rows = chunk.map(|row| Some((*row, target.row(source.row(*row)).ok()?))).collect::<Option<Vec<Ready>>>();
    let rows = rows.unwrap_or_default();
    if rows.is_empty() {
        return Ok(Value::Null);
    }
    let shown = target.preview(rows).await.map_err(|error| Failure::call(&error, false))?;
    Ok(request::as_json(&shown))
}
