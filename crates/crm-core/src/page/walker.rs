//! Fetches page after page; what [`Paginator`](super::Paginator) and [`Pages`](super::Pages)
//! share.

use std::marker::PhantomData;
use std::task::{Context, Poll, ready};

use super::cursor::{Cursor, PROBE, fingerprint, probe};
use super::{LimitIn, Next, PageContext, Paged, Position};
use crate::call::Call;
use crate::error::{Error, ErrorKind, Sent};
use crate::sync::BoxFuture;

/// A page with its place.
pub(super) struct Fetched<P: Paged> {
    pub(super) page: P::Page,
    pub(super) at: Position,
    pub(super) received: usize,
}

type Fetching<P> = BoxFuture<'static, Result<(<P as Paged>::Page, usize), Error>>;

pub(super) struct Walker<P: Paged> {
    call: Call<P::Page>,
    fingerprint: u64,
    /// The page to fetch next, or being fetched.
    next: Position,
    fetching: Option<Fetching<P>>,
    /// What ends the list after the page that was handed out last.
    failed: Option<Error>,
    /// How many pages were fetched.
    fetched: usize,
    max_pages: usize,
    /// A position seen before, renewed at every power of two, against lists that go in circles.
    mark: Position,
    paged: PhantomData<fn() -> P>,
}

impl<P: Paged> Walker<P> {
    pub(super) fn new(call: Call<P::Page>) -> Self {
        // What the options add belongs to the list: its page size and its first position may be there.
        let call = call.settled();
        let fingerprint = fingerprint::<P>(&call);
        Self {
            call,
            fingerprint,
            next: Position::Start,
            fetching: None,
            failed: None,
            fetched: 0,
            max_pages: usize::MAX,
            mark: Position::Start,
            paged: PhantomData,
        }
    }

    pub(super) fn set_max_pages(&mut self, pages: usize) {
        self.max_pages = pages;
    }

    /// The position of the page that comes next.
    pub(super) fn next(&self) -> &Position {
        &self.next
    }

    pub(super) fn cursor(&self, position: Position, consumed: usize) -> Cursor {
        Cursor::new(self.call.op().id, self.fingerprint, position, consumed)
    }

    /// Goes to the page of a cursor. Returns how many of its items are to be skipped.
    pub(super) fn resume(&mut self, cursor: Cursor) -> Result<usize, Error> {
        let op = self.call.op();
        let (position, consumed) = cursor.open(op.id, self.fingerprint).map_err(|error| error.with_operation(op))?;
        self.fetching = None;
        self.mark = position.clone();
        self.next = position;
        Ok(consumed)
    }

    /// Fetches the next page. `None` is the end of the list, by itself, an error or a guard.
    pub(super) fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Fetched<P>, Error>>> {
        if let Some(error) = self.failed.take() {
            self.max_pages = 0;
            return Poll::Ready(Some(Err(error)));
        }
        if !self.begin() {
            return Poll::Ready(None);
        }
        let Some(fetching) = &mut self.fetching else { return Poll::Ready(None) };
        let result = ready!(fetching.as_mut().poll(cx));
        self.fetching = None;
        Poll::Ready(Some(match result {
            Ok((page, received)) => Ok(self.arrived(page, received)),
            Err(error) => {
                self.max_pages = 0;
                Err(error)
            }
        }))
    }

    /// Lets the next page come nearer while the items of the last are handed out. What has
    /// arrived waits to be taken by [`poll_page`](Self::poll_page).
    pub(super) fn poll_ahead(&mut self, cx: &mut Context<'_>) {
        if self.failed.is_some() || !self.begin() {
            return;
        }
        let Some(mut fetching) = self.fetching.take() else { return };
        self.fetching = Some(match fetching.as_mut().poll(cx) {
            Poll::Ready(result) => Box::pin(std::future::ready(result)),
            Poll::Pending => fetching,
        });
    }

    /// Starts fetching, unless the list is at its end or a guard holds.
    fn begin(&mut self) -> bool {
        if self.fetching.is_some() {
            return true;
        }
        if self.next == Position::End || self.fetched >= self.max_pages {
            return false;
        }
        let call = match &self.next {
            Position::Start => self.call.clone(),
            position => P::seek(self.call.clone(), position),
        };
        let promised = self.next != Position::Start;
        self.fetching = Some(Box::pin(fetch::<P>(call, promised)));
        true
    }

    fn arrived(&mut self, page: P::Page, received: usize) -> Fetched<P> {
        self.fetched += 1;
        let at = self.next.clone();
        let cx = PageContext::new(&at, received, self.limit()).starting_at(self.first(&at));
        self.next = match P::advance(&page, &cx) {
            Next::End => Position::End,
            Next::Lost => {
                self.fail("the vendor reports more pages but no position to continue from");
                at.clone()
            }
            Next::At(next) if next == at => {
                self.fail("the vendor returned the same cursor again");
                next
            }
            Next::At(next) if next == self.mark => {
                self.fail("the vendor's cursors repeat in a cycle");
                next
            }
            Next::At(next) => {
                if self.fetched.is_power_of_two() {
                    self.mark = next.clone();
                }
                next
            }
        };
        Fetched { page, at, received }
    }

    /// Ends the list after the current page.
    fn fail(&mut self, fault: &'static str) {
        let error = Error::new(ErrorKind::Paging, fault).with_operation(self.call.op());
        self.failed = Some(error.with_sent(Sent::Answered));
    }

    /// The page size that the call asks for.
    fn limit(&self) -> Option<u64> {
        match P::LIMIT? {
            (name, LimitIn::Query) => self.call.query_value(name)?.parse().ok(),
            (name, LimitIn::Body) => self.call.body_value(name)?.as_u64(),
        }
    }

    /// The offset or page number that the caller's own call begins with. Which parameter that is
    /// shows when the call is sent to a position that no caller gives.
    fn first(&self, at: &Position) -> Option<u64> {
        let position = probe(self.call.op().paging)?;
        if *at != Position::Start || !matches!(position, Position::Offset(_) | Position::Page(_)) {
            return None;
        }
        let probed = P::seek(self.call.clone(), &position);
        let text = PROBE.to_string();
        if let Some((name, _)) = probed.request.query.iter().find(|pair| pair.1 == text) {
            return self.call.query_value(name)?.parse().ok();
        }
        let (name, _) = probed.request.body_object()?.into_iter().find(|(_, value)| value.as_u64() == Some(PROBE))?;
        self.call.body_value(&name)?.as_u64()
    }
}

/// Sends one call and counts the items received. If an earlier page announced this one, the page
/// must have its list, which may be empty.
async fn fetch<P: Paged>(call: Call<P::Page>, promised: bool) -> Result<(P::Page, usize), Error> {
    let pipeline = call.pipeline.clone();
    let request = call.request.clone();
    let fetched = pipeline.fetch(&request).await?;
    pipeline.count_page();
    let page: P::Page = fetched.decode(&pipeline, &request)?;
    let received = match P::count(&page) {
        Some(received) => received,
        None => P::items(fetched.decode(&pipeline, &request)?).len(),
    };
    if received == 0 {
        fetched.expect_list(promised, &pipeline, &request)?;
    }
    Ok((page, received))
}
