//! Lists as a whole and downloads, as files.

use crm_core::{BodyStream, Call, Error, Paged as _, Pages};
use serde_json::{Value, json};

use super::bounded::Rows as Fitting;
use super::files::Folder;
use super::turn::{Answer, Stop, Turn};
use crate::catalogue::{Found, Rows};
use crate::failure::Failure;

/// The maximum number of rows that are in the reply too.
const FIRST: usize = 10;

/// Writes the rows of all pages to a file, and returns the first of them. After a failure, the rows that arrived are kept,
/// and the reply has the cursor at which the list continues.
pub(super) async fn list(
    call: Call<Value>,
    cursor: Option<&str>,
    folder: &Folder,
    found: &Found,
    turn: &Turn,
    failed: impl Fn(&Error) -> Failure,
) -> Result<Answer, Stop> {
    let op = found.operation.meta();
    let mut pages = Pages::<Rows>::new(call);
    if let Some(cursor) = cursor {
        let cursor = cursor.parse().map_err(|error| failed(&error))?;
        pages = pages.resume(cursor).map_err(|error| failed(&error))?;
    }
    let mut file = folder.create(&found.words(), "jsonl")?;
    let (mut first, mut count) = (Fitting::default(), 0);
    let failure = loop {
        let rows = match pages.next().await {
            Some(Ok(page)) => Rows::items_of(page, op),
            Some(Err(error)) => break Some(failed(&error)),
            None => break None,
        };
        for row in &rows {
            file.row(row)?;
            if count < FIRST {
                first.take(row);
            }
            count += 1;
        }
        turn.progress.rows(rows.len(), None).await;
    };
    let Some(failure) = failure else {
        let value = json!({"count": count, "path": file.path(), "first_rows": first.into_rows()});
        return Ok(Answer { value, file: Some(file.keep()?) });
    };
    let mut value = failure.as_json();
    if count == 0 {
        return Err(Stop::Failed(Box::new(value.into())));
    }
    value["count"] = count.into();
    value["path"] = file.path().into();
    value["cursor"] = pages.cursor().to_string().into();
    Err(Stop::Failed(Box::new(Answer { value, file: Some(file.keep()?) })))
}

/// Writes the reply to a file.
pub(super) async fn download(
    call: Call<BodyStream>,
    folder: &Folder,
    found: &Found,
    failed: impl Fn(&Error) -> Failure,
) -> Result<Answer, Stop> {
    let mut body = call.send().await.map_err(|error| failed(&error))?;
    let mut file = folder.create(&found.words(), "bin")?;
    while let Some(piece) = body.next().await {
        file.bytes(&piece.map_err(|error| failed(&error))?)?;
    }
    let path = file.path();
    let file = file.keep()?;
    Ok(Answer { value: json!({"bytes": file.size, "path": path}), file: Some(file) })
}
