//! Reads an [`Upload`] piece by piece, for one attempt.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf, Take};

use super::upload::{Incoming, OnProgress, Progress, Source, Upload, unreadable};
use crate::error::{Error, Sent};
use crate::sync::lock;

/// The largest piece that is read or sent at once.
const PIECE: usize = 64 * 1024;

/// An upload that is open for reading.
pub(super) struct Reader {
    part: String,
    from: Origin,
    size: Option<u64>,
    sent: u64,
    started: bool,
    on_progress: Option<OnProgress>,
}

enum Origin {
    Bytes(Bytes),
    /// Limited to the size that it had when it was opened.
    File(Take<File>),
    /// Not started: another attempt may still take it.
    Waiting(Arc<Mutex<Option<Incoming>>>),
    Stream(Incoming),
}

impl Reader {
    /// Opens the upload of a part. A stream is not taken before its first piece is needed.
    pub(super) async fn open(part: &str, upload: &Upload) -> Result<Self, Error> {
        let (from, size) = match &upload.source {
            Source::Bytes(bytes) => (Origin::Bytes(bytes.clone()), Some(bytes.len() as u64)),
            Source::Path(path) => {
                let cannot = |error: io::Error| {
                    unreadable(part, &format!("cannot be opened: {}", error.kind())).with_source(error)
                };
                // Checked before opening, because opening a pipe waits for a writer.
                if !tokio::fs::metadata(path).await.map_err(cannot)?.is_file() {
                    return Err(unreadable(part, "is not a regular file; pass its content as a stream"));
                }
                let file = File::open(path).await.map_err(cannot)?;
                let data = file.metadata().await.map_err(cannot)?;
                (Origin::File(file.take(data.len())), Some(data.len()))
            }
            Source::Stream(_) if upload.is_spent() => {
                return Err(unreadable(part, "is a stream that was already read; create a new one for each call"));
            }
            Source::Stream(stream) => (Origin::Waiting(Arc::clone(stream)), upload.promised),
        };
        let on_progress = upload.on_progress.clone();
        Ok(Self { part: part.to_owned(), from, size, sent: 0, started: false, on_progress })
    }

    pub(super) fn size(&self) -> Option<u64> {
        self.size
    }

    fn report(&self) {
        if let Some(on_progress) = &self.on_progress {
            on_progress(Progress::new(self.sent, self.size));
        }
    }

    fn fault(&self, fault: &str) -> Error {
        unreadable(&self.part, fault).with_sent(Sent::Maybe)
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        match &mut self.from {
            Origin::Bytes(rest) => {
                let piece = rest.split_to(rest.len().min(PIECE));
                Poll::Ready((!piece.is_empty()).then_some(Ok(piece)))
            }
            Origin::File(file) => {
                let mut piece = BytesMut::zeroed(PIECE);
                let mut buffer = ReadBuf::new(&mut piece);
                let read = ready!(Pin::new(file).poll_read(cx, &mut buffer)).map(|()| buffer.filled().len());
                Poll::Ready(read.map(|length| (length > 0).then(|| piece.split_to(length).freeze())).transpose())
            }
            Origin::Waiting(slot) => {
                let Some(stream) = lock(slot).take() else {
                    return Poll::Ready(Some(Err(io::Error::other("another call reads this stream"))));
                };
                self.from = Origin::Stream(stream);
                self.poll_piece(cx)
            }
            Origin::Stream(stream) => loop {
                match ready!(stream.as_mut().poll_next(cx)) {
                    Some(Ok(piece)) if piece.is_empty() => {}
                    piece => return Poll::Ready(piece),
                }
            },
        }
    }
}

impl Stream for Reader {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if !this.started {
            this.started = true;
            this.report();
        }
        let piece = match ready!(this.poll_piece(cx)) {
            Some(Ok(piece)) => piece,
            Some(Err(error)) => {
                let fault = this.fault(&format!("cannot be read any further: {}", error.kind()));
                return Poll::Ready(Some(Err(fault.with_source(error))));
            }
            None if this.size.is_some_and(|size| this.sent < size) => {
                return Poll::Ready(Some(Err(this.fault("is shorter than its expected size"))));
            }
            None => return Poll::Ready(None),
        };
        let sent = this.sent.saturating_add(piece.len() as u64);
        if this.size.is_some_and(|size| sent > size) {
            return Poll::Ready(Some(Err(this.fault("is longer than its expected size"))));
        }
        this.sent = sent;
        this.report();
        Poll::Ready(Some(Ok(piece)))
    }
}
