//! The walks of an export with their requests.

use std::borrow::Cow;

use crm_core::page::{Fetch, Places};
use crm_core::{Called, Error, ErrorKind, Sent, events};

use super::PAGES_A_WALK;
use super::ask::{Ask, Way};
use super::borders::{Borders, Found};
use super::stored::{Counts, Stored};
use super::walks::{Page, Walks};
use crate::objects::Objects;
use crate::types::ObjectWithAssociations;

pub(super) struct Walking<R> {
    pub(super) objects: Objects,
    pub(super) ask: Ask,
    pub(super) counts: Counts,
    pub(super) walks: Walks<ObjectWithAssociations>,
    borders: Borders,
    pub(super) read: Read<R>,
}

/// Converts a record to the type of the user.
pub(super) type Read<R> = fn(ObjectWithAssociations) -> Result<R, Error>;

impl<R> Walking<R> {
    pub(super) fn new(objects: Objects, way: Way, read: Read<R>) -> Self {
        let ask = Ask::new(way);
        let (walks, borders) = (Walks::new(way.guess()), Borders::new(0, PAGES_A_WALK * ask.limit));
        Self { objects, ask, counts: Counts::default(), walks, borders, read }
    }

    /// The same export at stored places.
    pub(super) fn at(&self, stored: Stored<ObjectWithAssociations>) -> Self {
        let Stored { counts, to, walks } = stored;
        let (objects, ask) = (self.objects.clone(), Ask { to, ..self.ask.clone() });
        let walks = Walks::of(ask.way.guess(), walks);
        let borders = Borders::new(walks.through(), PAGES_A_WALK * ask.limit.max(1));
        Self { objects, ask, counts, walks, borders, read: self.read }
    }

    pub(super) fn limit(&mut self, records: u64) {
        self.ask.limit = records;
        self.borders = Borders::new(self.walks.through(), PAGES_A_WALK * records.max(1));
    }
}

impl<R> Places for Walking<R> {
    type Item = Result<R, Error>;
    type Page = Page<ObjectWithAssociations>;
    type Border = Found;

    fn mistake(&self) -> Option<Cow<'static, str>> {
        self.ask.mistake()
    }

    fn called(&self) -> Called {
        self.ask.called(&self.objects)
    }

    fn limit_class(&self) -> &'static str {
        self.ask.way.limit_class()
    }

    fn requests(page: &Self::Page) -> u32 {
        page.requests
    }

    fn due(&mut self, most: usize) -> Vec<(u64, Fetch<Self::Page>)> {
        let fetch = |(key, at): (u64, Option<String>)| {
            let (objects, ask) = (self.objects.clone(), self.ask.clone());
            let fetch: Fetch<_> = Box::new(move || {
                let (objects, ask, at) = (objects.clone(), ask.clone(), at.clone());
                Box::pin(async move { ask.page(&objects, at).await })
            });
            (key, fetch)
        };
        self.walks.due(most).into_iter().map(fetch).collect()
    }

    fn border(&mut self, most: usize) -> Option<Fetch<Found>> {
        let (borders, objects, to) = (self.borders, self.objects.clone(), self.ask.to);
        if borders.is_at_end() || !self.walks.wants_borders(most) {
            return None;
        }
        Some(Box::new(move || Box::pin(borders.find(objects.clone(), to))))
    }

    fn arrived(&mut self, key: u64, page: Result<Self::Page, Error>) -> Result<(), Error> {
        let together = !self.walks.is_alone();
        let moved = match page {
            Ok(page) => self.walks.arrive(key, page),
            // The vendor does not accept the guessed cursor.
            Err(error)
                if !self.walks.is_proven(key)
                    && error.operation() == self.called().name()
                    && matches!(error.kind(), ErrorKind::Validation | ErrorKind::NotFound) =>
            {
                self.walks.refuse(key)
            }
            Err(error) => return Err(error),
        };
        moved.map_err(|fault| {
            Error::new(ErrorKind::Paging, fault).with_sent(Sent::Answered).with_operation(self.called())
        })?;
        if together && self.walks.is_alone() {
            events::export_differs(
                "HubSpot's list is not as observed (cursors or order), so the export reads one page after the other",
            );
        }
        Ok(())
    }

    fn found(&mut self, border: Result<Found, Error>) -> Result<(), Error> {
        match border {
            Ok(found) => {
                if self.borders.counts_all() && self.counts.total.is_none() {
                    self.counts.total = found.total;
                }
                if let Some(id) = self.borders.advance(&found) {
                    self.walks.add_border(id);
                }
            }
            Err(error) => {
                events::export_continues(&error, "a search failed, so the export is not divided further");
                self.borders.end();
            }
        }
        Ok(())
    }

    fn is_wanted(&self, key: u64) -> bool {
        self.walks.has(key)
    }

    fn pop(&mut self) -> Option<Self::Item> {
        let record = self.walks.pop(self.read)?;
        self.counts.done += u64::from(record.is_ok());
        Some(record)
    }

    fn is_over(&self) -> bool {
        self.walks.is_over()
    }
}
