//! [`Wire`] for plain values.

use std::fmt;

use serde::de::{Deserializer, Error, IgnoredAny, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::{Consists, Form, Mode, Odd, Oddities, Showing, Shown, Wire, memory};

/// Reads a text, a number or a boolean; `null` is absent.
struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a number or a boolean")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(Some(text))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }
}

impl Wire for String {
    type Form = Self;
}

impl Form<Self> for String {
    const EXPECTED: &'static str = "text";

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read_option(deserializer)?.ok_or_else(|| D::Error::invalid_type(Unexpected::Unit, &Text))
    }

    fn read_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        deserializer.deserialize_any(Text)
    }

    #[inline]
    fn write<S: Serializer>(this: &Self, serializer: S, _: Mode) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(this)
    }

    fn shown(this: &Self, place: &Showing<'_>) -> Shown {
        place.text(this)
    }
}

/// Reads a number, boolean or their text; `""` and `null` are absent.
struct Plain<T> {
    expected: &'static str,
    of_text: fn(&str) -> Option<T>,
    of_int: fn(i128) -> Option<T>,
    of_float: fn(f64) -> Option<T>,
    of_bool: fn(bool) -> Option<T>,
}

impl<T> Plain<T> {
    fn fit<E: Error>(&self, value: Option<T>) -> Result<Option<T>, E> {
        match value {
            Some(value) => Ok(Some(value)),
            None => Err(E::custom(format_args!("a value that is not {}", self.expected))),
        }
    }
}

impl<'de, T> Visitor<'de> for Plain<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<T>, E> {
        self.fit((self.of_bool)(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<T>, E> {
        self.fit((self.of_int)(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<T>, E> {
        self.fit((self.of_int)(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<T>, E> {
        self.fit((self.of_float)(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<T>, E> {
        match text.trim() {
            "" => Ok(None),
            text => self.fit((self.of_text)(text)),
        }
    }
}

/// The largest integer up to which every `f64` integer is exact.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[expect(clippy::cast_possible_truncation, reason = "checked to be a whole number in range")]
fn whole(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}

const INTEGER: Plain<i64> = Plain {
    expected: "an integer",
    of_text: |text| text.parse().ok().or_else(|| text.parse().ok().and_then(whole)),
    of_int: |value| value.try_into().ok(),
    of_float: whole,
    of_bool: |_| None,
};

#[expect(clippy::cast_precision_loss, reason = "a JSON number is a double to every other reader too")]
const NUMBER: Plain<f64> = Plain {
    expected: "a number",
    of_text: |text| text.parse().ok().filter(|value: &f64| value.is_finite()),
    of_int: |value| Some(value as f64),
    of_float: Some,
    of_bool: |_| None,
};

const BOOLEAN: Plain<bool> = Plain {
    expected: "a boolean",
    of_text: |text| match text {
        "true" | "True" | "TRUE" | "1" => Some(true),
        "false" | "False" | "FALSE" | "0" => Some(false),
        _ => None,
    },
    of_int: |value| match value {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    },
    of_float: |_| None,
    of_bool: Some,
};

macro_rules! plain {
    ($ty:ty, $rules:expr, |$value:ident, $serializer:ident| $write:expr) => {
        impl Wire for $ty {
            type Form = Self;
        }

        impl Form<Self> for $ty {
            const EXPECTED: &'static str = $rules.expected;

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer
                    .deserialize_any($rules)?
                    .ok_or_else(|| D::Error::custom(format_args!("nothing where {} belongs", $rules.expected)))
            }

            fn read_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
                deserializer.deserialize_any($rules)
            }

            fn write<S: Serializer>(this: &Self, $serializer: S, _: Mode) -> Result<S::Ok, S::Error> {
                let $value = *this;
                $write
            }

            fn shown(this: &Self, place: &Showing<'_>) -> Shown {
                place.scalar(this)
            }
        }
    };
}

plain!(i64, INTEGER, |value, serializer| serializer.serialize_i64(value));
plain!(bool, BOOLEAN, |value, serializer| serializer.serialize_bool(value));
// Vendors declare whole numbers as `number` and then refuse `20.0`.
plain!(f64, NUMBER, |value, serializer| match whole(value) {
    Some(whole) => serializer.serialize_i64(whole),
    // JSON would contain `null` instead, which clears a member.
    None if !value.is_finite() => Err(serde::ser::Error::custom("a number that is not finite cannot be sent")),
    None => serializer.serialize_f64(value),
});

impl Wire for Value {
    type Form = Self;
}

impl Form<Self> for Value {
    const CONSISTS: Consists = Consists::Json;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        memory::value(deserializer)
    }

    fn read_element<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Self::read(deserializer).map(Some)
    }

    fn salvage_element<'a>(value: &'a Value, _: &mut Oddities<'a>) -> Result<Option<Self>, Odd> {
        Ok(Some(value.clone()))
    }

    fn empty(this: &Self) -> bool {
        this.is_null()
    }

    fn write<S: Serializer>(this: &Self, serializer: S, _: Mode) -> Result<S::Ok, S::Error> {
        this.serialize(serializer)
    }

    fn shown(this: &Self, _: &Showing<'_>) -> Shown {
        Shown::shape(this)
    }
}

/// A reply without content. Any content is ignored.
impl Wire for () {
    type Form = Self;
}

impl Form<Self> for () {
    const CONSISTS: Consists = Consists::Nothing;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_ignored_any(IgnoredAny).map(|_| ())
    }

    fn write<S: Serializer>((): &Self, serializer: S, _: Mode) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}
