//! Rows that are written while they arrive, until Ctrl-C.

use serde_json::Value;

use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::{Format, Rows};

/// Writes rows, at most `limit`. Those that arrived before a failure or a signal are written nevertheless.
pub(crate) async fn write(
    mut next: impl AsyncFnMut() -> Option<Result<Value, Failure>>,
    limit: Option<u64>,
    format: Format,
) -> Result<(), Failure> {
    let mut interrupt = Interrupt::new();
    let mut rows = Rows::new(format);
    let mut ended = Ok(());
    for _ in 0..limit.unwrap_or(u64::MAX) {
        match interrupt.or(next()).await {
            Some(Some(Ok(row))) => rows.push(row)?,
            Some(Some(Err(failure))) => {
                ended = Err(failure);
                break;
            }
            Some(None) => break,
            None => {
                ended = Err(Failure::other("interrupted; the rows that arrived before are written"));
                break;
            }
        }
    }
    rows.end()?;
    ended
}
