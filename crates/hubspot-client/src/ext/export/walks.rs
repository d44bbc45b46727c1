//! Several walks over one list at the same time, which together return the records that one walk returns.
//!
//! The first walk began at the beginning and follows the vendor's own cursors: the records it reads are proven. The
//! others began at a guess, a cursor that was built from an id. A walk *joins* a later one if
//!
//! - the vendor's next cursor is exactly the one at which the later walk began, or
//! - its page contains a record that the later walk has read: the pages around that record are then pieces of one list.
//!
//! The later walk then continues for both, and is proven if the first was. A walk without such a proof
//! continues over the records of the later one. So nothing is lost even if the guess was wrong; a record that another
//! walk has read is dropped by its id.
//!
//! A page that reaches further than a later walk has read waits until that walk has read as far.

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

/// A page that was read.
pub(super) struct Page<R> {
    /// The records with their ids.
    pub(super) rows: Vec<(Option<u64>, R)>,
    /// The cursor of the next page.
    pub(super) next: Option<String>,
    /// The number of requests that the page took.
    pub(super) requests: u32,
}

impl<R> Page<R> {
    fn ids(&self) -> impl Iterator<Item = u64> {
        self.rows.iter().filter_map(|row| row.0)
    }

    fn last(&self) -> u64 {
        self.ids().max().unwrap_or(0)
    }
}

/// The next page of a walk.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Next {
    /// At the page of a cursor, or at the first page.
    At(Option<String>),
    End,
}

/// Records to be returned.
struct Buffer<R> {
    /// The cursor of their page.
    at: Option<String>,
    /// The last id that was returned.
    last: Option<u64>,
    rows: VecDeque<(Option<u64>, R)>,
    /// True if it contains records of other pages too, so that `last` is of no use.
    mixed: bool,
}

pub(super) struct Walk<R> {
    key: u64,
    /// The id behind which the walk began.
    pub(super) border: u64,
    /// The last id that the walk read, also in an earlier run.
    through: u64,
    /// The id that the ids of its next page must be above.
    above: u64,
    /// The ids that it read, ascending, unless it is proven.
    ids: Vec<u64>,
    pub(super) next: Next,
    /// Records of its next page that an earlier run returned: all up to this id.
    skip: Option<u64>,
    buffers: VecDeque<Buffer<R>>,
    fetching: bool,
    parked: Option<Page<R>>,
    /// True if it ends at the beginning of the walk after it.
    joined: bool,
}

impl<R> Walk<R> {
    pub(super) fn new(border: u64, next: Next) -> Self {
        Self::resumed(border, next, None, border, Vec::new())
    }

    /// A walk that an earlier run has left at a [`place`](Self::place), after it had read up to the id `through`.
    pub(super) fn resumed(border: u64, next: Next, skip: Option<u64>, through: u64, ids: Vec<u64>) -> Self {
        Self {
            key: 0,
            border,
            through,
            above: border,
            ids,
            next,
            skip,
            buffers: VecDeque::new(),
            fetching: false,
            parked: None,
            joined: false,
        }
    }

    /// Returns the position at which an interrupted run continues: the page of a cursor, behind an id.
    pub(super) fn place(&self) -> (Next, Option<u64>) {
        match self.buffers.front() {
            Some(buffer) => (Next::At(buffer.at.clone()), buffer.last),
            None => (self.next.clone(), self.skip),
        }
    }

    /// Returns the last id before the records at [`place`](Self::place).
    pub(super) fn behind(&self) -> u64 {
        match self.buffers.front() {
            Some(buffer) => {
                buffer.rows.iter().filter_map(|row| row.0).min().map_or(self.border, |id| id.saturating_sub(1))
            }
            None => self.through,
        }
    }

    fn goes_on(&self) -> bool {
        !self.joined && self.next != Next::End
    }
}

pub(super) struct Walks<R> {
    /// The cursor of the page behind an id, as far as that is known.
    guess: fn(u64) -> String,
    /// In the order of the list; the first one is proven.
    walks: VecDeque<Walk<R>>,
    /// Ids at which further walks can begin, ascending.
    borders: VecDeque<u64>,
    /// True if the first walk has found the expected cursor.
    verified: bool,
    /// True if the list is not as expected: only the first walk continues.
    alone: bool,
    keys: u64,
    /// A cursor seen before, renewed at every power of two, to detect lists that repeat in a cycle.
    mark: Option<String>,
    pages: u64,
}

impl<R> Walks<R> {
    pub(super) fn new(guess: fn(u64) -> String) -> Self {
        Self::of(guess, [Walk::new(0, Next::At(None))])
    }

    pub(super) fn of(guess: fn(u64) -> String, walks: impl IntoIterator<Item = Walk<R>>) -> Self {
        let mut walks: VecDeque<_> = walks.into_iter().collect();
        while walks.len() > 1 && walks.front().is_some_and(|first| first.next == Next::End) {
            walks.pop_front();
        }
        let mut keys = 0;
        for walk in &mut walks {
            keys += 1;
            walk.key = keys;
        }
        let borders = VecDeque::new();
        Self { guess, walks, borders, verified: false, alone: false, keys, mark: None, pages: 0 }
    }

    /// The walks, each with the ids that it read and that were returned.
    pub(super) fn walks(&self) -> impl Iterator<Item = (&Walk<R>, impl Iterator<Item = u64>)> {
        let buffers = self.walks.iter().flat_map(|walk| &walk.buffers);
        let waiting: BTreeSet<u64> = buffers.flat_map(|buffer| buffer.rows.iter().filter_map(|row| row.0)).collect();
        let waiting = Rc::new(waiting);
        self.walks.iter().map(move |walk| {
            let waiting = Rc::clone(&waiting);
            (walk, walk.ids.iter().copied().filter(move |id| !waiting.contains(id)))
        })
    }

    /// Returns true if everything was read and returned.
    pub(super) fn is_over(&self) -> bool {
        let proven = self.walks.front().is_none_or(|first| !first.joined && first.next == Next::End);
        proven && self.walks.iter().all(|walk| walk.buffers.is_empty())
    }

    /// Returns the last id that any walk has reached.
    pub(super) fn through(&self) -> u64 {
        self.walks.iter().map(|walk| walk.through).max().unwrap_or(0)
    }

    /// Returns true if further borders are of use.
    pub(super) fn wants_borders(&self, most: usize) -> bool {
        let open = self.walks.front().is_some_and(|first| first.joined || first.next != Next::End);
        open && self.verified && !self.alone && self.borders.len() < most
    }

    pub(super) fn add_border(&mut self, id: u64) {
        if self.borders.back().is_none_or(|last| *last < id) && id > self.through() {
            self.borders.push_back(id);
        }
    }

    /// Continues only the first walk, because the list is not as expected.
    fn walk_alone(&mut self) {
        self.alone = true;
        self.borders.clear();
        for walk in self.walks.iter_mut().skip(1) {
            walk.parked = None;
        }
    }

    /// Returns true unless another walk has passed this one, which makes its page useless.
    pub(super) fn has(&self, key: u64) -> bool {
        self.walks.iter().any(|walk| walk.key == key)
    }

    /// Returns true if a walk is proven, so that a refusal of its page is not caused by a guess.
    pub(super) fn is_proven(&self, key: u64) -> bool {
        self.walks.front().is_none_or(|first| first.key == key)
    }

    /// Returns the pages to fetch now, each with the key of its walk, for at most `most` walks.
    pub(super) fn due(&mut self, most: usize) -> Vec<(u64, Option<String>)> {
        while self.verified && !self.alone && self.walks.iter().filter(|walk| walk.goes_on()).count() < most {
            let Some(border) = self.borders.pop_front() else { break };
            if border > self.through() {
                self.keys += 1;
                let next = Next::At(Some((self.guess)(border)));
                self.walks.push_back(Walk { key: self.keys, ..Walk::new(border, next) });
            }
        }
        let others = self.verified && !self.alone;
        let mut due = Vec::new();
        for (index, walk) in self.walks.iter_mut().enumerate() {
            let waits = walk.fetching || walk.parked.is_some() || walk.joined || walk.buffers.len() > 1;
            if let Next::At(at) = &walk.next
                && !waits
                && (index == 0 || others)
            {
                walk.fetching = true;
                due.push((walk.key, at.clone()));
            }
        }
        due
    }

    /// Ends a walk whose guess was refused. Errors are those of [`arrive`](Self::arrive).
    pub(super) fn refuse(&mut self, key: u64) -> Result<(), &'static str> {
        self.walk_alone();
        if let Some(walk) = self.walks.iter_mut().find(|walk| walk.key == key) {
            walk.fetching = false;
        }
        self.take_all()
    }

    /// Takes a page of a walk. Returns an error if the list does not advance.
    pub(super) fn arrive(&mut self, key: u64, page: Page<R>) -> Result<(), &'static str> {
        let Some(index) = self.walks.iter().position(|walk| walk.key == key) else { return Ok(()) };
        self.walks[index].fetching = false;
        if !self.alone && !self.is_as_expected(index, &page) {
            self.walk_alone();
        }
        if !self.alone || index == 0 {
            self.walks[index].parked = Some(page);
        }
        self.verified |= index == 0;
        self.take_all()
    }

    /// Takes the pages that do not wait for another walk, those of later walks first.
    fn take_all(&mut self) -> Result<(), &'static str> {
        while let Some(index) = (0..self.walks.len()).rev().find(|index| self.can_take(*index)) {
            self.take(index)?;
            self.tidy();
        }
        Ok(())
    }

    /// Returns true if ids rise, and the next cursor is the one that is built from the last id.
    fn is_as_expected(&self, index: usize, page: &Page<R>) -> bool {
        let walk = &self.walks[index];
        let mut through = walk.above;
        for (id, _) in &page.rows {
            match id {
                Some(id) if *id > through => through = *id,
                _ => return false,
            }
        }
        page.next.as_ref().is_none_or(|next| !page.rows.is_empty() && *next == (self.guess)(through))
    }

    /// Returns true if a page has arrived, and no later walk still has to read records on it.
    fn can_take(&self, index: usize) -> bool {
        let Some(page) = &self.walks[index].parked else { return false };
        let last = page.last();
        let behind = |walk: &Walk<R>| walk.border < last && walk.through < last && walk.goes_on();
        self.alone || !self.walks.iter().skip(index + 1).any(behind)
    }

    /// Returns the later walk that a page leads to.
    fn target(&self, index: usize, page: &Page<R>) -> Option<usize> {
        let last = page.last();
        (index + 1..self.walks.len()).rev().find(|later| {
            let later = &self.walks[*later];
            let exact = page.next.as_ref().is_some_and(|next| *next == (self.guess)(later.border));
            exact || (last <= later.through && page.ids().any(|id| later.ids.binary_search(&id).is_ok()))
        })
    }

    fn take(&mut self, index: usize) -> Result<(), &'static str> {
        let Some(page) = self.walks[index].parked.take() else { return Ok(()) };
        let Next::At(at) = self.walks[index].next.clone() else { return Ok(()) };
        let target = self.target(index, &page);
        self.check_progress(&at, &page.next, target.is_some())?;
        let skip = self.walks[index].skip.take();
        let skipped = match skip {
            // In another order only the records before this record were returned.
            Some(skip) if self.alone => page.rows.iter().position(|row| row.0 == Some(skip)).map_or(0, |at| at + 1),
            Some(skip) => page.rows.iter().take_while(|row| row.0.is_some_and(|id| id <= skip)).count(),
            None => 0,
        };
        let (last, next, mut ids) = (page.last(), page.next.clone(), page.ids().collect::<Vec<_>>());
        ids.sort_unstable();
        // With a smaller page size than before, the returned records of the page reach into the next one.
        self.walks[index].skip = skip.filter(|skip| !self.alone && last < *skip);
        let taken_over = self.take_over(index, target, &ids);
        let others: Vec<&[u64]> = self.walks.iter().skip(index + 1).map(|walk| &*walk.ids).collect();
        let fresh = |row: &(Option<u64>, R)| {
            let read = |id: &u64| others.iter().any(|ids| ids.binary_search(id).is_ok());
            row.0.is_none_or(|id| taken_over.contains(&id) || !read(&id))
        };
        let rows = page.rows.into_iter().skip(skipped).filter(fresh).collect();
        let mut buffer = Buffer { at, last: skip, rows, mixed: false };
        if let Some(target) = target {
            // The records that the walks between have read are on this page, or no longer exist.
            for passed in self.walks.drain(index + 1..target) {
                ids.extend(passed.ids);
                buffer.mixed |= !passed.buffers.is_empty();
                buffer.rows.extend(passed.buffers.into_iter().flat_map(|buffer| buffer.rows));
            }
        }
        let is_last = index + 1 == self.walks.len();
        let walk = &mut self.walks[index];
        walk.through = walk.through.max(last);
        walk.above = walk.above.max(last);
        walk.joined = target.is_some();
        walk.next = next.map_or(Next::End, |next| Next::At(Some(next)));
        if index > 0 {
            walk.ids.append(&mut ids);
            walk.ids.sort_unstable();
            walk.ids.dedup();
        }
        if buffer.mixed {
            buffer.last = None;
        }
        if !buffer.rows.is_empty() {
            walk.buffers.push_back(buffer);
        }
        if is_last {
            let through = walk.through;
            self.borders.retain(|border| *border > through);
        }
        Ok(())
    }

    /// Removes the records of a page from the buffers of the walks that it does not lead to, because their places will
    /// no longer be behind this one. Returns their ids.
    fn take_over(&mut self, index: usize, target: Option<usize>, ids: &[u64]) -> Vec<u64> {
        let mut taken = Vec::new();
        for walk in self.walks.iter_mut().skip(target.unwrap_or(index) + 1) {
            for buffer in &mut walk.buffers {
                buffer.rows.retain(|row| {
                    let id = row.0.filter(|id| ids.binary_search(id).is_ok());
                    taken.extend(id);
                    id.is_none()
                });
            }
            walk.buffers.retain(|buffer| !buffer.rows.is_empty());
        }
        taken
    }

    fn check_progress(&mut self, at: &Option<String>, next: &Option<String>, joins: bool) -> Result<(), &'static str> {
        if next.is_some() && next == at {
            return Err("the vendor returned the same cursor again");
        }
        if joins {
            // The walk continues elsewhere, perhaps over pages that lead to the same cursors.
            self.mark = None;
        } else if self.alone && next.is_some() {
            if *next == self.mark {
                return Err("the vendor's cursors repeat in a cycle");
            }
            self.pages += 1;
            if self.pages.is_power_of_two() {
                self.mark.clone_from(next);
            }
        }
        Ok(())
    }

    /// Removes the walks that have no records left.
    fn tidy(&mut self) {
        while self.walks.front().is_some_and(|first| first.joined && first.buffers.is_empty()) {
            self.walks.pop_front();
            if let Some(first) = self.walks.front_mut() {
                first.ids = Vec::new();
            }
        }
        let mut index = 1;
        while index + 1 < self.walks.len() {
            if !self.walks[index].joined || !self.walks[index].buffers.is_empty() {
                index += 1;
            } else if let Some(before) = self.walks.remove(index) {
                let walk = &mut self.walks[index];
                walk.border = before.border;
                walk.ids.extend(before.ids);
                walk.ids.sort_unstable();
                walk.ids.dedup();
            }
        }
        if self.walks.front().is_some_and(|first| !first.joined && first.next == Next::End) {
            // The first walk has read everything; the others only keep the records they have read.
            self.borders.clear();
            for walk in self.walks.iter_mut().skip(1) {
                (walk.next, walk.parked, walk.joined) = (Next::End, None, false);
            }
        }
    }

    /// Returns the next record as `read` converts it. If it cannot be read, its place stays, and nothing may be read after
    /// it.
    pub(super) fn pop<T, E>(&mut self, read: impl FnOnce(R) -> Result<T, E>) -> Option<Result<T, E>>
    where
        R: Default,
    {
        let walk = self.walks.iter_mut().find(|walk| !walk.buffers.is_empty())?;
        let buffer = walk.buffers.front_mut()?;
        let (id, record) = buffer.rows.front_mut()?;
        let record = match read(std::mem::take(record)) {
            Ok(record) => record,
            unread => return Some(unread),
        };
        if !buffer.mixed {
            buffer.last = id.or(buffer.last);
        }
        buffer.rows.pop_front();
        if buffer.rows.is_empty() {
            walk.buffers.pop_front();
            self.tidy();
        }
        Some(Ok(record))
    }

    /// Returns true if the list is not as expected.
    pub(super) fn is_alone(&self) -> bool {
        self.alone
    }
}

#[cfg(test)]
mod tests;
