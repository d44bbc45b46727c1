//! How much memory a reply may take once it is read.
//!
//! A list of `{}` takes three bytes an element in a body, and as a record of many fields hundreds. So while a reply is read,
//! what lists, maps and boxes allocate is counted as they grow, and the reading ends with an error where it is too much.
//! Texts are not counted: they are no longer than the body. Reading is synchronous, so the count belongs to the thread.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// In a body this much smaller than what may be taken, JSON values cannot take too much: the smallest object with a member
/// has six bytes and takes [`NODE`] with its place in a list.
const SMALLEST: usize = 128;
/// What the members of an object take in serde_json's map, six at a time, and at least.
const NODE: usize = 640;
/// A member of a record that no field can hold, with its name, in a vector that grows by doubling.
const KEPT: usize = 96;
/// How serde_json hands on a number if a crate of the program switches `arbitrary_precision` on.
const NUMBER: &str = "$serde_json::private::Number";

#[derive(Clone, Copy)]
struct Budget {
    most: Option<usize>,
    /// `None` if nothing is counted.
    left: Option<usize>,
    /// Whether the body is large enough for JSON values to matter.
    values: bool,
    exceeded: bool,
}

thread_local! {
    static BUDGET: Cell<Budget> = const { Cell::new(Budget { most: None, left: None, values: false, exceeded: false }) };
}

/// What a reply may take if its client does not say otherwise: many times what the largest page of any vendor takes.
pub(crate) const USUAL: usize = 64 * 1024 * 1024;

/// Reads a whole body as JSON.
pub(crate) fn json(body: &[u8]) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = value(&mut deserializer)?;
    deserializer.end()?;
    Ok(read)
}

/// Reads a body of this length in at most so much memory. `None` if that did not suffice.
pub(crate) fn within<T>(most: usize, body: usize, read: impl FnOnce() -> T) -> Option<T> {
    struct Before(Budget);
    impl Drop for Before {
        fn drop(&mut self) {
            BUDGET.set(self.0);
        }
    }
    let values = body > most / SMALLEST;
    let before = Before(BUDGET.replace(Budget { most: Some(most), left: Some(most), values, exceeded: false }));
    let value = read();
    let exceeded = BUDGET.get().exceeded;
    drop(before);
    (!exceeded).then_some(value)
}

/// Reads a body a second time, with as much memory again: what was read first is gone, or the second reading is for the log
/// only. `None` if that did not suffice.
pub(super) fn again<T>(body: usize, read: impl FnOnce() -> T) -> Option<T> {
    match BUDGET.get().most {
        Some(most) => within(most, body, read),
        None => Some(read()),
    }
}

/// Notes that a second reading took too much.
pub(super) fn exceed() {
    BUDGET.set(Budget { exceeded: true, ..BUDGET.get() });
}

/// Whether the reading ended because it took too much.
pub(super) fn exceeded() -> bool {
    BUDGET.get().exceeded
}

/// Counts some bytes. False if they are too many.
#[inline(never)]
fn take(bytes: usize) -> bool {
    let budget = BUDGET.get();
    let Some(left) = budget.left else { return true };
    let left = left.checked_sub(bytes);
    BUDGET.set(Budget { left: Some(left.unwrap_or(0)), exceeded: budget.exceeded || left.is_none(), ..budget });
    left.is_some()
}

/// Counts what a value takes behind a pointer.
pub(super) fn boxed<T, E: Error>() -> Result<(), E> {
    if take(size_of::<T>()) { Ok(()) } else { Err(too_much()) }
}

/// Makes room for one more element, and counts it.
#[inline]
pub(super) fn room<T, E: Error>(items: &mut Vec<T>) -> Result<(), E> {
    if items.len() == items.capacity() {
        let more = if items.is_empty() && size_of::<T>() > 1024 { 1 } else { items.len().max(4) };
        reserve(items, more)?;
    }
    Ok(())
}

/// Makes room for this many more elements, and counts them.
pub(super) fn reserve<T, E: Error>(items: &mut Vec<T>, more: usize) -> Result<(), E> {
    if !take(more.saturating_mul(size_of::<T>())) {
        return Err(too_much());
    }
    items.reserve_exact(more);
    Ok(())
}

#[cold]
fn too_much<E: Error>() -> E {
    E::custom("the reply takes too much memory")
}

/// Reads a JSON value, and counts it if the body is large.
pub(super) fn value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    if !BUDGET.get().values {
        return serde::Deserialize::deserialize(deserializer);
    }
    if !take(KEPT) {
        return Err(too_much());
    }
    Counted.deserialize(deserializer)
}

struct Counted;

impl<'de> DeserializeSeed<'de> for Counted {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Counted {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Counted)? {
            room(&mut items)?;
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == NUMBER {
                let number = map.next_value::<String>()?;
                return serde_json::from_str::<Number>(&number).map(Value::Number).map_err(A::Error::custom);
            }
            if members.len().is_multiple_of(6) && !take(NODE) {
                return Err(too_much());
            }
            let value = map.next_value_seed(Counted)?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}
