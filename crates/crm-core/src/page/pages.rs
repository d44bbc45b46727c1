//! A list as a stream of pages.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::walker::Walker;
use super::{Cursor, Paged};
use crate::call::Call;
use crate::error::Error;

/// The pages of a list, as a stream: for those who want what a page says besides its items, or
/// who store page by page.
#[must_use = "a list fetches nothing unless it is read"]
pub struct Pages<P: Paged> {
    walker: Walker<P>,
    prefetch: bool,
    left: usize,
}

impl<P: Paged> Unpin for Pages<P> {}

impl<P: Paged> Pages<P> {
    /// The list of a call. The call may carry a page size, and a position to begin at.
    pub fn new(call: impl Into<Call<P::Page>>) -> Self {
        Self { walker: Walker::new(call.into()), prefetch: false, left: usize::MAX }
    }

    /// Where the list stands: on the page that comes next. Store it after a page was worked on,
    /// so that a page is rather read twice than not at all.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.walker.cursor(self.walker.next().clone(), 0)
    }

    /// Goes on where a cursor of the same list stands. Pages are given whole: a cursor of a
    /// [`Paginator`](super::Paginator) within a page begins that page again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if the cursor belongs to another
    /// operation or to other parameters.
    pub fn resume(mut self, cursor: Cursor) -> Result<Self, Error> {
        self.walker.resume(cursor)?;
        Ok(self)
    }

    /// Sends for the next page when one is handed out, so that it is under way while that is
    /// worked on. Off by default: it spends a request that may not be needed.
    pub fn prefetch(mut self, on: bool) -> Self {
        self.prefetch = on;
        self
    }

    /// Ends after the page with which so many items were received.
    pub fn max_items(mut self, items: usize) -> Self {
        self.left = items;
        self
    }

    /// Ends after so many pages.
    pub fn max_pages(mut self, pages: usize) -> Self {
        self.walker.set_max_pages(pages);
        self
    }

    /// The next page, or `None` at the end. The same as the stream, without needing its extension
    /// traits.
    pub async fn next(&mut self) -> Option<Result<P::Page, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// All pages that are left.
    ///
    /// # Errors
    ///
    /// The first error.
    pub async fn try_collect(mut self) -> Result<Vec<P::Page>, Error> {
        let mut all = Vec::new();
        while let Some(page) = self.next().await {
            all.push(page?);
        }
        Ok(all)
    }
}

impl<P: Paged> Stream for Pages<P> {
    type Item = Result<P::Page, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.left == 0 {
            return Poll::Ready(None);
        }
        Poll::Ready(match ready!(this.walker.poll_page(cx)) {
            None => None,
            Some(Err(error)) => Some(Err(error)),
            Some(Ok(fetched)) => {
                this.left = this.left.saturating_sub(fetched.received);
                if this.prefetch && this.left > 0 {
                    // Sent now, so that it is under way while this page is worked on.
                    this.walker.poll_ahead(cx);
                }
                Some(Ok(fetched.page))
            }
        })
    }
}

impl<P: Paged> fmt::Debug for Pages<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("cursor", &self.cursor()).finish_non_exhaustive()
    }
}
