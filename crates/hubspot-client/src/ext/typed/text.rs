//! Converts a type of the user to HubSpot's texts.

use std::fmt::{self, Display};

use crm_core::Map;
use serde::ser::{
    Error, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, Serializer,
};

use super::declare::REFUSED;

/// Returns the properties of a struct or map, without those that are `None`.
pub(super) fn properties<P: Serialize>(value: &P) -> Result<Map<String>, String> {
    value.serialize(Properties).map_err(|fault| fault.0)
}

/// Reason why a value cannot be written. Never contains the value.
#[derive(Debug)]
struct Unfit(String);

impl Unfit {
    fn of(name: &str, fault: &Self) -> Self {
        Self(format!("the property {name}: {fault}"))
    }
}

impl Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unfit {}

impl Error for Unfit {
    fn custom<T: Display>(_: T) -> Self {
        Self("the value cannot be written".to_owned())
    }
}

macro_rules! refuse {
    ($ok:ty, $fault:literal: $($method:ident($($argument:ty),*))*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<$ok, Unfit> {
            Err(Unfit($fault.to_owned()))
        }
    )*};
    (compound $fault:literal: $($method:ident($($argument:ty),*) -> $compound:ident)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<Self::$compound, Unfit> {
            Err(Unfit($fault.to_owned()))
        }
    )*};
}

/// Takes a struct or a map.
struct Properties;

impl Serializer for Properties {
    type Ok = Map<String>;
    type Error = Unfit;
    type SerializeSeq = Impossible<Map<String>, Unfit>;
    type SerializeTuple = Impossible<Map<String>, Unfit>;
    type SerializeTupleStruct = Impossible<Map<String>, Unfit>;
    type SerializeTupleVariant = Impossible<Map<String>, Unfit>;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Impossible<Map<String>, Unfit>;

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries, Unfit> {
        Ok(Entries::default())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries, Unfit> {
        Ok(Entries::default())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Self::Ok, Unfit> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Self::Ok, Unfit> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Self::Ok, Unfit> {
        Err(Unfit("properties must be a struct or a map".to_owned()))
    }

    refuse! { Self::Ok, "properties must be a struct or a map":
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_f32(f32)
        serialize_f64(f64) serialize_char(char) serialize_str(&str) serialize_bytes(&[u8]) serialize_none()
        serialize_unit() serialize_unit_struct(&'static str)
        serialize_unit_variant(&'static str, u32, &'static str)
    }
    refuse! { compound "properties must be a struct or a map":
        serialize_seq(Option<usize>) -> SerializeSeq
        serialize_tuple(usize) -> SerializeTuple
        serialize_tuple_struct(&'static str, usize) -> SerializeTupleStruct
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> SerializeTupleVariant
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> SerializeStructVariant
    }
}

/// The properties so far.
#[derive(Default)]
struct Entries {
    properties: Map<String>,
    name: String,
}

impl Entries {
    fn put<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Unfit> {
        if let Some(text) = value.serialize(Text).map_err(|fault| Unfit::of(name, &fault))? {
            self.properties.insert(name, text);
        }
        Ok(())
    }
}

impl SerializeStruct for Entries {
    type Ok = Map<String>;
    type Error = Unfit;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unfit> {
        self.put(name, value)
    }

    fn end(self) -> Result<Self::Ok, Unfit> {
        Ok(self.properties)
    }
}

impl SerializeMap for Entries {
    type Ok = Map<String>;
    type Error = Unfit;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), Unfit> {
        self.name = name.serialize(Text)?.unwrap_or_default();
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        let name = std::mem::take(&mut self.name);
        self.put(&name, value)
    }

    fn end(self) -> Result<Self::Ok, Unfit> {
        Ok(self.properties)
    }
}

/// Takes one value; `None` is omitted.
struct Text;

macro_rules! plain {
    ($($method:ident($value:ty))*) => {$(
        fn $method(self, value: $value) -> Result<Self::Ok, Unfit> {
            Ok(Some(value.to_string()))
        }
    )*};
}

macro_rules! finite {
    ($($method:ident($value:ty))*) => {$(
        fn $method(self, value: $value) -> Result<Self::Ok, Unfit> {
            if value.is_finite() { Ok(Some(value.to_string())) } else { Err(Unfit("not a finite number".to_owned())) }
        }
    )*};
}

impl Serializer for Text {
    type Ok = Option<String>;
    type Error = Unfit;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = Impossible<Self::Ok, Unfit>;
    type SerializeTupleVariant = Impossible<Self::Ok, Unfit>;
    type SerializeMap = Impossible<Self::Ok, Unfit>;
    type SerializeStruct = Impossible<Self::Ok, Unfit>;
    type SerializeStructVariant = Impossible<Self::Ok, Unfit>;

    plain! {
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
        serialize_i128(i128) serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64)
        serialize_u128(u128) serialize_char(char) serialize_str(&str)
    }
    finite! { serialize_f32(f32) serialize_f64(f64) }

    fn serialize_none(self) -> Result<Self::Ok, Unfit> {
        Ok(None)
    }

    fn serialize_unit(self) -> Result<Self::Ok, Unfit> {
        Ok(None)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Self::Ok, Unfit> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<Self::Ok, Unfit> {
        match name.strip_prefix(REFUSED) {
            Some(fault) => Err(Unfit(fault.to_owned())),
            None => value.serialize(self),
        }
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Self::Ok, Unfit> {
        Ok(Some(variant.to_owned()))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List, Unfit> {
        Ok(List::default())
    }

    fn serialize_tuple(self, _: usize) -> Result<List, Unfit> {
        Ok(List::default())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Self::Ok, Unfit> {
        Err(Unfit("a property holds one value or a list of them".to_owned()))
    }

    refuse! { Self::Ok, "a property holds one value or a list of them":
        serialize_bytes(&[u8]) serialize_unit_struct(&'static str)
    }
    refuse! { compound "a property holds one value or a list of them":
        serialize_map(Option<usize>) -> SerializeMap
        serialize_struct(&'static str, usize) -> SerializeStruct
        serialize_tuple_struct(&'static str, usize) -> SerializeTupleStruct
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> SerializeTupleVariant
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> SerializeStructVariant
    }
}

/// Values that are joined with semicolons.
#[derive(Default)]
struct List(String);

impl SerializeSeq for List {
    type Ok = Option<String>;
    type Error = Unfit;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        let Some(text) = value.serialize(Text)? else { return Ok(()) };
        if text.contains(';') {
            return Err(Unfit(
                "a value of the list contains a semicolon, which HubSpot uses as the separator".to_owned(),
            ));
        }
        if !self.0.is_empty() {
            self.0.push(';');
        }
        self.0.push_str(&text);
        Ok(())
    }

    fn end(self) -> Result<Self::Ok, Unfit> {
        Ok(Some(self.0))
    }
}

impl SerializeTuple for List {
    type Ok = Option<String>;
    type Error = Unfit;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Self::Ok, Unfit> {
        SerializeSeq::end(self)
    }
}
