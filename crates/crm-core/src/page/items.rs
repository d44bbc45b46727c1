//! A list as a stream of items.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::walker::Walker;
use super::{Cursor, Paged, Position};
use crate::call::Call;
use crate::error::Error;

/// The items of a list, as a stream that fetches pages as needed.
///
/// ```
/// # async fn example<P: crm_core::Paged<Item = String>>(mut names: crm_core::Paginator<P>) -> Result<(), crm_core::Error> {
/// while let Some(name) = names.next().await {
///     println!("{}", name?);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a list fetches nothing unless it is read"]
pub struct Paginator<P: Paged> {
    walker: Walker<P>,
    /// What is left of the current page, and where that page is.
    items: VecDeque<P::Item>,
    at: Position,
    consumed: usize,
    /// How many items of the next page were handed out before the cursor was stored.
    skip: usize,
    prefetch: bool,
    left: usize,
}

impl<P: Paged> Unpin for Paginator<P> {}

impl<P: Paged> Paginator<P> {
    /// The list of a call. The call may carry a page size, and a position to begin at.
    pub fn new(call: impl Into<Call<P::Page>>) -> Self {
        Self {
            walker: Walker::new(call.into()),
            items: VecDeque::new(),
            at: Position::Start,
            consumed: 0,
            skip: 0,
            prefetch: false,
            left: usize::MAX,
        }
    }

    /// Where the list stands. The cursor stays on a page until all its items were handed out, and
    /// counts those that were. It can be read at any time, also after an error.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.walker.cursor(self.at.clone(), self.consumed)
    }

    /// Goes on where a cursor of the same list stands. Items of its page that were handed out
    /// already are skipped; if the vendor's page has changed meanwhile, some may come again or be
    /// missed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if the cursor belongs to another
    /// operation or to other parameters.
    pub fn resume(mut self, cursor: Cursor) -> Result<Self, Error> {
        self.skip = self.walker.resume(cursor)?;
        self.at = self.walker.next().clone();
        self.consumed = self.skip;
        self.items.clear();
        Ok(self)
    }

    /// Fetches the next page while the items of the current one are read. Off by default: it
    /// spends a request that may not be needed.
    pub fn prefetch(mut self, on: bool) -> Self {
        self.prefetch = on;
        self
    }

    /// Ends after so many items.
    pub fn max_items(mut self, items: usize) -> Self {
        self.left = items;
        self
    }

    /// Ends after so many pages.
    pub fn max_pages(mut self, pages: usize) -> Self {
        self.walker.set_max_pages(pages);
        self
    }

    /// The next item, or `None` at the end. The same as the stream, without needing its extension
    /// traits.
    pub async fn next(&mut self) -> Option<Result<P::Item, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// All items that are left.
    ///
    /// # Errors
    ///
    /// The first error. The items read before it are lost with it; read the stream where they
    /// matter.
    pub async fn try_collect(mut self) -> Result<Vec<P::Item>, Error> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }

    fn hand_out(&mut self) -> Option<P::Item> {
        let item = self.items.pop_front()?;
        self.left -= 1;
        self.consumed += 1;
        if self.items.is_empty() {
            self.leave_page();
        }
        Some(item)
    }

    fn leave_page(&mut self) {
        self.at = self.walker.next().clone();
        self.consumed = 0;
    }
}

impl<P: Paged> Stream for Paginator<P> {
    type Item = Result<P::Item, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.left == 0 {
            return Poll::Ready(None);
        }
        loop {
            if this.prefetch && !this.items.is_empty() && this.left > this.items.len() {
                this.walker.poll_ahead(cx);
            }
            if let Some(item) = this.hand_out() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(this.walker.poll_page(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(fetched)) => {
                    this.at = fetched.at;
                    this.items = P::items(fetched.page).into();
                    let skip = std::mem::take(&mut this.skip).min(this.items.len());
                    this.items.drain(..skip);
                    this.consumed = skip;
                    if this.items.is_empty() {
                        this.leave_page();
                    }
                }
            }
        }
    }
}

impl<P: Paged> fmt::Debug for Paginator<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paginator")
            .field("cursor", &self.cursor())
            .field("buffered", &self.items.len())
            .finish_non_exhaustive()
    }
}
