//! Records: types with named fields.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};

use super::fields::Fields;
use super::parts::{CopyParts, Parts};
use super::{As, Form, Map, Mode, Wire, redacted};

/// A type with named fields. Implemented by [`record!`](crate::record).
pub trait Record: Sized {
    /// The name of the type, then the names of the members that have a field.
    const NAMES: &'static [&'static str];
    /// The names of the members that a request must have.
    const REQUIRED: &'static [&'static str] = &[];
    /// Whether members without a field are kept.
    const KEEPS: bool = false;
    /// Its fields, in the order of the members.
    type Parts: Parts;
    /// Makes a record of its fields.
    fn from_parts(parts: Self::Parts) -> Self;
    /// Lends the fields.
    fn parts(&self) -> <Self::Parts as Parts>::Refs<'_>;
    /// The members that have no field, where they are kept.
    fn extra(&self) -> Option<&Map<serde_json::Value>> {
        None
    }
    /// Keeps members that have no field.
    fn keep(&mut self, _members: Map<serde_json::Value>) {}
}

/// The name of a record.
fn name<R: Record>() -> &'static str {
    R::NAMES.first().copied().unwrap_or_default()
}

/// The members of a record.
fn members<R: Record>() -> &'static [&'static str] {
    R::NAMES.get(1..).unwrap_or_default()
}

/// The place of a member. Members mostly come in the order of the fields, with some left out, so
/// the search begins at the field after the last one.
#[inline]
fn place(members: &[&str], name: &str, expected: &mut usize) -> Option<usize> {
    let (before, after) = members.split_at_checked(*expected)?;
    let named = |member: &&str| *member == name;
    let found = match after.iter().position(named) {
        Some(further) => *expected + further,
        None => before.iter().position(named)?,
    };
    *expected = found + 1;
    Some(found)
}

/// Finds the field of the member that comes next.
struct Next<'a> {
    members: &'static [&'static str],
    keeps: bool,
    expected: &'a mut usize,
}

enum Member {
    Field(usize),
    /// Without a field; with its name where it is kept.
    Other(Option<String>),
}

impl Visitor<'_> for Next<'_> {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    #[inline]
    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Member, E> {
        Ok(match place(self.members, name, self.expected) {
            Some(index) => Member::Field(index),
            None => Member::Other(self.keeps.then(|| name.to_owned())),
        })
    }
}

impl<'de> DeserializeSeed<'de> for Next<'_> {
    type Value = Member;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Member, D::Error> {
        deserializer.deserialize_str(self)
    }
}

struct Reader<R>(PhantomData<R>);

impl<'de, R: Record> Visitor<'de> for Reader<R> {
    type Value = R;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", name::<R>())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<R, E> {
        Ok(blank())
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<R, E> {
        Ok(blank())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<R, A::Error> {
        let mut parts = R::Parts::blank();
        let mut kept = Map::new();
        let mut expected = 0;
        let members = members::<R>();
        while let Some(member) = map.next_key_seed(Next { members, keeps: R::KEEPS, expected: &mut expected })? {
            match member {
                Member::Field(index) => parts.read(index, &mut map)?,
                Member::Other(Some(name)) => kept.append(name, map.next_value()?),
                Member::Other(None) => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let mut record = R::from_parts(parts);
        if R::KEEPS {
            record.keep(kept);
        }
        Ok(record)
    }
}

/// How a record travels: as an object. `null` is a record without any value.
#[derive(Debug)]
pub struct AsObject;

impl<R: Record> Form<R> for AsObject {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<R, D::Error> {
        deserializer.deserialize_any(Reader(PhantomData))
    }

    fn write<S: Serializer>(record: &R, serializer: S, mode: Mode) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut fields = Fields::new(&mut map, R::NAMES, R::REQUIRED, mode);
        R::Parts::write(record.parts(), &mut fields);
        fields.end()?;
        for (name, value) in record.extra().into_iter().flat_map(Map::iter) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A record without any value.
pub fn blank<R: Record>() -> R {
    R::from_parts(R::Parts::blank())
}

/// A copy of a record.
pub fn copy<R: Record<Parts: CopyParts>>(record: &R) -> R {
    let mut copy = R::from_parts(R::Parts::copied(record.parts()));
    if let Some(extra) = record.extra() {
        copy.keep(extra.clone());
    }
    copy
}

/// A record without its values, for `Debug`.
pub fn show<R: Record + Wire>(record: &R, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    redacted(f, name::<R>(), record)
}

/// Whether two records would be written alike.
pub fn same<R: Wire>(one: &R, other: &R) -> bool {
    let written = |record| serde_json::to_value(As { value: record, mode: Mode::Lenient });
    match (written(one), written(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Declares a struct whose fields are [`Wire`](crate::codec::Wire), and implements reading,
/// writing, `Clone`, `Default`, comparing, and a `Debug` that shows no personal data. Derives of
/// the same would take the compiler several times as long.
///
/// Behind the struct may stand, in this order: `required` and the members that a request must
/// have; `keeps` and the name of one more field, a `Map<serde_json::Value>` that collects members
/// without a field of their own; `by new` where the record has no `Default`, or one of its own.
///
/// ```
/// crm_core::record! {
///     /// A tag.
///     pub struct Tag {
///         /// Its name.
///         name: Option<String> = "tagName",
///     }
///     required "tagName"
/// }
///
/// let tag: Tag = crm_core::codec::decode(br#"{"tagName": 7, "new": []}"#).unwrap();
/// assert_eq!(tag.name.as_deref(), Some("7"));
/// let missing = crm_core::codec::encode(&Tag::default()).unwrap_err();
/// assert_eq!(missing.to_string(), "`tagName` is required in `Tag`");
/// ```
#[macro_export]
macro_rules! record {
    (
        $(#$meta:tt)*
        pub struct $ty:ident { $($(#$doc:tt)* $field:ident: $of:ty = $wire:literal,)* }
        $(required $($required:literal)+)?
        $(keeps $extra:ident)?
        $(by $new:ident)?
    ) => {
        $(#$meta)*
        #[non_exhaustive]
        pub struct $ty {
            $($(#$doc)* pub $field: $of,)*
            $(/// Members that the record does not name.
            pub $extra: $crate::Map<$crate::reexport::serde_json::Value>,)?
        }

        impl $crate::codec::Record for $ty {
            const NAMES: &'static [&'static str] = &[stringify!($ty), $($wire),*];
            $(const REQUIRED: &'static [&'static str] = &[$($required),+];)?
            $(const KEEPS: bool = { let _ = stringify!($extra); true };)?
            type Parts = $crate::parts!($($of)*);

            #[inline]
            fn from_parts(parts: Self::Parts) -> Self {
                let $crate::parts!($($field)*) = parts;
                Self { $($field,)* $($extra: $crate::Map::new())? }
            }

            #[inline]
            fn parts(&self) -> <Self::Parts as $crate::codec::Parts>::Refs<'_> {
                $crate::parts!($((&self.$field))*)
            }

            $(fn extra(&self) -> Option<&$crate::Map<$crate::reexport::serde_json::Value>> {
                Some(&self.$extra)
            }

            fn keep(&mut self, members: $crate::Map<$crate::reexport::serde_json::Value>) {
                self.$extra = members;
            })?
        }

        impl $crate::codec::Wire for $ty {
            type Form = $crate::codec::AsObject;
        }

        impl Clone for $ty {
            #[inline]
            fn clone(&self) -> Self {
                $crate::codec::copy(self)
            }
        }

        impl<'de> $crate::reexport::serde::Deserialize<'de> for $ty {
            fn deserialize<D: $crate::reexport::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::codec::read(deserializer)
            }
        }

        impl $crate::reexport::serde::Serialize for $ty {
            fn serialize<S: $crate::reexport::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::codec::write(self, serializer, $crate::codec::Mode::Lenient)
            }
        }

        impl ::std::fmt::Debug for $ty {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::codec::show(self, f)
            }
        }

        impl PartialEq for $ty {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::codec::same(self, other)
            }
        }

        $crate::record!(@default $ty $($new)?);
    };
    (@default $ty:ident new) => {};
    (@default $ty:ident) => {
        impl ::std::default::Default for $ty {
            #[inline]
            fn default() -> Self {
                $crate::codec::blank()
            }
        }
    };
}
