//! [`Wire`] for values that may be missing, and for those in a box.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};
use serde::ser::Serializer;

use super::{Form, Mode, Wire};

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
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::Form::read_option(deserializer)
    }

    fn write<S: Serializer>(this: &Self, serializer: S, mode: Mode) -> Result<S::Ok, S::Error> {
        match this {
            Some(value) => T::Form::write(value, serializer, mode),
            None => serializer.serialize_none(),
        }
    }

    fn absent(this: &Self) -> bool {
        this.is_none()
    }
}

impl<T: Wire> Wire for Box<T> {
    type Form = Self;
}

impl<T: Wire> Form<Self> for Box<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::Form::read(deserializer).map(Box::new)
    }

    fn read_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Ok(T::Form::read_option(deserializer)?.map(Box::new))
    }

    fn write<S: Serializer>(this: &Self, serializer: S, mode: Mode) -> Result<S::Ok, S::Error> {
        T::Form::write(this, serializer, mode)
    }
}
