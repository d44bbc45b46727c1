//! The accepted socket with a switch: it can stop writing after a number of bytes, normally or with a
//! TCP reset (`SO_LINGER` 0).

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// Action for the answer that is written next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Reset before a byte is written.
    Reset,
    /// Reset once the headers are out.
    ResetAfterHeaders,
    /// Close after this number of bytes of the body.
    CloseAfter(usize),
    /// Reset after this number of bytes of the body: all of it.
    ResetAfter(usize),
}

/// Shared between the socket and the service that answers on it.
#[derive(Clone, Default)]
pub(crate) struct Switch(Arc<Mutex<Option<Cut>>>);

impl Switch {
    pub(crate) fn set(&self, cut: Cut) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(cut);
    }

    fn take(&self) -> Option<Cut> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }
}

pub(crate) struct FaultStream {
    inner: TcpStream,
    switch: Switch,
    cut: Option<Progress>,
}

struct Progress {
    cut: Cut,
    /// Bytes of `\r\n\r\n` seen so far; 4 once the headers are out.
    matched: usize,
    /// Bytes of the body that may still be written.
    left: usize,
    /// Gives the peer time to read what was sent before the connection is reset.
    pause: Option<Pin<Box<Sleep>>>,
}

const PAUSE: Duration = Duration::from_millis(10);

impl FaultStream {
    pub(crate) fn new(inner: TcpStream, switch: Switch) -> Self {
        Self { inner, switch, cut: None }
    }

    /// Returns the number of bytes of `data` that may be written; `None` at the end.
    fn allowed(progress: &mut Progress, data: &[u8]) -> Option<usize> {
        if progress.cut == Cut::Reset {
            return None;
        }
        let mut length = 0;
        for byte in data {
            if progress.matched < 4 {
                progress.matched = match (byte, progress.matched) {
                    (b'\r', 0 | 2) | (b'\n', 1 | 3) => progress.matched + 1,
                    (b'\r', _) => 1,
                    _ => 0,
                };
            } else if progress.left > 0 {
                progress.left -= 1;
            } else {
                break;
            }
            length += 1;
        }
        (length > 0).then_some(length)
    }

    fn end(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let Some(progress) = &mut self.cut else {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        };
        if progress.cut != Cut::Reset {
            let pause = progress.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(PAUSE)));
            std::task::ready!(pause.as_mut().poll(context));
        }
        if !matches!(progress.cut, Cut::CloseAfter(_)) {
            self.inner.set_zero_linger()?;
        }
        Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
    }
}

impl AsyncRead for FaultStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl AsyncWrite for FaultStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.cut.is_none() {
            this.cut = this.switch.take().map(|cut| Progress {
                cut,
                matched: 0,
                left: match cut {
                    Cut::CloseAfter(bytes) | Cut::ResetAfter(bytes) => bytes,
                    Cut::Reset | Cut::ResetAfterHeaders => 0,
                },
                pause: None,
            });
        }
        let Some(progress) = &mut this.cut else {
            return Pin::new(&mut this.inner).poll_write(context, data);
        };
        let (matched, left) = (progress.matched, progress.left);
        let Some(length) = Self::allowed(progress, data) else {
            return this.end(context);
        };
        let written = Pin::new(&mut this.inner).poll_write(context, &data[..length]);
        // Count only the bytes that were written.
        let done = match &written {
            Poll::Ready(Ok(done)) => *done,
            _ => 0,
        };
        if done < length {
            (progress.matched, progress.left) = (matched, left);
            if done > 0 {
                Self::allowed(progress, &data[..done]);
            }
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        std::task::ready!(Pin::new(&mut self.inner).poll_flush(context))?;
        if let Some(Progress { cut: Cut::ResetAfter(_), matched: 4, left: 0, .. }) = &self.cut {
            self.inner.set_zero_linger()?;
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
