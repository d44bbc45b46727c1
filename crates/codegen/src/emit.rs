//! From the model to files: one for each resource, its types, a table of operations.

mod builder;
pub(crate) mod calls;
pub(crate) mod catalogue;
mod client;
mod docs;
mod example;
pub(crate) mod features;
mod gate;
mod handle;
pub(crate) mod honesty;
mod layout;
pub(crate) mod limits_table;
mod marks;
mod meaning;
mod operations;
pub(crate) mod operations_table;
mod paged;
mod paging;
pub(crate) mod quotas;
mod rust;
mod schemas;
pub(crate) mod signature;
mod spelling;
mod types;
mod uses;
pub(crate) mod workspace;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::quote;

use crate::apis::Refined;
use crate::model::{Model, Operation, reachable};
use crate::read::vendor::{ApiFile, Vendor};
use crate::write::Files;
use example::Examples;
use gate::Gate;
pub(crate) use paged::item;
pub(crate) use rust::field_type;
use rust::{Piece, ident, inner_doc};
use spelling::spelled;
pub(crate) use types::{required_of_new, unboxed};
use uses::Uses;

/// Adds the files of one API below `folder`; `others` are the vendor's.
pub(crate) fn api(
    vendor: &Vendor,
    folder: &Path,
    Refined { file, api, model }: &Refined<'_>,
    others: &[&Refined<'_>],
    files: &mut Files,
) -> Result<()> {
    let gate = Gate(vendor.file.features.is_some());
    let resources = resources(model);
    let examples = Examples::new(vendor, file, model);
    let none = TokenStream::new;
    for (resource, operations) in resources.iter().filter(|(resource, _)| !model.same.contains(*resource)) {
        let folded = file.fold.as_ref().filter(|fold| fold.resource == *resource);
        let about = inner_doc(&handle::about(resource, operations));
        let pieces = if model.shares(resource) {
            handle::difference(resource, operations, model, &file.client, &examples)?
        } else {
            let others = others.iter().filter(|other| vendor.is_root(file) && other.model.shares(resource));
            let shared: Vec<&str> = others.map(|other| other.file.client.as_str()).collect();
            handle::resource(resource, operations, model, folded, (&file.client, &shared), &examples)?
        };
        let text = rust::file(&source(operations), quote!(#about #![allow(unused_imports)]), pieces)?;
        files.add(folder.join(format!("{resource}.rs")), text);
        let text = rust::file(&[], none(), vec![Piece::Rust(operations::resource(operations, model)?)])?;
        files.add(folder.join("operations").join(format!("{resource}.rs")), text);
    }
    if file.fold.is_some() {
        let about = inner_doc("The types of object, and which operations each has.");
        let text = rust::file(&[], about, vec![Piece::Rust(client::object_types(api, model))])?;
        files.add(folder.join("object_types.rs"), text);
    }
    let names: Vec<&str> = resources.keys().map(String::as_str).collect();
    let items = operations::root(&names, api, model, gate);
    let text = rust::file(&[], inner_doc(operations::ABOUT), vec![Piece::Rust(items)])?;
    files.add(folder.join("operations/mod.rs"), text);
    let (groups, uses) = (groups(model, others), Uses::of(model));
    for (name, group) in &groups {
        let text = rust::file(&[], none(), types::group(group, model, &uses))?;
        files.add(folder.join("types").join(format!("{name}.rs")), text);
    }
    files.add(folder.join("schemas.json"), schemas::document(api, model));
    let about = inner_doc(types::ABOUT);
    let allowed = quote!(#![allow(missing_docs, reason = "fields whose names say everything")]);
    let text = rust::file(&[], quote!(#about #allowed), vec![Piece::Rust(types::root(&groups, gate))])?;
    files.add(folder.join("types/mod.rs"), text);
    let apart = if vendor.is_root(file) { modules(vendor, others.iter().map(|other| other.file)) } else { none() };
    let about = inner_doc(&match vendor.is_root(file) {
        true => "Generated code: resources, types and the table of operations.".to_owned(),
        false => format!("The {} operations of {} and their types.", spelled(&file.module()), vendor.file.title),
    });
    let items = client::root(file, api, model, &resources, gate, &apart);
    files.add(folder.join("mod.rs"), rust::file(&[], about, vec![Piece::Rust(items)])?);
    Ok(())
}

/// The root of a vendor whose APIs all have a module.
pub(crate) fn root(vendor: &Vendor) -> Result<String> {
    let about = inner_doc("Generated code, a module for each API.");
    rust::file(&[], about, vec![Piece::Rust(modules(vendor, vendor.file.apis.iter()))])
}

fn modules<'a>(vendor: &Vendor, apis: impl Iterator<Item = &'a ApiFile>) -> TokenStream {
    let limits = (!vendor.limits.all.is_empty()).then(|| {
        quote!(
            pub(crate) mod limits;
        )
    });
    let apis = apis.map(|api| {
        let needs = api.feature.as_ref().map(|feature| Gate(true).one(feature));
        let module = ident(&api.module());
        quote!(#needs pub mod #module;)
    });
    quote!(#limits #(#apis)*)
}

fn resources(model: &Model) -> BTreeMap<String, Vec<&Operation>> {
    let mut found: BTreeMap<String, Vec<&Operation>> = BTreeMap::new();
    for operation in &model.operations {
        found.entry(operation.resource.clone()).or_default().push(operation);
    }
    found
}

fn source(operations: &[&Operation]) -> Vec<String> {
    let documents: BTreeSet<&str> = operations.iter().map(|operation| operation.document.as_str()).collect();
    documents.into_iter().map(str::to_owned).collect()
}

/// Types that the same resources use.
pub(crate) struct Group {
    pub(crate) users: BTreeSet<String>,
    /// Those that are defined here.
    pub(crate) own: Vec<String>,
    /// Those that are the root's.
    pub(crate) common: Vec<String>,
}

impl Group {
    /// Returns true if its file has this type.
    fn has(&self, name: &str) -> bool {
        self.own.iter().chain(&self.common).any(|known| known == name)
    }
}

/// The types of each resource alone, and those that several use together: a group for each set of
/// users, called like the first of its types.
fn groups(model: &Model, others: &[&Refined<'_>]) -> BTreeMap<String, Group> {
    let mut users = users(model);
    for other in others {
        for (name, more) in self::users(&other.model) {
            match users.get_mut(&name) {
                // Who uses a type that is ours needs it here; without a user it is always there.
                Some(known) if other.model.common.contains(&name) && !known.is_empty() => known.extend(more),
                _ => {}
            }
        }
    }
    let mut sets: BTreeMap<BTreeSet<String>, Vec<String>> = BTreeMap::new();
    for (name, users) in users {
        sets.entry(users).or_default().push(name);
    }
    sets.into_iter()
        .map(|(users, names)| {
            let name = match users.first() {
                Some(one) if users.len() == 1 => one.clone(),
                _ => format!("shared_{}", names[0].to_snake_case()),
            };
            let (common, own) = names.into_iter().partition(|name| model.common.contains(name));
            (name, Group { users, own, common })
        })
        .collect()
}

/// Returns the features of each type, one of which is required; empty if the type is always there.
pub(crate) fn gates(model: &Model, others: &[&Refined<'_>]) -> BTreeMap<String, BTreeSet<String>> {
    let groups = groups(model, others).into_values();
    let gates = groups.flat_map(|Group { users, own, common }| {
        let features = if Gate::is_counted(users.len()) { users } else { BTreeSet::new() };
        own.into_iter().chain(common).map(move |name| (name, features.clone())).collect::<Vec<_>>()
    });
    gates.collect()
}

/// The resources that use each type.
fn users(model: &Model) -> BTreeMap<String, BTreeSet<String>> {
    let mut users: BTreeMap<String, BTreeSet<String>> =
        model.types.keys().map(|name| (name.clone(), BTreeSet::new())).collect();
    for (resource, operations) in resources(model) {
        let from = operations.iter().flat_map(|operation| operation.types());
        for name in reachable(&model.types, from) {
            users.entry(name).or_default().insert(resource.clone());
        }
    }
    users
}
