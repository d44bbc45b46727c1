//! A program that walks a list, stops, and continues elsewhere.

use std::future::Future;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use crm_core::{Call, Cursor, Error, ErrorKind, Pages, Paginator, Pipeline, Position};
use proptest::prelude::*;
use serde_json::json;

use super::kinds::{KINDS, Things, items};
use super::vendor::{Fault, World};

/// An action of a program on a list.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// Reads on.
    Read(usize),
    /// Lets the next requests fail.
    Fail(Fault),
    /// Polls once and gives up.
    Poll,
    /// Resumes the list at its current position.
    Resume,
    /// Keeps the cursor for later.
    Keep,
    /// Resumes the list at a kept cursor.
    Back(usize),
    /// Ends, and starts again with the stored text and another page size.
    Restart(Option<usize>),
}

#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) count: usize,
    pub(super) cap: Option<usize>,
    pub(super) size: Option<usize>,
    pub(super) prefetch: bool,
    pub(super) pages: bool,
    pub(super) acts: Vec<Act>,
}

pub(super) fn cases() -> impl Strategy<Value = Case> {
    let size = || prop::option::of(1..8usize);
    let fault = prop_oneof![Just(Fault::Refused), Just(Fault::Cut), Just(Fault::NoList), Just(Fault::Lost)];
    let act = prop_oneof![
        4 => (1..9usize).prop_map(Act::Read),
        2 => fault.prop_map(Act::Fail),
        1 => Just(Act::Poll),
        2 => Just(Act::Resume),
        1 => Just(Act::Keep),
        1 => (0..9usize).prop_map(Act::Back),
        2 => size().prop_map(Act::Restart),
    ];
    (0..24usize, size(), size(), any::<bool>(), any::<bool>(), prop::collection::vec(act, 2..20))
        .prop_map(|(count, cap, size, prefetch, pages, acts)| Case { count, cap, size, prefetch, pages, acts })
}

/// A list as items or as pages.
pub(super) enum List<const KIND: usize> {
    Items(Paginator<Things<KIND>>),
    Pages(Pages<Things<KIND>>),
}

impl<const KIND: usize> List<KIND> {
    pub(super) fn new(pipeline: &Pipeline, case: &Case, size: Option<usize>) -> Self {
        let mut call = Call::new(pipeline, KINDS[KIND].op);
        if let Some(size) = size {
            call = KINDS[KIND].set(call, "limit", &json!(size));
        }
        match case.pages {
            false => Self::Items(Paginator::new(call).prefetch(case.prefetch)),
            true => Self::Pages(Pages::new(call).prefetch(case.prefetch)),
        }
    }

    pub(super) fn cursor(&self) -> Cursor {
        match self {
            Self::Items(list) => list.cursor(),
            Self::Pages(list) => list.cursor(),
        }
    }

    fn resume(self, cursor: Cursor) -> Result<Self, Error> {
        match self {
            Self::Items(list) => list.resume(cursor).map(Self::Items),
            Self::Pages(list) => list.resume(cursor).map(Self::Pages),
        }
    }

    /// Returns one item, or the items of one page.
    pub(super) async fn next(&mut self) -> Option<Result<Vec<u64>, Error>> {
        match self {
            Self::Items(list) => list.next().await.map(|item| item.map(|item| vec![item])),
            Self::Pages(list) => list.next().await.map(|page| page.map(|page| items(&page))),
        }
    }
}

/// A list that is walked, and the results.
pub(super) struct Walk<'a, const KIND: usize> {
    pub(super) pipeline: &'a Pipeline,
    pub(super) case: &'a Case,
    pub(super) list: Option<List<KIND>>,
    pub(super) size: Option<usize>,
    pub(super) got: Vec<u64>,
    pub(super) kept: Vec<(Cursor, usize)>,
}

impl<const KIND: usize> Walk<'_, KIND> {
    /// Records a result. Returns true if there was one.
    pub(super) fn take(&mut self, next: Option<Result<Vec<u64>, Error>>) -> Result<bool, TestCaseError> {
        match next {
            Some(Ok(items)) => {
                self.got.extend(items);
                prop_assert!(self.got.iter().copied().eq(0..self.got.len() as u64), "{:?}", self.got);
                Ok(true)
            }
            Some(Err(error)) => {
                prop_assert!(error.kind() != ErrorKind::Validation, "{}", error);
                Ok(true)
            }
            None => Ok(false),
        }
    }

    pub(super) fn list(&mut self) -> &mut List<KIND> {
        self.list.as_mut().unwrap()
    }

    /// Resumes at a cursor with a page size, or checks that another page size is refused.
    fn resume(&mut self, list: List<KIND>, cursor: Cursor, cursor_size: Option<usize>) -> Result<(), TestCaseError> {
        let (at_start, at_end) = (cursor.position() == &Position::Start, cursor.is_end());
        let numbered = KINDS[KIND].numbered && !at_end && !(at_start && cursor.consumed() == 0);
        let refused = numbered && cursor_size != self.size;
        match list.resume(cursor.clone()) {
            Ok(list) => {
                prop_assert!(!refused, "pages of another size were continued");
                self.list = Some(list);
            }
            Err(error) => {
                prop_assert!(refused && error.kind() == ErrorKind::Validation, "{}", error);
                self.size = cursor_size;
                let list = List::new(self.pipeline, self.case, self.size);
                self.list = Some(list.resume(cursor).map_err(|error| TestCaseError::fail(error.to_string()))?);
            }
        }
        Ok(())
    }

    pub(super) async fn act(&mut self, act: &Act, world: &Mutex<World>) -> Result<(), TestCaseError> {
        match act {
            Act::Read(count) => {
                for _ in 0..*count {
                    let next = self.list().next().await;
                    self.take(next)?;
                }
            }
            Act::Fail(fault) => world.lock().unwrap().faults.push_back(*fault),
            Act::Poll => {
                let polled = {
                    let mut next = Box::pin(self.list().next());
                    next.as_mut().poll(&mut Context::from_waker(Waker::noop()))
                };
                if let Poll::Ready(next) = polled {
                    self.take(next)?;
                }
            }
            Act::Resume => {
                let list = self.list.take().unwrap();
                let cursor = list.cursor();
                self.resume(list, cursor, self.size)?;
            }
            Act::Keep => {
                let cursor = self.list().cursor();
                self.kept.push((cursor, self.got.len()));
            }
            Act::Back(index) => {
                let Some((cursor, got)) = self.kept.get(*index).cloned() else { return Ok(()) };
                self.got.truncate(got);
                // Cursors that were kept later are ahead, and resuming there would skip items.
                self.kept.truncate(index + 1);
                let list = self.list.take().unwrap();
                self.resume(list, cursor, self.size)?;
            }
            Act::Restart(size) => {
                let stored = self.list.take().unwrap().cursor().to_string();
                let cursor: Cursor = stored.parse().map_err(|error: Error| TestCaseError::fail(error.to_string()))?;
                let before = self.size;
                // Pages are yielded whole, so another size yields another part of a page that was started.
                if !(self.case.pages && cursor.consumed() > 0) {
                    self.size = *size;
                    // The kept cursors count other pages.
                    self.kept.clear();
                }
                let list = List::new(self.pipeline, self.case, self.size);
                self.resume(list, cursor, before)?;
            }
        }
        Ok(())
    }
}
