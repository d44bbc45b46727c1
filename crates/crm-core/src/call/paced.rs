//! Sending a large body so that an early answer is seen.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use crate::error::Error;

/// The largest piece of a body that is handed over at once.
const PIECE: usize = 64 * 1024;

/// A stream that lets the connection read before each piece. A server may refuse a request before it has all of it (for
/// example 413 for its size), and close the connection; a client that only writes misses the answer.
pub(super) struct Paced<S> {
    pieces: S,
    pause: Option<Pause>,
}

type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The runtime looks for input before it returns, which it does not for a task that only wakes itself.
fn pause() -> Pause {
    Box::pin(tokio::task::yield_now())
}

impl<S> Paced<S> {
    pub(super) fn new(pieces: S) -> Self {
        Self { pieces, pause: Some(pause()) }
    }
}

impl<S: Stream<Item = Result<Bytes, Error>> + Unpin> Stream for Paced<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Some(pause) = &mut this.pause {
            ready!(pause.as_mut().poll(cx));
            this.pause = None;
        }
        let piece = ready!(Pin::new(&mut this.pieces).poll_next(cx));
        this.pause = Some(pause());
        Poll::Ready(piece)
    }
}

/// The pieces of a body that is in memory.
pub(super) struct Pieces(pub(super) Bytes);

impl Stream for Pieces {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let length = self.0.len().min(PIECE);
        let piece = self.0.split_to(length);
        Poll::Ready((!piece.is_empty()).then_some(Ok(piece)))
    }
}
