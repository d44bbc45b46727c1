//! The fields of a record on their way out.

use serde::ser::{Error as _, SerializeMap};
use serde_json::Value;

use super::blank::Blank;
use super::{As, Form, Map, Mode, Wire};

/// Takes the fields of a record one by one. The first failure is kept and ends the writing.
pub struct Fields<'a, M: SerializeMap> {
    map: &'a mut M,
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
    /// Writes into `map`. The first of `names` is the record's own.
    pub(super) fn new(
        map: &'a mut M,
        [names, required, read_only]: [&'static [&'static str]; 3],
        extra: &'a Map<Value>,
        mode: Mode,
    ) -> Self {
        Self { map, names, required, read_only, extra, next: 1, mode, outcome: Ok(()) }
    }

    /// Writes the next field if it has a value, otherwise the extra member of the same name. In a
    /// request, a required field without either is an error, and read-only members are left out.
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
            let record = self.names.first().copied().unwrap_or_default();
            self.outcome = Err(M::Error::custom(format_args!("`{name}` is required in `{record}`")));
        }
    }

    /// How it went.
    pub(super) fn end(self) -> Result<(), M::Error> {
        self.outcome
    }
}
