//! What is known when a page has been read, and the usual ways to find the next one.

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
    /// The vendor reports more pages but no position.
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

/// What was asked and received, for [`Paged::advance`](super::Paged::advance). The methods
/// return where the list continues, each for one kind of paging. An end is [`Next::Lost`] if the
/// vendor reports more pages.
#[derive(Debug, Clone, Copy)]
pub struct PageContext<'a> {
    at: &'a Position,
    received: usize,
    limit: Option<u64>,
    /// The offset or page number that the caller's own call begins with.
    first: Option<u64>,
    paging: Option<&'static Paging>,
    /// How many items an earlier page of this walk held.
    earlier: usize,
}

impl<'a> PageContext<'a> {
    /// A context made by hand, for tests of generated code.
    #[must_use]
    pub fn new(at: &'a Position, received: usize, limit: Option<u64>) -> Self {
        Self { at, received, limit, first: None, earlier: 0, paging: None }
    }

    /// Sets the offset or page number that the first page was asked with.
    #[must_use]
    pub fn starting_at(mut self, first: Option<u64>) -> Self {
        self.first = first;
        self
    }

    /// Sets how the operation pages.
    #[must_use]
    pub fn paged_by(mut self, paging: Option<&'static Paging>) -> Self {
        self.paging = paging;
        self
    }

    /// Returns where the list continues, as the operation pages. An operation without paging has one
    /// page.
    #[must_use]
    pub fn next(&self, facts: PageFacts) -> Next {
        self.paging.map_or(Next::End, |paging| paging.next(facts, self))
    }

    /// Sets how many items an earlier page of the list held.
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

    /// How many items this page holds.
    #[must_use]
    pub fn received(&self) -> usize {
        self.received
    }

    /// How many items were asked for, where that is known.
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// A cursor of the vendor. An empty one is the end.
    #[must_use]
    pub fn token(&self, next: Option<&str>, has_more: Option<bool>) -> Next {
        let next = next.filter(|token| !token.is_empty()).map(|token| Position::Token(token.to_owned()));
        Next::new(next, has_more)
    }

    /// The current offset plus what was received. The end is an empty page, `has_more` being
    /// false, the total being reached or, where neither is told, a short page.
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

    /// The offset that the vendor tells. The end is `has_more` being false, or nothing told.
    #[must_use]
    pub fn offset_at(&self, next: Option<u64>, has_more: Option<bool>) -> Next {
        Next::new(next.filter(|_| has_more != Some(false)).map(Position::Offset), has_more)
    }

    /// The next page number, where pages are counted from `first`. The end is an empty page,
    /// `has_next` being false, the total of items being reached or, where neither is told, a
    /// short page.
    #[must_use]
    pub fn page(&self, first: u64, total: Option<u64>, has_next: Option<bool>) -> Next {
        let current = match self.at {
            Position::Page(page) => *page,
            _ => self.first.unwrap_or(first),
        };
        // The vendor's pages may be smaller than asked for. What came is a lower bound of their size: if only the last page
        // of a list that was resumed there came, an empty page is the end.
        let size = self.received.max(self.earlier) as u64;
        let seen = current.saturating_sub(first).saturating_add(1).saturating_mul(size);
        let reached = total.is_some_and(|total| seen >= total);
        let silent = total.is_none() && has_next.is_none();
        let end = self.received == 0 || has_next == Some(false) || reached || silent && self.short();
        Next::new((!end).then_some(Position::Page(current.saturating_add(1))), has_next.filter(|_| !reached))
    }

    /// A sort value and an id, both needed. The end is an empty page, or `has_more` being false.
    #[must_use]
    pub fn pair(&self, value: Option<String>, id: Option<String>, has_more: Option<bool>) -> Next {
        let filled = |text: &String| !text.is_empty();
        let pair = value.filter(filled).zip(id.filter(filled));
        let pair = pair.filter(|_| self.received > 0 && has_more != Some(false));
        Next::new(pair.map(|(value, id)| Position::After { value, id }), has_more)
    }

    /// The sort values of the last item. The end is an empty or a short page.
    #[must_use]
    pub fn values(&self, values: Option<Vec<Value>>) -> Next {
        let end = self.received == 0 || self.short();
        Next::new(values.filter(|values| !end && !values.is_empty()).map(Position::Values), None)
    }

    /// The id or sort value of the last item. The end is an empty page, `has_more` being false
    /// or, where that is not told, a short page.
    #[must_use]
    pub fn keyset(&self, last: Option<String>, has_more: Option<bool>) -> Next {
        let end = self.received == 0 || has_more == Some(false) || has_more.is_none() && self.short();
        Next::new(last.filter(|last| !end && !last.is_empty()).map(Position::Token), has_more)
    }

    /// Whether fewer items came than were asked for.
    fn short(&self) -> bool {
        self.limit.is_some_and(|limit| (self.received as u64) < limit)
    }
}
