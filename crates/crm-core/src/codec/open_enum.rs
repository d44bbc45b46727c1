//! Enums that accept undocumented values.

use std::fmt::Display;
use std::mem::discriminant;

use serde::{Deserializer, Serializer};
use serde_json::Value;

use super::{Form, Mode, Odd, Oddities, Showing, Shown};

/// The form of a value that is parsed from a text and written as that text.
#[derive(Debug)]
pub struct AsText;

impl<T: From<String> + Display> Form<T> for AsText {
    const EXPECTED: &'static str = "text";

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        String::read(deserializer).map(T::from)
    }

    fn write<S: Serializer>(value: &T, serializer: S, _: Mode) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    fn shown(value: &T, place: &Showing<'_>) -> Shown {
        place.time(&value.to_string())
    }
}

/// The form of an open enum: its text.
#[derive(Debug)]
pub struct AsEnum;

/// A text that no enum has as a variant.
const UNKNOWN: &str = "\0";

fn is_known<T: From<String>>(value: &T) -> bool {
    discriminant(value) != discriminant(&T::from(UNKNOWN.to_owned()))
}

impl<T: From<String> + Display> Form<T> for AsEnum {
    const EXPECTED: &'static str = "text";

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        AsText::read(deserializer)
    }

    fn salvage<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<T, Odd> {
        let text = String::read(value).map_err(|_| oddities.kind(<Self as Form<T>>::EXPECTED, value))?;
        let read = T::from(text);
        if !is_known(&read) {
            oddities.note("a known value", value);
        }
        Ok(read)
    }

    fn salvage_option<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<Option<T>, Odd> {
        if value.is_null() { Ok(None) } else { Self::salvage(value, oddities).map(Some) }
    }

    fn write<S: Serializer>(value: &T, serializer: S, mode: Mode) -> Result<S::Ok, S::Error> {
        AsText::write(value, serializer, mode)
    }

    fn shown(value: &T, place: &Showing<'_>) -> Shown {
        if is_known(value) { place.known(&value.to_string()) } else { Shown::hidden() }
    }
}

/// Declares an enum of texts with a variant `Unrecognized` that keeps any other text.
///
/// ```
/// crm_core::open_enum! {
///     /// State of a task.
///     pub enum TaskStatus {
///         /// `open`
///         Open = "open",
///         /// `done`
///         Done = "done",
///     }
/// }
/// assert_eq!(TaskStatus::from("open"), TaskStatus::Open);
/// assert_eq!(TaskStatus::from("new thing").as_str(), "new thing");
/// ```
#[macro_export]
macro_rules! open_enum {
    ($(#$meta:tt)* pub enum $ty:ident { $($(#$doc:tt)* $variant:ident = $text:literal),* $(,)? }) => {
        $(#$meta)*
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum $ty {
            $($(#$doc)* $variant,)*
            /// A value that was not known when this crate was generated.
            Unrecognized(String),
        }

        impl $ty {
            /// The text in JSON.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unrecognized(text) => text,
                }
            }
        }

        impl From<&str> for $ty {
            #[inline]
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Unrecognized(other.to_owned()),
                }
            }
        }

        impl PartialEq for $ty {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl Eq for $ty {}

        impl ::std::hash::Hash for $ty {
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                ::std::hash::Hash::hash(self.as_str(), state);
            }
        }

        impl From<String> for $ty {
            #[inline]
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl ::std::fmt::Display for $ty {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::fmt::Debug for $ty {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(if let Self::Unrecognized(_) = self { "Unrecognized(…)" } else { self.as_str() })
            }
        }

        impl $crate::codec::Wire for $ty {
            type Form = $crate::codec::AsEnum;
        }

        impl<'de> $crate::reexport::serde::Deserialize<'de> for $ty {
            fn deserialize<D: $crate::reexport::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::codec::read(deserializer)
            }
        }

        impl $crate::reexport::serde::Serialize for $ty {
            fn serialize<S: $crate::reexport::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl $crate::codec::Param for $ty {
            #[inline]
            fn each(&self, f: &mut dyn FnMut(&str)) {
                $crate::Param::each(self.as_str(), f);
            }
        }
    };
}
