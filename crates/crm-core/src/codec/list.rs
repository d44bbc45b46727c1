//! Implements [`Wire`] for lists. A single value is read as a list with one item.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeSeq, Serializer};
use serde_json::Value;

use super::{As, Consists, Form, Mode, Odd, Oddities, Showing, Shown, Wire, memory, place, shown};

struct Element<T>(PhantomData<T>);

impl<'de, T: Wire> DeserializeSeed<'de> for Element<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::Form::read_element(deserializer)
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E: Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_none<E: Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        for index in 0.. {
            match list.next_element_seed(Element(PhantomData)) {
                Ok(Some(Some(item))) => {
                    memory::room(&mut items)?;
                    items.push(item);
                }
                Ok(Some(None)) => {}
                Ok(None) => break,
                Err(error) => {
                    place::element(index);
                    return Err(error);
                }
            }
        }
        Ok(items)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
        let one: StrDeserializer<'_, E> = text.into_deserializer();
        Ok(vec![T::Form::read(one)?])
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Vec<T>, E> {
        Ok(vec![T::Form::read(value.into_deserializer())?])
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Vec<T>, E> {
        Ok(vec![T::Form::read(value.into_deserializer())?])
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Vec<T>, E> {
        Ok(vec![T::Form::read(value.into_deserializer())?])
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Vec<T>, E> {
        Ok(vec![T::Form::read(value.into_deserializer())?])
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<T>, A::Error> {
        Ok(vec![T::Form::read(MapAccessDeserializer::new(map))?])
    }
}

impl<T: Wire> Wire for Vec<T> {
    type Form = Self;
}

impl<T: Wire> Form<Self> for Vec<T> {
    const EXPECTED: &'static str = "a list";
    const CONSISTS: Consists = Consists::List;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(List(PhantomData))
    }

    fn salvage<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<Self, Odd> {
        match value {
            Value::Null => Ok(Self::new()),
            Value::Array(items) => {
                let mut read = Self::new();
                memory::reserve(&mut read, items.len()).map_err(|_: serde_json::Error| Odd::Value)?;
                for item in items {
                    read.extend(oddities.element(|oddities| T::Form::salvage_element(item, oddities))?);
                }
                Ok(read)
            }
            Value::Object(_) => Ok(vec![T::Form::salvage(value, oddities)?]),
            _ => {
                // Records and maps are no text, not even an empty one, if a list of them is expected.
                let one = match T::Form::CONSISTS {
                    Consists::Members(_) | Consists::Map => Err(Odd::Value),
                    _ => T::Form::salvage(value, &mut Oddities::default()),
                };
                one.map(|one| vec![one]).map_err(|_| oddities.kind(Self::EXPECTED, value))
            }
        }
    }

    fn salvage_option<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<Option<Self>, Odd> {
        if value.is_null() { Ok(None) } else { Self::salvage(value, oddities).map(Some) }
    }

    fn shown(this: &Self, place: &Showing<'_>) -> Shown {
        let most = if T::Form::CONSISTS == Consists::Plain { shown::VALUES } else { shown::RECORDS };
        Shown::list(this.iter().take(most).map(|value| T::Form::shown(value, place)).collect(), this.len())
    }

    fn empty(this: &Self) -> bool {
        this.iter().all(T::Form::empty)
    }

    fn write<S: Serializer>(this: &Self, serializer: S, mode: Mode) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(this.len()))?;
        for value in this {
            list.serialize_element(&As { value, mode })?;
        }
        list.end()
    }
}
