//! Values that are one of several records.

use serde::de::{Deserializer, Error};
use serde_json::Value;

use super::{Form, Oddities, Wire};

#[doc(hidden)]
#[must_use]
pub fn tag<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

/// Reads a value of any format, which `choose` reads as one of the variants.
#[doc(hidden)]
pub fn one_of<'de, T, D: Deserializer<'de>>(deserializer: D, choose: Choose<T>) -> Result<T, D::Error> {
    choose(super::buffered(deserializer)?).map_err(D::Error::custom)
}

/// Reads a value as one of several variants. Each union has one function for all formats, so that it is compiled once.
type Choose<T> = fn(Value) -> Result<T, serde_json::Error>;

/// Reads the value of a variant.
#[doc(hidden)]
pub fn arm<T: Wire, U>(value: Value, chosen: fn(Box<T>) -> U) -> Result<U, serde_json::Error> {
    super::read(value).map(chosen)
}

/// Reads the value of a variant; `None` if it does not match, so that the union keeps it whole.
#[doc(hidden)]
pub fn salvage<'a, T: Wire, U>(value: &'a Value, oddities: &mut Oddities<'a>, chosen: fn(Box<T>) -> U) -> Option<U> {
    T::Form::salvage(value, oddities).ok().map(|value| chosen(Box::new(value)))
}

#[doc(hidden)]
#[must_use]
pub fn has_any(value: &Value, names: &[&str]) -> bool {
    value.is_object() && (names.is_empty() || names.iter().any(|name| value.get(name).is_some()))
}

/// Declares an enum over records, distinguished by the text of a member (`by "kind"`) or by the
/// members that a value has (`by members`; a variant without members takes every object). A value that
/// matches no variant is kept whole in `Unrecognized`.
#[macro_export]
macro_rules! union {
    ($(#[$meta:meta])* pub enum $ty:ident by $tag:literal { $($variant:ident($inner:ty) = $($text:literal)|+),* $(,)? }) => {
        $crate::union!(@ $(#[$meta])* $ty [$tag] { $($variant($inner)),* } |value| match ($crate::codec::tag(value, $tag)) {
            $($(Some($text))|+ => $variant,)*
        });
    };
    ($(#[$meta:meta])* pub enum $ty:ident by members { $($variant:ident($inner:ty) = $($member:literal)|*),* $(,)? }) => {
        $crate::union!(@ $(#[$meta])* $ty [] { $($variant($inner)),* } |value| match (()) {
            $(() if $crate::codec::has_any(value, &[$($member),*]) => $variant,)*
        });
    };
    (@ $(#[$meta:meta])* $ty:ident [$($tag:literal)?] { $($variant:ident($inner:ty)),* } |$value:ident| match ($on:expr) { $($($pattern:pat_param)|+ $(if $guard:expr)? => $chosen:ident,)* }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $ty {
            $(#[doc = concat!("A [`", stringify!($inner), "`].")] $variant(Box<$inner>),)*
            /// A value that was not known when this crate was generated.
            Unrecognized($crate::reexport::serde_json::Value),
        }

        const _: () = {
            use $crate::codec::{self, Form, Mode, Wire};
            use $crate::reexport::serde::{Deserialize, Deserializer, Serialize, Serializer};
            use $crate::reexport::serde_json::Value;

            impl Wire for $ty {
                type Form = Self;
            }

            impl Form<Self> for $ty {
                const CONSISTS: codec::Consists = codec::Consists::OneOf;

                fn shown(this: &Self, place: &codec::Showing<'_>) -> codec::Shown {
                    match this {
                        $(Self::$variant(value) => <<$inner as Wire>::Form as Form<$inner>>::shown(value, place),)*
                        Self::Unrecognized(_) => codec::Shown::hidden(),
                    }
                }

                fn empty(this: &Self) -> bool {
                    match this {
                        $(Self::$variant(value) => <<$inner as Wire>::Form as Form<$inner>>::empty(value),)*
                        Self::Unrecognized(_) => true,
                    }
                }

                fn promises(member: &str) -> bool {
                    $(member == $tag ||)? $(<<$inner as Wire>::Form as Form<$inner>>::promises(member) ||)* false
                }

                fn identified() -> bool {
                    $(<<$inner as Wire>::Form as Form<$inner>>::identified() ||)* false
                }

                fn salvage<'a>(value: &'a Value, oddities: &mut codec::Oddities<'a>) -> Result<Self, codec::Odd> {
                    let $value = value;
                    Ok(match $on {
                        $($($pattern)|+ $(if $guard)? => codec::salvage(value, oddities, Self::$chosen),)*
                        _ => None,
                    }.unwrap_or_else(|| Self::Unrecognized(value.clone())))
                }

                fn salvage_option<'a>(value: &'a Value, oddities: &mut codec::Oddities<'a>) -> Result<Option<Self>, codec::Odd> {
                    if value.is_null() { Ok(None) } else { Self::salvage(value, oddities).map(Some) }
                }

                fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    codec::one_of(deserializer, |buffered| {
                        let $value = &buffered;
                        match $on {
                            $($($pattern)|+ $(if $guard)? => codec::arm(buffered, Self::$chosen),)*
                            _ => Ok(Self::Unrecognized(buffered)),
                        }
                    })
                }

                fn write<S: Serializer>(this: &Self, serializer: S, mode: Mode) -> Result<S::Ok, S::Error> {
                    match this {
                        $(Self::$variant(value) => codec::write(value, serializer, mode),)*
                        Self::Unrecognized(value) => codec::write(value, serializer, mode),
                    }
                }
            }

            impl<'de> Deserialize<'de> for $ty {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    codec::restore(deserializer)
                }
            }

            impl Serialize for $ty {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    codec::write(self, serializer, Mode::Lenient)
                }
            }

            impl ::std::fmt::Debug for $ty {
                #[inline]
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    codec::show(self, f)
                }
            }

            $(impl From<$inner> for $ty {
                #[inline]
                fn from(value: $inner) -> Self {
                    Self::$variant(Box::new(value))
                }
            })*
        };
    };
}
