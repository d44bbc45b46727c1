//! Many records in a small number of requests.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use crm_core::{Batch, BatchReport, BoxFuture, ChunkOutcome, Error};

use super::check::Checked;

type Send1<I, O> = Arc<dyn Fn(Vec<I>) -> BoxFuture<'static, Result<ChunkOutcome<O>, Error>> + Send + Sync>;
type Check<I> = Box<dyn FnOnce(Vec<I>, usize) -> Checked<I> + Send + Sync>;

/// Records to be written in batches. Await it for a [`BatchReport`], which reports for each record
/// if it was written or refused, or if its result is unknown.
///
/// ```no_run
/// # async fn example(client: hubspot_client::Client) {
/// use hubspot_client::types::BatchCreateRow;
///
/// let rows = (0..250).map(|number| BatchCreateRow::from([("email", format!("guest{number}@example.com"))]));
/// let report = client.contacts().create_many(rows).concurrency(2).await;
/// for (row, error) in &report.failed {
///     eprintln!("row {row}: {error}");
/// }
/// # }
/// ```
#[must_use = "nothing is sent before it is awaited"]
pub struct Many<I, O> {
    batch: Batch,
    chunk: usize,
    most: usize,
    rows: Vec<I>,
    check: Check<I>,
    send: Send1<I, O>,
}

impl<I, O> Many<I, O> {
    /// `check` receives all rows and the maximum number of rows per request.
    pub(super) fn new<F>(
        most: usize,
        rows: impl IntoIterator<Item = I>,
        check: impl FnOnce(Vec<I>, usize) -> Checked<I> + Send + Sync + 'static,
        send: F,
    ) -> Self
    where
        F: Fn(Vec<I>) -> BoxFuture<'static, Result<ChunkOutcome<O>, Error>> + Send + Sync + 'static,
    {
        Self {
            batch: Batch::new(most),
            chunk: most,
            most,
            rows: rows.into_iter().collect(),
            check: Box::new(check),
            send: Arc::new(send),
        }
    }

    /// Sets the number of records per request: at least one, at most HubSpot's maximum.
    pub fn chunk(mut self, records: usize) -> Self {
        self.chunk = records.clamp(1, self.most);
        self.batch = self.batch.chunk(self.chunk);
        self
    }

    /// Sets the maximum number of concurrent requests. The default is one.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.batch = self.batch.concurrency(requests);
        self
    }

    /// If HubSpot refuses a whole request because of its content, sends its halves again until the
    /// invalid records are alone. See [`Batch::bisect`].
    pub fn bisect(mut self, on: bool) -> Self {
        self.batch = self.batch.bisect(on);
        self
    }
}

impl<I: Clone + Send + 'static, O: Send + 'static> IntoFuture for Many<I, O> {
    type Output = BatchReport<O>;
    type IntoFuture = BoxFuture<'static, BatchReport<O>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { batch, chunk, rows, check, send, .. } = self;
        Box::pin(async move { check(rows, chunk).run(&batch, move |chunk| send(chunk)).await })
    }
}

impl<I, O> fmt::Debug for Many<I, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Many").field("batch", &self.batch).field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}
