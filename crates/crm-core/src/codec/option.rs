//! [`Wire`] for values that may be missing, and for those in a box.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};
use serde::ser::Serializer;
use serde_json::Value;

use super::{Consists, Form, Mode, Odd, Oddities, Showing, Shown, Wire, memory};

pub(super) fn read_option<'de, T, F: Form<T>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    struct Maybe<T, F>(PhantomData<T>, PhantomData<F>);
    impl<'de, T, F: Form<T>> Visitor<'de> for Maybe<T, F> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value or null")
        }

        fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
            Ok(None)
        }

        fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
            F::read(deserializer).map(Some)
        }
    }
    deserializer.deserialize_option(Maybe(PhantomData::<T>, PhantomData::<F>))
}

impl<T: Wire> Wire for Option<T> {
    type Form = Self;
}

impl<T: Wire> Form<Self> for Option<T> {
    const EXPECTED: &'static str = T::Form::EXPECTED;
    const CONSISTS: Consists = T::Form::CONSISTS;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::Form::read_option(deserializer)
    }

    fn salvage<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<Self, Odd> {
        T::Form::salvage_option(value, oddities)
    }

    fn write<S: Serializer>(this: &Self, serializer: S, mode: Mode) -> Result<S::Ok, S::Error> {
        match this {
            Some(value) => T::Form::write(value, serializer, mode),
            None => serializer.serialize_none(),
        }
    }

    fn shown(this: &Self, place: &Showing<'_>) -> Shown {
        this.as_ref().map_or_else(Shown::hidden, |value| T::Form::shown(value, place))
    }

    fn absent(this: &Self) -> bool {
        this.is_none()
    }

    fn empty(this: &Self) -> bool {
        this.as_ref().is_none_or(T::Form::empty)
    }

    fn may_be_error(this: &Self) -> bool {
        this.as_ref().is_none_or(T::Form::may_be_error)
    }

    fn promises(member: &str) -> bool {
        T::Form::promises(member)
    }

    fn lacks(this: &Self, member: &str) -> bool {
        this.as_ref().is_none_or(|value| T::Form::lacks(value, member))
    }

    fn identified() -> bool {
        T::Form::identified()
    }
}

impl<T: Wire> Wire for Box<T> {
    type Form = Self;
}

impl<T: Wire> Form<Self> for Box<T> {
    const EXPECTED: &'static str = T::Form::EXPECTED;
    const CONSISTS: Consists = T::Form::CONSISTS;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        memory::boxed::<T, D::Error>()?;
        T::Form::read(deserializer).map(Box::new)
    }

    fn read_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        let value = T::Form::read_option(deserializer)?;
        if value.is_some() {
            memory::boxed::<T, D::Error>()?;
        }
        Ok(value.map(Box::new))
    }

    fn salvage<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<Self, Odd> {
        T::Form::salvage(value, oddities).map(Box::new)
    }

    fn salvage_option<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<Option<Self>, Odd> {
        Ok(T::Form::salvage_option(value, oddities)?.map(Box::new))
    }

    fn shown(this: &Self, place: &Showing<'_>) -> Shown {
        T::Form::shown(this, place)
    }

    fn empty(this: &Self) -> bool {
        T::Form::empty(this)
    }

    fn may_be_error(this: &Self) -> bool {
        T::Form::may_be_error(this)
    }

    fn promises(member: &str) -> bool {
        T::Form::promises(member)
    }

    fn lacks(this: &Self, member: &str) -> bool {
        T::Form::lacks(this, member)
    }

    fn identified() -> bool {
        T::Form::identified()
    }

    fn write<S: Serializer>(this: &Self, serializer: S, mode: Mode) -> Result<S::Ok, S::Error> {
        T::Form::write(this, serializer, mode)
    }
}
