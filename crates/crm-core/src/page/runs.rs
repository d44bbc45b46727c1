//! Changes since a time: lists that are read in runs, each of which begins where the one before ended.

use std::collections::VecDeque;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use serde_json::Value;

use super::cursor::Cursor;
use super::list::List;
use super::paging::Position;
use crate::codec::Timestamp;
use crate::error::Error;
use crate::meta::Called;
use crate::pipeline::Pipeline;
use crate::sync::BoxFuture;

/// A page of a run.
pub struct RunPage<T, P> {
    /// The items, each with the place behind it.
    pub items: Vec<(T, P)>,
    /// The place of the next page, or the beginning of the next run.
    pub next: P,
    /// True if the run ends with this page.
    pub is_last: bool,
}

/// A page of a run that is being read.
pub type FetchRunPage<T, P> = BoxFuture<'static, Result<RunPage<T, P>, Error>>;

/// The requests of a run and the form of its places, without state. For hand-written lists of changes.
pub trait Changed: Clone {
    /// A change.
    type Item;
    /// A place of a run.
    type Place: Clone;

    /// The operation, for errors.
    fn called(&self) -> Called;
    /// The identity of the list, for its cursors.
    fn list(&self) -> List;
    /// Converts a place to its stored form.
    fn save(place: &Self::Place) -> Value;
    /// Reads a stored place. Returns `None` if it is not one.
    fn load(stored: &Value) -> Option<Self::Place>;
    /// Reads the page at a place.
    fn page(self, place: Self::Place) -> FetchRunPage<Self::Item, Self::Place>;
}

/// A run: its place, and the items that are not returned yet.
pub struct Run<C: Changed> {
    /// The requests.
    pub changed: C,
    /// The place behind the item that was returned last.
    place: C::Place,
    items: VecDeque<(C::Item, C::Place)>,
    /// The place behind these items.
    next: Option<C::Place>,
    fetching: Option<FetchRunPage<C::Item, C::Place>>,
    /// True if no page follows.
    is_last: bool,
}

impl<C: Changed> Run<C> {
    /// Creates a run that begins at a place.
    pub fn new(changed: C, place: C::Place) -> Self {
        Self { changed, place, items: VecDeque::new(), next: None, fetching: None, is_last: false }
    }

    /// Returns the position of the run, or that of the next run after the end.
    pub fn cursor(&self) -> Cursor {
        self.changed.list().cursor(Position::Values(vec![C::save(&self.place)]), 0)
    }

    /// Returns the run at a stored cursor.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if the cursor belongs to another list.
    pub fn resume(self, cursor: Cursor) -> Result<Self, Error> {
        let position = self.changed.list().open(cursor).map(|(position, _)| position);
        let place = position.and_then(|position| {
            let place = match &position {
                Position::Values(values) if values.len() == 1 => C::load(&values[0]),
                _ => None,
            };
            place.ok_or_else(|| Error::validation("the cursor is not at a position of changes"))
        });
        let place = place.map_err(|error| error.with_operation(self.changed.called()))?;
        Ok(Self::new(self.changed, place))
    }

    /// Returns the next item as `read` converts it, or `None` at the end and after an error. The place stays before an item
    /// that cannot be read, so that a run that continues there returns the error again.
    pub fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        read: impl FnOnce(C::Item) -> Result<T, Error>,
    ) -> Poll<Option<Result<T, Error>>> {
        let item = match ready!(self.fill(cx)) {
            Ok(()) => match self.items.pop_front() {
                Some((item, place)) => read(item).inspect(|_| self.pass(place)),
                None => return Poll::Ready(None),
            },
            Err(error) => Err(error),
        };
        if item.is_err() {
            // The items that are left are behind the place.
            self.items.clear();
            self.next = None;
            self.is_last = true;
        }
        Poll::Ready(Some(item))
    }

    /// Moves behind an item.
    fn pass(&mut self, place: C::Place) {
        // A run ends when it returns `None`.
        let next = if self.items.is_empty() && !self.is_last { self.next.take() } else { None };
        self.place = next.unwrap_or(place);
    }

    /// Reads pages until there is an item or the run ends.
    fn fill(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        while self.items.is_empty() {
            if let Some(next) = self.next.take() {
                self.place = next;
            }
            if self.is_last {
                break;
            }
            let fetching = self.fetching.get_or_insert_with(|| self.changed.clone().page(self.place.clone()));
            let page = ready!(fetching.as_mut().poll(cx));
            self.fetching = None;
            let page = page?;
            self.items = page.items.into();
            self.next = Some(page.next);
            self.is_last = page.is_last;
        }
        Poll::Ready(Ok(()))
    }

    /// Number of items that were read and not returned yet.
    pub fn buffered(&self) -> usize {
        self.items.len()
    }
}

/// Returns the beginning of changes in milliseconds since 1970.
///
/// # Errors
///
/// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if the text is not a point in time.
pub fn since(time: &Timestamp) -> Result<i64, Error> {
    time.unix_millis().ok_or_else(|| {
        Error::validation(match time.read() {
            Ok(_) => "the time given to changes has no zone; add Z or an offset",
            Err(_) => "the text given to changes is not a time; give RFC 3339 or milliseconds since 1970",
        })
    })
}

/// Returns the time up to which a run that began at `since` sees all changes, if the last change is at `last`. A record
/// can have a time in the future, which would hide all changes until then.
pub fn seen_until(pipeline: &Pipeline, since: i64, last: i64) -> i64 {
    let now = pipeline.clock().wall().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    last.min(i64::try_from(now.as_millis()).unwrap_or(i64::MAX)).max(since)
}
