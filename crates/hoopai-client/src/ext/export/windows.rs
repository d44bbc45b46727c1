//! The windows of an export: ranges of time that do not overlap, each walked on its own.

use std::collections::VecDeque;
use std::ops::Range;

use crm_core::reexport::serde_json::{Value, json};

use super::super::following::Walked;
use crate::types::{ContactFilter, ContactFilterOperator, FoundContact};

pub(super) const FIELD: &str = "dateAdded";

/// The contacts that a walk reads.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Window {
    /// Added in a range of time, `to` excluded.
    Added { from: Option<String>, to: Option<String> },
    /// Without a time.
    Undated,
}

impl Window {
    pub(super) fn filters(&self) -> Vec<ContactFilter> {
        match self {
            Self::Added { from: None, to: None } => Vec::new(),
            Self::Added { from, to } => {
                let mut range = json!({});
                for (name, edge) in [("gte", from), ("lt", to)] {
                    if let Some(edge) = edge {
                        range[name] = edge.as_str().into();
                    }
                }
                vec![ContactFilter::on(FIELD, ContactFilterOperator::Range, range)]
            }
            Self::Undated => vec![ContactFilter::default().field(FIELD).operator(ContactFilterOperator::NotExists)],
        }
    }
}

/// A page of a window: what follows a contact.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) window: Window,
    /// The sort values of that contact; `None` for the first page.
    pub(super) after: Option<Vec<Value>>,
}

/// A page of a search.
pub(super) struct Found {
    pub(super) contacts: Vec<FoundContact>,
    /// The number of contacts of the whole search, if the vendor counted them.
    pub(super) counted: Option<u64>,
}

struct Walk {
    key: u64,
    window: Window,
    /// The sort values of the contact that was read last, and of the one that was returned last.
    read: Option<Vec<Value>>,
    handed_out: Option<Vec<Value>>,
    /// The number of contacts that were read.
    number: u64,
    /// The number of contacts of the largest page since the walk began or was resumed.
    largest: usize,
    at_end: bool,
    fetching: bool,
    contacts: VecDeque<FoundContact>,
}

pub(super) struct Windows {
    walks: VecDeque<Walk>,
    /// The end of the last window; what comes after it is not divided yet.
    border: Option<String>,
    divided: bool,
    keys: u64,
    pub(super) done: u64,
    pub(super) total: Option<u64>,
}

impl Windows {
    pub(super) fn new() -> Self {
        Self { walks: VecDeque::new(), border: None, divided: false, keys: 0, done: 0, total: None }
    }

    /// An export that has reached its end.
    pub(super) fn over() -> Self {
        Self { divided: true, ..Self::new() }
    }

    pub(super) fn is_over(&self) -> bool {
        self.divided && self.walks.is_empty()
    }

    /// Returns the time at which the undivided part begins.
    pub(super) fn border(&self) -> Option<&str> {
        self.border.as_deref()
    }

    pub(super) fn wants_borders(&self, places: usize) -> bool {
        !self.divided && self.walks.iter().filter(|walk| !walk.at_end).count() <= places
    }

    /// Takes the contacts numbered up to `step` from the last border. The next border is the time of the last one, or of
    /// another one in the same second. If there is none, or it is not after the last border, because very many contacts
    /// were added at once, the rest is one part.
    pub(super) fn add_border(&mut self, found: Found, step: u64) {
        let Found { mut contacts, counted } = found;
        let first = self.border.is_none() && self.walks.is_empty();
        if first && self.total.is_none() {
            self.total = counted;
        }
        let last = contacts.len().saturating_sub(1);
        let known = known(&contacts).unwrap_or(last..last);
        let border = contacts.get(known.end).and_then(|contact| contact.date_added.clone());
        match border.filter(|border| self.border.as_ref() < Some(border)) {
            Some(border) => {
                self.add_part(border, contacts.drain(known).collect());
                if counted.is_some_and(|contacts| contacts < 2 * step - 1) {
                    self.add_rest();
                }
            }
            None if first => {
                self.divided = true;
                self.add(Window::Added { from: None, to: None }, None, VecDeque::new());
            }
            None => self.add_rest(),
        }
    }

    /// Adds the part that ends at a border. Its last contacts, which are known, are not read again.
    fn add_part(&mut self, border: String, known: VecDeque<FoundContact>) {
        let begin = known.front().and_then(|contact| contact.date_added.clone()).unwrap_or_else(|| border.clone());
        let from = self.border.replace(border.clone());
        self.add(Window::Added { from, to: Some(begin.clone()) }, None, VecDeque::new());
        if !known.is_empty() {
            self.add(Window::Added { from: Some(begin), to: Some(border) }, None, known);
        }
    }

    /// Adds what is behind the last border as one part.
    fn add_rest(&mut self) {
        self.divided = true;
        self.add(Window::Added { from: self.border.clone(), to: None }, None, VecDeque::new());
        // A search by a range does not find contacts without a time.
        self.add(Window::Undated, None, VecDeque::new());
    }

    /// Adds a window from a contact on, or one whose contacts are known.
    fn add(&mut self, window: Window, after: Option<Vec<Value>>, known: VecDeque<FoundContact>) {
        self.keys += 1;
        self.walks.push_back(Walk {
            key: self.keys,
            window,
            read: after.clone(),
            handed_out: after,
            number: 0,
            largest: 0,
            at_end: !known.is_empty(),
            fetching: false,
            contacts: known,
        });
    }

    /// Returns the pages to fetch now, each with the key of its walk.
    pub(super) fn due(&mut self, places: usize) -> Vec<(u64, Place)> {
        let mut due = Vec::new();
        for walk in self.walks.iter_mut().filter(|walk| !walk.at_end).take(places) {
            if !walk.fetching && walk.contacts.is_empty() {
                walk.fetching = true;
                due.push((walk.key, Place { window: walk.window.clone(), after: walk.read.clone() }));
            }
        }
        due
    }

    /// Takes a page of a walk that requested `limit` contacts.
    pub(super) fn arrive(&mut self, key: u64, page: Found, limit: usize) -> Result<(), &'static str> {
        let Found { contacts: page, counted } = page;
        let Some(walk) = self.walks.iter_mut().find(|walk| walk.key == key) else { return Ok(()) };
        walk.fetching = false;
        walk.number += page.len() as u64;
        let Walk { number, largest, .. } = *walk;
        let walked = Walked { page: &page, limit, counted, number, largest, after: walk.read.as_ref() };
        walk.at_end = walked.following()?.is_none();
        walk.largest = largest.max(page.len());
        if let Some(last) = page.last() {
            walk.read = Some(last.search_after.clone());
        }
        walk.contacts.extend(page);
        self.tidy();
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Option<FoundContact> {
        let walk = self.walks.iter_mut().find(|walk| !walk.contacts.is_empty())?;
        let contact = walk.contacts.pop_front()?;
        match (&mut walk.window, walk.contacts.front()) {
            // The contact is known from a search by number, whose `searchAfter` belongs to another search. The times of
            // known contacts differ.
            (Window::Added { from, .. }, Some(next)) if walk.read.is_none() => from.clone_from(&next.date_added),
            _ if !contact.search_after.is_empty() => walk.handed_out = Some(contact.search_after.clone()),
            _ => {}
        }
        self.done += 1;
        self.tidy();
        Some(contact)
    }

    fn tidy(&mut self) {
        self.walks.retain(|walk| !walk.at_end || !walk.contacts.is_empty());
    }

    /// Returns the position: the rest of each window, and the beginning of the undivided part.
    pub(super) fn save(&self) -> Vec<Value> {
        let rest = json!({"border": self.border, "divided": self.divided, "done": self.done, "total": self.total});
        let walks = self.walks.iter().map(|walk| {
            let (from, to) = match &walk.window {
                Window::Added { from, to } => (from.as_ref(), to.as_ref()),
                Window::Undated => (None, None),
            };
            let number = walk.number.saturating_sub(walk.contacts.len() as u64);
            let undated = walk.window == Window::Undated;
            json!({"from": from, "to": to, "undated": undated, "after": walk.handed_out, "number": number})
        });
        std::iter::once(rest).chain(walks).collect()
    }

    pub(super) fn load(values: &[Value]) -> Option<Self> {
        let (rest, walks) = values.split_first()?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let mut windows = Self {
            border: text(rest.get("border")?),
            divided: rest.get("divided")?.as_bool()?,
            done: rest.get("done")?.as_u64()?,
            total: rest.get("total")?.as_u64(),
            ..Self::new()
        };
        for walk in walks {
            let window = if walk.get("undated")?.as_bool()? {
                Window::Undated
            } else {
                Window::Added { from: text(walk.get("from")?), to: text(walk.get("to")?) }
            };
            windows.add(window, walk.get("after")?.as_array().cloned(), VecDeque::new());
            let number = walk.get("number").and_then(Value::as_u64).unwrap_or(0);
            windows.walks.back_mut()?.number = number;
        }
        Some(windows)
    }
}

/// Returns the contacts of a page that need not be read again, because a search by the times of the first one and of the
/// one behind them finds exactly them. The vendor may compare times by the second, so both are the first of their second.
/// A resumed export continues at the time of a contact, so the times differ.
fn known(contacts: &[FoundContact]) -> Option<Range<usize>> {
    let time = |n: usize| contacts.get(n)?.date_added.as_deref();
    let second = |n: usize| time(n)?.get(.."2026-01-31T00:00:00".len());
    let is_first = |n: &usize| second(n - 1).is_some() && second(n - 1) < second(*n);
    if !contacts.is_sorted_by_key(|contact| &contact.date_added) {
        return None;
    }
    let end = (1..contacts.len()).rev().find(is_first)?;
    let after_equal = (1..end).rev().find(|&n| time(n - 1) == time(n)).map_or(1, |n| n + 1);
    let start = (after_equal..end).find(is_first)?;
    Some(start..end)
}

#[cfg(test)]
mod tests;
