//! Sends a large body so that an early reply is noticed.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use hyper::body::{Body, Frame};

use crate::error::Error;

/// The largest piece of a body that is handed to the connection at once.
const PIECE: usize = 64 * 1024;

/// A stream that lets the connection read before each piece. A server may refuse a request before it has received all
/// of it (for example 413 for its size), and close the connection; a client that only writes misses the reply.
pub(super) struct Paced<S> {
    pieces: S,
    pause: Option<Pause>,
}

type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The runtime checks for input before this returns, which it does not do for a task that only wakes itself.
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

/// A paced body in the form that reqwest sends. The mutex makes it `Sync`, which reqwest requires, and is never locked.
pub(super) struct Streamed<S>(Mutex<Paced<S>>);

impl<S> Streamed<S>
where
    S: Stream<Item = Result<Bytes, Error>> + Unpin + Send + 'static,
{
    pub(super) fn body(pieces: S) -> reqwest::Body {
        reqwest::Body::wrap(Self(Mutex::new(Paced::new(pieces))))
    }
}

impl<S: Stream<Item = Result<Bytes, Error>> + Unpin> Body for Streamed<S> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let paced = self.get_mut().0.get_mut().unwrap_or_else(PoisonError::into_inner);
        Pin::new(paced).poll_next(cx).map_ok(Frame::data)
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

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::pin::pin;

    use tokio::io::AsyncWriteExt;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    #[tokio::test]
    async fn an_answer_is_seen_before_the_next_piece() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let connection = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        let mut body = pin!(Paced::new(Pieces(Bytes::from(vec![0; PIECE * 2 + 1]))));
        let mut sizes = Vec::new();
        loop {
            server.write_all(b"413").await.unwrap();
            let unseen = connection.try_read(&mut [0; 3]).unwrap_err();
            assert_eq!(unseen.kind(), ErrorKind::WouldBlock, "the runtime did not look yet");
            let piece = std::future::poll_fn(|cx| body.as_mut().poll_next(cx)).await;
            assert_eq!(connection.try_read(&mut [0; 3]).unwrap(), 3);
            // A read that fills less than its buffer, or finds nothing, makes the runtime look again.
            assert!(connection.try_read(&mut [0; 3]).is_err());
            let Some(piece) = piece else { break };
            sizes.push(piece.unwrap().len());
        }
        assert_eq!(sizes, [PIECE, PIECE, 1]);
    }
}
