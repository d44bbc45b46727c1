//! A list that is read at several places concurrently.

use std::borrow::Cow;
use std::task::{Context, Poll};
use std::time::Duration;

use super::ahead::Started;
use super::pace::Pace;
use crate::error::Error;
use crate::meta::Called;
use crate::pipeline::Pipeline;
use crate::sync::BoxFuture;

/// A request that can be sent again if its task is lost.
pub type Fetch<T> = Box<dyn Fn() -> BoxFuture<'static, Result<T, Error>> + Send>;

/// A page with the time taken to fetch it.
type Timed<T> = (Result<T, Error>, Duration);

/// The places of a list and the items read there, without I/O. For hand-written exports.
pub trait Places {
    /// An item of the list.
    type Item;
    /// A page.
    type Page: Send + 'static;
    /// The start of another place.
    type Border: Send + 'static;

    /// Returns the reason why these settings are not valid.
    fn mistake(&self) -> Option<Cow<'static, str>>;
    /// The operation that reads the pages, for errors.
    fn called(&self) -> Called;
    /// The limit class of the pages.
    fn limit_class(&self) -> &'static str;
    /// Returns the number of requests of the [class](Self::limit_class) that a page took.
    fn requests(_page: &Self::Page) -> u32 {
        1
    }
    /// Returns the pages to fetch now, each with the key of its place, for at most `most` places.
    fn due(&mut self, most: usize) -> Vec<(u64, Fetch<Self::Page>)>;
    /// Returns the request for the next border, if `most` places need one.
    fn border(&mut self, most: usize) -> Option<Fetch<Self::Border>>;
    /// Takes a page, or the reason why it could not be read. An error ends the list.
    fn arrived(&mut self, key: u64, page: Result<Self::Page, Error>) -> Result<(), Error>;
    /// Takes a border, or the reason why it could not be found. An error ends the list.
    fn found(&mut self, border: Result<Self::Border, Error>) -> Result<(), Error>;
    /// Returns false if the page of this place is no longer needed.
    fn is_wanted(&self, key: u64) -> bool;
    /// Returns the next item that has been read.
    fn pop(&mut self) -> Option<Self::Item>;
    /// Returns true if everything was read and returned.
    fn is_over(&self) -> bool;
}

/// Reads a list at several places concurrently, within the rate of its limit.
pub struct Parallel<P: Places> {
    /// The places.
    pub places: P,
    pipeline: Pipeline,
    pace: Pace,
    /// The pages under way, by the key of their place.
    fetching: Vec<(u64, Started<Timed<P::Page>>)>,
    searching: Option<Started<Result<P::Border, Error>>>,
    failed: Option<Error>,
    ended: bool,
}

impl<P: Places + Unpin> Parallel<P> {
    /// Creates a reader of these places that uses the whole limit.
    pub fn new(pipeline: Pipeline, places: P) -> Self {
        Self {
            places,
            pipeline,
            pace: Pace::new(1.0),
            fetching: Vec::new(),
            searching: None,
            failed: None,
            ended: false,
        }
    }

    /// Sets the share of the limit to use.
    pub fn share(&mut self, share: f64) {
        self.pace = Pace::new(share);
    }

    /// Restarts at other places. Items already read and pages under way are dropped.
    pub fn restart(&mut self, places: P) {
        self.places = places;
        self.stop();
        self.failed = None;
        self.ended = false;
    }

    /// Number of pages under way.
    pub fn under_way(&self) -> usize {
        self.fetching.len()
    }

    /// Returns the next item, or `None` at the end and after an error. Items that were read before an error are returned
    /// before it.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<P::Item, Error>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if let Some(fault) = self.pace.mistake().map(Cow::from).or_else(|| self.places.mistake()) {
            self.ended = true;
            return Poll::Ready(Some(Err(Error::validation(fault).with_operation(self.places.called()))));
        }
        loop {
            let arrived = if self.failed.is_none() { self.drive(cx) } else { Ok(false) };
            let arrived = arrived.unwrap_or_else(|error| {
                self.failed = Some(error);
                true
            });
            if let Some(item) = self.places.pop() {
                return Poll::Ready(Some(Ok(item)));
            }
            let failed = self.failed.take();
            if failed.is_some() || self.places.is_over() {
                self.ended = true;
                self.stop();
                return Poll::Ready(failed.map(Err));
            }
            if !arrived {
                return Poll::Pending;
            }
        }
    }

    /// Drops the pages under way. For a reader that polls no more, because an item cannot be used.
    pub fn stop(&mut self) {
        self.fetching.clear();
        self.searching = None;
    }

    /// Sends the pages that are due and takes those that have arrived. Returns true if anything arrived.
    fn drive(&mut self, cx: &mut Context<'_>) -> Result<bool, Error> {
        let rate = self.pipeline.rate(self.places.limit_class());
        let most = self.pace.places(rate);
        for (key, fetch) in self.places.due(most) {
            let clock = self.pipeline.clock();
            let pause = self.pace.pause(1, rate, clock.now());
            let timed = move || {
                let (page, clock) = (fetch(), clock.clone());
                Box::pin(async move {
                    if pause > Duration::ZERO {
                        clock.sleep(pause).await;
                    }
                    let began = clock.now();
                    (page.await, clock.now().saturating_sub(began))
                }) as BoxFuture<'static, _>
            };
            self.fetching.push((key, Started::new(timed)));
        }
        if self.searching.is_none() {
            self.searching = self.places.border(most).map(Started::new);
        }
        Ok(self.poll_border(cx)? | self.poll_pages(cx)?)
    }

    fn poll_border(&mut self, cx: &mut Context<'_>) -> Result<bool, Error> {
        let Some(Poll::Ready(found)) = self.searching.as_mut().map(|search| search.poll(cx)) else { return Ok(false) };
        self.searching = None;
        self.places.found(found).map(|()| true)
    }

    fn poll_pages(&mut self, cx: &mut Context<'_>) -> Result<bool, Error> {
        let mut any = false;
        let mut index = 0;
        while let Some((key, page)) = self.fetching.get_mut(index) {
            let Poll::Ready((page, took)) = page.poll(cx) else {
                index += 1;
                continue;
            };
            any = true;
            let key = *key;
            self.fetching.swap_remove(index);
            let requests = page.as_ref().map_or(1, P::requests);
            let rate = self.pipeline.rate(self.places.limit_class());
            self.pace.learn(took, requests, rate, self.pipeline.clock().now());
            self.places.arrived(key, page)?;
            self.fetching.retain(|(key, _)| self.places.is_wanted(*key));
            index = 0;
        }
        Ok(any)
    }
}
