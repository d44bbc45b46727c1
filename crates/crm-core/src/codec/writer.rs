//! Writes what [`Wire`](super::Wire) values consist of as JSON, with the bytes of serde_json. Four fifths of the time that
//! serde_json takes for a batch is its search for characters to escape, which goes byte by byte; this one looks at blocks.

use std::fmt::Display;

use serde::ser::{self, Error as _, Serialize, Serializer};
use serde_json::Error;

/// The name under which serde_json passes on a number if a crate of the program enables `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

/// Writes a value as JSON.
pub(super) fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    let mut writer = Writer(Vec::with_capacity(128));
    value.serialize(&mut writer)?;
    Ok(writer.0)
}

/// The JSON written so far.
struct Writer(Vec<u8>);

impl Writer {
    fn text(&mut self, text: &str) {
        self.0.push(b'"');
        let mut rest = text.as_bytes();
        while let Some(at) = to_escape(rest) {
            let (plain, from) = rest.split_at(at);
            self.0.extend_from_slice(plain);
            if let Some((byte, after)) = from.split_first() {
                self.escaped(*byte);
                rest = after;
            }
        }
        self.0.extend_from_slice(rest);
        self.0.push(b'"');
    }

    fn escaped(&mut self, byte: u8) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let short = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            0x0c => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            _ => {
                let digit = |four: u8| HEX[usize::from(four & 0xf)];
                self.0.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)]);
                return;
            }
        };
        self.0.extend_from_slice(&[b'\\', short]);
    }

    fn plain(&mut self, value: impl Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut self.0, &value)
    }

    fn compound(&mut self, begin: &[u8], end: &'static [u8]) -> Compound<'_> {
        self.0.extend_from_slice(begin);
        Compound { writer: self, first: true, end }
    }

    /// Writes the start of an enum variant with content.
    fn variant(&mut self, variant: &str) {
        self.0.push(b'{');
        self.text(variant);
        self.0.push(b':');
    }
}

/// The bytes of a text that are looked at together. Compilers make a few instructions of it on every usual processor.
const BLOCK: usize = 16;

/// Returns the place of the first byte that JSON escapes: a quote, a backslash or a control character.
fn to_escape(text: &[u8]) -> Option<usize> {
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let from = match blocks.iter().position(any_escaped) {
        Some(block) => block * BLOCK,
        None if is_plain_to_its_end(text, rest) => return None,
        None => blocks.len() * BLOCK,
    };
    text[from..].iter().position(|byte| is_escaped(*byte)).map(|at| from + at)
}

fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Looks at all bytes, because that is faster than to stop early.
fn any_escaped<const N: usize>(bytes: &[u8; N]) -> bool {
    bytes.iter().fold(false, |any, byte| any | (*byte < 0x20) | (*byte == b'"') | (*byte == b'\\'))
}

/// Returns true if the rest of a text has nothing to escape. It is covered by blocks that overlap what is before it, or
/// each other.
fn is_plain_to_its_end(text: &[u8], rest: &[u8]) -> bool {
    fn covered<const N: usize>(text: &[u8]) -> bool {
        let (first, last) = (text.first_chunk::<N>(), text.last_chunk::<N>());
        !first.is_some_and(any_escaped) & !last.is_some_and(any_escaped)
    }
    match (text.len(), rest.len()) {
        (_, 0) => true,
        (BLOCK.., _) => !text.last_chunk::<BLOCK>().is_some_and(any_escaped),
        (8.., _) => covered::<8>(text),
        (4.., _) => covered::<4>(text),
        _ => !rest.iter().any(|byte| is_escaped(*byte)),
    }
}

macro_rules! plain {
    ($($method:ident: $ty:ty,)*) => {$(
        fn $method(self, value: $ty) -> Result<(), Error> {
            self.plain(value)
        }
    )*};
}

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Compound<'a>;
    type SerializeTuple = Compound<'a>;
    type SerializeTupleStruct = Compound<'a>;
    type SerializeTupleVariant = Compound<'a>;
    type SerializeMap = Compound<'a>;
    type SerializeStruct = Compound<'a>;
    type SerializeStructVariant = Compound<'a>;

    plain! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_i128: i128,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_u128: u128,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
        serialize_bytes: &[u8],
    }

    fn serialize_str(self, text: &str) -> Result<(), Error> {
        self.text(text);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.0.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.variant(variant);
        value.serialize(&mut *self)?;
        self.0.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Compound<'a>, Error> {
        Ok(self.compound(b"[", b"]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Compound<'a>, Error> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Compound<'a>, Error> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, Error> {
        self.variant(variant);
        Ok(self.compound(b"[", b"]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Compound<'a>, Error> {
        Ok(self.compound(b"{", b"}"))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Compound<'a>, Error> {
        // The only member of a number is its text, which is written unchanged.
        if name == NUMBER { Ok(self.compound(b"", b"")) } else { self.serialize_map(None) }
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, Error> {
        self.variant(variant);
        Ok(self.compound(b"{", b"}}"))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        self.text(&value.to_string());
        Ok(())
    }
}

/// A list or an object that is being written.
struct Compound<'a> {
    writer: &'a mut Writer,
    first: bool,
    end: &'static [u8],
}

impl Compound<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        if !std::mem::take(&mut self.first) {
            self.writer.0.push(b',');
        }
        value.serialize(&mut *self.writer)
    }

    fn key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let before = self.writer.0.len() + usize::from(!self.first);
        self.item(key)?;
        if self.writer.0.get(before) != Some(&b'"') {
            return Err(Error::custom("the name of a member must be a text"));
        }
        self.writer.0.push(b':');
        Ok(())
    }

    fn member<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        if self.end.is_empty() {
            let before = self.writer.0.len();
            value.serialize(&mut *self.writer)?;
            self.writer.0.pop();
            self.writer.0.remove(before);
            return Ok(());
        }
        self.key(name)?;
        value.serialize(&mut *self.writer)
    }

    fn close(self) {
        self.writer.0.extend_from_slice(self.end);
    }
}

macro_rules! compound {
    ($($of:ident: $method:ident,)*) => {$(
        impl ser::$of for Compound<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.item(value)
            }

            fn end(self) -> Result<(), Error> {
                self.close();
                Ok(())
            }
        }
    )*};
}

compound! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}

impl ser::SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

macro_rules! members {
    ($($of:ident),*) => {$(
        impl ser::$of for Compound<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
                self.member(name, value)
            }

            fn end(self) -> Result<(), Error> {
                self.close();
                Ok(())
            }
        }
    )*};
}

members!(SerializeStruct, SerializeStructVariant);

#[cfg(test)]
mod tests;
