//! The windows of an export: ranges of time that do not overlap, each walked on its own.

use std::collections::VecDeque;

use crm_core::reexport::serde_json::{Value, json};

use super::STEP;
use crate::types::{ContactFilter, ContactFilterOperator};

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

struct Walk<R> {
    key: u64,
    window: Window,
    /// The sort values of the contact that was read last, and of the one that was returned last.
    read: Option<Vec<Value>>,
    handed_out: Option<Vec<Value>>,
    at_end: bool,
    fetching: bool,
    rows: VecDeque<(Vec<Value>, R)>,
}

pub(super) struct Windows<R> {
    walks: VecDeque<Walk<R>>,
    /// The end of the last window; what comes after it is not divided yet.
    border: Option<String>,
    divided: bool,
    keys: u64,
    pub(super) done: u64,
    pub(super) total: Option<u64>,
}

impl<R> Windows<R> {
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

    /// Takes the time of the next border, or none if few contacts are left, and the number of contacts from the border
    /// before it. A border that does not move on, because very many contacts were added at once, is the last one.
    pub(super) fn add_border(&mut self, border: Option<String>, counted: Option<u64>) {
        let first = self.border.is_none() && self.walks.is_empty();
        if first && self.total.is_none() {
            self.total = counted;
        }
        let border = border.filter(|border| self.border.as_ref() != Some(border));
        let window = Window::Added { from: self.border.clone(), to: border.clone() };
        self.divided = border.is_none();
        self.border = border.or(self.border.take());
        self.add(window, None);
        if !self.divided && counted.is_some_and(|contacts| contacts < 2 * STEP.unsigned_abs() - 1) {
            // The rest is known to be a part.
            self.add_border(None, None);
        } else if self.divided && !first {
            // A search by a range does not find contacts without a time.
            self.add(Window::Undated, None);
        }
    }

    fn add(&mut self, window: Window, after: Option<Vec<Value>>) {
        self.keys += 1;
        self.walks.push_back(Walk {
            key: self.keys,
            window,
            read: after.clone(),
            handed_out: after,
            at_end: false,
            fetching: false,
            rows: VecDeque::new(),
        });
    }

    /// Returns the pages to fetch now, each with the key of its walk.
    pub(super) fn due(&mut self, places: usize) -> Vec<(u64, Place)> {
        let mut due = Vec::new();
        for walk in self.walks.iter_mut().filter(|walk| !walk.at_end).take(places) {
            if !walk.fetching && walk.rows.is_empty() {
                walk.fetching = true;
                due.push((walk.key, Place { window: walk.window.clone(), after: walk.read.clone() }));
            }
        }
        due
    }

    /// Takes a page of a walk that requested `limit` contacts.
    pub(super) fn arrive(&mut self, key: u64, rows: Vec<(Vec<Value>, R)>, limit: usize) -> Result<(), &'static str> {
        let Some(walk) = self.walks.iter_mut().find(|walk| walk.key == key) else { return Ok(()) };
        walk.fetching = false;
        walk.at_end = rows.len() < limit;
        if let Some((last, _)) = rows.last() {
            if !walk.at_end && last.is_empty() {
                return Err("the last contact of a page has no searchAfter, although there are more");
            }
            if !walk.at_end && walk.read.as_ref() == Some(last) {
                return Err("the vendor returned the same cursor again");
            }
            walk.read = Some(last.clone());
        }
        walk.rows.extend(rows);
        self.tidy();
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Option<R> {
        let walk = self.walks.iter_mut().find(|walk| !walk.rows.is_empty())?;
        let (after, contact) = walk.rows.pop_front()?;
        walk.handed_out = Some(after).filter(|after| !after.is_empty()).or(walk.handed_out.take());
        self.done += 1;
        self.tidy();
        Some(contact)
    }

    fn tidy(&mut self) {
        self.walks.retain(|walk| !walk.at_end || !walk.rows.is_empty());
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
            windows.add(window, walk.get("after")?.as_array().cloned());
        }
        Some(windows)
    }
}
