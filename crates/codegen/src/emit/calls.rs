//! A call of every operation with all its arguments, for the test that makes each of them.

use anyhow::Result;
use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::quote;

use super::rust::{self, Piece, ident, inner_doc, outer};
use super::signature::{Signature, setter};
use crate::model::{Argument, Encoding, Model, Operation, Place, Reply, Shape, Ty};
use crate::read::vendor::{ApiFile, Vendor};

/// The calls of an API. Their values are samples, made when the test runs.
pub(crate) fn api(vendor: &Vendor, file: &ApiFile, model: &Model) -> Result<String> {
    let krate = ident(&vendor.file.crate_name.to_snake_case());
    let module = (!vendor.is_root(file)).then(|| ident(&file.module())).into_iter();
    let client = ident(&file.client);
    let entries = model.operations.iter().map(|operation| {
        let made = match (&operation.reply, &operation.paging) {
            (Reply::Bytes, _) => quote!(streamed),
            (Reply::Value(_), Some(_)) => quote!(paged),
            (Reply::Value(_), None) => quote!(made),
        };
        let call = Call::of(operation, model);
        let (name, code) = (&operation.name, call.code);
        let sample = if call.sampled { quote!(sample) } else { quote!(_) };
        quote!((#name, |client, #sample| #made(#code)))
    });
    let inner = inner_doc("A call of every operation, with all its arguments.");
    let items = quote! {
        use #krate::#client;
        use #krate::#(#module::)*types;
        use crm_core::{Map, Timestamp};
        use serde_json::Value;
        use crate::{Entry, made, paged, streamed};
        pub(crate) static CALLS: &[Entry<#client>] = &[#(#entries),*];
    };
    rust::file(&[], quote!(#inner #![allow(unused_imports, deprecated)]), vec![Piece::Rust(items)])
}

/// Returns the module of all APIs: each with its client and its calls, and a macro that lists their names.
pub(crate) fn root(vendors: &[Vendor]) -> Result<String> {
    let about = inner_doc("The APIs: a client of each, and a call of every operation.");
    let mut apis: Vec<(&Vendor, &ApiFile)> =
        vendors.iter().flat_map(|vendor| vendor.file.apis.iter().map(move |api| (vendor, api))).collect();
    apis.sort_by_key(|(vendor, api)| module(vendor, api));
    let names: Vec<String> = apis.iter().map(|(vendor, api)| module(vendor, api)).collect();
    let modules = names.iter().map(|name| {
        let name = ident(name);
        quote!(pub(crate) mod #name;)
    });
    let functions = apis.iter().map(|(vendor, api)| function(vendor, api));
    let items = quote! {
        #(#modules)*
        use crm_core::Quotas;
        use crm_core::reexport::http::Method;
        use crate::{Api, built, fake};
        #(#functions)*
    };
    let names: String = names.iter().map(|name| format!("            {name}\n")).collect();
    let every = format!(
        "/// Calls a macro with the name of every API.\n\
         #[macro_export]\n\
         macro_rules! every_api {{\n    ($with:ident) => {{\n        $with! {{\n{names}        }}\n    }};\n}}\n"
    );
    rust::file(&[], about, vec![Piece::Rust(items), Piece::Macro(every)])
}

/// Returns the name of the module with the calls of an API, which is that of its function.
pub(crate) fn module(vendor: &Vendor, api: &ApiFile) -> String {
    vendor.document(api).replace('-', "_")
}

/// A function that returns an API.
fn function(vendor: &Vendor, api: &ApiFile) -> TokenStream {
    let krate = ident(&vendor.file.crate_name.to_snake_case());
    let (name, function, owner) = (vendor.document(api), ident(&module(vendor, api)), vendor.owner(api));
    let (client, owned) = (ident(&api.client), ident(&owner.client));
    let held = owner.holds.iter().map(|parameter| quote!(#parameter,));
    let builder = match &owner.credential {
        Some(credential) => {
            let credential = ident(credential);
            quote!(#krate::#owned::builder(#(#held)* #krate::#credential::new(token).expect("a token")))
        }
        None => quote!(#krate::#owned::builder(#(#held)*).token(token)),
    };
    let connect = match owner.name == api.name {
        true => quote!(client),
        false => {
            let method = ident(&api.module());
            quote!(|token, url, quotas| client(token, url, quotas).#method())
        }
    };
    let module = (!vendor.is_root(api)).then(|| ident(&api.module())).into_iter();
    let about = format!(" The API `{name}` of {}.", vendor.file.title);
    quote! {
        #[doc = #about]
        #[must_use]
        pub fn #function() -> Api<#krate::#client> {
            fn client(token: &str, url: &str, quotas: Option<Quotas>) -> #krate::#owned {
                built(#builder, url, quotas)
            }
            Api {
                name: #name,
                vendor: fake(#name),
                connect: #connect,
                pipeline: |token, url| client(token, url, None).raw(Method::GET, "/").pipeline().clone(),
                calls: #function::CALLS,
                operations: || #krate::#(#module::)*operations::all().collect(),
            }
        }
    }
}

/// A call, and whether it has samples in it.
struct Call {
    code: TokenStream,
    sampled: bool,
}

impl Call {
    fn of(operation: &Operation, model: &Model) -> Self {
        let Signature { required, optional, .. } = Signature::of(operation);
        let mut sampled = !operation.bind.is_empty() || operation.body.is_some() || operation.any_part;
        let bound = operation.bind.iter().map(|wire| quote!(sample.text(#wire)));
        let mut value = |argument: &Argument| {
            let (code, of_sample) = value(argument, model);
            sampled |= of_sample;
            code
        };
        let mut arguments: Vec<TokenStream> = required.into_iter().map(&mut value).collect();
        if let Some(body) = &operation.body {
            let ty = match body.encoding {
                Encoding::Text => quote!(String),
                Encoding::Json | Encoding::Form => outer(&body.ty),
            };
            arguments.push(quote!(sample.body::<#ty>()));
        }
        let (resource, call) = (ident(&operation.resource), ident(&operation.call));
        let mut code = quote!(client.#resource(#(#bound),*).#call(#(#arguments),*));
        for argument in optional {
            let value = match argument.prefix() {
                Some(_) => quote!("name", "text"),
                None => value(argument),
            };
            let setter = ident(&setter(argument));
            code.extend(quote!(.#setter(#value)));
        }
        if operation.any_part {
            code.extend(quote!(.file("file", sample.file())));
        }
        Self { code, sampled }
    }
}

/// An expression that a method or a setter takes, and whether it is of the sample.
fn value(argument: &Argument, model: &Model) -> (TokenStream, bool) {
    let wire = &argument.wire;
    match &argument.ty {
        Ty::List(inner) if argument.place != Place::Path => {
            let (item, sampled) = one(inner, wire, model);
            (quote!([#item]), sampled)
        }
        Ty::Named(_) => one(&argument.ty, wire, model),
        _ if argument.place == Place::Path => (quote!(sample.text(#wire)), true),
        ty => one(ty, wire, model),
    }
}

fn one(ty: &Ty, wire: &str, model: &Model) -> (TokenStream, bool) {
    match ty {
        Ty::Text | Ty::Timestamp => (quote!(sample.text(#wire)), true),
        Ty::Upload => (quote!(sample.file()), true),
        other => match other.name().and_then(|name| Some((name, &model.types.get(name)?.shape))) {
            Some((name, Shape::Enum(variants))) => {
                let (name, variant) = (ident(name), ident(&variants[0].0));
                (quote!(types::#name::#variant), false)
            }
            _ => {
                let ty = outer(other);
                (quote!(sample.value::<#ty>(#wire)), true)
            }
        },
    }
}
