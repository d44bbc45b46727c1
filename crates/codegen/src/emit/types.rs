//! The public types.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::Group;
use super::gate::Gate;
use super::layout;
use super::rust::{Piece, ident, outer, ty};
use super::spelling::Names;
use super::uses::Uses;
use crate::model::{Definition, Field, Model, Shape, Ty};

/// Most required fields that a constructor asks for; beyond, they are set like the others and
/// missing ones are found before anything is sent.
const MOST_ARGUMENTS: usize = 4;

/// The documentation of `types/mod.rs`.
pub(super) const ABOUT: &str = "Types of requests and replies.\n\n\
    All fields of replies are optional, because vendors omit fields that their documents require.";

/// `types/mod.rs`.
pub(super) fn root(groups: &BTreeMap<String, Group>, gate: Gate) -> TokenStream {
    let modules = groups.iter().map(|(name, group)| {
        let users: Vec<&str> = group.users.iter().map(String::as_str).collect();
        let (needs, name) = (gate.any(&users), ident(name));
        quote!(#needs mod #name; #needs pub use self::#name::*;)
    });
    quote! {
        #[allow(unused_imports)]
        use crm_core::reexport::serde_json::Value;
        #[allow(unused_imports)]
        use crm_core::{Map, Timestamp};
        #[cfg(feature = "schemars")]
        static DOCUMENT: crm_core::schema::Document = crm_core::schema::Document::new(include_str!("../schemas.json"));
        #(#modules)*
    }
}

/// Types that the same resources use.
pub(super) fn group(group: &Group, model: &Model, uses: &Uses<'_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if !group.common.is_empty() {
        let common = group.common.iter().map(|name| ident(name));
        pieces.push(Piece::Rust(quote!(pub use crate::types::{#(#common),*};)));
    }
    if group.own.is_empty() {
        return pieces;
    }
    // By name: with `super::*` each file would import each type of all others, which the compiler takes one by one.
    let used: BTreeSet<String> = group.own.iter().flat_map(|name| model.types[name].names()).collect();
    let imported = used.iter().filter(|name| !group.has(name)).map(|name| ident(name));
    pieces.push(Piece::Rust(quote!(
        #[allow(unused_imports)]
        use super::{Map, Timestamp, Value, #(#imported),*};
    )));
    for name in &group.own {
        let definition = &model.types[name];
        let about = uses.about(name, definition, group);
        match &definition.shape {
            Shape::Record { fields } => record(&mut pieces, name, &about, definition, fields),
            Shape::Enum(variants) => pieces.push(Piece::Macro(layout::open_enum(name, &about, variants))),
            Shape::Union(tag, arms) => pieces.push(Piece::Macro(layout::union(name, &about, tag.as_deref(), arms))),
        }
    }
    pieces.push(Piece::Macro(layout::json_schemas(&group.own)));
    pieces
}

fn record(pieces: &mut Vec<Piece>, name: &str, about: &str, definition: &Definition, fields: &[Field]) {
    let asked = required_of_new(definition, fields);
    pieces.push(Piece::Macro(layout::record(name, about, definition, fields, asked.is_some())));
    let given = |field: &'_ Field| match constant(definition, field) {
        Some(_) => true,
        None => asked.iter().flatten().any(|asked| asked.ident == field.ident),
    };
    if definition.sent {
        let settable: Vec<&Field> =
            fields.iter().filter(|field| field.ident != "new" && !field.read_only && !given(field)).collect();
        if !settable.is_empty() {
            pieces.push(Piece::Close(layout::setters(name, settable.into_iter(), &Names::of_fields(fields))));
        }
        // Also for an argument of `new`, which cannot be null.
        if fields.iter().any(|field| field.nullable) {
            pieces.push(Piece::Macro(layout::clears(name, fields.iter().filter(|field| field.nullable))));
        }
    }
    if let Some(asked) = asked {
        pieces.push(Piece::Rust(new(name, definition, fields, &asked)));
    }
    if let Some(ty) = &definition.others {
        pieces.push(Piece::Rust(others(name, definition, ty)));
    }
}

/// The members that the document does not name, with their type.
fn others(name: &str, definition: &Definition, ty: &Ty) -> TokenStream {
    let (name, rust) = (ident(name), outer(ty));
    let read = match ty {
        Ty::Integer => quote!(as_i64()),
        Ty::Number => quote!(as_f64()),
        Ty::Boolean => quote!(as_bool()),
        _ => quote!(as_str().map(str::to_owned)),
    };
    let set = definition.sent.then(|| {
        quote! {
            /// Adds a member that the document does not name.
            #[must_use]
            pub fn with_other(mut self, name: impl Into<std::sync::Arc<str>>, value: impl Into<#rust>) -> Self {
                self.extra.insert(name, Value::from(value.into()));
                self
            }
        }
    });
    quote! {
        impl #name {
            #set
            /// Returns the members that the document does not name, in order. The value is `None` if it is of another
            /// type; `extra` holds it.
            pub fn others(&self) -> impl Iterator<Item = (&str, Option<#rust>)> {
                let named = crm_core::codec::members::<Self>();
                self.extra.iter().filter(|(name, _)| !named.contains(name)).map(|(name, value)| (name, value.#read))
            }
        }
    }
}

/// The fields that `new` asks for, or `None` where a record is made by `default`.
pub(crate) fn required_of_new<'a>(definition: &Definition, fields: &'a [Field]) -> Option<Vec<&'a Field>> {
    let constants = fields.iter().any(|field| constant(definition, field).is_some());
    let mut asked: Vec<&Field> =
        fields.iter().filter(|field| field.required && constant(definition, field).is_none()).collect();
    let few = (1..=MOST_ARGUMENTS).contains(&asked.len());
    if asked.len() > MOST_ARGUMENTS {
        asked.clear();
    }
    (definition.sent && (constants || few)).then_some(asked)
}

/// The text that `new` sets, if a field can hold one text only and a request must have it.
fn constant<'a>(definition: &Definition, field: &'a Field) -> Option<&'a str> {
    field.constant.as_deref().filter(|_| definition.sent && field.required)
}

fn new(name: &str, definition: &Definition, fields: &[Field], asked: &[&Field]) -> TokenStream {
    let none = TokenStream::new();
    let arguments = asked.iter().map(|field| {
        let (argument, ty) = (ident(&field.ident), ty(unboxed(&field.ty), &none));
        quote!(#argument: impl Into<#ty>)
    });
    let values = fields.iter().map(|field| {
        let member = ident(&field.ident);
        let asked = asked.iter().any(|asked| asked.ident == field.ident);
        let value = match (constant(definition, field), &field.ty) {
            (Some(text), _) => quote!(Some(#text.to_owned())),
            (None, Ty::Boxed(_)) if asked => quote!(Some(Box::new(#member.into()))),
            (None, _) if asked => quote!(Some(#member.into())),
            (None, _) => quote!(None),
        };
        quote!(#member: #value)
    });
    let name = ident(name);
    let (does, default) = if asked.is_empty() {
        let default = quote! {
            impl Default for #name {
                fn default() -> Self {
                    Self::new()
                }
            }
        };
        (alone(definition, fields), default)
    } else {
        (order(asked), TokenStream::new())
    };
    quote! {
        impl #name {
            #[doc = #does]
            #[must_use]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values,)* extra: Map::new() }
            }
        }
        #default
    }
}

/// The documentation of a constructor without arguments: the fields that it sets, and those that are set by methods.
fn alone(definition: &Definition, fields: &[Field]) -> String {
    let (set, open): (Vec<&Field>, Vec<&Field>) = fields
        .iter()
        .filter(|field| field.required && !field.read_only)
        .partition(|field| constant(definition, field).is_some());
    let is = if set.len() == 1 { "is" } else { "are" };
    let set = format!(" Creates a value in which only {} {is} set.", listed(&set));
    if open.is_empty() {
        return set;
    }
    format!(
        "{set} Set the required fields with their methods: {}. A request without one of them fails with \
         `ErrorKind::Validation`, and nothing is sent.",
        listed(&open)
    )
}

/// The names of fields in a sentence.
fn listed(fields: &[&Field]) -> String {
    let names: Vec<String> = fields.iter().map(|field| format!("`{}`", field.ident)).collect();
    match &names[..] {
        [names @ .., last] if !names.is_empty() => format!("{} and {last}", names.join(", ")),
        names => names.concat(),
    }
}

/// The documentation of a constructor: the required fields in their order.
fn order(asked: &[&Field]) -> String {
    match asked {
        [one] => format!(" Creates a value from the required field `{}`.", one.ident),
        asked => format!(" Creates a value from the required fields, in this order: {}.", listed(asked)),
    }
}

/// A type, whether it holds itself or not.
pub(crate) fn unboxed(ty: &Ty) -> &Ty {
    match ty {
        Ty::Boxed(inner) => inner,
        other => other,
    }
}
