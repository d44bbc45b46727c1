//! A list as a stream of pages.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::walker::Walker;
use super::{Cursor, Paged};
use crate::call::{Call, Sending};
use crate::error::{Error, ErrorKind, Sent};

/// The maximum number of empty pages in succession that [`Pages::first`] passes over.
const MOST_EMPTY: usize = 100;

/// The pages of a list, as a stream: for callers that need fields of a page other than its items, or
/// that store page by page.
///
/// ```
/// # use crm_core::{Cursor, Error, Paged, Pages};
/// # fn load() -> Result<Option<Cursor>, Error> { Ok(None) }
/// # fn save(_: &Cursor) {}
/// # async fn example<P: Paged<Page = Vec<String>>>(pages: Pages<P>) -> Result<(), Error> {
/// let mut pages = pages.resume_or_begin(load()?)?;
/// while let Some(page) = pages.next().await {
///     println!("{:?}", page?);
///     save(&pages.cursor());
/// }
/// // The end of the list: the next run starts from the beginning.
/// save(&pages.cursor());
/// # Ok(())
/// # }
/// ```
#[must_use = "a list fetches nothing unless it is read"]
pub struct Pages<P: Paged> {
    walker: Walker<P>,
    prefetch: bool,
    max_items: usize,
    left: usize,
}

impl<P: Paged> Unpin for Pages<P> {}

impl<P: Paged> Pages<P> {
    /// Creates the list of a call. The call may contain a page size and a start position.
    pub fn new(call: impl Into<Call<P::Page>>) -> Self {
        Self { walker: Walker::new(call.into()), prefetch: false, max_items: usize::MAX, left: usize::MAX }
    }

    /// Returns the current position, which is the next page. Store it after a page was processed,
    /// so that a page may be read twice but is never skipped, and once more after the end.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.walker.cursor(self.walker.next())
    }

    /// Restarts at a cursor of the same list, whatever the current position: even after an error and at
    /// the end. `max_items` and `max_pages` count from here. Pages are yielded whole: a cursor of a
    /// [`Paginator`](super::Paginator) within a page repeats that page.
    ///
    /// A list that is resumed at its end yields nothing: use
    /// [`resume_or_begin`](Self::resume_or_begin) for a program that runs repeatedly.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if the list cannot continue at the
    /// cursor; see the table of [`Cursor`]. Start without a cursor, or use the same call again.
    pub fn resume(mut self, cursor: Cursor) -> Result<Self, Error> {
        self.walker.resume(cursor)?;
        self.left = self.max_items;
        Ok(self)
    }

    /// Continues a run that was interrupted, or starts a new one if no cursor is stored or the
    /// stored run reached the end of the list.
    ///
    /// # Errors
    ///
    /// Those of [`resume`](Self::resume).
    pub fn resume_or_begin(self, stored: Option<Cursor>) -> Result<Self, Error> {
        match stored {
            Some(cursor) if !cursor.is_end() => self.resume(cursor),
            _ => Ok(self),
        }
    }

    /// Fetches the next page when one is yielded, in a task that ends with the list, so that it
    /// arrives while that one is processed. Off by default, because it uses a request that may not be
    /// needed. Without a runtime the page is fetched when it is needed.
    pub fn prefetch(mut self, on: bool) -> Self {
        self.prefetch = on;
        self
    }

    /// Ends after the page with which this number of items was received.
    pub fn max_items(mut self, items: usize) -> Self {
        self.max_items = items;
        self.left = items;
        self
    }

    /// Ends after this number of pages. The cursor then stays at the next page, so
    /// [`resume_or_begin`](Self::resume_or_begin) continues there.
    pub fn max_pages(mut self, pages: usize) -> Self {
        self.walker.set_max_pages(pages);
        self
    }

    /// Returns the next page, or `None` at the end and after an error. Same as the stream, without its extension traits.
    pub async fn next(&mut self) -> Option<Result<P::Page, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Reads the first page with items, or the last one if no page has any, and passes it to `read`. A page can be empty
    /// although more follow it; too many of them are an error. The future is boxed: an asynchronous function in each client would be checked by the
    /// compiler with that client, and this one is checked once.
    #[doc(hidden)]
    pub fn first<T>(self, read: impl FnOnce(Option<P::Page>) -> Result<T, Error> + Send + 'static) -> Sending<T>
    where
        Self: Send + 'static,
        P::Page: Send,
    {
        let mut pages = self.max_items(1);
        Box::pin(async move {
            let (mut last, mut number) = (None, 0);
            while let Some(page) = pages.next().await {
                last = Some(page?);
                number += 1;
                if number > MOST_EMPTY && pages.left > 0 {
                    let error =
                        Error::new(ErrorKind::Paging, "too many pages in succession are empty, and more follow");
                    return Err(error.with_operation(pages.walker.called()).with_sent(Sent::Answered));
                }
            }
            read(last)
        })
    }

    /// Returns all remaining pages.
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
        loop {
            let fetched = match ready!(this.walker.poll_page(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(fetched)) => fetched,
            };
            if fetched.received > 0 && fetched.at.consumed >= fetched.received {
                // All its items were yielded before the cursor was stored.
                continue;
            }
            this.left = this.left.saturating_sub(fetched.received);
            if this.prefetch && this.left > 0 {
                this.walker.fetch_ahead();
            }
            return Poll::Ready(Some(Ok(fetched.page)));
        }
    }
}

impl<P: Paged> fmt::Debug for Pages<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("cursor", &self.cursor()).finish_non_exhaustive()
    }
}
