//! The fields of a record on their way out.

use serde::ser::{Error as _, SerializeMap};

use super::{As, Form, Mode, Wire};

/// Takes the fields of a record one by one. The first failure is kept and ends the writing.
pub struct Fields<'a, M: SerializeMap> {
    map: &'a mut M,
    names: &'static [&'static str],
    required: &'static [&'static str],
    next: usize,
    mode: Mode,
    outcome: Result<(), M::Error>,
}

impl<'a, M: SerializeMap> Fields<'a, M> {
    /// Writes into `map`. The first of `names` is the record's own.
    pub(super) fn new(
        map: &'a mut M,
        names: &'static [&'static str],
        required: &'static [&'static str],
        mode: Mode,
    ) -> Self {
        Self { map, names, required, next: 1, mode, outcome: Ok(()) }
    }

    /// Writes the next field if it holds something. In a request, a required field that does not
    /// is a failure.
    pub(super) fn put<T: Wire>(&mut self, value: &T) {
        let Some(name) = self.names.get(self.next) else { return };
        self.next += 1;
        if self.outcome.is_err() {
            return;
        }
        if !T::Form::absent(value) {
            self.outcome = self.map.serialize_entry(name, &As { value, mode: self.mode });
        } else if self.mode == Mode::Strict && self.required.contains(name) {
            let record = self.names.first().copied().unwrap_or_default();
            self.outcome = Err(M::Error::custom(format_args!("`{name}` is required in `{record}`")));
        }
    }

    /// How it went.
    pub(super) fn end(self) -> Result<(), M::Error> {
        self.outcome
    }
}
