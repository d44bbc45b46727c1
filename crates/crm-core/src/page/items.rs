//! A list as a stream of items.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::list::Place;
use super::walker::Walker;
use super::{Cursor, Paged};
use crate::call::Call;
use crate::error::Error;

/// The items of a list, as a stream that fetches pages as needed.
///
/// ```
/// # use crm_core::{Error, Paged, Paginator};
/// # async fn example<P: Paged<Item = String>>(mut names: Paginator<P>) -> Result<(), Error> {
/// while let Some(name) = names.next().await {
///     println!("{}", name?);
/// }
/// # Ok(())
/// # }
/// ```
///
/// A program that may be stopped at any time and runs again the next day stores the cursor after each item:
///
/// ```
/// # use crm_core::{Cursor, Error, Paged, Paginator};
/// # fn load() -> Result<Option<Cursor>, Error> { Ok(None) }
/// # fn save(_: &Cursor) {}
/// # async fn example<P: Paged<Item = String>>(names: Paginator<P>) -> Result<(), Error> {
/// let mut names = names.resume_or_begin(load()?)?;
/// while let Some(name) = names.next().await {
///     println!("{}", name?);
///     save(&names.cursor());
/// }
/// // The end of the list: the next run starts from the beginning.
/// save(&names.cursor());
/// # Ok(())
/// # }
/// ```
#[must_use = "a list fetches nothing unless it is read"]
pub struct Paginator<P: Paged> {
    walker: Walker<P>,
    /// Remaining items of the current page, and the position of that page.
    items: VecDeque<P::Item>,
    at: Place,
    prefetch: bool,
    max_items: usize,
    left: usize,
}

impl<P: Paged> Unpin for Paginator<P> {}

impl<P: Paged> Paginator<P> {
    /// Creates the list of a call. The call may contain a page size and a start position.
    pub fn new(call: impl Into<Call<P::Page>>) -> Self {
        let walker = Walker::new(call.into());
        let at = walker.next().clone();
        Self { walker, items: VecDeque::new(), at, prefetch: false, max_items: usize::MAX, left: usize::MAX }
    }

    /// Returns the current position. The cursor stays on a page until all its items were
    /// yielded, and counts those that were. It can be read at any time, even after an error.
    ///
    /// Store it after each item, and once more after the end. If a program stores it only after
    /// the end, it cannot continue a run that was stopped.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.walker.cursor(&self.at)
    }

    /// Restarts at a cursor of the same list, whatever the current position: even in the middle of a
    /// page, after an error and at the end. `max_items` and `max_pages` count from here.
    ///
    /// Items of the cursor's page that were already yielded are skipped. If the vendor's page has
    /// changed in the meantime, some items may be repeated or missed. A list that is resumed at its end
    /// yields nothing: use [`resume_or_begin`](Self::resume_or_begin) for a program that runs
    /// repeatedly.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if the list cannot continue at the
    /// cursor; see the table of [`Cursor`]. Start without a cursor, or use the same call again.
    pub fn resume(mut self, cursor: Cursor) -> Result<Self, Error> {
        self.walker.resume(cursor)?;
        self.at = self.walker.next().clone();
        self.items.clear();
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

    /// Fetches the next page while the items of the current one are read, in a task that ends with
    /// the list. Off by default, because it uses a request that may not be needed. Without a runtime the
    /// page is fetched when it is needed.
    pub fn prefetch(mut self, on: bool) -> Self {
        self.prefetch = on;
        self
    }

    /// Ends after this number of items. The cursor then stays at the next item, so
    /// [`resume_or_begin`](Self::resume_or_begin) continues there.
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

    /// Returns the next item, or `None` at the end and after an error. Same as the stream, without its extension traits.
    pub async fn next(&mut self) -> Option<Result<P::Item, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Returns all remaining items.
    ///
    /// # Errors
    ///
    /// Returns the first error. The items read before it are lost; read the stream if they
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
        self.at.consumed += 1;
        if self.items.is_empty() {
            self.leave_page();
        }
        Some(item)
    }

    fn leave_page(&mut self) {
        self.at = self.walker.next().clone();
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
                this.walker.fetch_ahead();
            }
            if let Some(item) = this.hand_out() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(this.walker.poll_page(cx)) {
                None => {
                    this.leave_page();
                    return Poll::Ready(None);
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(fetched)) => {
                    this.at = fetched.at;
                    this.items = P::items_of(fetched.page, this.walker.op()).into();
                    this.items.drain(..this.at.consumed.min(this.items.len()));
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
