//! The types that fields, arguments and replies have.

use anyhow::{Result, bail};
use quote::ToTokens;

/// A type, without whether it is optional.
#[derive(Debug, Clone, PartialEq)]
pub enum Ty {
    Text,
    Integer,
    Number,
    Boolean,
    /// Any JSON value.
    Json,
    Timestamp,
    Nothing,
    /// A file that is sent.
    Upload,
    Named(String),
    List(Box<Ty>),
    Map(Box<Ty>),
    Boxed(Box<Ty>),
}

impl Ty {
    /// Reads a type of the generator; the flag says whether it is wrapped in an `Option`.
    pub fn read(ty: &syn::Type) -> Result<(Self, bool)> {
        match ty {
            syn::Type::Reference(reference) => Self::read(&reference.elem),
            syn::Type::Tuple(tuple) if tuple.elems.is_empty() => Ok((Self::Nothing, false)),
            syn::Type::Path(path) => {
                let Some(last) = path.path.segments.last() else { bail!("an empty path") };
                let arguments: Vec<&syn::Type> = match &last.arguments {
                    syn::PathArguments::AngleBracketed(list) => list
                        .args
                        .iter()
                        .filter_map(|argument| match argument {
                            syn::GenericArgument::Type(ty) => Some(ty),
                            _ => None,
                        })
                        .collect(),
                    _ => Vec::new(),
                };
                let inner = |at: usize| -> Result<Box<Self>> {
                    match arguments.get(at) {
                        Some(ty) => Ok(Box::new(Self::read(ty)?.0)),
                        None => bail!("`{}` without its argument", last.ident),
                    }
                };
                let name = last.ident.to_string();
                Ok(match name.as_str() {
                    "Option" => (*inner(0)?, true),
                    "Vec" => (Self::List(inner(0)?), false),
                    "Box" => (Self::Boxed(inner(0)?), false),
                    "HashMap" | "BTreeMap" => (Self::Map(inner(1)?), false),
                    "Map" => (Self::Map(Box::new(Self::Json)), false),
                    "Value" => (Self::Json, false),
                    "String" | "str" => (Self::Text, false),
                    "bool" => (Self::Boolean, false),
                    "f32" | "f64" => (Self::Number, false),
                    "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => (Self::Integer, false),
                    crate::shape::tame::TIMESTAMP => (Self::Timestamp, false),
                    _ => (Self::Named(name), false),
                })
            }
            other => bail!("`{}` is not understood", other.to_token_stream()),
        }
    }

    /// The named type in it.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::List(inner) | Self::Map(inner) | Self::Boxed(inner) => inner.name(),
            _ => None,
        }
    }

    /// As Rust code; `types` is put before named types.
    pub fn rust(&self, types: &str) -> String {
        match self {
            Self::Text => "String".to_owned(),
            Self::Integer => "i64".to_owned(),
            Self::Number => "f64".to_owned(),
            Self::Boolean => "bool".to_owned(),
            Self::Json => "Value".to_owned(),
            Self::Timestamp => "Timestamp".to_owned(),
            Self::Nothing => "()".to_owned(),
            Self::Upload => "Upload".to_owned(),
            Self::Named(name) => format!("{types}{name}"),
            Self::List(inner) => format!("Vec<{}>", inner.rust(types)),
            Self::Map(inner) => format!("Map<{}>", inner.rust(types)),
            Self::Boxed(inner) => format!("Box<{}>", inner.rust(types)),
        }
    }

    /// Calls the named type in it by another name.
    pub fn rename(&mut self, new: &impl Fn(&str) -> Option<String>) {
        match self {
            Self::Named(name) => {
                if let Some(new) = new(name) {
                    *name = new;
                }
            }
            Self::List(inner) | Self::Map(inner) | Self::Boxed(inner) => inner.rename(new),
            _ => {}
        }
    }

    /// Replaces named types by what `of` knows of them.
    pub fn expand(&self, of: &impl Fn(&str) -> Option<Self>) -> Self {
        match self {
            Self::Named(name) => match of(name) {
                Some(known) => known.expand(of),
                None => self.clone(),
            },
            Self::List(inner) => Self::List(Box::new(inner.expand(of))),
            Self::Map(inner) => Self::Map(Box::new(inner.expand(of))),
            Self::Boxed(inner) => match inner.expand(of) {
                // Only records need a box to hold themselves.
                named @ Self::Named(_) => Self::Boxed(Box::new(named)),
                other => other,
            },
            plain => plain.clone(),
        }
    }
}
