//! The rows of an export, as a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crm_core::{BodyStream, Error, Wire};
use futures_core::Stream;

use super::reader::{Layout, Next, RowReader};

/// The rows of an export, read while they arrive. Returned by
/// [`BulkExport::export_rows`](crate::BulkExport::export_rows).
///
/// | item | meaning |
/// |---|---|
/// | a row | |
/// | an error of kind [`Decode`](crate::ErrorKind::Decode) that begins with a line number | this row cannot be read; the next one follows. If the line is the header of a CSV file, none of its rows can be read; the next file or the end follows |
/// | any other error | the download broke off ([`Io`](crate::ErrorKind::Io), [`Timeout`](crate::ErrorKind::Timeout)) or the archive is damaged; nothing follows. The rows before it are correct, but incomplete |
/// | the end | every row was returned, as a value or an error; sizes and checksums are correct |
#[must_use = "nothing is read unless the stream is"]
pub struct RowStream<R> {
    body: Option<BodyStream>,
    reader: RowReader<R>,
}

impl<R: Wire> RowStream<R> {
    pub(super) fn new(body: BodyStream, layout: Layout, columns: &'static [&'static str]) -> Self {
        Self { body: Some(body), reader: RowReader::new(layout, columns) }
    }

    /// Returns the next row, or `None` at the end and after an error of the whole export. After a row that cannot be read, the
    /// next row follows. Does the same as the stream, without its extension traits.
    pub async fn next(&mut self) -> Option<Result<R, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Maximum number of bytes held at the same time, packed and unpacked. It depends on the size of the
    /// pieces that the network delivers and of the longest row, not on the size of the export.
    #[must_use]
    pub fn peak_buffer(&self) -> usize {
        self.reader.peak()
    }
}

impl<R: Wire> Stream for RowStream<R> {
    type Item = Result<R, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            let Some(body) = &mut this.body else { return Poll::Ready(None) };
            match this.reader.next() {
                Next::Row(row) => return Poll::Ready(Some(row)),
                Next::End => {
                    this.body = None;
                    return Poll::Ready(None);
                }
                Next::Broken(error) => {
                    this.body = None;
                    return Poll::Ready(Some(Err(error)));
                }
                Next::Starved => {}
            }
            match ready!(Pin::new(body).poll_next(cx)) {
                Some(Ok(bytes)) => this.reader.feed(bytes),
                Some(Err(error)) => {
                    this.body = None;
                    return Poll::Ready(Some(Err(error)));
                }
                None => this.reader.close(),
            }
        }
    }
}

impl<R> fmt::Debug for RowStream<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream").field("body", &self.body).finish_non_exhaustive()
    }
}
