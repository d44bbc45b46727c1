//! The builder of an operation: what may be added to its call.

use anyhow::{Result, bail};
use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::quote;

use super::rust::{Piece, doc, ident, plain_doc};
use super::signature::{Signature, Taken, setter, step};
use super::spelling::Names;
use super::{layout, paged};
use crate::model::{Argument, Model, Operation, Place, Reply};

/// The builder of a method that has one.
pub(super) fn builder(pieces: &mut Vec<Piece>, operation: &Operation, model: &Model) -> Result<()> {
    let signature = Signature::of(operation);
    let Some(name) = &signature.builder else { return Ok(()) };
    let (builder, reply) = (ident(name), signature.reply());
    let about = plain_doc(&format!("Options of [`{}::{}`].", operation.resource.to_upper_camel_case(), operation.call));
    let names = Names::of_arguments(operation);
    let setters = signature.optional.iter().map(|argument| option(argument, &names));
    let any_part = operation.any_part.then(any_part);
    let options = (!signature.optional.is_empty() || operation.any_part).then(|| {
        quote! {
            impl #builder {
                #(#setters)*
                #any_part
            }
        }
    });
    pieces.push(Piece::Rust(quote! {
        #about
        #[must_use = "nothing is sent before `send`"]
        pub struct #builder {
            call: Call<#reply>,
        }
        #options
    }));
    pieces.push(Piece::Close(layout::builder(name, &signature.reply_name("types::"), operation.paging.is_some())));
    if let Some(paging) = &operation.paging {
        let Reply::Value(reply) = &operation.reply else { bail!("{}: a file does not page", operation.name) };
        pieces.push(Piece::Rust(paged::paged(&builder, operation, paging, reply, model)?));
    }
    Ok(())
}

/// The builder's method for an argument.
fn option(argument: &Argument, names: &Names<'_>) -> TokenStream {
    let about = Some(names.in_rust(&argument.about())).filter(|about| !about.is_empty()).unwrap_or_else(|| {
        let place = match argument.place {
            Place::Path => "Path",
            Place::Query => "Query",
            Place::Header => "Header",
            Place::Part => "Form",
        };
        format!("{place} parameter `{}`.", argument.wire)
    });
    let (about, name) = (doc(&about), ident(&setter(argument)));
    if let Some(prefix) = argument.prefix() {
        let named = format!("{prefix}{{name}}");
        return quote! {
            #about
            pub fn #name(self, name: impl Display, value: impl Display) -> Self {
                Self { call: self.call.query_named(format!(#named), &value.to_string()) }
            }
        };
    }
    let taken = Taken::argument(argument);
    // What is generic is left to the caller anyway.
    let inline = matches!(taken, Taken::Plain(_)).then(|| quote!(#[inline]));
    let (argument_name, taken, step) = (ident(&argument.ident), taken.tokens(), step(argument, &quote!(set_part)));
    quote! {
        #about
        #inline
        pub fn #name(self, #argument_name: #taken) -> Self {
            Self { call: self.call #step }
        }
    }
}

/// The methods of a multipart builder if the document does not name the files.
fn any_part() -> TokenStream {
    quote! {
        /// Adds a file; its part has a name that the vendor gives a meaning to.
        pub fn file(self, name: impl Into<String>, file: impl Into<Upload>) -> Self {
            Self { call: self.call.file(name.into(), file) }
        }
        /// Adds a text part.
        pub fn part(self, name: impl Into<String>, value: impl Display) -> Self {
            Self { call: self.call.part(name.into(), &value.to_string()) }
        }
    }
}
