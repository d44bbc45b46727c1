//! Fetches page after page, for [`Paginator`](super::Paginator) and
//! [`Pages`](super::Pages).

use std::marker::PhantomData;
use std::task::{Context, Poll};

use serde_json::Value;
use tracing::Instrument;

use super::ahead::Fetching;
use super::list::{List, Place};
use super::{Cursor, Next, PageContext, PageFacts, Paged, Position};
use crate::call::Call;
use crate::error::{Error, ErrorKind, Sent};
use crate::meta::{Called, OpMeta, Paging};
use crate::sync::BoxFuture;

/// A page with its place.
pub(super) struct Arrival<P: Paged> {
    pub(super) page: P::Page,
    /// Counts the items that were already yielded; the rest remains.
    pub(super) at: Place,
    pub(super) received: usize,
}

/// A page, what it reports, and what was counted.
struct Read<P: Paged> {
    page: P::Page,
    facts: PageFacts,
    received: usize,
    /// The ids of its items, if the list computes its positions and each item has one.
    ids: Option<Vec<Value>>,
}

type PageRead<P> = Result<Read<P>, Error>;

pub(super) struct Walker<P: Paged> {
    call: Call<P::Page>,
    list: List,
    /// The page that is fetched next or being fetched.
    next: Place,
    fetching: Option<Fetching<PageRead<P>>>,
    /// Error that ends the list after the last yielded page.
    failed: Option<Error>,
    /// True if an error was returned, after which nothing follows.
    ended: bool,
    /// Number of pages fetched.
    fetched: usize,
    /// Maximum number of items on one of these pages.
    largest: usize,
    /// The ids of the last of these pages.
    ids: Option<Vec<Value>>,
    max_pages: usize,
    /// A position seen before, renewed at every power of two, to detect lists that repeat in a cycle.
    mark: Position,
    paged: PhantomData<fn() -> P>,
}

impl<P: Paged> Walker<P> {
    pub(super) fn new(call: Call<P::Page>) -> Self {
        // The additions of the options belong to the list: its page size and its first position may be there.
        let call = call.settled();
        let list = List::paged_by(&call, P::PAGING.or(call.op().paging));
        let next = Place { position: Position::Start, consumed: 0, size: list.size() };
        Self {
            call,
            list,
            next,
            fetching: None,
            failed: None,
            ended: false,
            fetched: 0,
            largest: 0,
            ids: None,
            max_pages: usize::MAX,
            mark: Position::Start,
            paged: PhantomData,
        }
    }

    pub(super) fn set_max_pages(&mut self, pages: usize) {
        self.max_pages = pages;
    }

    pub(super) fn called(&self) -> Called {
        self.call.called()
    }

    pub(super) fn op(&self) -> &'static OpMeta {
        self.call.op()
    }

    /// Returns the place of the next page.
    pub(super) fn next(&self) -> &Place {
        &self.next
    }

    pub(super) fn cursor(&self, place: &Place) -> Cursor {
        self.list.cursor_at(place.clone())
    }

    /// Restarts at the page of a cursor, whatever the current position.
    pub(super) fn resume(&mut self, cursor: Cursor) -> Result<(), Error> {
        self.next = self.list.place(cursor).map_err(|error| error.with_operation(self.call.called()))?;
        self.mark = self.next.position.clone();
        self.fetching = None;
        self.failed = None;
        self.ended = false;
        self.fetched = 0;
        self.largest = 0;
        self.ids = None;
        Ok(())
    }

    /// Fetches the next page. Resolves to `None` at the end of the list, after an error, or at a maximum.
    pub(super) fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Arrival<P>, Error>>> {
        if let Some(error) = self.failed.take() {
            self.ended = true;
            return Poll::Ready(Some(Err(error)));
        }
        loop {
            if !self.is_due() {
                return Poll::Ready(None);
            }
            let mut fetching = self.fetching.take().unwrap_or_else(|| Fetching::Here(self.fetch()));
            let Poll::Ready(reply) = fetching.poll(cx) else {
                self.fetching = Some(fetching);
                return Poll::Pending;
            };
            // If the task returned no reply, the page is fetched here.
            let Some(reply) = reply else { continue };
            let read = match reply {
                Ok(read) if read.ids.is_some() && read.ids == self.ids => self.repeated(&read.facts),
                reply => reply.map(Some),
            };
            return Poll::Ready(match read {
                Ok(Some(read)) => Some(Ok(self.arrived(read))),
                Ok(None) => None,
                Err(error) => {
                    self.ended = true;
                    Some(Err(error))
                }
            });
        }
    }

    /// Starts a task that fetches the next page while the items of the last one are yielded.
    pub(super) fn fetch_ahead(&mut self) {
        if self.failed.is_none() && self.fetching.is_none() && self.is_due() {
            self.fetching = Fetching::ahead(|| self.fetch());
        }
    }

    /// Returns false if the list is at its end or has reached a maximum.
    fn is_due(&self) -> bool {
        !self.ended && self.next.position != Position::End && (self.fetching.is_some() || self.fetched < self.max_pages)
    }

    fn paging(&self) -> Option<&'static Paging> {
        P::PAGING.or(self.call.op().paging)
    }

    fn fetch(&self) -> BoxFuture<'static, PageRead<P>> {
        let call = match self.paging() {
            Some(paging) => paging.seek(self.call.clone(), &self.next.position),
            None => self.call.clone(),
        };
        let promised = self.next.position != Position::Start || call.op().rules.items_required;
        let span = tracing::info_span!("crm.page", operation = self.call.called().name(), number = self.fetched + 1);
        // A single page is compared with no other.
        let compared = self.max_pages > 1 && self.paging().is_some_and(Paging::is_computed);
        Box::pin(fetch::<P>(call, promised, compared).instrument(span))
    }

    /// Ends the list at a page with the items of the page before it: the vendor ignores the position, or repeats its
    /// last page. If that page was smaller than requested and the vendor reports no further items, it was the last one.
    fn repeated(&mut self, facts: &PageFacts) -> Result<Option<Read<P>>, Error> {
        let counted = facts.total.is_some() && !self.paging().is_some_and(|paging| paging.kind.numbers_pages());
        let small = self.list.size().is_some_and(|size| (self.largest as u64) < size);
        if small && !counted && facts.more != Some(true) {
            self.next = Place { position: Position::End, consumed: 0, size: self.list.size() };
            return Ok(None);
        }
        let fault =
            "the vendor returned the items of the last page again, so the rest of the list cannot be read this way";
        let error = Error::new(ErrorKind::Paging, fault).with_operation(self.call.called());
        Err(error.with_sent(Sent::Answered))
    }

    fn arrived(&mut self, read: Read<P>) -> Arrival<P> {
        let Read { page, facts, received, ids } = read;
        self.fetched += 1;
        self.ids = ids;
        let mut at = self.next.clone();
        let started = self.paging().filter(|_| at.position == Position::Start);
        let first = started.and_then(|paging| paging.first_number(&self.call));
        let cx = PageContext::new(&at.position, received, self.list.size()).starting_at(first).paged_by(self.paging());
        let cx = cx.after_a_page_of(self.largest);
        self.largest = self.largest.max(received);
        let fault = match P::advance(&page, facts, &cx) {
            Next::Lost => Some("the vendor reports more pages but no position to continue from"),
            Next::At(next) if next == at.position => Some("the vendor returned the same cursor again"),
            Next::At(next) if next == self.mark => Some("the vendor's cursors repeat in a cycle"),
            Next::At(next) => {
                self.leave(&at, received, next);
                None
            }
            Next::End => {
                self.leave(&at, received, Position::End);
                None
            }
        };
        // Items that were counted on a larger page reach beyond this one.
        let beyond = at.size != self.list.size() && at.consumed > received;
        let stayed = at.clone();
        at.consumed = at.consumed.min(received);
        at.size = self.list.size();
        if let Some(fault) = fault {
            // Stays on the page, whose items are all consumed, and ends the list after it.
            self.next = if beyond { stayed } else { Place { consumed: received, ..at.clone() } };
            let error = Error::new(ErrorKind::Paging, fault).with_operation(self.call.called());
            self.failed = Some(error.with_sent(Sent::Answered));
        }
        Arrival { page, at, received }
    }

    /// Advances from a page that has arrived.
    fn leave(&mut self, at: &Place, received: usize, next: Position) {
        if self.fetched.is_power_of_two() {
            self.mark = next.clone();
        }
        // If the page was larger when its items were counted, they extend into the next one. If it
        // has the same size and fewer items, it has changed.
        let resized = at.size != self.list.size() && next != Position::End;
        let consumed = if resized { at.consumed.saturating_sub(received) } else { 0 };
        let size = if consumed > 0 { at.size } else { self.list.size() };
        self.next = Place { position: next, consumed, size };
    }
}

/// Sends one call and counts the items received. If an earlier page announced this one, or the
/// document requires it, the page must have its list, which may be empty.
async fn fetch<P: Paged>(call: Call<P::Page>, promised: bool, compared: bool) -> PageRead<P> {
    let pipeline = call.pipeline.clone();
    let request = call.request.clone();
    let fetched = pipeline.fetch(&request).await?;
    pipeline.count_page();
    let page: P::Page = fetched.decode(&pipeline, &request)?;
    let facts = P::facts_of(&page, request.op);
    let received = match facts.count {
        Some(received) => received,
        None => P::items_of(fetched.decode(&pipeline, &request)?, request.op).len(),
    };
    if received == 0 {
        fetched.expect_list(promised, &pipeline, &request)?;
    }
    let ids = if compared { fetched.ids(&pipeline, &request) } else { None };
    Ok(Read { page, facts, received, ids })
}
