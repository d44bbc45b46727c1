//! The table of operations that pipeline, paginator, fake, tests and tools read.

use std::collections::BTreeSet;

use anyhow::Result;
use heck::ToShoutySnakeCase;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::gate::Gate;
use super::paging;
use super::rust::{ident, number, option, plain_doc};
use crate::model::{Model, Operation};
use crate::normalise::Api;

/// The name of an operation's entry.
pub(super) fn entry(operation: &Operation) -> Ident {
    ident(&operation.name.replace('.', "_").to_shouty_snake_case())
}

/// `operations/mod.rs`.
pub(super) fn root(resources: &[&str], api: &Api, model: &Model, gate: Gate) -> TokenStream {
    let modules = resources.iter().map(|name| {
        let (needs, resource) = (gate.one(name), ident(name));
        if model.same.contains(*name) {
            quote!(#needs pub use crate::operations::#resource::*;)
        } else {
            quote!(#needs pub(crate) mod #resource; #needs pub use self::#resource::*;)
        }
    });
    let tables = resources.iter().map(|name| {
        let (needs, resource) = (gate.one(name), ident(name));
        let from = model.same.contains(*name).then(|| quote!(crate::operations::));
        quote!(#needs #from #resource::ALL)
    });
    let of_types = api.object_types.iter().flat_map(|object| object.operations.values());
    let scopes = model.operations.iter().map(|operation| &operation.scopes).chain(of_types);
    let scopes: BTreeSet<&String> = scopes.flatten().collect();
    let scopes = (!scopes.is_empty()).then(|| {
        let scopes = scopes.into_iter();
        quote! {
            /// The scopes that the documents name, those of operations that are not compiled in too.
            pub static SCOPES: &[&str] = &[#(#scopes),*];
        }
    });
    quote! {
        use crm_core::OpMeta;
        #(#modules)*
        /// The operations of all resources that are compiled in.
        static RESOURCES: &[&[&OpMeta]] = &[#(#tables),*];
        /// All operations that are compiled in.
        pub fn all() -> impl Iterator<Item = &'static OpMeta> {
            RESOURCES.iter().flat_map(|resource| resource.iter().copied())
        }
        #scopes
    }
}

/// The documentation of `operations/mod.rs`.
pub(super) const ABOUT: &str = "Metadata of every operation: method, path, scopes and paging.";

/// `operations/<resource>.rs`.
pub(super) fn resource(operations: &[&Operation], model: &Model) -> Result<TokenStream> {
    let entries = operations.iter().map(|operation| entry(operation));
    let (common, operations): (Vec<&Operation>, Vec<&Operation>) =
        operations.iter().copied().partition(|operation| operation.common);
    let operations = operations.as_slice();
    let common: Vec<Ident> = common.into_iter().map(entry).collect();
    let common = (!common.is_empty()).then(|| quote!(pub use crate::operations::{#(#common),*};));
    let shared = shared_scopes(operations);
    let scopes = shared.iter().zip(1_usize..).map(|(scopes, number)| {
        let name = format_ident!("SCOPES_{number}");
        quote!(const #name: &[&str] = &[#(#scopes),*];)
    });
    let ruled = distinct(operations.iter().map(|operation| Rules::of(operation)));
    let rules = ruled.iter().zip(1_usize..).map(|(rules, number)| {
        let (name, rules) = (format_ident!("RULES_{number}"), rules.tokens());
        quote! {
            /// Rules for requests, and what their replies promise.
            const #name: Rules = #rules;
        }
    });
    let mut pagings = Vec::new();
    for operation in operations {
        pagings.push(operation.paging.as_ref().map(|paging| paging::table(paging, operation, model)).transpose()?);
    }
    let mut paged: Vec<&TokenStream> = Vec::new();
    for paging in pagings.iter().flatten() {
        if place(&paged, paging).is_none() {
            paged.push(paging);
        }
    }
    let tables = paged.iter().zip(1_usize..).map(|(paging, number)| {
        let name = format_ident!("PAGING_{number}");
        quote! {
            /// Paging of the lists.
            static #name: Paging = #paging;
        }
    });
    let metas = operations.iter().zip(&pagings).map(|(operation, paging)| {
        let paging = option(paging.as_ref().and_then(|paging| place(&paged, paging)).map(|index| {
            let name = format_ident!("PAGING_{}", index + 1);
            quote!(&#name)
        }));
        meta(operation, &paging, &shared, &ruled)
    });
    let method = (!operations.is_empty()).then(|| {
        quote!(
            use crm_core::reexport::http::Method;
        )
    });
    Ok(quote! {
        #[allow(unused_imports)]
        use crm_core::{OpMeta, Paging, PagingKind, Rules, SentIn};
        #method
        #common
        pub(crate) static ALL: &[&OpMeta] = &[#(&#entries),*];
        #(#scopes)*
        #(#rules)*
        #(#tables)*
        #(#metas)*
    })
}

/// The index of the same code.
fn place(known: &[&TokenStream], code: &TokenStream) -> Option<usize> {
    let text = code.to_string();
    known.iter().position(|known| known.to_string() == text)
}

fn meta(operation: &Operation, paging: &TokenStream, shared: &[&Vec<String>], ruled: &[Rules<'_>]) -> TokenStream {
    let Operation { name: id, spec_id, path, idempotent, limit_class, long_running, deprecated, .. } = operation;
    let about = plain_doc(&format!("`{} {path}`", operation.method));
    let (entry, method) = (entry(operation), ident(&operation.method));
    let rules = match ruled.iter().position(|known| *known == Rules::of(operation)) {
        Some(index) => {
            let name = format_ident!("RULES_{}", index + 1);
            quote!(#name)
        }
        None => quote!(Rules::PLAIN),
    };
    let scopes = match shared.iter().position(|scopes| **scopes == operation.scopes) {
        Some(index) => {
            let name = format_ident!("SCOPES_{}", index + 1);
            quote!(#name)
        }
        None => {
            let scopes = &operation.scopes;
            quote!(&[#(#scopes),*])
        }
    };
    let batch = option(operation.batch_max.map(|most| {
        let most = number(most);
        quote!(#most)
    }));
    let version = option(operation.version.as_ref().map(|version| quote!(#version)));
    quote! {
        #about
        pub static #entry: OpMeta = OpMeta {
            id: #id,
            spec_id: #spec_id,
            method: Method::#method,
            path: #path,
            idempotent: #idempotent,
            limit_class: #limit_class,
            paging: #paging,
            rules: #rules,
            long_running: #long_running,
            batch_max: #batch,
            scopes: #scopes,
            version: #version,
            deprecated: #deprecated,
        };
    }
}

/// The value of `OpMeta::rules`.
#[derive(Default, PartialEq)]
struct Rules<'a> {
    items: Vec<&'a str>,
    items_required: bool,
    one_of_parts: &'a [String],
    idempotent_with: &'a [String],
    idempotent_without: &'a [String],
    may_be_empty: bool,
    anonymous: bool,
    beta: bool,
    reads: bool,
}

impl<'a> Rules<'a> {
    fn of(operation: &'a Operation) -> Self {
        Self {
            items: operation.paging.iter().flat_map(|paging| paging.steps()).collect(),
            items_required: operation.items_required,
            one_of_parts: &operation.one_of_parts,
            idempotent_with: &operation.idempotent_with,
            idempotent_without: &operation.idempotent_without,
            may_be_empty: operation.may_be_empty,
            anonymous: operation.anonymous,
            beta: operation.is_beta(),
            reads: operation.only_reads(),
        }
    }

    fn tokens(&self) -> TokenStream {
        let (items, parts) = (&self.items, self.one_of_parts);
        let (with, without) = (self.idempotent_with, self.idempotent_without);
        let members = [
            (!items.is_empty()).then(|| quote!(items: &[#(#items),*])),
            self.items_required.then(|| quote!(items_required: true)),
            (!parts.is_empty()).then(|| quote!(one_of_parts: &[#(#parts),*])),
            (!with.is_empty()).then(|| quote!(idempotent_with: &[#(#with),*])),
            (!without.is_empty()).then(|| quote!(idempotent_without: &[#(#without),*])),
            self.may_be_empty.then(|| quote!(may_be_empty: true)),
            self.anonymous.then(|| quote!(anonymous: true)),
            self.beta.then(|| quote!(beta: true)),
            self.reads.then(|| quote!(reads: true)),
        ];
        let members = members.into_iter().flatten();
        quote!(Rules { #(#members,)* ..Rules::PLAIN })
    }
}

/// The rules other than the plain ones, each once: a shared constant costs less to compile than a
/// value at every operation.
fn distinct<'a>(rules: impl Iterator<Item = Rules<'a>>) -> Vec<Rules<'a>> {
    let mut seen: Vec<Rules<'a>> = Vec::new();
    for rules in rules.filter(|rules| *rules != Rules::default()) {
        if !seen.contains(&rules) {
            seen.push(rules);
        }
    }
    seen
}

/// Long lists of scopes that several operations have.
fn shared_scopes<'a>(operations: &[&'a Operation]) -> Vec<&'a Vec<String>> {
    const LONG: usize = 5;
    let mut seen: Vec<(&Vec<String>, usize)> = Vec::new();
    for operation in operations.iter().filter(|operation| operation.scopes.len() >= LONG) {
        match seen.iter_mut().find(|(scopes, _)| **scopes == operation.scopes) {
            Some((_, count)) => *count += 1,
            None => seen.push((&operation.scopes, 1)),
        }
    }
    seen.into_iter().filter(|(_, count)| *count > 1).map(|(scopes, _)| scopes).collect()
}
