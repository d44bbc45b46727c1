//! A reply body that is read piece by piece.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};

use super::upload::{OnProgress, Progress};
use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Sent};
use crate::meta::Called;
use crate::sync::BoxFuture;

pub(crate) type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

/// The body of a download, as a stream of pieces. The call's total timeout ends with the head of
/// the reply; from then on each piece may take as long as one attempt.
///
/// An error ends the stream. The pieces received so far are valid but incomplete.
#[must_use = "the body is not read unless the stream is"]
pub struct BodyStream {
    status: StatusCode,
    headers: HeaderMap,
    chunks: Option<Chunks>,
    called: Called,
    /// Number of requests that were sent for it.
    attempts: u32,
    clock: Arc<dyn Clock>,
    stall: Duration,
    deadline: Option<BoxFuture<'static, ()>>,
    received: u64,
    on_progress: Option<OnProgress>,
    /// Error that ended the stream early.
    pub(super) failure: Option<Error>,
}

impl BodyStream {
    pub(crate) fn new(
        status: StatusCode,
        headers: HeaderMap,
        chunks: Chunks,
        called: Called,
        attempts: u32,
        clock: Arc<dyn Clock>,
        stall: Duration,
    ) -> Self {
        let chunks = Some(chunks);
        Self {
            status,
            headers,
            chunks,
            called,
            attempts,
            clock,
            stall,
            deadline: None,
            received: 0,
            on_progress: None,
            failure: None,
        }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Size of the whole body in bytes, if the vendor sent it.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    /// Calls `f` for each piece that arrives.
    pub fn on_progress(mut self, f: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(f));
        self
    }

    /// Returns the next piece, or `None` at the end and after an error. Same as the stream, without its extension traits.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    pub(super) fn label(&self, error: Error) -> Error {
        error.with_operation(&self.called).with_status(self.status).with_attempts(self.attempts)
    }

    /// Ends the stream with an error.
    fn fail(&mut self, error: Error) -> Error {
        self.chunks = None;
        self.failure.insert(self.label(error)).clone()
    }
}

impl Stream for BodyStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let Some(chunks) = &mut this.chunks else { return Poll::Ready(None) };
        if let Poll::Ready(chunk) = chunks.as_mut().poll_next(cx) {
            this.deadline = None;
            return Poll::Ready(match chunk {
                Some(Ok(bytes)) => {
                    this.received = this.received.saturating_add(bytes.len() as u64);
                    if let Some(on_progress) = &this.on_progress {
                        on_progress(Progress::new(this.received, this.size()));
                    }
                    Some(Ok(bytes))
                }
                Some(Err(error)) => Some(Err(this.fail(error))),
                None => {
                    this.chunks = None;
                    None
                }
            });
        }
        let deadline = this.deadline.get_or_insert_with(|| {
            let at = this.clock.now().saturating_add(this.stall);
            this.clock.deadline(at)
        });
        std::task::ready!(deadline.as_mut().poll(cx));
        let error = Error::new(ErrorKind::Timeout, "the download stalled").with_sent(Sent::Maybe);
        Poll::Ready(Some(Err(this.fail(error))))
    }
}

impl fmt::Debug for BodyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyStream")
            .field("status", &self.status)
            .field("operation", &self.called.name)
            .finish_non_exhaustive()
    }
}
