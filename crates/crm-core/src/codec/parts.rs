//! The fields of a record, taken together as a tuple.
//!
//! A record is reduced to this once, and everything else (reading, writing, copying) is generic
//! over tuples: the compiler checks it once, not for each of the thousands of records of a client.

use std::marker::PhantomData;

use serde::de::MapAccess;
use serde::ser::SerializeMap;

use super::fields::Fields;
use super::{Map, Seed, Wire};

/// A tuple of fields. Of more than twelve, the thirteenth place holds the tuple of the rest.
pub trait Parts: Sized {
    /// The same fields, borrowed.
    type Refs<'a>
    where
        Self: 'a;

    /// Fields that hold nothing.
    fn blank() -> Self;

    /// Reads the value of the member that was named last into the field at `index`.
    fn read<'de, A: MapAccess<'de>>(&mut self, index: usize, map: &mut A) -> Result<(), A::Error>;

    /// Writes the fields that hold something, in their order.
    fn write<M: SerializeMap>(refs: Self::Refs<'_>, fields: &mut Fields<'_, M>);
}

/// Fields that can be copied.
pub trait CopyParts: Parts {
    /// A copy of each field.
    fn copied(refs: Self::Refs<'_>) -> Self;
}

/// What a field holds before anything is read.
pub trait Blank {
    /// Nothing.
    fn blank() -> Self;
}

impl<T> Blank for Option<T> {
    fn blank() -> Self {
        None
    }
}

impl<T> Blank for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }
}

impl<V> Blank for Map<V> {
    fn blank() -> Self {
        Self::new()
    }
}

#[inline]
fn set<'de, T: Wire, A: MapAccess<'de>>(field: &mut T, map: &mut A) -> Result<(), A::Error> {
    *field = map.next_value_seed(Seed(PhantomData))?;
    Ok(())
}

macro_rules! tuple {
    ($($name:ident $index:tt),+ $(; $rest:ident $last:tt)?) => {
        impl<$($name: Wire + Blank,)* $($rest: Parts)?> Parts for ($($name,)* $($rest,)?) {
            type Refs<'a> = ($(&'a $name,)* $($rest::Refs<'a>,)?) where Self: 'a;

            fn blank() -> Self {
                ($($name::blank(),)* $($rest::blank(),)?)
            }

            #[inline]
            fn read<'de, A: MapAccess<'de>>(&mut self, index: usize, map: &mut A) -> Result<(), A::Error> {
                match index {
                    $($index => set(&mut self.$index, map),)*
                    $(_ => self.$last.read(index - $last, map),)?
                    #[allow(unreachable_patterns)]
                    _ => Ok(()),
                }
            }

            fn write<M: SerializeMap>(refs: Self::Refs<'_>, fields: &mut Fields<'_, M>) {
                $(fields.put(refs.$index);)*
                $($rest::write(refs.$last, fields);)?
            }
        }

        impl<$($name: Wire + Blank + Clone,)* $($rest: CopyParts)?> CopyParts for ($($name,)* $($rest,)?) {
            fn copied(refs: Self::Refs<'_>) -> Self {
                ($(refs.$index.clone(),)* $($rest::copied(refs.$last),)?)
            }
        }
    };
}

impl Parts for () {
    type Refs<'a> = ();

    fn blank() -> Self {}

    fn read<'de, A: MapAccess<'de>>(&mut self, _: usize, _: &mut A) -> Result<(), A::Error> {
        Ok(())
    }

    fn write<M: SerializeMap>((): (), _: &mut Fields<'_, M>) {}
}

impl CopyParts for () {
    fn copied((): ()) -> Self {}
}

tuple!(F0 0);
tuple!(F0 0, F1 1);
tuple!(F0 0, F1 1, F2 2);
tuple!(F0 0, F1 1, F2 2, F3 3);
tuple!(F0 0, F1 1, F2 2, F3 3, F4 4);
tuple!(F0 0, F1 1, F2 2, F3 3, F4 4, F5 5);
tuple!(F0 0, F1 1, F2 2, F3 3, F4 4, F5 5, F6 6);
tuple!(F0 0, F1 1, F2 2, F3 3, F4 4, F5 5, F6 6, F7 7);
tuple!(F0 0, F1 1, F2 2, F3 3, F4 4, F5 5, F6 6, F7 7, F8 8);
tuple!(F0 0, F1 1, F2 2, F3 3, F4 4, F5 5, F6 6, F7 7, F8 8, F9 9);
tuple!(F0 0, F1 1, F2 2, F3 3, F4 4, F5 5, F6 6, F7 7, F8 8, F9 9, F10 10);
tuple!(F0 0, F1 1, F2 2, F3 3, F4 4, F5 5, F6 6, F7 7, F8 8, F9 9, F10 10, F11 11);
tuple!(F0 0, F1 1, F2 2, F3 3, F4 4, F5 5, F6 6, F7 7, F8 8, F9 9, F10 10, F11 11; R 12);

/// Puts the fields of a record, each a single token, into the form that [`Parts`] has.
#[doc(hidden)]
#[macro_export]
macro_rules! parts {
    ($a:tt $b:tt $c:tt $d:tt $e:tt $f:tt $g:tt $h:tt $i:tt $j:tt $k:tt $l:tt $m:tt $($rest:tt)*) => {
        ($a, $b, $c, $d, $e, $f, $g, $h, $i, $j, $k, $l, $crate::parts!($m $($rest)*))
    };
    ($($field:tt)*) => { ($($field,)*) };
}
