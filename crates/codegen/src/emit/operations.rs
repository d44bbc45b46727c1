//! The table of operations that pipeline, paginator, fake, tests and tools read.

use std::collections::BTreeSet;

use anyhow::Result;
use heck::ToShoutySnakeCase;
use indexmap::{IndexMap, IndexSet};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote};

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
    let scopes = shared.iter().enumerate().map(|(index, scopes)| {
        let name = constant("SCOPES", index);
        quote!(const #name: &[&str] = &[#(#scopes),*];)
    });
    // A shared constant costs less to compile than a value at every operation.
    let rules = operations.iter().map(|operation| Rules::of(operation));
    let ruled: IndexSet<Rules<'_>> = rules.filter(|rules| *rules != Rules::default()).collect();
    let rules = ruled.iter().enumerate().map(|(index, rules)| {
        let (name, rules) = (constant("RULES", index), rules.tokens());
        quote!(const #name: Rules = #rules;)
    });
    // Equal tables have equal text.
    let mut tables: IndexMap<String, TokenStream> = IndexMap::new();
    let mut pagings = Vec::new();
    for operation in operations {
        let table = operation.paging.as_ref().map(|paging| paging::table(paging, operation, model)).transpose()?;
        pagings.push(table.map(|table| {
            let entry = tables.entry(table.to_string());
            let index = entry.index();
            entry.or_insert(table);
            index
        }));
    }
    let tables = tables.values().enumerate().map(|(index, paging)| {
        let name = constant("PAGING", index);
        quote!(static #name: Paging = #paging;)
    });
    let metas = operations.iter().zip(&pagings).map(|(operation, paging)| {
        let paging = option(paging.map(|index| {
            let name = constant("PAGING", index);
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

/// The name of a constant that operations share.
fn constant(what: &str, index: usize) -> Ident {
    format_ident!("{what}_{}", index + 1)
}

fn meta(
    operation: &Operation,
    paging: &TokenStream,
    shared: &IndexSet<&Vec<String>>,
    ruled: &IndexSet<Rules<'_>>,
) -> TokenStream {
    let Operation { name: id, spec_id, path, idempotent, limit_class, long_running, deprecated, .. } = operation;
    let about = plain_doc(&format!("`{} {path}`", operation.method));
    let (entry, method) = (entry(operation), ident(&operation.method));
    let rules = match ruled.get_index_of(&Rules::of(operation)) {
        Some(index) => constant("RULES", index).to_token_stream(),
        None => quote!(Rules::PLAIN),
    };
    let own = &operation.scopes;
    let scopes = match shared.get_index_of(own) {
        Some(index) => constant("SCOPES", index).to_token_stream(),
        None => quote!(&[#(#own),*]),
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
#[derive(Default, PartialEq, Eq, Hash)]
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

/// Long lists of scopes that several operations have.
fn shared_scopes<'a>(operations: &[&'a Operation]) -> IndexSet<&'a Vec<String>> {
    const LONG: usize = 5;
    let mut seen: IndexMap<&Vec<String>, usize> = IndexMap::new();
    for operation in operations.iter().filter(|operation| operation.scopes.len() >= LONG) {
        *seen.entry(&operation.scopes).or_default() += 1;
    }
    seen.into_iter().filter(|(_, count)| *count > 1).map(|(scopes, _)| scopes).collect()
}
