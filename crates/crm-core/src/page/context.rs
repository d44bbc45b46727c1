//! Facts about a page that has been read, and the usual ways to find the next page.

use serde_json::Value;

use super::{PageFacts, Position};
use crate::meta::Paging;

/// The position at which a list continues.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// At this position.
    At(Position),
    /// Nowhere: this was the last page.
    End,
    /// The vendor reports more pages but returns no position.
    Lost,
}

impl Next {
    /// Returns the position if there is one, otherwise the end, unless the vendor reports more pages.
    fn new(position: Option<Position>, more: Option<bool>) -> Self {
        match position {
            Some(position) => Self::At(position),
            None if more == Some(true) => Self::Lost,
            None => Self::End,
        }
    }
}

/// The request and the reply of a page, for [`Paged::advance`](super::Paged::advance). Each method
/// returns the next position for one kind of paging. An end is [`Next::Lost`] if the vendor reports
/// more pages.
#[derive(Debug, Clone, Copy)]
pub struct PageContext<'a> {
    at: &'a Position,
    received: usize,
    limit: Option<u64>,
    /// The offset or page number at which the caller's own call begins.
    first: Option<u64>,
    paging: Option<&'static Paging>,
    /// Number of items on the largest earlier page of this walk.
    earlier: usize,
}

impl<'a> PageContext<'a> {
    /// Creates a context, for tests of generated code.
    #[must_use]
    pub fn new(at: &'a Position, received: usize, limit: Option<u64>) -> Self {
        Self { at, received, limit, first: None, earlier: 0, paging: None }
    }

    /// Sets the offset or page number with which the first page was requested.
    #[must_use]
    pub fn starting_at(mut self, first: Option<u64>) -> Self {
        self.first = first;
        self
    }

    /// Sets the operation's paging.
    #[must_use]
    pub fn paged_by(mut self, paging: Option<&'static Paging>) -> Self {
        self.paging = paging;
        self
    }

    /// Returns the next position, by the operation's paging. An operation without paging has one
    /// page.
    #[must_use]
    pub fn next(&self, facts: PageFacts) -> Next {
        self.paging.map_or(Next::End, |paging| paging.next(facts, self))
    }

    /// Sets the number of items on an earlier page of the list.
    #[must_use]
    pub fn after_a_page_of(mut self, items: usize) -> Self {
        self.earlier = items;
        self
    }

    /// The position of this page.
    #[must_use]
    pub fn at(&self) -> &'a Position {
        self.at
    }

    /// Number of items on this page.
    #[must_use]
    pub fn received(&self) -> usize {
        self.received
    }

    /// Number of items that were requested, if known.
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// Continues at a cursor of the vendor. An empty cursor is the end.
    #[must_use]
    pub fn token(&self, next: Option<&str>, has_more: Option<bool>) -> Next {
        let next = next.filter(|token| !token.is_empty()).map(|token| Position::Token(token.to_owned()));
        Next::new(next, has_more)
    }

    /// Continues at the current offset plus the number of received items. The end is an empty page,
    /// `has_more` being false, the total being reached or, if neither is known, a page that is smaller than requested and
    /// than an earlier one.
    #[must_use]
    pub fn offset(&self, total: Option<u64>, has_more: Option<bool>) -> Next {
        let current = match self.at {
            Position::Offset(offset) => *offset,
            _ => self.first.unwrap_or(0),
        };
        let next = current.saturating_add(self.received as u64);
        let reached = total.is_some_and(|total| next >= total);
        let silent = total.is_none() && has_more.is_none();
        let end = self.received == 0 || has_more == Some(false) || reached || silent && self.short();
        Next::new((!end).then_some(Position::Offset(next)), has_more.filter(|_| !reached))
    }

    /// Continues at the offset that the vendor returns. The end is `has_more` being false, or no offset.
    #[must_use]
    pub fn offset_at(&self, next: Option<u64>, has_more: Option<bool>) -> Next {
        Next::new(next.filter(|_| has_more != Some(false)).map(Position::Offset), has_more)
    }

    /// Continues at the next page number, if pages are counted from `first`. The end is an empty page,
    /// `has_next` being false, the total of items being reached or, if neither is known, a page that is smaller than
    /// requested and than an earlier one.
    #[must_use]
    pub fn page(&self, first: u64, total: Option<u64>, has_next: Option<bool>) -> Next {
        let current = match self.at {
            Position::Page(page) => *page,
            _ => self.first.unwrap_or(first),
        };
        // The vendor's pages may be smaller than requested. The number of received items is a lower bound of their
        // size: if a list was resumed at its last page and only that page was received, an empty page is the end.
        let size = self.received.max(self.earlier) as u64;
        let seen = current.saturating_sub(first).saturating_add(1).saturating_mul(size);
        let reached = total.is_some_and(|total| seen >= total);
        let silent = total.is_none() && has_next.is_none();
        let end = self.received == 0 || has_next == Some(false) || reached || silent && self.short();
        Next::new((!end).then_some(Position::Page(current.saturating_add(1))), has_next.filter(|_| !reached))
    }

    /// Continues after a sort value and an id, both required. The end is an empty page, or `has_more` being false.
    #[must_use]
    pub fn pair(&self, value: Option<String>, id: Option<String>, has_more: Option<bool>) -> Next {
        let filled = |text: &String| !text.is_empty();
        let pair = value.filter(filled).zip(id.filter(filled));
        let pair = pair.filter(|_| self.received > 0 && has_more != Some(false));
        Next::new(pair.map(|(value, id)| Position::After { value, id }), has_more)
    }

    /// Continues after the sort values of the last item. The end is an empty page, a first page with the total number
    /// of items, or a page that is smaller than requested and than an earlier one.
    #[must_use]
    pub fn values(&self, values: Option<Vec<Value>>, total: Option<u64>) -> Next {
        let end = self.received == 0 || self.whole(total) || self.short();
        Next::new(values.filter(|values| !end && !values.is_empty()).map(Position::Values), None)
    }

    /// Continues after the id or sort value of the last item. The end is an empty page, `has_more` being
    /// false or, if that is not known, a first page with the total number of items, or a page that is smaller than
    /// requested and than an earlier one.
    #[must_use]
    pub fn keyset(&self, last: Option<String>, total: Option<u64>, has_more: Option<bool>) -> Next {
        let silent = has_more.is_none() && (self.whole(total) || self.short());
        let end = self.received == 0 || has_more == Some(false) || silent;
        Next::new(last.filter(|last| !end && !last.is_empty()).map(Position::Token), has_more)
    }

    /// Returns true for a first page with the total number of items.
    fn whole(&self, total: Option<u64>) -> bool {
        *self.at == Position::Start && total.is_some_and(|total| total <= self.received as u64)
    }

    /// Returns true if fewer items were received than requested and than on an earlier page. Fewer than requested
    /// alone is not the end, because the vendor may limit the size of its pages.
    fn short(&self) -> bool {
        self.received < self.earlier && self.limit.is_some_and(|limit| (self.received as u64) < limit)
    }
}
