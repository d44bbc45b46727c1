//! The place at which reading a body ended with an error.
//!
//! Each record, map and list adds its step while the error passes through it, so that successful reading costs nothing and
//! no type is compiled a second time only to find the place. Reading is synchronous, so the steps are kept per thread.

use std::cell::RefCell;
use std::fmt::{self, Write as _};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

enum Step {
    Member(String),
    Element(usize),
}

thread_local! {
    /// The steps of an error, the innermost first.
    static STEPS: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
}

/// Begins a body.
pub(super) fn begin() {
    STEPS.take();
}

/// Adds the member whose value could not be read.
#[cold]
pub(super) fn member(name: &str) {
    STEPS.with_borrow_mut(|steps| steps.push(Step::Member(name.to_owned())));
}

/// Adds the element that could not be read, by its position.
#[cold]
pub(super) fn element(index: usize) {
    STEPS.with_borrow_mut(|steps| steps.push(Step::Element(index)));
}

/// Returns the place of the error, for example `contacts[3].dateAdded`; `.` is the body itself.
pub(super) fn take() -> String {
    let mut place = String::new();
    for step in STEPS.take().iter().rev() {
        // Writing to a `String` cannot fail.
        let _ = match step {
            Step::Member(name) if place.is_empty() => write!(place, "{name}"),
            Step::Member(name) => write!(place, ".{name}"),
            Step::Element(index) => write!(place, "[{index}]"),
        };
    }
    if place.is_empty() { ".".to_owned() } else { place }
}

/// Returns the reason why a text is not JSON, and adds the steps to its place. Reads no value.
pub(super) fn fault(text: &str) -> Option<serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Syntax.deserialize(&mut deserializer).and_then(|()| deserializer.end()).err()
}

/// Passes over any value. Unlike [`IgnoredAny`](serde::de::IgnoredAny), it adds the steps to an error.
struct Syntax;

impl<'de> DeserializeSeed<'de> for Syntax {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Syntax {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        for index in 0.. {
            match list.next_element_seed(Self) {
                Ok(Some(())) => {}
                Ok(None) => break,
                Err(error) => {
                    element(index);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            map.next_value_seed(Self).inspect_err(|_| member(&name))?;
        }
        Ok(())
    }
}
