//! Records: types with named fields.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use super::fields::{Fields, Members};
use super::parts::{CopyParts, Lend, Parts};
use super::{As, Consists, Form, Map, Mode, OF_ERRORS, Odd, Oddities, Seed, Showing, Shown, Wire, is_id, place};

/// The members of a record that none of its fields can hold, by their names.
pub type Extra = Map<Value>;

/// The fields of a record, borrowed, and its extra members.
pub type Lent<'a, R> = (<<R as Record>::Parts as Lend>::Refs<'a>, &'a Extra);

/// A type with named fields. Implemented by [`record!`](crate::record).
pub trait Record: Sized {
    /// The names of the type and of its fields as one text, with spaces in between, then the names of the members that
    /// have a field, in the same order. After each of the marks `" required"`, `" nullable"` and `" read_only"` come
    /// members of that kind; no name of a member begins with a space. It is one constant because each constant of a
    /// record costs time to compile. Fields without a name are not shown.
    const NAMES: &'static [&'static str];
    /// The names of the members that have a field.
    const MEMBERS: &'static [&'static str] = part(Self::NAMES, None);
    /// The names of the members that a request must have.
    const REQUIRED: &'static [&'static str] = part(Self::NAMES, Some(" required"));
    /// The names of the members that may be sent as `null`, which clears them.
    const NULLABLE: &'static [&'static str] = part(Self::NAMES, Some(" nullable"));
    /// The names of the read-only members, which requests must not have.
    const READ_ONLY: &'static [&'static str] = part(Self::NAMES, Some(" read_only"));
    /// Its fields, in the order of the members.
    type Parts: Parts;
    /// Creates a record from its fields and the members that none of them can hold.
    fn from_parts(parts: Self::Parts, extra: Extra) -> Self;
    /// Borrows the fields and the members that none of them can hold.
    fn parts(&self) -> Lent<'_, Self>;
}

/// Returns the names after a mark, up to the next one; without a mark, those after the text in front.
const fn part(names: &'static [&'static str], mark: Option<&str>) -> &'static [&'static str] {
    let mut begin = 0;
    if let Some(mark) = mark {
        while begin < names.len() && !is_same(names[begin], mark) {
            begin += 1;
        }
    }
    let Some((_, names)) = names.split_at_checked(begin + 1) else { return &[] };
    let mut end = 0;
    while end < names.len() && !matches!(names[end].as_bytes(), [b' ', ..]) {
        end += 1;
    }
    names.split_at(end).0
}

/// Compares two texts, in constants too.
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}

/// Returns the name of a record, and those of its fields with spaces in between.
fn names<R: Record>() -> (&'static str, &'static str) {
    let names = R::NAMES.first().copied().unwrap_or_default();
    names.split_once(char::is_whitespace).unwrap_or((names, ""))
}

/// Returns the name of a record.
#[must_use]
pub fn name<R: Record>() -> &'static str {
    names::<R>().0
}

/// Returns the names of the members of a record that have a field.
#[must_use]
pub fn members<R: Record>() -> &'static [&'static str] {
    R::MEMBERS
}

/// The place of a member. Members mostly occur in the order of the fields, with some omitted, so
/// the search starts at the field after the last one.
#[inline]
fn index_of(members: &[&str], name: &str, expected: &mut usize) -> Option<usize> {
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
    expected: &'a mut usize,
}

enum Member {
    Field(usize),
    /// The name of a member without a field.
    Other(Arc<str>),
}

impl Visitor<'_> for Next<'_> {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    #[inline]
    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Member, E> {
        Ok(match index_of(self.members, name, self.expected) {
            Some(index) => Member::Field(index),
            None => Member::Other(name.into()),
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
        let mut extra = Map::new();
        let mut expected = 0;
        let members = members::<R>();
        while let Some(member) = map.next_key_seed(Next { members, expected: &mut expected })? {
            match member {
                Member::Field(index) => {
                    if let Err(error) = parts.read(index, &mut map) {
                        members.get(index).into_iter().for_each(|name| place::member(name));
                        return Err(error);
                    }
                    keep_null::<R>(&parts, index, &mut extra);
                }
                Member::Other(name) => match map.next_value_seed(Seed::<Value>(PhantomData)) {
                    Ok(value) => extra.append(name, value),
                    Err(error) => {
                        place::member(&name);
                        return Err(error);
                    }
                },
            }
        }
        Ok(R::from_parts(parts, extra))
    }
}

/// Keeps a `null` that can be sent: in a request it clears the vendor's value.
#[inline]
fn keep_null<R: Record>(parts: &R::Parts, index: usize, extra: &mut Map<Value>) {
    if R::NULLABLE.is_empty() || !parts.is_blank(index) {
        return;
    }
    if let Some(name) = members::<R>().get(index).filter(|name| R::NULLABLE.contains(name)) {
        extra.append(*name, Value::Null);
    }
}

/// The form of a record: an object. `null` is a record without any value.
#[derive(Debug)]
pub struct AsObject;

impl<R: Record> Form<R> for AsObject {
    const EXPECTED: &'static str = "an object";
    const CONSISTS: Consists = Consists::Members(R::MEMBERS);

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<R, D::Error> {
        deserializer.deserialize_any(Reader(PhantomData))
    }

    fn salvage<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<R, Odd> {
        let given = match value {
            Value::Null => return Ok(blank()),
            Value::String(text) if text.is_empty() => return Ok(blank()),
            Value::Object(given) => given,
            _ => return Err(oddities.kind(<Self as Form<R>>::EXPECTED, value)),
        };
        let mut parts = R::Parts::blank();
        let mut extra = Map::new();
        let mut expected = 0;
        for (name, value) in given {
            oddities.member(name, |oddities| {
                let Some(index) = index_of(members::<R>(), name, &mut expected) else {
                    oddities.note("nothing", value);
                    extra.append(name.as_str(), value.clone());
                    return Ok(());
                };
                match parts.salvage(index, value, oddities) {
                    Ok(()) => keep_null::<R>(&parts, index, &mut extra),
                    Err(Odd::Value) => extra.append(name.as_str(), value.clone()),
                    Err(Odd::Reply) => return Err(Odd::Reply),
                }
                Ok(())
            })?;
        }
        Ok(R::from_parts(parts, extra))
    }

    fn salvage_option<'a>(value: &'a Value, oddities: &mut Oddities<'a>) -> Result<Option<R>, Odd> {
        let none = value.is_null() || value.as_str().is_some_and(str::is_empty);
        if none { Ok(None) } else { Self::salvage(value, oddities).map(Some) }
    }

    fn write<S: Serializer>(record: &R, serializer: S, mode: Mode) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let (parts, extra) = record.parts();
        let known = [members::<R>(), R::REQUIRED, R::READ_ONLY];
        let mut fields = Fields::new(&mut map, name::<R>(), known, extra, mode);
        R::Parts::write(parts, &mut fields);
        fields.end()?;
        for (name, value) in extra.iter().filter(|(name, _)| !members::<R>().contains(name)) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }

    fn shown(record: &R, place: &Showing<'_>) -> Shown {
        let (name, fields) = names::<R>();
        let index = |field: &str| fields.split_ascii_whitespace().position(|name| name == field);
        let place =
            place.beside(|field| index(field).is_some_and(|index| !R::Parts::blank_at(record.parts().0, index)));
        let (parts, extra) = record.parts();
        let mut members = Members::new(name, fields, place);
        R::Parts::show(parts, &mut members);
        members.end(extra)
    }

    fn empty(record: &R) -> bool {
        R::Parts::all_blank(record.parts().0)
    }

    fn lacks(record: &R, member: &str) -> bool {
        let index = members::<R>().iter().position(|name| *name == member);
        index.is_none_or(|index| R::Parts::blank_at(record.parts().0, index))
    }

    fn may_be_error(record: &R) -> bool {
        let (parts, extra) = record.parts();
        let known = members::<R>();
        R::Parts::all_blank(parts) || OF_ERRORS.iter().any(|name| known.contains(name) || extra.get(name).is_some())
    }

    fn promises(member: &str) -> bool {
        members::<R>().is_empty() || members::<R>().contains(&member)
    }

    fn identified() -> bool {
        members::<R>().iter().any(|name| is_id(name))
            || R::Parts::any(|consists| match consists {
                Consists::List => true,
                Consists::Members(names) => names.iter().any(|name| is_id(name)),
                _ => false,
            })
    }
}

/// Returns a record without any value.
pub fn blank<R: Record>() -> R {
    R::from_parts(R::Parts::blank(), Map::new())
}

/// Returns a copy of a record.
pub fn copy<R: Record<Parts: CopyParts>>(record: &R) -> R {
    let (parts, extra) = record.parts();
    R::from_parts(R::Parts::copied(parts), extra.clone())
}

/// Shows a value that is not part of another, for `Debug`.
pub fn show<T: Wire>(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    fmt::Debug::fmt(&T::Form::shown(value, &Showing::alone()), f)
}

/// Returns true if two records would be written identically.
pub fn same<R: Wire>(one: &R, other: &R) -> bool {
    let written = |record| serde_json::to_value(As { value: record, mode: Mode::Lenient });
    match (written(one), written(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Declares a struct whose fields are [`Wire`](crate::codec::Wire), and implements reading,
/// writing, `Clone`, comparison, and a `Debug` that shows no personal data. Derives of
/// the same traits would take several times as long to compile.
///
/// The struct may be followed by, in this order: `required` and the members that a request must
/// have; `nullable` and those that it may send as `null`; `read_only` and those that it must not
/// send; `with default` if the record has a `Default`, without any value.
///
/// A record of more than twelve fields has a `;` after the twelfth, because its tuple has the others in a tuple of their own.
///
/// Each record has one more field, `extra`: members that have no field, members whose value their
/// field cannot hold, and `null` for members that it clears. They are written back unchanged; one
/// with the name of a field only if that field is empty.
///
/// ```
/// crm_core::record! {
///     /// A tag.
///     pub struct Tag {
///         /// Its name.
///         name: Option<String> = "tagName",
///     }
///     required "tagName"
///     with default
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
        pub struct $ty:ident {
            $($(#$doc:tt)* $field:ident: $of:ty = $wire:literal,)*
            $(; $($(#$more_doc:tt)* $more:ident: $more_of:ty = $more_wire:literal,)+)?
        }
        $(required $($required:literal)+)?
        $(nullable $($nullable:literal)+)?
        $(read_only $($read_only:literal)+)?
        $(with $default:ident)?
    ) => {
        $(#$meta)*
        #[non_exhaustive]
        pub struct $ty {
            $($(#$doc)* pub $field: $of,)*
            $($($(#$more_doc)* pub $more: $more_of,)+)?
            // One line, because each line is an attribute, and there are thousands of records.
            /// Members that no field can hold, by their names: members that were not known when this crate was generated, and members whose value is of a type other than declared. They are also sent in a request.
            pub extra: $crate::codec::Extra,
        }

        impl $crate::codec::Record for $ty {
            const NAMES: &'static [&'static str] = &[
                stringify!($ty $($field)* $($($more)+)?),
                $($wire,)*
                $($($more_wire,)+)?
                $(" required", $($required,)+)?
                $(" nullable", $($nullable,)+)?
                $(" read_only", $($read_only,)+)?
            ];
            type Parts = ($($of,)* $($crate::parts!($($more_of)+))?);

            #[inline]
            fn from_parts(($($field,)* $($crate::parts!($($more)+))?): Self::Parts, extra: $crate::codec::Extra) -> Self {
                Self { $($field,)* $($($more,)+)? extra }
            }

            #[inline]
            fn parts(&self) -> $crate::codec::Lent<'_, Self> {
                (($(&self.$field,)* $($crate::parts!($((&self.$more))+))?), &self.extra)
            }
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
                $crate::codec::restore(deserializer)
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

        $(
            impl Default for $ty {
                #[inline]
                fn $default() -> Self {
                    $crate::codec::blank()
                }
            }
        )?
    };
}
