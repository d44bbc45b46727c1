//! How values travel: tolerant reading, exact writing.
//!
//! Vendors send numbers where their documents promise text, `null` where they promise a value,
//! and enum values nobody has heard of. Generated types therefore do not use serde's derives.
//! They implement [`Wire`], which reads what is sent as long as its meaning is clear and writes
//! exactly what a request needs. The impls are a few lines a type (see [`record!`](crate::record)
//! and [`open_enum!`](crate::open_enum)), which is also why the clients compile quickly.
//!
//! | sent | promised | read as |
//! |---|---|---|
//! | `null` or nothing | anything optional, a list, a map, a record | absent, empty |
//! | number or boolean | text | its text |
//! | `"12"`, `12.0` | integer | `12` |
//! | `"1.5"` | number | `1.5` |
//! | `"true"`, `1` | boolean | `true` |
//! | one value | list | a list of one |
//! | unknown member | record | ignored, or kept where the type has `extra` |
//! | unknown value | open enum | `Unrecognized` with the text |

mod fields;
mod list;
mod map;
mod open_enum;
mod option;
mod parts;
mod record;
mod redacted;
mod scalar;
mod setters;
mod timestamp;
mod union;

pub use map::Map;
pub use open_enum::AsText;
pub use parts::{Blank, Parts};
pub use record::{AsObject, Record, blank, copy, same, show};
pub use redacted::redacted;
pub use timestamp::{NotATime, Time, Timestamp};

#[doc(hidden)]
pub use setters::{fill, set, set_boxed};
#[doc(hidden)]
pub use union::{has_any, tag};

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer};
use serde::ser::{Serialize, Serializer};

/// Whether a value is written as a request (exact) or for the caller's own use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A request body: a missing required field is an error.
    Strict,
    /// The caller's own storage or display: absent fields are simply left out.
    Lenient,
}

/// A value that is read tolerantly and written exactly.
///
/// Generated types implement it through [`record!`](crate::record) and
/// [`open_enum!`](crate::open_enum), together with serde's own traits, so they can be stored and
/// read back with any serde format.
pub trait Wire: Sized {
    /// How it travels. Records share [`AsObject`] and open enums [`AsText`], so that a client with
    /// a thousand types has no code of its own for each; other types have a form of their own.
    type Form: Form<Self>;
}

/// A way to read and write values of `T`.
pub trait Form<T>: Sized {
    /// Reads a value.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error>;

    /// Writes a value.
    fn write<S: Serializer>(value: &T, serializer: S, mode: Mode) -> Result<S::Ok, S::Error>;

    /// Reads a value that may be `null`.
    fn read_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        option::read_option::<T, Self, D>(deserializer)
    }

    /// Reads one element of a list; `None` is dropped from it.
    fn read_element<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        Self::read_option(deserializer)
    }

    /// Whether a field that holds this value is left out of its record.
    fn absent(_value: &T) -> bool {
        false
    }
}

/// Reads a value in its form.
pub fn read<'de, T: Wire, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::Form::read(deserializer)
}

/// Writes a value in its form.
pub fn write<T: Wire, S: Serializer>(value: &T, serializer: S, mode: Mode) -> Result<S::Ok, S::Error> {
    T::Form::write(value, serializer, mode)
}

/// Reads a reply body. An empty body reads like `null`, which is an empty record, list or map.
///
/// # Errors
///
/// Says where in the body the value does not fit. The message never holds a value of the body.
pub fn decode<T: Wire>(body: &[u8]) -> Result<T, DecodeError> {
    let body: &[u8] = if body.iter().all(u8::is_ascii_whitespace) { b"null" } else { body };
    // Checked as a whole, so that no text in it is checked again.
    let Ok(text) = std::str::from_utf8(body) else { return traced(body) };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    match T::Form::read(&mut deserializer).and_then(|value| deserializer.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) => {
            let path = traced::<T>(body).map_or_else(|traced| traced.path, |_| ".".to_owned());
            Err(DecodeError { path, message: redacted::quoted_values(&error.to_string()) })
        }
    }
}

/// Reads a reply body and keeps track of the place, which only failures pay for, and bodies that are not all text.
fn traced<T: Wire>(body: &[u8]) -> Result<T, DecodeError> {
    struct Traced<T>(T);
    impl<'de, T: Wire> serde::Deserialize<'de> for Traced<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            T::Form::read(deserializer).map(Self)
        }
    }
    let failed =
        |path, error: &serde_json::Error| DecodeError { path, message: redacted::quoted_values(&error.to_string()) };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let Traced(value) = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| failed(error.path().to_string(), error.inner()))?;
    deserializer.end().map_err(|error| failed(".".to_owned(), &error))?;
    Ok(value)
}

/// Writes a request body as JSON.
///
/// # Errors
///
/// Names the required field that is missing, or the value that JSON cannot hold.
pub fn encode<T: Wire>(value: &T) -> Result<Vec<u8>, EncodeError> {
    serde_json::to_vec(&As { value, mode: Mode::Strict }).map_err(EncodeError::new)
}

/// Writes a request body as an HTML form. Absent fields are left out, lists repeat their name.
///
/// # Errors
///
/// As [`encode`]; also when the value is not a record of plain values.
pub fn encode_form<T: Wire>(value: &T) -> Result<String, EncodeError> {
    use serde_json::Value;
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

/// Lets a [`Wire`] value be read where serde wants a seed.
pub(crate) struct Seed<T>(pub(crate) PhantomData<T>);

impl<'de, T: Wire> DeserializeSeed<'de> for Seed<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::Form::read(deserializer)
    }
}

/// Lets a [`Wire`] value be written where serde wants `Serialize`.
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

/// A reply that does not fit its type: where, and what was expected. Holds no value of the reply.
#[derive(Debug, Clone)]
pub struct DecodeError {
    path: String,
    message: String,
}

impl DecodeError {
    /// The place in the body, as `contacts[3].dateAdded`; `.` is the body itself.
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

/// A request body that cannot be written: which field, and why.
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
