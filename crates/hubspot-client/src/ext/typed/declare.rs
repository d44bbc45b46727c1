//! Macros that declare the properties of an account as a struct, and their options as enums. `crm schema pull` writes them.

use std::fmt;
use std::marker::PhantomData;

use crm_core::Timestamp;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// Beginning of the name by which a value that must not be sent is passed to the serializer.
pub(super) const REFUSED: &str = "hubspot_client: ";

/// Reason why an unknown option is not sent.
#[doc(hidden)]
pub const NO_OPTION: &str = "hubspot_client: the value is not an option that the program knows; if the account has it now, pull the schema again";

const NO_TIME: &str = "hubspot_client: the value is not a time, for example 2026-03-01 or 2026-03-01T12:00:00Z";

/// A struct that [`properties!`](crate::properties!) declared.
#[doc(hidden)]
pub trait Declared: Default {
    const NAME: &'static str;
    const NAMES: &'static [&'static str];

    /// Reads the value of a property. Returns false if no field has its name.
    fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, values: &mut A) -> Result<bool, A::Error>;

    /// Writes the properties that can be written.
    fn write<S: SerializeStruct>(&self, to: &mut S) -> Result<(), S::Error>;
}

/// A value of a property.
#[doc(hidden)]
pub trait Settable {
    /// Returns the reason why it must not be sent, which begins with `REFUSED`.
    fn fault(&self) -> Option<&'static str> {
        None
    }
}

macro_rules! settable {
    ($($of:ty)*) => {$(impl Settable for $of {})*};
}

settable!(String bool f32 f64 i8 i16 i32 i64 u8 u16 u32 u64);

impl Settable for Timestamp {
    fn fault(&self) -> Option<&'static str> {
        // An empty text clears the property.
        (!self.as_str().is_empty() && self.read().is_err()).then_some(NO_TIME)
    }
}

impl<T: Settable> Settable for Vec<T> {
    fn fault(&self) -> Option<&'static str> {
        self.iter().find_map(Settable::fault)
    }
}

/// A value that HubSpot's serializer refuses if it must not be sent. Others write it as it is.
struct Checked<'a, T>(&'a T);

impl<T: Serialize + Settable> Serialize for Checked<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.fault() {
            None => self.0.serialize(serializer),
            Some(fault) => serializer.serialize_newtype_struct(fault, self.0),
        }
    }
}

/// Writes a property, unless it is `None`.
#[doc(hidden)]
pub fn put<S: SerializeStruct, T: Serialize + Settable>(
    to: &mut S,
    name: &'static str,
    value: &Option<T>,
) -> Result<(), S::Error> {
    value.as_ref().map_or(Ok(()), |value| to.serialize_field(name, &Checked(value)))
}

/// Reads a declared struct.
#[doc(hidden)]
pub fn read<'de, P: Declared, D: Deserializer<'de>>(deserializer: D) -> Result<P, D::Error> {
    struct Members<P>(PhantomData<P>);
    impl<'de, P: Declared> Visitor<'de> for Members<P> {
        type Value = P;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object (properties)")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<P, A::Error> {
            let mut properties = P::default();
            while let Some(name) = map.next_key::<String>()? {
                if !properties.read(&name, &mut map)? {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(properties)
        }
    }
    deserializer.deserialize_struct(P::NAME, P::NAMES, Members(PhantomData))
}

/// Writes a declared struct.
#[doc(hidden)]
pub fn write<P: Declared, S: Serializer>(properties: &P, serializer: S) -> Result<S::Ok, S::Error> {
    let mut members = serializer.serialize_struct(P::NAME, P::NAMES.len())?;
    properties.write(&mut members)?;
    members.end()
}

/// Declares a struct for [`Objects::typed`](crate::objects::Objects::typed), as `crm schema pull hubspot --as rust` writes it
/// for the properties of an account. `crm` is the command line in the same repository as this crate.
///
/// Each field is an `Option` of a text, a number, a boolean, a [`Timestamp`], an enum that [`options!`](crate::options)
/// declares, or a list of one of them. The fields below `read_only` are read, and never written. A value that
/// is not a time or not a known option is refused before it is sent, with
/// [`ErrorKind::Validation`](crate::ErrorKind::Validation). `Debug` shows no values.
///
/// A field that is `None` is not sent, and its property keeps its value. An empty text, time or list clears the property. To
/// clear a number, a boolean or an enum, update the record without the type, with
/// [`ObjectUpdate::clear`](crate::types::ObjectUpdate::clear).
///
/// ```
/// hubspot_client::options! {
///     /// Lifecycle stage.
///     pub enum Lifecyclestage {
///         /// Lead
///         Lead = "lead",
///     }
/// }
/// hubspot_client::properties! {
///     /// Properties of contacts.
///     pub struct Contact {
///         /// Lifecycle stage.
///         lifecyclestage: Option<Lifecyclestage> = "lifecyclestage",
///     }
///     read_only {
///         /// Create date.
///         createdate: Option<hubspot_client::Timestamp> = "createdate",
///     }
/// }
///
/// # fn example(client: hubspot_client::Client) {
/// let lead = Contact { lifecyclestage: Some(Lifecyclestage::Lead), ..Contact::default() };
/// let call = client.contacts().typed::<Contact>().create(&lead);
/// # }
/// ```
#[macro_export]
macro_rules! properties {
    (
        $(#$meta:tt)*
        pub struct $ty:ident { $($(#$doc:tt)* $field:ident: $of:ty = $name:literal,)* }
        read_only { $($(#$read_doc:tt)* $read:ident: $read_of:ty = $read_name:literal,)* }
    ) => {
        $(#$meta)*
        #[derive(Clone, Default, PartialEq)]
        pub struct $ty {
            $($(#$doc)* pub $field: $of,)*
            $($(#$read_doc)* pub $read: $read_of,)*
        }

        #[allow(unreachable_code, unused_variables)]
        impl $crate::reexport::Declared for $ty {
            const NAME: &'static str = stringify!($ty);
            const NAMES: &'static [&'static str] = &[$($name,)* $($read_name),*];

            fn read<'de, A: $crate::reexport::serde::de::MapAccess<'de>>(
                &mut self,
                name: &str,
                values: &mut A,
            ) -> ::core::result::Result<bool, A::Error> {
                match name {
                    $($name => self.$field = values.next_value()?,)*
                    $($read_name => self.$read = values.next_value()?,)*
                    _ => return ::core::result::Result::Ok(false),
                }
                ::core::result::Result::Ok(true)
            }

            fn write<S: $crate::reexport::serde::ser::SerializeStruct>(
                &self,
                to: &mut S,
            ) -> ::core::result::Result<(), S::Error> {
                $($crate::reexport::put(to, $name, &self.$field)?;)*
                ::core::result::Result::Ok(())
            }
        }

        impl<'de> $crate::reexport::serde::Deserialize<'de> for $ty {
            fn deserialize<D: $crate::reexport::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::reexport::read(deserializer)
            }
        }

        impl $crate::reexport::serde::Serialize for $ty {
            fn serialize<S: $crate::reexport::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::reexport::write(self, serializer)
            }
        }

        impl ::core::fmt::Debug for $ty {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(stringify!($ty)).finish_non_exhaustive()
            }
        }
    };
}

/// Declares the options of a property as an enum. `Unrecognized` keeps a value that was not known when the enum was
/// written; it is read, and refused before it is sent. An example is at [`properties!`](crate::properties!).
#[macro_export]
macro_rules! options {
    ($(#$meta:tt)* pub enum $ty:ident { $($(#$doc:tt)* $variant:ident = $text:literal,)* }) => {
        $crate::reexport::open_enum! {
            $(#$meta)*
            pub enum $ty {
                $($(#$doc)* $variant = $text,)*
            }
        }

        impl $crate::reexport::Settable for $ty {
            fn fault(&self) -> ::core::option::Option<&'static str> {
                match self {
                    // An empty text clears the property.
                    Self::Unrecognized(text) if !text.is_empty() => {
                        ::core::option::Option::Some($crate::reexport::NO_OPTION)
                    }
                    _ => ::core::option::Option::None,
                }
            }
        }
    };
}
