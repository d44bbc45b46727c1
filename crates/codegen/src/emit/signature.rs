//! The call of an operation: the parameters of the method, and what it returns.

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::TokenStream;
use quote::quote;

use super::rust::{ident, outer, ty};
use crate::model::{Argument, Body, Encoding, Operation, Place, Reply, Ty};

/// The Rust signature of an operation.
pub(crate) struct Signature<'a> {
    /// The parameters of the method, in order; a body follows.
    pub(crate) required: Vec<&'a Argument>,
    /// The arguments that its builder sets.
    pub(crate) optional: Vec<&'a Argument>,
    /// The builder it returns, where there is something to add to the call.
    pub(crate) builder: Option<String>,
    reply: &'a Reply,
}

impl<'a> Signature<'a> {
    pub(crate) fn of(operation: &'a Operation) -> Self {
        let (required, optional): (Vec<&Argument>, Vec<&Argument>) = operation
            .arguments
            .iter()
            .filter(|argument| argument.constant.is_none() && !operation.bind.contains(&argument.wire))
            .partition(|argument| argument.required);
        let builder = (!optional.is_empty() || operation.paging.is_some() || operation.any_part)
            .then(|| builder_name(&operation.call));
        Self { required, optional, builder, reply: &operation.reply }
    }

    /// The type of the reply.
    pub(super) fn reply(&self) -> TokenStream {
        match self.reply {
            Reply::Value(ty) => outer(ty),
            Reply::Bytes => quote!(BodyStream),
        }
    }

    /// The same as text; `types` is put before types of ours.
    pub(crate) fn reply_name(&self, types: &str) -> String {
        match self.reply {
            Reply::Value(ty) => ty.rust(types),
            Reply::Bytes => "BodyStream".to_owned(),
        }
    }
}

/// The type of a parameter of a method or a setter.
pub(crate) enum Taken<'a> {
    /// Anything that can be written.
    Display,
    /// Any integer.
    Integer,
    /// A value of the type itself.
    Plain(&'a Ty),
    /// Anything that becomes the type.
    Into(&'a Ty),
    /// Any number of them.
    Items(Box<Self>),
}

impl<'a> Taken<'a> {
    /// For an argument.
    pub(crate) fn argument(argument: &'a Argument) -> Self {
        match &argument.ty {
            Ty::Text => Self::Display,
            ty if argument.place == Place::Path && !matches!(ty, Ty::Named(_)) => Self::Display,
            Ty::List(inner) => Self::Items(Box::new(match &**inner {
                Ty::Text => Self::Display,
                plain if is_plain(plain) => Self::Plain(plain),
                named => Self::Into(named),
            })),
            // A literal of any integer type is an `i32`, which times and ids do not fit into.
            Ty::Integer if argument.page_size => Self::Integer,
            plain if is_plain(plain) => Self::Plain(plain),
            other => Self::Into(other),
        }
    }

    /// For a body.
    pub(crate) fn body(body: &'a Body) -> Self {
        match body.encoding {
            Encoding::Json | Encoding::Form => Self::Into(&body.ty),
            Encoding::Text => Self::Into(&Ty::Text),
        }
    }

    /// Returns it as code.
    pub(super) fn tokens(&self) -> TokenStream {
        match self {
            Self::Display => quote!(impl Display),
            Self::Integer => quote!(impl Integer),
            Self::Plain(of) => ty(of, &TokenStream::new()),
            Self::Into(of) => {
                let of = outer(of);
                quote!(impl Into<#of>)
            }
            Self::Items(of) => {
                let of = of.tokens();
                quote!(impl IntoIterator<Item = #of>)
            }
        }
    }

    /// Returns it as text.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Display => "impl Display".to_owned(),
            Self::Integer => "impl Integer".to_owned(),
            Self::Plain(ty) => ty.rust(""),
            Self::Into(ty) => format!("impl Into<{}>", ty.rust("types::")),
            Self::Items(of) => format!("impl IntoIterator<Item = {}>", of.text()),
        }
    }
}

const fn is_plain(ty: &Ty) -> bool {
    matches!(ty, Ty::Integer | Ty::Number | Ty::Boolean)
}

/// The builder's method for an argument; a name that builders have already gets longer.
pub(crate) fn setter(argument: &Argument) -> String {
    let name = argument.prefix().map_or_else(|| argument.ident.clone(), ToSnakeCase::to_snake_case);
    let taken = ["send", "send_raw", "with", "items", "pages", "poll"].contains(&name.as_str());
    if taken { format!("{name}_") } else { name }
}

/// The builder of a method. A method called like a type of the prelude gets a longer name.
fn builder_name(call: &str) -> String {
    let name = call.to_upper_camel_case();
    if matches!(
        name.as_str(),
        "Call" | "Integer" | "Map" | "Value" | "Upload" | "Paged" | "Position" | "Pipeline" | "Display" | "Timestamp"
    ) {
        format!("{name}Call")
    } else {
        name
    }
}

/// The step of the call that takes an argument; `part` is what adds a part.
pub(super) fn step(argument: &Argument, part: &TokenStream) -> TokenStream {
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
