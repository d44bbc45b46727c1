//! Converts HubSpot's texts to a type of the user.
//!
//! Errors contain the property and the expected form, and never the value.

use std::borrow::Cow;
use std::fmt::{self, Display};

use crm_core::Timestamp;
use serde::de::value::{SeqDeserializer, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, Expected, IntoDeserializer, MapAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

/// Reads a `P` from pairs of property and value.
pub(super) fn read<'de, P: DeserializeOwned, A: MapAccess<'de>>(pairs: A) -> Result<P, A::Error> {
    let pairs = Pairs { pairs, name: Cow::Borrowed(""), value: Cow::Borrowed("") };
    P::deserialize(Properties(pairs)).map_err(|fault| match fault {
        Fault::Source(error) => error,
        Fault::Own(text) => A::Error::custom(text),
    })
}

struct Properties<'de, A>(Pairs<'de, A>);

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Properties<'de, A> {
    type Error = Fault<A::Error>;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_map(self.0)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The pairs without those that are null.
struct Pairs<'de, A> {
    pairs: A,
    /// The current name and its value.
    name: Cow<'de, str>,
    value: Cow<'de, str>,
}

impl<'de, A: MapAccess<'de>> Pairs<'de, A> {
    /// Goes to the next pair. Returns false if there is none.
    fn advance(&mut self) -> Result<bool, A::Error> {
        while self.pairs.next_key_seed(Text(&mut self.name))?.is_some() {
            if self.pairs.next_value_seed(Text(&mut self.value))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Pairs<'de, A> {
    type Error = Fault<A::Error>;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        if self.advance().map_err(Fault::Source)? {
            seed.deserialize(StrDeserializer::new(&self.name)).map(Some)
        } else {
            Ok(None)
        }
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        seed.deserialize(Value(&self.value)).map_err(|fault| Fault::Own(format!("the property {}: {fault}", self.name)))
    }
}

/// Reads a text into its place, whatever it is sent as. The value is false if it is null.
struct Text<'a, 'de>(&'a mut Cow<'de, str>);

impl<'de> Text<'_, 'de> {
    fn keep<E>(self, text: impl Into<Cow<'de, str>>) -> Result<bool, E> {
        *self.0 = text.into();
        Ok(true)
    }
}

impl<'de> DeserializeSeed<'de> for Text<'_, 'de> {
    type Value = bool;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text<'_, 'de> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<bool, E> {
        self.keep(text)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        self.keep(text.to_owned())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
        self.keep(value.to_string())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<bool, E> {
        self.keep(value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<bool, E> {
        self.keep(value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<bool, E> {
        self.keep(value.to_string())
    }
}

/// The value of a property, or one value of its list.
struct Value<'a>(&'a str);

impl Value<'_> {
    /// An integer, or a point in time as its milliseconds.
    fn integer(&self) -> Result<i128, Mismatch> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let text = self.0.trim();
        if let Ok(number) = text.parse() {
            return Ok(number);
        }
        if let Ok(number) = text.parse::<f64>()
            && number.fract() == 0.0
            && number.abs() <= EXACT
        {
            return Ok(number as i128);
        }
        let millis = Timestamp::from(text).unix_millis().map(i128::from);
        millis.ok_or_else(|| Mismatch::expected("an integer, a date, or a time with its zone"))
    }

    fn number(&self) -> Result<f64, Mismatch> {
        let number = self.0.trim().parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| Mismatch::expected("a number"))
    }

    fn flag(&self) -> Result<bool, Mismatch> {
        let text = self.0.trim();
        match text.eq_ignore_ascii_case("true") {
            true => Ok(true),
            false if text.eq_ignore_ascii_case("false") => Ok(false),
            false => Err(Mismatch::expected("true or false")),
        }
    }

    fn list(&self) -> impl Iterator<Item = Self> {
        self.0.split(';').map(str::trim).filter(|value| !value.is_empty()).map(Self)
    }
}

impl<'de> IntoDeserializer<'de, Mismatch> for Value<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            let number = self.integer()?;
            match (u64::try_from(number), i64::try_from(number)) {
                (Ok(number), _) => visitor.visit_u64(number),
                (_, Ok(number)) => visitor.visit_i64(number),
                _ => visitor.visit_i128(number),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_str(self.0)
    }

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_f64(self.number()?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_f64(self.number()?)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_bool(self.flag()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.0.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(SeqDeserializer::new(self.list()))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_enum(StrDeserializer::new(self.0))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct tuple_struct map struct identifier
    }
}

/// The expected form of a value. The messages of serde or of the user's own code are not kept.
#[derive(Debug)]
struct Mismatch(String);

impl Mismatch {
    fn expected(what: impl Display) -> Self {
        Self(format!("expected {what}"))
    }
}

impl Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mismatch {}

impl Error for Mismatch {
    fn custom<T: Display>(_: T) -> Self {
        Self("the value does not fit".to_owned())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::expected(expected)
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::expected(format_args!("one of {}", expected.join(", ")))
    }
}

/// An error of the pairs, or one of this module.
#[derive(Debug)]
enum Fault<E> {
    Source(E),
    Own(String),
}

impl<E: Display> Display for Fault<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(error) => error.fmt(f),
            Self::Own(text) => f.write_str(text),
        }
    }
}

impl<E: std::error::Error> std::error::Error for Fault<E> {}

impl<E: Error> Error for Fault<E> {
    fn custom<T: Display>(_: T) -> Self {
        Self::Own("the properties do not fit the type".to_owned())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Own(format!(
            "the property {field} has no value; make the field an Option or give it a default with #[serde(default)]"
        ))
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::Own(format!("the type has no field for the property {field}"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::Own(format!("the property {field} appears twice"))
    }
}
