//! The fields of a record on their way out, and into `Debug`.

use std::str::SplitAsciiWhitespace;

use serde::ser::{Error as _, SerializeMap};
use serde_json::Value;

use super::blank::Blank;
use super::{As, Form, Map, Mode, Showing, Shown, Wire};

/// Takes the fields of a record one by one. The first failure is kept and ends the writing.
pub struct Fields<'a, M: SerializeMap> {
    map: &'a mut M,
    record: &'static str,
    names: &'static [&'static str],
    required: &'static [&'static str],
    read_only: &'static [&'static str],
    /// The members that no field can hold.
    extra: &'a Map<Value>,
    next: usize,
    mode: Mode,
    outcome: Result<(), M::Error>,
}

impl<'a, M: SerializeMap> Fields<'a, M> {
    /// Creates a writer of a record of this name into `map`.
    pub(super) fn new(
        map: &'a mut M,
        record: &'static str,
        [names, required, read_only]: [&'static [&'static str]; 3],
        extra: &'a Map<Value>,
        mode: Mode,
    ) -> Self {
        Self { map, record, names, required, read_only, extra, next: 0, mode, outcome: Ok(()) }
    }

    /// Writes the next field if it has a value, otherwise the extra member of the same name. In a
    /// request, a required field without either is an error, and read-only members are omitted.
    pub(super) fn put<T: Wire + Blank>(&mut self, value: &T) {
        let Some(&name) = self.names.get(self.next) else { return };
        self.next += 1;
        if self.outcome.is_err() || self.mode == Mode::Strict && self.read_only.contains(&name) {
            return;
        }
        if !self.extra.is_empty()
            && value.is_blank()
            && let Some(kept) = self.extra.get(name)
        {
            self.outcome = self.map.serialize_entry(name, kept);
        } else if !T::Form::absent(value) {
            self.outcome = self.map.serialize_entry(name, &As { value, mode: self.mode });
        } else if self.mode == Mode::Strict && self.required.contains(&name) {
            let record = self.record;
            self.outcome = Err(M::Error::custom(format_args!("`{name}` is required in `{record}`")));
        }
    }

    /// Returns the result of the writing.
    pub(super) fn end(self) -> Result<(), M::Error> {
        self.outcome
    }
}

/// Takes the fields of a record one by one to show them.
pub struct Members<'a> {
    record: &'static str,
    fields: SplitAsciiWhitespace<'static>,
    place: Showing<'a>,
    shown: Vec<(String, Shown)>,
}

impl<'a> Members<'a> {
    /// Shows a record of this name. The names of its `fields` are in the order in which they are taken by `put`.
    pub(super) fn new(record: &'static str, fields: &'static str, place: Showing<'a>) -> Self {
        Self { record, fields: fields.split_ascii_whitespace(), place, shown: Vec::new() }
    }

    /// Shows a record that is taken field by field.
    #[must_use]
    pub fn of(record: &'static str, place: &Showing<'a>) -> Self {
        Self::new(record, "", *place)
    }

    /// Shows the next field if it has a value.
    pub(super) fn put<T: Wire + Blank>(&mut self, value: &T) {
        let Some(field) = self.fields.next() else { return };
        if !value.is_blank() {
            self.add(field, |place| T::Form::shown(value, place));
        }
    }

    /// Shows a field.
    #[must_use]
    pub fn field<T: Wire>(mut self, name: &str, value: &T) -> Self {
        self.add(name, |place| T::Form::shown(value, place));
        self
    }

    /// Names a field whose value is hidden.
    #[must_use]
    pub fn hidden(mut self, name: &str) -> Self {
        self.add(name, |_| Shown::hidden());
        self
    }

    fn add(&mut self, name: &str, shown: impl FnOnce(&Showing<'_>) -> Shown) {
        if !self.place.is_deep() {
            self.shown.push((name.to_owned(), shown(&self.place.member(self.record, name))));
        }
    }

    /// Adds the members that no field can hold.
    #[must_use]
    pub fn end(mut self, extra: &Map<Value>) -> Shown {
        if self.place.is_deep() {
            return Shown::deep(self.record);
        }
        self.shown.extend(extra.iter().map(|(name, value)| Shown::extra(name, value)));
        Shown::record(self.record, self.shown)
    }
}
