//! Batches: many inputs in few calls.
//!
//! A [`Batch`] cuts the inputs into chunks, sends them through a function of the vendor crate,
//! and reports for each input whether it succeeded, failed, or has an unknown result.

mod report;

pub use report::{BatchReport, ChunkOutcome};

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use crate::error::{Error, ErrorKind, Sent};
use crate::meta::OpMeta;

/// Chunk size and concurrency of a batch. Limits and retries are those of the calls that it makes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a batch does nothing until it is run"]
pub struct Batch {
    chunk: usize,
    concurrency: usize,
    bisect: bool,
}

impl Batch {
    /// Chunks of at most `chunk` inputs (at least one), one after the other.
    pub fn new(chunk: usize) -> Self {
        Self { chunk: chunk.max(1), concurrency: 1, bisect: false }
    }

    /// Chunks of the maximum size that the operation allows, or of 100 inputs if no maximum is documented.
    pub fn of(op: &OpMeta) -> Self {
        Self::new(op.batch_max.and_then(|most| usize::try_from(most).ok()).unwrap_or(100))
    }

    /// Sets the size of chunks (at least one).
    pub fn chunk(mut self, chunk: usize) -> Self {
        self.chunk = chunk.max(1);
        self
    }

    /// Sets the maximum number of chunks that are sent concurrently (at least one).
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.max(1);
        self
    }

    /// If a vendor refuses a whole chunk because of one bad input ([`ErrorKind::Validation`],
    /// [`ErrorKind::Conflict`]), sends its halves again until the bad inputs are alone. Costs
    /// about `2 · log2(chunk)` further calls for each bad input. Nothing of a refused chunk was
    /// carried out, so nothing happens twice; do not use it if the vendor carries out a part of
    /// a chunk that it refuses.
    pub fn bisect(mut self, on: bool) -> Self {
        self.bisect = on;
        self
    }

    /// Sends all inputs. `send` makes one call for a chunk and returns the result of each input.
    ///
    /// Never fails as a whole: see [`BatchReport::into_result`]. After an error that every chunk
    /// would meet (credential, permission, quota, configuration), the remaining chunks are not sent
    /// and count as failed.
    pub async fn run<I, O, F, Fut>(&self, inputs: Vec<I>, send: F) -> BatchReport<O>
    where
        I: Clone,
        F: Fn(Vec<I>) -> Fut,
        Fut: Future<Output = Result<ChunkOutcome<O>, Error>>,
    {
        let mut report = BatchReport::default();
        let mut waiting: VecDeque<Chunk<I>> = VecDeque::new();
        let mut inputs = inputs.into_iter();
        let mut next = 0;
        loop {
            let rows: Vec<I> = inputs.by_ref().take(self.chunk).collect();
            if rows.is_empty() {
                break;
            }
            let first = next;
            next += rows.len();
            waiting.push_back(Chunk { first, rows });
        }
        let mut stopped: Option<Error> = None;
        let mut running: Vec<Running<I, Fut>> = Vec::new();
        loop {
            while running.len() < self.concurrency {
                let Some(chunk) = waiting.pop_front() else { break };
                if let Some(error) = &stopped {
                    report.not_sent(chunk.first, chunk.rows.len(), error);
                    continue;
                }
                // Kept only if a second pass may need it.
                let kept = if self.bisect { chunk.rows.clone() } else { Vec::new() };
                let length = chunk.rows.len();
                let future = Box::pin(send(chunk.rows));
                running.push(Running { first: chunk.first, length, kept, future });
            }
            if running.is_empty() {
                break;
            }
            let (done, outcome) = first_ready(&mut running).await;
            match outcome {
                Ok(outcome) => report.add(done.first, done.length, outcome),
                Err(error) if self.bisect && done.length > 1 && refused_whole(&error) => {
                    let middle = done.length / 2;
                    let mut left = done.kept;
                    let right = left.split_off(middle);
                    waiting.push_front(Chunk { first: done.first + middle, rows: right });
                    waiting.push_front(Chunk { first: done.first, rows: left });
                }
                Err(error) => {
                    if hopeless(&error) {
                        stopped.get_or_insert_with(|| error.clone());
                    }
                    report.fail(done.first, done.length, &error);
                }
            }
        }
        report.sort();
        report
    }
}

struct Chunk<I> {
    first: usize,
    rows: Vec<I>,
}

struct Running<I, Fut> {
    first: usize,
    length: usize,
    kept: Vec<I>,
    future: Pin<Box<Fut>>,
}

/// Waits for any of the futures and removes it from the list.
async fn first_ready<I, Fut: Future>(running: &mut Vec<Running<I, Fut>>) -> (Running<I, Fut>, Fut::Output) {
    poll_fn(|cx| {
        for index in 0..running.len() {
            if let Poll::Ready(output) = running[index].future.as_mut().poll(cx) {
                return Poll::Ready((running.swap_remove(index), output));
            }
        }
        Poll::Pending
    })
    .await
}

/// Returns true if the vendor refused the whole chunk because of its content.
fn refused_whole(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Validation | ErrorKind::Conflict)
        && error.sent() == Sent::Answered
        && !error.may_have_happened()
}

/// Returns true if every other chunk would meet the same error.
fn hopeless(error: &Error) -> bool {
    use ErrorKind::{Auth, Config, Permission, QuotaExhausted, Token};
    matches!(error.kind(), Auth | Config | Permission | QuotaExhausted | Token)
}

#[cfg(test)]
mod tests;
