//! The windows of an export: ranges of time that do not overlap, each walked on its own.

use std::collections::VecDeque;

use crm_core::reexport::serde_json::{Value, json};

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

/// The contacts at the end of a part, as a search by number found them.
pub(super) struct Found {
    pub(super) contacts: Vec<FoundContact>,
    /// The number of contacts from the border before, if the vendor counted them.
    pub(super) counted: Option<u64>,
}

struct Walk {
    key: u64,
    window: Window,
    /// The sort values of the contact that was read last, and of the one that was returned last.
    read: Option<Vec<Value>>,
    handed_out: Option<Vec<Value>>,
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

    /// Takes the contacts numbered up to `step` from the last border. The time of the last one is the next border. If there
    /// is none, or it is not after the last border, because very many contacts were added at once, the rest is one part.
    pub(super) fn add_border(&mut self, found: Found, step: u64) {
        let Found { contacts, counted } = found;
        let first = self.border.is_none() && self.walks.is_empty();
        if first && self.total.is_none() {
            self.total = counted;
        }
        let border = contacts.last().and_then(|contact| contact.date_added.clone());
        match border.filter(|border| self.border.as_ref() < Some(border)) {
            Some(border) => {
                self.add_part(border, contacts);
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

    /// Adds the part that ends at a border. Its last contacts, which are known, are not read again, unless others that
    /// were added at the same time can be before or behind them.
    fn add_part(&mut self, border: String, contacts: Vec<FoundContact>) {
        let sorted = contacts.is_sorted_by_key(|contact| &contact.date_added);
        let first = contacts.first().and_then(|contact| contact.date_added.clone());
        let is_known = |contact: &FoundContact| {
            sorted && first.is_some() && contact.date_added > first && contact.date_added.as_ref() < Some(&border)
        };
        let known: VecDeque<_> = contacts.into_iter().filter(is_known).collect();
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
    pub(super) fn arrive(&mut self, key: u64, page: Vec<FoundContact>, limit: usize) -> Result<(), &'static str> {
        let Some(walk) = self.walks.iter_mut().find(|walk| walk.key == key) else { return Ok(()) };
        walk.fetching = false;
        walk.at_end = page.len() < limit;
        if let Some(last) = page.last().map(|contact| &contact.search_after) {
            if !walk.at_end && last.is_empty() {
                return Err("the last contact of a page has no searchAfter, although there are more");
            }
            if !walk.at_end && walk.read.as_ref() == Some(last) {
                return Err("the vendor returned the same cursor again");
            }
            walk.read = Some(last.clone());
        }
        walk.contacts.extend(page);
        self.tidy();
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Option<FoundContact> {
        let walk = self.walks.iter_mut().find(|walk| !walk.contacts.is_empty())?;
        let contact = walk.contacts.pop_front()?;
        if !contact.search_after.is_empty() {
            walk.handed_out = Some(contact.search_after.clone());
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
            json!({"from": from, "to": to, "undated": walk.window == Window::Undated, "after": walk.handed_out})
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
        }
        Some(windows)
    }
}

#[cfg(test)]
mod tests;
