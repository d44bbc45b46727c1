//! Limits the memory that the values of a reply may take.
//!
//! A list of `{}` takes three bytes per element in a body, but hundreds as a record of many fields. While a reply is
//! read, the allocations of lists, maps and boxes are therefore counted as they grow, and reading ends with an error if
//! they are too large. Texts are not counted, because they are no longer than the body. Reading is synchronous, so the
//! count is kept per thread.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// If a body is smaller than the limit by this factor, its JSON values cannot exceed the limit: the smallest object
/// with a member has six bytes and takes [`NODE`] with its place in a list.
const SMALLEST: usize = 128;
/// Memory that the members of an object take in serde_json's map, six at a time, in bytes. Also the minimum.
const NODE: usize = 640;
/// A member of a record that no field can hold, with its name, in a vector that grows by doubling.
const KEPT: usize = 96;
/// The form in which serde_json passes on a number if a crate of the program enables `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

#[derive(Clone, Copy)]
struct Budget {
    most: Option<usize>,
    /// `None` if memory is not counted.
    left: Option<usize>,
    /// True if the body is large enough for JSON values to matter.
    values: bool,
    exceeded: bool,
}

thread_local! {
    static BUDGET: Cell<Budget> = const { Cell::new(Budget { most: None, left: None, values: false, exceeded: false }) };
}

/// Default limit of a reply in bytes: much larger than the largest page of any vendor.
pub(crate) const USUAL: usize = 64 * 1024 * 1024;

/// Reads a whole body as JSON.
pub(crate) fn json(body: &[u8]) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = value(&mut deserializer)?;
    deserializer.end()?;
    Ok(read)
}

/// Reads a body of this length in at most `most` bytes of memory. Returns `None` if that was not enough.
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

/// Reads a body a second time, with the same amount of memory again: the result of the first reading was dropped, or
/// the second reading is only for the log. Returns `None` if that was not enough.
pub(super) fn again<T>(body: usize, read: impl FnOnce() -> T) -> Option<T> {
    match BUDGET.get().most {
        Some(most) => within(most, body, read),
        None => Some(read()),
    }
}

/// Records that a second reading took too much memory.
pub(super) fn exceed() {
    BUDGET.set(Budget { exceeded: true, ..BUDGET.get() });
}

/// Returns true if the reading ended because it took too much memory.
pub(super) fn exceeded() -> bool {
    BUDGET.get().exceeded
}

/// Counts some bytes. Returns false if the limit is exceeded.
#[inline(never)]
fn take(bytes: usize) -> bool {
    let budget = BUDGET.get();
    let Some(left) = budget.left else { return true };
    let left = left.checked_sub(bytes);
    BUDGET.set(Budget { left: Some(left.unwrap_or(0)), exceeded: budget.exceeded || left.is_none(), ..budget });
    left.is_some()
}

/// Counts a value behind a pointer.
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
