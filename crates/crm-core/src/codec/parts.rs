//! The fields of a record, as a tuple.
//!
//! A record is converted to a tuple once, and everything else (reading, writing, copying) is generic
//! over tuples: the compiler checks it once instead of for each of the thousands of records of a client.

use std::marker::PhantomData;

use serde::de::MapAccess;
use serde::ser::SerializeMap;
use serde_json::Value;

use super::blank::Blank;
use super::fields::{Fields, Members};
use super::{Consists, Form, Odd, Oddities, Seed, Wire};

/// A tuple that can be borrowed field by field. It has no bounds on the fields, so that the compiler
/// names the borrowed tuple of each record without checking their types.
pub trait Lend {
    /// The same fields, borrowed.
    type Refs<'a>
    where
        Self: 'a;
}

/// A tuple of fields. If there are more than twelve, the thirteenth element is the tuple of the rest.
pub trait Parts: Lend + Sized {
    /// Returns empty fields.
    fn blank() -> Self;

    /// Reads the value of the member whose name was read last into the field at `index`.
    fn read<'de, A: MapAccess<'de>>(&mut self, index: usize, map: &mut A) -> Result<(), A::Error>;

    /// Reads a value that may have odd parts into the field at `index`.
    ///
    /// # Errors
    ///
    /// The same as for [`Form::salvage`].
    fn salvage<'a>(&mut self, index: usize, value: &'a Value, oddities: &mut Oddities<'a>) -> Result<(), Odd>;

    /// Returns true if the field at `index` has no value.
    fn is_blank(&self, index: usize) -> bool;

    /// Returns true if the borrowed field at `index` has no value.
    fn blank_at(refs: Self::Refs<'_>, index: usize) -> bool;

    /// Returns true if no field has a value.
    fn all_blank(refs: Self::Refs<'_>) -> bool;

    /// Returns true if `consists` is true for any field.
    fn any(consists: fn(Consists) -> bool) -> bool;

    /// Writes the fields that are not empty, in their order.
    fn write<M: SerializeMap>(refs: Self::Refs<'_>, fields: &mut Fields<'_, M>);

    /// Shows the fields that hold something, in their order.
    fn show(refs: Self::Refs<'_>, members: &mut Members<'_>);
}

/// Fields that can be copied.
pub trait CopyParts: Parts {
    /// Returns a copy of each field.
    fn copied(refs: Self::Refs<'_>) -> Self;
}

#[inline]
fn set<'de, T: Wire, A: MapAccess<'de>>(field: &mut T, map: &mut A) -> Result<(), A::Error> {
    *field = map.next_value_seed(Seed(PhantomData))?;
    Ok(())
}

fn salvage<'a, T: Wire>(field: &mut T, value: &'a Value, oddities: &mut Oddities<'a>) -> Result<(), Odd> {
    *field = T::Form::salvage(value, oddities)?;
    Ok(())
}

macro_rules! tuple {
    ($($name:ident $index:tt),+ $(; $rest:ident $last:tt)?) => {
        impl<$($name,)* $($rest: Lend)?> Lend for ($($name,)* $($rest,)?) {
            type Refs<'a> = ($(&'a $name,)* $($rest::Refs<'a>,)?) where Self: 'a;
        }

        impl<$($name: Wire + Blank,)* $($rest: Parts)?> Parts for ($($name,)* $($rest,)?) {
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

            fn salvage<'a>(&mut self, index: usize, value: &'a Value, oddities: &mut Oddities<'a>) -> Result<(), Odd> {
                match index {
                    $($index => salvage(&mut self.$index, value, oddities),)*
                    $(_ => self.$last.salvage(index - $last, value, oddities),)?
                    #[allow(unreachable_patterns)]
                    _ => Ok(()),
                }
            }

            fn is_blank(&self, index: usize) -> bool {
                match index {
                    $($index => self.$index.is_blank(),)*
                    $(_ => self.$last.is_blank(index - $last),)?
                    #[allow(unreachable_patterns)]
                    _ => true,
                }
            }

            fn blank_at(refs: Self::Refs<'_>, index: usize) -> bool {
                match index {
                    $($index => refs.$index.is_blank(),)*
                    $(_ => $rest::blank_at(refs.$last, index - $last),)?
                    #[allow(unreachable_patterns)]
                    _ => true,
                }
            }

            fn all_blank(refs: Self::Refs<'_>) -> bool {
                $(refs.$index.is_blank() &&)* $($rest::all_blank(refs.$last) &&)? true
            }

            fn any(consists: fn(Consists) -> bool) -> bool {
                $(consists(<$name::Form as Form<$name>>::CONSISTS) ||)* $($rest::any(consists) ||)? false
            }

            fn write<M: SerializeMap>(refs: Self::Refs<'_>, fields: &mut Fields<'_, M>) {
                $(fields.put(refs.$index);)*
                $($rest::write(refs.$last, fields);)?
            }

            fn show(refs: Self::Refs<'_>, members: &mut Members<'_>) {
                $(members.put(refs.$index);)*
                $($rest::show(refs.$last, members);)?
            }
        }

        impl<$($name: Wire + Blank + Clone,)* $($rest: CopyParts)?> CopyParts for ($($name,)* $($rest,)?) {
            fn copied(refs: Self::Refs<'_>) -> Self {
                ($(refs.$index.clone(),)* $($rest::copied(refs.$last),)?)
            }
        }
    };
}

impl Lend for () {
    type Refs<'a> = ();
}

impl Parts for () {
    fn blank() -> Self {}

    fn read<'de, A: MapAccess<'de>>(&mut self, _: usize, _: &mut A) -> Result<(), A::Error> {
        Ok(())
    }

    fn salvage<'a>(&mut self, _: usize, _: &'a Value, _: &mut Oddities<'a>) -> Result<(), Odd> {
        Ok(())
    }

    fn is_blank(&self, _: usize) -> bool {
        true
    }

    fn blank_at((): (), _: usize) -> bool {
        true
    }

    fn all_blank((): ()) -> bool {
        true
    }

    fn any(_: fn(Consists) -> bool) -> bool {
        false
    }

    fn write<M: SerializeMap>((): (), _: &mut Fields<'_, M>) {}

    fn show((): (), _: &mut Members<'_>) {}
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

/// Converts the fields of a record, each a single token, into the form that [`Parts`] has.
#[doc(hidden)]
#[macro_export]
macro_rules! parts {
    ($a:tt $b:tt $c:tt $d:tt $e:tt $f:tt $g:tt $h:tt $i:tt $j:tt $k:tt $l:tt $m:tt $($rest:tt)*) => {
        ($a, $b, $c, $d, $e, $f, $g, $h, $i, $j, $k, $l, $crate::parts!($m $($rest)*))
    };
    ($($field:tt)*) => { ($($field,)*) };
}
