//! Oddities: parts of a reply that the vendor's document does not declare.
//!
//! A reply is first read in one pass that expects the declared types. Only if that fails is it
//! parsed as a whole and read again, member by member: a member of an unexpected type is kept
//! unchanged in [`extra`](crate::record) of its record, and everything else is read. The same
//! second pass finds the oddities to report if there is a subscriber for them.

use std::fmt::Write as _;

use serde_json::Value;

/// Reason why a value could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Odd {
    /// It is of a type other than expected, which has been noted. Its record keeps it unchanged.
    Value,
    /// The whole reply cannot be used without it.
    Reply,
}

/// A part of a reply that the vendor's document does not declare. Contains no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Oddity {
    /// The place in the body, for example `contacts[].dateAdded`.
    pub(crate) path: String,
    pub(crate) expected: &'static str,
    /// The type of the JSON value that was found.
    pub(crate) found: &'static str,
    /// The number of places that differ only in their position in lists.
    pub(crate) count: usize,
}

/// The target of the events that report oddities: at the level DEBUG, with operation, place and
/// types, and without values.
const TARGET: &str = "crm_core::oddities";

/// Returns true if there is a subscriber for oddities.
pub(super) fn are_listened_for() -> bool {
    tracing::enabled!(target: TARGET, tracing::Level::DEBUG)
}

impl Oddity {
    /// Reports it to subscribers.
    pub(super) fn report(self, operation: &str) {
        let Self { path, expected, found, count } = self;
        // The keys of a map may be personal data.
        let path = &*crate::redact::redact(&path);
        tracing::debug!(target: TARGET, operation, path, expected, found, count, "not as declared");
    }
}

/// One step of the path to a place.
enum Step<'a> {
    Member(&'a str),
    /// An element of a list, whatever its position.
    Element,
}

/// The oddities of one reply, and the place that is being read.
#[derive(Default)]
pub struct Oddities<'a> {
    place: Vec<Step<'a>>,
    noted: Vec<Oddity>,
}

/// The maximum number of different oddities that are noted per reply.
const MOST: usize = 100;

impl<'a> Oddities<'a> {
    /// Reads the value of a member of an object.
    pub(super) fn member<T>(&mut self, name: &'a str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.below(Step::Member(name), read)
    }

    /// Reads an element of a list.
    pub(super) fn element<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        self.below(Step::Element, read)
    }

    fn below<T>(&mut self, step: Step<'a>, read: impl FnOnce(&mut Self) -> T) -> T {
        self.place.push(step);
        let read = read(self);
        self.place.pop();
        read
    }

    /// Notes a value of a type other than expected, which therefore cannot be read.
    pub fn kind(&mut self, expected: &'static str, value: &Value) -> Odd {
        self.note(expected, value);
        Odd::Value
    }

    /// Notes a member or a value that the document does not name, or one of another type.
    pub(super) fn note(&mut self, expected: &'static str, value: &Value) {
        let (path, found) = (self.path(), kind(value));
        let same = |known: &&mut Oddity| known.path == path && known.expected == expected && known.found == found;
        if let Some(known) = self.noted.iter_mut().find(same) {
            known.count += 1;
        } else if self.noted.len() < MOST {
            self.noted.push(Oddity { path, expected, found, count: 1 });
        }
    }

    /// Returns the place that is being read; `.` is the body itself.
    fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.place {
            // Writing to a `String` cannot fail.
            let _ = match step {
                Step::Member(name) if path.is_empty() => write!(path, "{name}"),
                Step::Member(name) => write!(path, ".{name}"),
                Step::Element => write!(path, "[]"),
            };
        }
        if path.is_empty() { ".".to_owned() } else { path }
    }

    /// Returns all oddities that were noted.
    pub(crate) fn into_noted(self) -> Vec<Oddity> {
        self.noted
    }
}

/// Returns the name of a JSON value's type for messages.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(text) if text.is_empty() => "an empty text",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
