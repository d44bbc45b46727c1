//! The JSON of requests and replies: tolerant reading, exact writing.
//!
//! Vendors send numbers where their documents declare text, `null` where they declare a value, and
//! undocumented enum values. Generated types therefore do not use serde's derives. They implement
//! [`Wire`], which reads every value with a clear meaning and writes exactly what a request needs.
//! The impls are a few lines per type (see [`record!`](crate::record) and
//! [`open_enum!`](crate::open_enum)), which is also why the clients compile quickly.
//! | sent | declared | read as |
//! |---|---|---|
//! | `null` or nothing | anything optional, a list, a map, a record | absent, empty |
//! | number or boolean | text | its text |
//! | `"12"`, `12.0` | integer | `12` |
//! | `"1.5"` | number | `1.5` |
//! | `"true"`, `1` | boolean | `true` |
//! | one value | list | a list of one |
//! | `""` | record | absent |
//! | unknown member | record | kept in `extra` |
//! | a member of another type | record | absent; kept in `extra` under its name, unchanged |
//! | an entry of another type | map | kept in [`Map::odd`] |
//! | unknown value | open enum | `Unrecognized` with the text |
//! | bytes that are not UTF-8, half a surrogate pair | text | replaced by `U+FFFD` |
//!
//! Only a body that is not JSON, or whose outermost value is of another type, is refused.

mod blank;
mod fields;
mod list;
mod map;
pub(crate) mod memory;
mod names;
mod oddity;
mod open_enum;
mod option;
mod param;
mod parts;
mod place;
mod record;
mod repair;
mod scalar;
mod setters;
mod shown;
mod timestamp;
mod union;
mod writer;

pub use blank::Blank;
pub use fields::Members;
pub use map::Map;
pub use oddity::{Odd, Oddities};
pub use open_enum::{AsEnum, AsText};
pub use param::{Integer, Param};
pub use parts::{Lend, Parts};
pub use record::{AsObject, Extra, Lent, Record, blank, copy, members, name, same, show};
pub use shown::{Showing, Shown};
pub use timestamp::{NotATime, Time, Timestamp};

#[doc(hidden)]
pub use setters::{clear, fill, set, set_boxed};
#[doc(hidden)]
pub use union::{arm, has_any, one_of, salvage, tag};

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use oddity::Oddity;

/// Writing as a request (exact) or for the caller's own use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A request body: a missing required field is an error.
    Strict,
    /// The caller's own storage or display: absent fields are omitted.
    Lenient,
}

/// A value that is read tolerantly and written exactly.
///
/// Generated types implement it through [`record!`](crate::record) and
/// [`open_enum!`](crate::open_enum), together with serde's own traits, so they can be stored and
/// read back with any serde format.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a type of the client nor a JSON value",
    label = "it cannot be a body or a reply",
    note = "send and receive a type of your own as a `serde_json::Value`: `serde_json::to_value(&it)?`, `serde_json::from_value(reply)?`"
)]
pub trait Wire: Sized {
    /// Representation in JSON. Records share [`AsObject`] and open enums [`AsText`], so that a client with
    /// a thousand types needs no separate code for each; other types have their own form.
    type Form: Form<Self>;
}

/// The parts that the values of a type consist of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consists {
    /// Nothing is declared.
    Nothing,
    /// A text, a number, a boolean.
    Plain,
    /// Any JSON value.
    Json,
    /// A list.
    List,
    /// Members of any name.
    Map,
    /// Members of these names, behind the name of the type.
    Members(&'static [&'static str]),
    /// One of several records.
    OneOf,
}

/// Reads and writes values of `T`.
pub trait Form<T>: Sized {
    /// The name of the expected value in messages.
    const EXPECTED: &'static str = "another value";
    /// The parts that a value consists of.
    const CONSISTS: Consists = Consists::Plain;

    /// Reads a value.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error>;

    /// Writes a value.
    fn write<S: Serializer>(value: &T, serializer: S, mode: Mode) -> Result<S::Ok, S::Error>;

    /// Returns what `Debug` shows of a value.
    fn shown(_value: &T, _place: &Showing<'_>) -> Shown {
        Shown::hidden()
    }

    /// Reads a value that may be `null`.
    fn read_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        option::read_option::<T, Self, D>(deserializer)
    }

    /// Reads one element of a list; `None` is dropped from it.
    fn read_element<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        Self::read_option(deserializer)
    }

    /// Reads a value that may have odd parts. For a value that `read` accepts, the result is the same.
    ///
    /// # Errors
    ///
    /// [`Odd::Value`] if the value is of another type, which is noted.
    fn salvage<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<T, Odd> {
        Self::read(value).map_err(|_| oddities.kind(Self::EXPECTED, value))
    }

    /// Reads a value that may be `null` or have odd parts.
    ///
    /// # Errors
    ///
    /// The same as for [`salvage`](Self::salvage).
    fn salvage_option<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<Option<T>, Odd> {
        Self::read_option(value).map_err(|_| oddities.kind(Self::EXPECTED, value))
    }

    /// Reads one element of a list, which may have odd parts; `None` is dropped from the list.
    ///
    /// # Errors
    ///
    /// The same as for [`salvage`](Self::salvage).
    fn salvage_element<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<Option<T>, Odd> {
        Self::salvage_option(value, oddities)
    }

    /// Returns true if a field that holds this value is omitted from its record.
    fn absent(_value: &T) -> bool {
        false
    }

    /// Returns true if the value has none of the declared content. The reply may then have another
    /// type than declared.
    fn empty(_value: &T) -> bool {
        false
    }

    /// Returns true if the member of this name has no value, or if the type has no named members.
    fn lacks(_value: &T, _member: &str) -> bool {
        false
    }

    /// Returns true if an error of the vendor could have been read as this value.
    fn may_be_error(_value: &T) -> bool {
        true
    }

    /// Returns true if a value may have a member of this name.
    fn promises(_member: &str) -> bool {
        true
    }

    /// Returns true if values have an id, a list, or a record with an id.
    fn identified() -> bool {
        true
    }
}

/// The byte order mark at the beginning of some UTF-8 texts.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Members of error bodies. Every vendor's error has at least one of them.
const OF_ERRORS: [&str; 2] = ["message", "error"];

/// Returns true if the name is that of an id.
fn is_id(name: &str) -> bool {
    matches!(name, "id" | "_id" | "ids") || name.ends_with("Id") || name.ends_with("_id")
}

/// Reads a value that must be inspected before it is read as one of several types.
fn buffered<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    memory::value(deserializer)
}

/// Reads a value in its form.
pub fn read<'de, T: Wire, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::Form::read(deserializer)
}

/// Reads a value of any serde format, including odd members: a record that was written is read
/// back unchanged.
///
/// # Errors
///
/// Returns an error if the outermost value is of another type, like the reading of a reply.
pub fn restore<'de, T: Wire, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let value = <Value as serde::Deserialize>::deserialize(deserializer)?;
    T::Form::salvage(&value, &mut Oddities::default()).map_err(|_| {
        let message = T::Form::read(&value).err().map(|error| shown::quoted_values(&error.to_string()));
        serde::de::Error::custom(message.unwrap_or_else(|| format!("{} was expected", T::Form::EXPECTED)))
    })
}

/// Writes a value in its form.
pub fn write<T: Wire, S: Serializer>(value: &T, serializer: S, mode: Mode) -> Result<S::Ok, S::Error> {
    T::Form::write(value, serializer, mode)
}

/// Reads a reply body. An empty body reads like `null`, which is an empty record, list or map.
///
/// # Errors
///
/// Returns an error if the body is not JSON or the type cannot hold it. The message names the
/// place in the body and never contains a value of it.
pub fn decode<T: Wire>(body: &[u8]) -> Result<T, DecodeError> {
    decode_noting(body, None)
}

/// Reads a body as [`decode`] does, and reports oddities to subscribers. `operation` is the name of
/// the operation or event that the body belongs to.
pub(crate) fn decode_reporting<T: Wire>(body: &[u8], operation: impl Fn() -> String) -> Result<T, DecodeError> {
    let mut found = Vec::new();
    let decoded = decode_noting(body, oddity::are_listened_for().then_some(&mut found));
    found.into_iter().for_each(|oddity| oddity.report(&operation()));
    decoded
}

/// Reads a body as [`decode`] does, and notes its oddities. Without `oddities` only those that
/// prevent reading are collected, which costs nothing if there are none.
fn decode_noting<T: Wire>(body: &[u8], oddities: Option<&mut Vec<Oddity>>) -> Result<T, DecodeError> {
    let body = body.strip_prefix(BOM).unwrap_or(body);
    let body: &[u8] = if body.iter().all(u8::is_ascii_whitespace) { b"null" } else { body };
    names::begin();
    place::begin();
    let read = match promptly(body) {
        Ok(value) if oddities.is_none() => return Ok(value),
        Err(_) if memory::exceeded() => return Err(DecodeError::too_large()),
        read => read,
    };
    // The place of the error, before anything else is read.
    let place = place::take();
    let second = memory::again(body.len(), || match parse(body) {
        Some(parsed) => {
            let mut found = Oddities::default();
            let salvaged = T::Form::salvage(&parsed, &mut found);
            (salvaged.ok(), found.into_noted())
        }
        None => (None, Vec::new()),
    });
    let Some((salvaged, noted)) = second else {
        return read.map_err(|_| {
            memory::exceed();
            DecodeError::too_large()
        });
    };
    if let Some(oddities) = oddities {
        *oddities = noted;
    }
    match (read, salvaged) {
        (Ok(value), _) | (Err(_), Some(value)) => Ok(value),
        // A value of another type is not the reason if the body is not JSON.
        (Err(error), None) => {
            let (path, error) = fault(body).unwrap_or((place, error));
            Err(DecodeError { path, message: shown::quoted_values(&error.to_string()) })
        }
    }
}

/// Returns the place at which a body is not JSON, and the reason.
fn fault(body: &[u8]) -> Option<(String, serde_json::Error)> {
    place::begin();
    let error = place::fault(&repair::text(body))?;
    Some((place::take(), error))
}

/// Reads a body that matches its type, in one pass.
fn promptly<T: Wire>(body: &[u8]) -> Result<T, serde_json::Error> {
    // UTF-8 is checked once for the whole body, so that no text in it is checked again.
    let text = std::str::from_utf8(body).map_err(<serde_json::Error as serde::de::Error>::custom)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = T::Form::read(&mut deserializer)?;
    deserializer.end().map(|()| value)
}

/// Parses any JSON body. Invalid text is replaced if necessary.
pub(crate) fn parse(body: &[u8]) -> Option<Value> {
    let body = body.strip_prefix(BOM).unwrap_or(body);
    counted(body).or_else(|| if memory::exceeded() { None } else { counted(repair::text(body).as_bytes()) })
}

fn counted(body: &[u8]) -> Option<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = memory::value(&mut deserializer).ok()?;
    deserializer.end().ok().map(|()| value)
}

/// Writes a request body as JSON.
///
/// # Errors
///
/// Returns an error that names the missing required field, or the value that JSON cannot represent.
pub fn encode<T: Wire>(value: &T) -> Result<Vec<u8>, EncodeError> {
    writer::json(&As { value, mode: Mode::Strict }).map_err(EncodeError::new)
}

/// Writes a request body as an HTML form. Absent fields are omitted; lists repeat their name.
///
/// # Errors
///
/// Those of [`encode`], and an error if the value is not a record of plain values.
pub fn encode_form<T: Wire>(value: &T) -> Result<String, EncodeError> {
    let value = serde_json::to_value(As { value, mode: Mode::Strict }).map_err(EncodeError::new)?;
    let Value::Object(fields) = value else {
        return Err(EncodeError("a form needs a record".to_owned()));
    };
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        let items = match value {
            Value::Array(items) => items,
            other => vec![other],
        };
        for item in items {
            match item {
                Value::Null => {}
                Value::String(text) => drop(form.append_pair(&name, &text)),
                Value::Bool(_) | Value::Number(_) => drop(form.append_pair(&name, &item.to_string())),
                Value::Array(_) | Value::Object(_) => {
                    return Err(EncodeError(format!("`{name}` cannot be nested in a form")));
                }
            }
        }
    }
    Ok(form.finish())
}

/// Lets a [`Wire`] value be read where serde requires a seed.
pub(crate) struct Seed<T>(pub(crate) PhantomData<T>);

impl<'de, T: Wire> DeserializeSeed<'de> for Seed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::Form::read(deserializer)
    }
}

/// Lets a [`Wire`] value be written where serde requires `Serialize`.
pub(crate) struct As<'a, T> {
    pub(crate) value: &'a T,
    pub(crate) mode: Mode,
}

impl<T: Wire> Serialize for As<'_, T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::Form::write(self.value, serializer, self.mode)
    }
}

/// A reply that does not match its type: the place and the expected value. Contains no value of the reply.
#[derive(Debug, Clone)]
pub struct DecodeError {
    path: String,
    message: String,
}

impl DecodeError {
    pub(crate) fn too_large() -> Self {
        Self { path: ".".to_owned(), message: "it takes too much memory".to_owned() }
    }

    /// The place in the body, for example `contacts[3].dateAdded`; `.` is the body itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at `{}`: {}", self.path, self.message)
    }
}

impl std::error::Error for DecodeError {}

/// A request body that cannot be written: the field and the reason.
#[derive(Debug, Clone)]
pub struct EncodeError(String);

impl EncodeError {
    fn new(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EncodeError {}

#[cfg(test)]
mod tests;
