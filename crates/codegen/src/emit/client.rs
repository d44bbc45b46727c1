//! The client's methods: one for each resource, and one for each type of object.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs::capital;
use super::gate::Gate;
use super::rust::{ident, plain_doc};
use super::spelling::spelled;
use crate::model::{Effect, Model, Operation};
use crate::normalise::{Api, ObjectType};
use crate::read::vendor::{ApiFile, Fold};

/// The table of object types.
pub(super) fn object_types(api: &Api, model: &Model) -> TokenStream {
    let constants: Vec<Ident> = api.object_types.iter().map(|object| ident(&object.name.to_uppercase())).collect();
    let tables = api.object_types.iter().zip(&constants).map(|(object, constant)| {
        let has = |operation: &&Operation| object.has(&operation.method, &operation.path);
        let names = model.operations.iter().filter(has).map(|operation| &operation.name);
        let scopes = scopes(object, model).into_iter().map(|(operation, scopes)| {
            let operation = &operation.name;
            quote!((#operation, &[#(#scopes),*]))
        });
        let (about, name, segment) =
            (plain_doc(&format!("{}.", capital(&spelled(&object.name)))), &object.name, &object.segment);
        quote! {
            #about
            pub static #constant: ObjectType = ObjectType {
                name: #name, segment: #segment, operations: &[#(#names),*], scopes: &[#(#scopes),*],
            };
        }
    });
    quote! {
        /// A type of object.
        #[derive(Debug, Clone, Copy)]
        #[non_exhaustive]
        pub struct ObjectType {
            /// The name that the client uses.
            pub name: &'static str,
            /// Its segment in paths.
            pub segment: &'static str,
            /// The identifiers of the operations it has.
            pub operations: &'static [&'static str],
            /// The identifiers of operations with their scopes, one of which is required. An operation whose document lists
            /// the scopes of all types is omitted.
            pub scopes: &'static [(&'static str, &'static [&'static str])],
        }
        /// All types of object, in the order of their names.
        pub static OBJECT_TYPES: &[&ObjectType] = &[#(&#constants),*];
        #(#tables)*
    }
}

/// The operations of a type of object whose document names the scopes of this type, with these scopes.
fn scopes<'a>(object: &'a ObjectType, model: &'a Model) -> Vec<(&'a Operation, &'a [String])> {
    let scopes = |operation: &'a Operation| Some((operation, object.scopes(&operation.method, &operation.path)?));
    model.operations.iter().filter_map(scopes).collect()
}

/// The sentence about the scopes of a type of object, if all its operations that read require the same, and all others too.
fn needed(object: &ObjectType, model: &Model) -> String {
    let own = scopes(object, model);
    let of = |reads: bool| {
        let found = own.iter().filter(|(operation, _)| (operation.effect == Effect::Reads) == reads);
        let found: BTreeSet<&[String]> = found.map(|(_, scopes)| *scopes).collect();
        let text =
            |scopes: &&[String]| scopes.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(" or ");
        if found.len() == 1 { found.first().map(text) } else { None }
    };
    match (of(true), of(false)) {
        (Some(read), Some(write)) if read == write => format!(" Scope: {read}."),
        (Some(read), Some(write)) => format!(" Scopes: {read} to read, {write} to write."),
        (Some(read), None) => format!(" Scope: {read} to read."),
        _ => String::new(),
    }
}

/// `mod.rs`: the modules, and the client's methods. `others` are the modules of the vendor's other APIs.
pub(super) fn root(
    file: &ApiFile,
    api: &Api,
    model: &Model,
    resources: &BTreeMap<String, Vec<&Operation>>,
    gate: Gate,
    others: &TokenStream,
) -> TokenStream {
    let modules = resources.keys().map(|name| {
        let (needs, resource) = (gate.one(name), ident(name));
        if model.same.contains(name) {
            quote!(#needs pub use crate::#resource;)
        } else {
            quote!(#needs pub mod #resource;)
        }
    });
    let common = model.operations.iter().any(|operation| operation.common);
    let version = model.version().filter(|_| common).map(|version| {
        quote! {
            /// The version that is sent with every operation of this client.
            pub(crate) const VERSION: &str = #version;
        }
    });
    let methods = resources.iter().map(|(name, operations)| {
        let bound = operations.first().map(|operation| operation.bind.as_slice()).unwrap_or_default();
        let held: Vec<Ident> = bound.iter().map(|name| ident(&name.to_snake_case())).collect();
        let about = plain_doc(&format!("Returns the operations on {}.{}", spelled(name), gate.said(name)));
        let (needs, resource, handle) = (gate.one(name), ident(name), ident(&name.to_upper_camel_case()));
        quote! {
            #about
            #needs
            #[must_use]
            pub fn #resource(&self #(, #held: impl Into<String>)*) -> #resource::#handle {
                #resource::#handle::new(&self.pipeline #(, #held)*)
            }
        }
    });
    let (folded, objects) = file.fold.as_ref().map(|fold| folded(fold, api, model, gate)).unwrap_or_default();
    let client = ident(&file.client);
    quote! {
        #(#modules)*
        #folded
        #others
        pub mod operations;
        pub mod types;
        #version
        impl crate::#client {
            #(#methods)*
            #objects
        }
    }
}

/// The module of the types of object, and the client's methods for them.
fn folded(fold: &Fold, api: &Api, model: &Model, gate: Gate) -> (TokenStream, TokenStream) {
    let needs = gate.one(&fold.resource);
    let (resource, handle) = (ident(&fold.resource), ident(&fold.resource.to_upper_camel_case()));
    let methods = api.object_types.iter().map(|object| {
        let (needed, gate) = (needed(object, model), gate.said(&fold.resource));
        let about = plain_doc(&format!("Returns the operations on {}.{needed}{gate}", spelled(&object.name)));
        let (name, constant) = (ident(&object.name), ident(&object.name.to_uppercase()));
        quote! {
            #about
            #needs
            #[must_use]
            pub fn #name(&self) -> #resource::#handle {
                #resource::#handle::known(&self.pipeline, &object_types::#constant)
            }
        }
    });
    let methods = quote!(#(#methods)*);
    (quote!(#needs pub mod object_types;), methods)
}
