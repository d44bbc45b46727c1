//! Records: types with named fields.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap, Serializer};

use super::{As, Mode, Seed, Wire};

/// A type with named fields. Implemented by [`record!`](crate::record).
pub trait Record: Sized {
    /// One variant a field.
    type Key;
    /// The name of the type, for messages.
    const NAME: &'static str;
    /// Whether members without a field of their own are kept.
    const KEEPS: bool;
    /// A record without any value.
    fn blank() -> Self;
    /// The field of a member's name.
    fn key(name: &str) -> Option<Self::Key>;
    /// Reads the value of a field.
    fn read_field<'de, A: MapAccess<'de>>(&mut self, key: Self::Key, map: &mut A) -> Result<(), A::Error>;
    /// Keeps a member that has no field. Only called where [`KEEPS`](Self::KEEPS) is true.
    fn keep(&mut self, name: String, value: serde_json::Value);
    /// Writes all fields that hold something.
    fn write_fields<M: SerializeMap>(&self, map: &mut M, mode: Mode) -> Result<(), M::Error>;
}

enum Member<K> {
    Field(K),
    Other(String),
}

struct MemberName<R>(PhantomData<R>);

impl<R: Record> Visitor<'_> for MemberName<R> {
    type Value = Member<R::Key>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(match R::key(name) {
            Some(key) => Member::Field(key),
            None if R::KEEPS => Member::Other(name.to_owned()),
            None => Member::Other(String::new()),
        })
    }
}

impl<'de, R: Record> DeserializeSeed<'de> for MemberName<R> {
    type Value = Member<R::Key>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

struct Reader<R>(PhantomData<R>);

impl<'de, R: Record> Visitor<'de> for Reader<R> {
    type Value = R;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", R::NAME)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<R, E> {
        Ok(R::blank())
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<R, E> {
        Ok(R::blank())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<R, A::Error> {
        let mut record = R::blank();
        while let Some(member) = map.next_key_seed(MemberName::<R>(PhantomData))? {
            match member {
                Member::Field(key) => record.read_field(key, &mut map)?,
                Member::Other(name) if R::KEEPS => record.keep(name, map.next_value()?),
                Member::Other(_) => {
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
    record.write_fields(&mut map, mode)?;
    map.end()
}

/// Reads the value of the member whose name was read last.
pub fn value<'de, T: Wire, A: MapAccess<'de>>(map: &mut A) -> Result<T, A::Error> {
    map.next_value_seed(Seed(PhantomData))
}

#[doc(hidden)]
pub fn put<T: Wire, M: SerializeMap>(
    map: &mut M,
    record: &str,
    name: &'static str,
    value: &T,
    required: bool,
    mode: Mode,
) -> Result<(), M::Error> {
    if !value.absent() {
        return map.serialize_entry(name, &As { value, mode });
    }
    if required && mode == Mode::Strict {
        return Err(M::Error::custom(format_args!("`{name}` is required in `{record}`")));
    }
    Ok(())
}

/// Implements reading, writing and a `Debug` that shows no personal data for a struct whose
/// fields are [`Wire`](crate::codec::Wire).
///
/// Fields after `required` must hold a value when the record is sent. `keeps` names the field
/// (a `Map<serde_json::Value>`) that collects members without a field of their own.
///
/// ```
/// /// A tag.
/// #[derive(Clone, Default)]
/// pub struct Tag {
///     /// Its name.
///     pub name: Option<String>,
/// }
/// crm_core::record!(Tag { name: "tagName" } required { name });
///
/// let tag: Tag = crm_core::codec::decode(br#"{"tagName": 7, "new": []}"#).unwrap();
/// assert_eq!(tag.name.as_deref(), Some("7"));
/// let missing = crm_core::codec::encode(&Tag::default()).unwrap_err();
/// assert_eq!(missing.to_string(), "`tagName` is required in `Tag`");
/// ```
#[macro_export]
macro_rules! record {
    ($ty:ident { $($field:ident: $wire:literal),* $(,)? } $(required { $($required:ident),* $(,)? })? $(keeps $extra:ident)?) => {
        const _: () = {
            #[allow(unused_imports)]
            use $crate::codec::{Map, Mode, Record, Wire, put, read_record, redacted, value, write_record};
            use $crate::reexport::{serde, serde_json::Value};
            use serde::de::{Deserialize, Deserializer, MapAccess};
            use serde::ser::{Serialize, SerializeMap, Serializer};

            #[allow(non_camel_case_types, unreachable_pub, missing_docs)]
            #[derive(Clone, Copy, PartialEq)]
            pub enum Key { $($field),* }

            impl Record for $ty {
                type Key = Key;
                const NAME: &'static str = stringify!($ty);
                const KEEPS: bool = false $(|| { let _ = stringify!($extra); true })?;

                fn blank() -> Self {
                    Self { $($field: Default::default(),)* $($extra: Map::default(),)? }
                }

                fn key(name: &str) -> Option<Key> {
                    match name {
                        $($wire => Some(Key::$field),)*
                        _ => None,
                    }
                }

                #[allow(unused_variables)]
                fn read_field<'de, A: MapAccess<'de>>(&mut self, key: Key, map: &mut A) -> Result<(), A::Error> {
                    match key {
                        $(Key::$field => self.$field = value(map)?,)*
                    }
                    #[allow(unreachable_code)]
                    Ok(())
                }

                #[allow(unused_variables)]
                fn keep(&mut self, name: String, value: Value) {
                    $(self.$extra.insert(name, value);)?
                }

                #[allow(unused_variables)]
                fn write_fields<M: SerializeMap>(&self, map: &mut M, mode: Mode) -> Result<(), M::Error> {
                    const REQUIRED: &[Key] = &[$($(Key::$required),*)?];
                    $(put(map, Self::NAME, $wire, &self.$field, REQUIRED.contains(&Key::$field), mode)?;)*
                    $(for (name, value) in self.$extra.iter() {
                        map.serialize_entry(name, value)?;
                    })?
                    Ok(())
                }
            }

            impl Wire for $ty {
                fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    read_record(deserializer)
                }

                fn write<S: Serializer>(&self, serializer: S, mode: Mode) -> Result<S::Ok, S::Error> {
                    write_record(self, serializer, mode)
                }
            }

            impl<'de> Deserialize<'de> for $ty {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    read_record(deserializer)
                }
            }

            impl Serialize for $ty {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    write_record(self, serializer, Mode::Lenient)
                }
            }

            impl ::std::fmt::Debug for $ty {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    redacted(f, Self::NAME, self)
                }
            }
        };
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
