//! Records: types with named fields.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap, Serializer};

use super::{As, Map, Mode, Seed, Wire};

/// A type with named fields. Implemented by [`record!`](crate::record).
///
/// The methods are shaped for the compiler: one call a field and no `?`, because a client has
/// thousands of fields and all of them are checked in every build.
pub trait Record: Sized {
    /// The name of the type, for messages.
    const NAME: &'static str;
    /// A record without any value.
    const BLANK: Self;
    /// Whether members without a field of their own are kept.
    const KEEPS: bool = false;
    /// Reads the value of the member just named into its field; `None` if it has none.
    fn read_member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Option<Result<(), A::Error>>;
    /// Keeps a member that has no field. Only called where [`KEEPS`](Self::KEEPS) is true.
    fn keep(&mut self, _name: String, _value: serde_json::Value) {}
    /// Writes all fields that hold something.
    fn write_fields<M: SerializeMap>(&self, fields: &mut Fields<'_, M>);
}

/// What a field of a record holds before anything is read. A constant, because a call for each
/// field of each record costs the compiler more than reading them.
pub trait Blank {
    /// Nothing.
    const BLANK: Self;
}

impl<T> Blank for Option<T> {
    const BLANK: Self = None;
}

impl<T> Blank for Vec<T> {
    const BLANK: Self = Self::new();
}

impl<V> Blank for Map<V> {
    const BLANK: Self = Self::new();
}

/// The name of a member, borrowed from the body where it stands there as it is.
struct MemberName;

impl<'de> Visitor<'de> for MemberName {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }

    fn visit_string<E: serde::de::Error>(self, name: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name))
    }
}

impl<'de> DeserializeSeed<'de> for MemberName {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

struct Reader<R>(PhantomData<R>);

impl<'de, R: Record> Visitor<'de> for Reader<R> {
    type Value = R;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", R::NAME)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<R, E> {
        Ok(R::BLANK)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<R, E> {
        Ok(R::BLANK)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<R, A::Error> {
        let mut record = R::BLANK;
        while let Some(name) = map.next_key_seed(MemberName)? {
            match record.read_member(&name, &mut map) {
                Some(read) => read?,
                None if R::KEEPS => record.keep(name.into_owned(), map.next_value()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(record)
    }
}

/// Reads a record; `null` is a record without any value.
pub fn read_record<'de, R: Record, D: Deserializer<'de>>(deserializer: D) -> Result<R, D::Error> {
    deserializer.deserialize_any(Reader(PhantomData))
}

/// Writes a record.
pub fn write_record<R: Record, S: Serializer>(record: &R, serializer: S, mode: Mode) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    let mut fields = Fields { map: &mut map, record: R::NAME, mode, outcome: Ok(()) };
    record.write_fields(&mut fields);
    fields.outcome?;
    map.end()
}

/// Whether two records would be written alike.
pub fn same<R: Wire>(one: &R, other: &R) -> bool {
    let written = |record| serde_json::to_value(As { value: record, mode: Mode::Lenient });
    match (written(one), written(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Reads the value of the member that was named last into a field.
pub fn set<'de, T: Wire, A: MapAccess<'de>>(field: &mut T, map: &mut A) -> Option<Result<(), A::Error>> {
    Some(map.next_value_seed(Seed(PhantomData)).map(|value| *field = value))
}

/// The fields of a record on their way out. The first failure is kept and ends the writing.
pub struct Fields<'a, M: SerializeMap> {
    map: &'a mut M,
    record: &'static str,
    mode: Mode,
    outcome: Result<(), M::Error>,
}

impl<M: SerializeMap> Fields<'_, M> {
    /// Writes a field that holds something.
    pub fn put<T: Wire>(&mut self, name: &'static str, value: &T) {
        if self.outcome.is_ok() && !value.absent() {
            self.outcome = self.map.serialize_entry(name, &As { value, mode: self.mode });
        }
    }

    /// In a request, a field without a value is a failure.
    pub fn need<T: Wire>(&mut self, name: &'static str, value: &T) {
        if self.outcome.is_ok() && self.mode == Mode::Strict && value.absent() {
            let record = self.record;
            self.outcome = Err(M::Error::custom(format_args!("`{name}` is required in `{record}`")));
        }
    }

    /// Writes the members that have no field.
    pub fn rest(&mut self, members: &Map<serde_json::Value>) {
        for (name, value) in members.iter() {
            if self.outcome.is_ok() {
                self.outcome = self.map.serialize_entry(name, value);
            }
        }
    }
}

/// Implements reading, writing, `Default`, comparing, and a `Debug` that shows no personal data,
/// for a struct whose fields are [`Wire`](crate::codec::Wire). Derives of the same would take the
/// compiler several times as long.
///
/// Fields after `required` must hold a value when the record is sent. `keeps` names the field
/// (a `Map<serde_json::Value>`) that collects members without a field of their own. A record that
/// is made `by new` has no `Default`, or one of its own.
///
/// ```
/// /// A tag.
/// #[derive(Clone)]
/// pub struct Tag {
///     /// Its name.
///     pub name: Option<String>,
/// }
/// crm_core::record!(Tag { name: "tagName" } required { name: "tagName" });
///
/// let tag: Tag = crm_core::codec::decode(br#"{"tagName": 7, "new": []}"#).unwrap();
/// assert_eq!(tag.name.as_deref(), Some("7"));
/// let missing = crm_core::codec::encode(&Tag::default()).unwrap_err();
/// assert_eq!(missing.to_string(), "`tagName` is required in `Tag`");
/// ```
#[macro_export]
macro_rules! record {
    ($ty:ident { $($field:ident: $wire:literal),* $(,)? } $(required { $($required:ident: $needed:literal),* $(,)? })? $(keeps $extra:ident)? $(by $new:ident)?) => {
        $crate::record!(@default $ty $($new)?);

        impl $crate::codec::Record for $ty {
            const NAME: &'static str = stringify!($ty);
            const BLANK: Self = Self {
                $($field: $crate::codec::Blank::BLANK,)*
                $($extra: $crate::Map::new(),)?
            };
            $(const KEEPS: bool = { let _ = stringify!($extra); true };)?

            fn read_member<'de, A: $crate::reexport::serde::de::MapAccess<'de>>(
                &mut self,
                name: &str,
                _map: &mut A,
            ) -> Option<Result<(), A::Error>> {
                match name {
                    $($wire => $crate::codec::set(&mut self.$field, _map),)*
                    _ => None,
                }
            }

            $(fn keep(&mut self, name: String, value: $crate::reexport::serde_json::Value) {
                self.$extra.append(name, value);
            })?

            fn write_fields<M: $crate::reexport::serde::ser::SerializeMap>(
                &self,
                _fields: &mut $crate::codec::Fields<'_, M>,
            ) {
                $($(_fields.need($needed, &self.$required);)*)?
                $(_fields.put($wire, &self.$field);)*
                $(_fields.rest(&self.$extra);)?
            }
        }

        impl $crate::codec::Wire for $ty {
            fn read<'de, D: $crate::reexport::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::codec::read_record(deserializer)
            }

            fn write<S: $crate::reexport::serde::Serializer>(
                &self,
                serializer: S,
                mode: $crate::codec::Mode,
            ) -> Result<S::Ok, S::Error> {
                $crate::codec::write_record(self, serializer, mode)
            }
        }

        impl<'de> $crate::reexport::serde::Deserialize<'de> for $ty {
            fn deserialize<D: $crate::reexport::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::codec::read_record(deserializer)
            }
        }

        impl $crate::reexport::serde::Serialize for $ty {
            fn serialize<S: $crate::reexport::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::codec::write_record(self, serializer, $crate::codec::Mode::Lenient)
            }
        }

        impl ::std::fmt::Debug for $ty {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::codec::redacted(f, stringify!($ty), self)
            }
        }

        impl PartialEq for $ty {
            fn eq(&self, other: &Self) -> bool {
                $crate::codec::same(self, other)
            }
        }
    };
    (@default $ty:ident new) => {};
    (@default $ty:ident) => {
        impl ::std::default::Default for $ty {
            fn default() -> Self {
                <Self as $crate::codec::Record>::BLANK
            }
        }
    };
}

/// Adds a method for each field that sets it and gives the record back. A list is written
/// `name: [T]` and takes anything that gives items.
///
/// ```
/// /// What is searched for.
/// #[derive(Clone, Default)]
/// pub struct Search {
///     /// Text to look for.
///     pub query: Option<String>,
///     /// Fields to return.
///     pub fields: Option<Vec<String>>,
/// }
/// crm_core::setters!(Search { query: String, fields: [String] });
///
/// let search = Search::default().query("acme").fields(["name", "domain"]);
/// assert_eq!(search.fields.unwrap().len(), 2);
/// ```
#[macro_export]
macro_rules! setters {
    ($ty:ident { $($field:ident: $kind:tt $(<$($inner:ty),*>)?),* $(,)? }) => {
        impl $ty {
            $($crate::setters!(@ $field $kind $(<$($inner),*>)?);)*
        }
    };
    (@ $field:ident [$item:ty]) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, values: impl IntoIterator<Item = impl Into<$item>>) -> Self {
            self.$field = Some(values.into_iter().map(Into::into).collect());
            self
        }
    };
    (@ $field:ident Box<$inner:ty>) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, value: impl Into<$inner>) -> Self {
            self.$field = Some(Box::new(value.into()));
            self
        }
    };
    (@ $field:ident $value:ident $(<$($inner:ty),*>)?) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](Self::", stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, value: impl Into<$value $(<$($inner),*>)?>) -> Self {
            self.$field = Some(value.into());
            self
        }
    };
}
