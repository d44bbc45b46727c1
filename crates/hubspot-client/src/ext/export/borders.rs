//! The ids at which walks can begin, found by searches for certain ranks.

use crm_core::Error;

use crate::objects::Objects;
use crate::types::{Filter, SearchRequest};

pub(super) const ID: &str = "hs_object_id";
/// Maximum number of results of one search.
pub(super) const MOST_RESULTS: u64 = 10_000;

/// The search for the next border.
#[derive(Clone, Copy, Debug)]
pub(super) struct Borders {
    /// Ranks are counted behind this id.
    behind: u64,
    /// The rank of the next border, from 1.
    rank: u64,
    /// The number of records from one border to the next.
    step: u64,
    ended: bool,
}

/// A border, and the number of records that the search counted behind the id that it began at.
pub(super) struct Found {
    id: Option<u64>,
    pub(super) total: Option<u64>,
}

impl Borders {
    pub(super) fn new(behind: u64, step: u64) -> Self {
        Self { behind, rank: step, step, ended: false }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.ended
    }

    /// True if the search counts all records.
    pub(super) fn counts_all(&self) -> bool {
        self.behind == 0
    }

    /// Finds the next border, at `to` or before it.
    pub(super) async fn find(self, objects: Objects, to: Option<u64>) -> Result<Found, Error> {
        let mut request = SearchRequest::default().sort_by(ID).limit(1).properties([ID]);
        if self.behind > 0 {
            request = request.and(Filter::gt(ID, self.behind));
        }
        if let Some(id) = to {
            request = request.and(Filter::lte(ID, id));
        }
        if self.rank > 1 {
            request = request.after((self.rank - 1).to_string());
        }
        let reply = objects.search(request).send().await?;
        let id = reply.results.first().and_then(|record| record.id.as_deref()?.parse().ok());
        Ok(Found { id, total: reply.total.and_then(|total| u64::try_from(total).ok()) })
    }

    /// Moves behind the border that was found, and returns it.
    pub(super) fn advance(&mut self, found: &Found) -> Option<u64> {
        match found.id {
            Some(id) if self.rank + self.step > MOST_RESULTS => (self.behind, self.rank) = (id, self.step),
            Some(_) => self.rank += self.step,
            None => self.ended = true,
        }
        found.id
    }

    /// Ends the search for borders after a failure. Without borders no further walks begin.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }
}
