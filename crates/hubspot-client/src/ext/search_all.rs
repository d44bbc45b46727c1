//! Searches beyond HubSpot's limit of 10,000 results.

use std::collections::{HashSet, VecDeque};
use std::fmt::{self, Display};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use crm_core::page::List;
use crm_core::{BoxFuture, Call, Cursor, Error, Position};
use futures_core::Stream;
use serde_json::Value;

use super::window::{Window, ties};
use crate::objects::Objects;
use crate::operations::OBJECTS_SEARCH;
use crate::types::{Object, SearchReply, SearchRequest};

type Page = Result<(Vec<Object>, Position), Error>;

impl Objects {
    /// Returns all records that a search finds, of any number, each of them once.
    ///
    /// The records are sorted by `hs_object_id`, the order of their creation, unless the request is
    /// sorted by another property, ascending. By id no record is lost or returned twice, even if records are
    /// created, changed or archived meanwhile. By another property, of numbers or times, a record
    /// may be missed if it meanwhile gets a smaller value than the search has reached. Records
    /// without a value come last.
    ///
    /// It adds one filter to each group of the request, or two if the search is sorted by another property. HubSpot takes at
    /// most 5 groups, 6 filters in a group and 18 filters in all.
    ///
    /// # Errors
    ///
    /// The stream returns [`ErrorKind::Validation`](crate::ErrorKind::Validation), and nothing is sent, if the request has
    /// too many groups or filters, is sorted by more than one property or in descending order, has `after`, or has a page
    /// size that is not from 1 to 200.
    ///
    /// ```no_run
    /// # async fn example(client: hubspot_client::Client) -> Result<(), hubspot_client::Error> {
    /// use hubspot_client::types::{Filter, SearchRequest};
    ///
    /// let request = SearchRequest::default().and(Filter::eq("lifecyclestage", "lead")).properties(["email"]);
    /// let mut leads = client.contacts().search_all(request).resume_or_begin(load()?)?;
    /// while let Some(lead) = leads.next().await {
    ///     println!("{:?}", lead?.property("email"));
    ///     save(&leads.cursor()); // a run that is stopped continues here
    /// }
    /// save(&leads.cursor()); // the end: tomorrow's run begins anew
    /// # Ok(()) }
    /// # fn load() -> Result<Option<hubspot_client::Cursor>, hubspot_client::Error> { Ok(None) }
    /// # fn save(_: &hubspot_client::Cursor) {}
    /// ```
    pub fn search_all(&self, request: SearchRequest) -> SearchAll {
        SearchAll::new(self.clone(), request, Ok)
    }
}

/// The results of a search as a stream. See [`Objects::search_all`].
#[must_use = "a search sends nothing unless it is read"]
pub struct SearchAll<R = Object> {
    objects: Objects,
    window: Result<Arc<Window>, Error>,
    /// The list that the cursors belong to.
    list: List,
    read: fn(Object) -> Result<R, Error>,
    /// The position of the page in `records`, up to the last returned record.
    at: Position,
    /// The ids that were returned after that position: the records of one value.
    after: Vec<String>,
    /// The page to fetch next, or being fetched.
    next: Position,
    records: VecDeque<Object>,
    /// The value of the last returned record, if the page is in the order of values.
    value: Option<String>,
    /// The returned ids, if a change can make a record appear again.
    seen: HashSet<u64>,
    fetching: Option<BoxFuture<'static, Page>>,
    ended: bool,
}

impl<R> Unpin for SearchAll<R> {}

impl<R> SearchAll<R> {
    pub(super) fn new(objects: Objects, request: SearchRequest, read: fn(Object) -> Result<R, Error>) -> Self {
        let called = objects.call::<()>(&OBJECTS_SEARCH).called();
        let window = Window::new(request).map(Arc::new).map_err(|error| error.with_operation(called));
        let search = window.as_ref().map_or_else(|_| SearchRequest::default(), |window| window.identity());
        let call: Call<SearchReply> = objects.search(search).into();
        Self {
            objects,
            window,
            list: List::of(&call).walked_by("objects.search_all"),
            read,
            at: Position::Start,
            after: Vec::new(),
            next: Position::Start,
            records: VecDeque::new(),
            value: None,
            seen: HashSet::new(),
            fetching: None,
            ended: false,
        }
    }

    /// Sets the properties to read. If not set, HubSpot returns its default ones.
    pub fn properties(mut self, names: impl IntoIterator<Item = impl Display>) -> Self {
        if let Ok(window) = &mut self.window {
            Arc::make_mut(window).set_properties(names.into_iter().map(|name| name.to_string()).collect());
        }
        self
    }

    /// Returns the position of the search. It can be read at any time, also after an error.
    ///
    /// Store it after each record, and once more after the end. It belongs to the type of object,
    /// the filters and the order, and does not depend on the properties.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        let mut position = self.at.clone();
        if !self.after.is_empty() {
            let value = match position {
                Position::Token(value) => value.into(),
                _ => Value::Null,
            };
            position =
                Position::Values(std::iter::once(value).chain(self.after.iter().cloned().map(Value::from)).collect());
        }
        self.list.cursor(position, 0)
    }

    /// Restarts at a cursor of the same search, from any state: also in the middle of a
    /// page, after an error and at the end. By a property, records that change before the search
    /// continues may be returned again.
    ///
    /// A search that is resumed at its end returns no items. Use
    /// [`resume_or_begin`](Self::resume_or_begin) in a program that runs repeatedly.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) if the cursor belongs to another
    /// type of object, to other filters, to another order or to another list, or if the search itself
    /// is not valid. Begin without a cursor, or repeat the search unchanged.
    pub fn resume(mut self, cursor: Cursor) -> Result<Self, Error> {
        let window = Arc::clone(self.window.as_ref().map_err(Clone::clone)?);
        let called = self.objects.call::<()>(&OBJECTS_SEARCH).called();
        let labelled = |error: Error| error.with_operation(&called);
        let (mut position, _) = self.list.open(cursor).map_err(labelled)?;
        self.after.clear();
        if let Position::Values(values) = position {
            let mut values = values.into_iter();
            position = match values.next() {
                Some(Value::String(value)) => Position::Token(value),
                _ => Position::Start,
            };
            self.after.extend(values.filter_map(|id| id.as_str().map(str::to_owned)));
        }
        if !window.knows(&position) {
            return Err(labelled(Error::validation("the cursor is not at a position of a search_all in this order")));
        }
        self.seen = self.after.iter().filter_map(|id| id.parse().ok()).collect();
        self.at = position.clone();
        self.next = position;
        self.records.clear();
        self.value = None;
        self.fetching = None;
        self.ended = false;
        Ok(self)
    }

    /// Continues a run that was interrupted, or begins a new one if nothing is stored or the
    /// stored run reached its end.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`resume`](Self::resume).
    pub fn resume_or_begin(self, stored: Option<Cursor>) -> Result<Self, Error> {
        match stored {
            Some(cursor) if !cursor.is_end() => self.resume(cursor),
            _ => Ok(self),
        }
    }

    /// Returns the next record, or `None` at the end and after an error. Does the same as the stream, without its extension
    /// traits.
    pub async fn next(&mut self) -> Option<Result<R, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Collects all remaining records.
    ///
    /// # Errors
    ///
    /// Returns the first error, and drops the records that were read before it. Read the stream if you need
    /// them.
    pub async fn try_collect(mut self) -> Result<Vec<R>, Error> {
        let mut all = Vec::new();
        while let Some(record) = self.next().await {
            all.push(record?);
        }
        Ok(all)
    }

    /// Takes a record and moves the position behind it. A record that was returned before is dropped.
    fn hand_out(&mut self, record: Object, key: Option<&str>) -> Result<Option<R>, Error> {
        let id = record.id.clone();
        let value = key.and_then(|key| record.property(key)).map(str::to_owned);
        let number = id.as_deref().filter(|_| key.is_some()).and_then(|id| id.parse().ok());
        let fresh = number.is_none_or(|number| !self.seen.contains(&number));
        // The position stays before a record that cannot be read.
        let record = if fresh { Some((self.read)(record)?) } else { None };
        self.seen.extend(number);
        if key.is_some() {
            match (&self.at, id) {
                (Position::After { value, .. }, Some(id)) => {
                    self.at = Position::After { value: value.clone(), id };
                }
                (Position::After { .. }, None) => {}
                (_, id) => {
                    let tied =
                        value.as_deref().zip(self.value.as_deref()).is_some_and(|(value, last)| ties(value, last));
                    if !tied && let Some(whole) = std::mem::replace(&mut self.value, value) {
                        self.at = Position::Token(whole);
                        self.after.clear();
                    }
                    self.after.extend(id.filter(|id| !self.after.contains(id)));
                }
            }
        } else if let Some(id) = id {
            self.at = Position::Token(id);
        }
        if self.records.is_empty() {
            self.leave_page();
        }
        Ok(record)
    }

    fn leave_page(&mut self) {
        self.at = self.next.clone();
        self.after.clear();
        self.value = None;
    }

    fn fail(&mut self, error: Error) -> Poll<Option<Result<R, Error>>> {
        self.ended = true;
        Poll::Ready(Some(Err(error)))
    }
}

impl<R> Stream for SearchAll<R> {
    type Item = Result<R, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.ended {
            return Poll::Ready(None);
        }
        let window = match &this.window {
            Ok(window) => Arc::clone(window),
            Err(error) => {
                let error = error.clone();
                return this.fail(error);
            }
        };
        loop {
            while let Some(record) = this.records.pop_front() {
                match this.hand_out(record, window.key()) {
                    Ok(None) => {}
                    Ok(Some(record)) => return Poll::Ready(Some(Ok(record))),
                    Err(error) => return this.fail(error),
                }
            }
            if this.next == Position::End && this.fetching.is_none() {
                this.ended = true;
                return Poll::Ready(None);
            }
            let fetching = this.fetching.get_or_insert_with(|| fetch(&this.objects, window.clone(), this.next.clone()));
            let page = ready!(fetching.as_mut().poll(cx));
            this.fetching = None;
            match page {
                Ok((records, next)) => {
                    this.records = records.into();
                    this.next = next;
                    if this.records.is_empty() {
                        this.leave_page();
                    }
                }
                Err(error) => return this.fail(error),
            }
        }
    }
}

fn fetch(objects: &Objects, window: Arc<Window>, at: Position) -> BoxFuture<'static, Page> {
    // The page must have its list of records: otherwise it cannot be the last one.
    let called = objects.call::<()>(&OBJECTS_SEARCH).called();
    objects.search(window.request(&at)).pages().first(move |page| match page {
        Some(page) => window.advance(&at, page).map_err(|error| error.with_operation(called)),
        None => Ok((Vec::new(), Position::End)),
    })
}

impl<R> fmt::Debug for SearchAll<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchAll")
            .field("cursor", &self.cursor())
            .field("buffered", &self.records.len())
            .finish_non_exhaustive()
    }
}
