//! The handle of a resource: a method for each operation, and its builder where there is
//! something to add to the call.

use anyhow::{Result, bail};
use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs::{self, capital};
use super::example::Examples;
use super::rust::{Piece, doc, ident, outer, plain_doc};
use super::signature::{Signature, Taken, setter};
use super::{layout, operations, paged};
use crate::model::{Argument, Encoding, Model, Operation, Place, Reply, Ty};
use crate::name::words;
use crate::read::vendor::Fold;

/// What the file of a resource says of itself.
pub(super) fn about(resource: &str) -> String {
    format!("{}.", capital(&words(resource)))
}

/// The file of a resource.
pub(super) fn resource(
    resource: &str,
    operations: &[&Operation],
    model: &Model,
    fold: Option<&Fold>,
    examples: &Examples<'_>,
) -> Result<Vec<Piece>> {
    let handle = ident(&resource.to_upper_camel_case());
    let bound: &[String] = operations.first().map(|operation| operation.bind.as_slice()).unwrap_or_default();
    let held: Vec<String> = bound.iter().map(|name| format!("`{name}`")).collect();
    let holds = if held.is_empty() { String::new() } else { format!(" The handle holds {}.", held.join(" and ")) };
    let about = plain_doc(&format!("Operations on {}.{holds}", words(resource)));
    let fields = bound.iter().map(|name| ident(&name.to_snake_case()));
    let (import, known) = match fold {
        Some(_) => (
            quote!(
                use super::object_types::ObjectType;
            ),
            quote!(known: Option<&'static ObjectType>,),
        ),
        None => Default::default(),
    };
    let constructors = constructors(bound, fold);
    let (mut methods, mut builders) = (TokenStream::new(), Vec::new());
    for operation in operations {
        methods.extend(method(operation, examples)?);
        builder(&mut builders, operation, model)?;
    }
    let handle = quote! {
        use std::fmt::Display;
        use crm_core::reexport::serde_json::Value;
        use crm_core::{
            BodyStream, Call, Integer, Map, OpMeta, PageFacts, Paged, Pipeline, Position, Timestamp, Upload,
        };
        use super::{operations, types};
        #import
        #about
        #[derive(Clone, Debug)]
        pub struct #handle {
            pipeline: Pipeline,
            #(#fields: String,)*
            #known
        }
        impl #handle {
            #constructors
            #methods
        }
    };
    builders.insert(0, Piece::Rust(handle));
    Ok(builders)
}

/// How the client makes the handle, and the start of every call.
fn constructors(bound: &[String], fold: Option<&Fold>) -> TokenStream {
    let held: Vec<Ident> = bound.iter().map(|name| ident(&name.to_snake_case())).collect();
    let paths = quote!(#(.held(#bound, &self.#held))*);
    let Some(fold) = fold else {
        return quote! {
            pub(crate) fn new(pipeline: &Pipeline #(, #held: impl Into<String>)*) -> Self {
                Self { pipeline: pipeline.clone() #(, #held: #held.into())* }
            }
            fn call<T>(&self, op: &'static OpMeta) -> Call<T> {
                Call::new(&self.pipeline, op) #paths
            }
        };
    };
    let parameter = ident(&fold.parameter.to_snake_case());
    quote! {
        pub(crate) fn new(pipeline: &Pipeline #(, #held: impl Into<String>)*) -> Self {
            Self { pipeline: pipeline.clone() #(, #held: #held.into())*, known: None }
        }
        pub(crate) fn known(pipeline: &Pipeline, known: &'static ObjectType) -> Self {
            Self { pipeline: pipeline.clone(), #parameter: known.segment.to_owned(), known: Some(known) }
        }
        /// The type of object, as it stands in the path.
        #[must_use]
        pub fn #parameter(&self) -> &str {
            &self.#parameter
        }
        pub(crate) fn call<T>(&self, op: &'static OpMeta) -> Call<T> {
            let call = Call::new(&self.pipeline, op) #paths;
            let Some(known) = self.known else { return call };
            let call = call.through(known.name);
            if !known.operations.contains(&op.id) {
                return call.refuse(format!(
                    "`{}` has no operation `{}`; `client.objects(\"{}\")` sends it all the same",
                    known.name, op.id, known.segment
                ));
            }
            call
        }
    }
}

fn method(operation: &Operation, examples: &Examples<'_>) -> Result<TokenStream> {
    let signature = Signature::of(operation);
    let required = &signature.required;
    let about = plain_doc(&format!("{}\n\n{}", docs::summary(operation), docs::facts(operation)));
    let told: Vec<&&Argument> = required.iter().filter(|argument| !argument.doc.is_empty()).collect();
    let gap = (!told.is_empty()).then(|| quote!(#[doc = ""]));
    let told = told.iter().map(|argument| doc(&format!("* `{}`: {}", argument.ident, argument.doc.replace('\n', " "))));
    let example = plain_doc(&examples.of(operation)?);
    let deprecated = operation.deprecated.then(|| quote!(#[deprecated = "the vendor marks it deprecated"]));

    let mut parameters: Vec<TokenStream> = required
        .iter()
        .map(|argument| {
            let (name, taken) = (ident(&argument.ident), Taken::argument(argument).tokens());
            quote!(#name: #taken)
        })
        .collect();
    let mut steps: TokenStream = required.iter().map(|argument| step(argument, &quote!(part))).collect();
    for argument in &operation.arguments {
        if let (wire, Some(value)) = (&argument.wire, &argument.constant) {
            steps.extend(quote!(.query(#wire, #value)));
        }
    }
    if let Some(body) = &operation.body {
        let taken = Taken::body(body).tokens();
        parameters.push(quote!(body: #taken));
        steps.extend(match body.encoding {
            Encoding::Json => quote!(.json(&body.into())),
            Encoding::Form => quote!(.form(&body.into())),
            Encoding::Text => quote!(.text(body)),
        });
    }
    let (call, entry, reply) = (ident(&operation.call), operations::entry(operation), signature.reply());
    let value = quote!(self.call(&operations::#entry) #steps);
    let (returned, value) = match &signature.builder {
        Some(builder) => {
            let builder = ident(builder);
            (quote!(#builder), quote!(#builder { call: #value }))
        }
        None => (quote!(Call<#reply>), value),
    };
    Ok(quote! {
        #about
        #gap
        #(#told)*
        #[doc = ""]
        #example
        #deprecated
        pub fn #call(&self #(, #parameters)*) -> #returned {
            #value
        }
    })
}

/// The builder of a method that has one.
fn builder(pieces: &mut Vec<Piece>, operation: &Operation, model: &Model) -> Result<()> {
    let signature = Signature::of(operation);
    let Some(name) = &signature.builder else { return Ok(()) };
    let (builder, reply) = (ident(name), signature.reply());
    let about = plain_doc(&format!("Options of [`{}::{}`].", operation.resource.to_upper_camel_case(), operation.call));
    let setters = signature.optional.iter().map(|argument| option(argument));
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
fn option(argument: &Argument) -> TokenStream {
    let about = if argument.doc.is_empty() { format!("`{}`", argument.wire) } else { argument.doc.clone() };
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

/// What a multipart builder has where the document does not name the files.
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

/// The step of the call that takes an argument; `part` is what adds a part.
fn step(argument: &Argument, part: &TokenStream) -> TokenStream {
    let (wire, name) = (&argument.wire, ident(&argument.ident));
    let value = match &argument.ty {
        Ty::Named(_) | Ty::Timestamp => {
            let ty = outer(&argument.ty);
            quote!(&Into::<#ty>::into(#name))
        }
        Ty::Text if argument.place != Place::Path => quote!(&#name.to_string()),
        Ty::List(inner) if argument.place != Place::Path => match &**inner {
            Ty::Text => quote!(&#name.into_iter().map(|item| item.to_string()).collect::<Vec<_>>()),
            Ty::Integer | Ty::Number | Ty::Boolean => quote!(&#name.into_iter().collect::<Vec<_>>()),
            named => {
                let ty = outer(named);
                quote!(&#name.into_iter().map(Into::<#ty>::into).collect::<Vec<_>>())
            }
        },
        _ => quote!(&#name),
    };
    match argument.place {
        Place::Path if argument.slashes => quote!(.path_segments(#wire, #value)),
        Place::Path => quote!(.path(#wire, #value)),
        Place::Part if argument.ty == Ty::Upload => quote!(.file(#wire, #name)),
        Place::Part => quote!(.#part(#wire, #value)),
        Place::Header => quote!(.header(#wire, #value)),
        Place::Query if argument.joined => quote!(.query_joined(#wire, #value)),
        Place::Query => quote!(.set_query(#wire, #value)),
    }
}
