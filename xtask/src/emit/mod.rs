//! From the model to files: one for each resource, its types, a table of operations.

pub(crate) mod calls;
mod docs;
mod example;
mod gate;
mod handle;
mod operations;
mod paged;
mod paging;
pub(crate) mod quotas;
mod rust;
mod schemas;
pub(crate) mod signature;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use heck::ToSnakeCase;

use crate::refine::{Model, Operation, Refined, reachable};
use crate::specs::vendor::{ApiFile, Vendor};
use crate::write::Files;
use example::Examples;
use gate::Gate;
pub(crate) use paged::item;
pub(crate) use types::{field_type, into_type, required_of_new};

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
    let examples = Examples::new(&vendor.file, file, vendor.is_root(file), model);
    for (resource, operations) in &resources {
        let folded = file.fold.as_ref().filter(|fold| fold.resource == *resource);
        let text = handle::resource(resource, operations, model, folded, &examples)?;
        files.add(folder.join(format!("{resource}.rs")), rust::file(&source(operations), &text)?);
        let text = operations::resource(operations, model)?;
        files.add(folder.join("operations").join(format!("{resource}.rs")), rust::file(&[], &text)?);
    }
    if let Some(fold) = &file.fold {
        files.add(folder.join("object_types.rs"), rust::file(&[], &handle::object_types(fold, api, model)?)?);
    }
    let names: Vec<&str> = resources.keys().map(String::as_str).collect();
    files.add(folder.join("operations/mod.rs"), rust::file(&[], &operations::root(&names, &model.operations, gate))?);
    let groups = groups(model, others);
    for (name, group) in &groups {
        let text = types::group(group, model) + &schemas::impls(&group.own);
        files.add(folder.join("types").join(format!("{name}.rs")), rust::file(&[], &text)?);
    }
    files.add(folder.join("schemas.json"), schemas::document(api, model));
    files.add(folder.join("types/mod.rs"), rust::file(&[], &types::root(&groups, gate))?);
    let mut root = handle::root(file, api, &resources, gate);
    if vendor.is_root(file) {
        let modules = modules(vendor, others.iter().map(|other| other.file));
        root = root.replacen("pub mod operations;", &(modules + "pub mod operations;"), 1);
    }
    files.add(folder.join("mod.rs"), rust::file(&[], &root)?);
    Ok(())
}

/// The root of a vendor whose APIs all have a module.
pub(crate) fn root(vendor: &Vendor) -> Result<String> {
    rust::file(
        &[],
        &format!("//! Generated code, a module for each API.\n\n{}", modules(vendor, vendor.file.apis.iter())),
    )
}

fn modules<'a>(vendor: &Vendor, apis: impl Iterator<Item = &'a ApiFile>) -> String {
    let limits = if vendor.limits.all.is_empty() { "" } else { "pub(crate) mod limits;\n" };
    let apis = apis.map(|api| {
        let gate = api.feature.as_ref().map_or_else(String::new, |feature| Gate(true).one(feature));
        format!("{gate}pub mod {};\n", api.module())
    });
    limits.to_owned() + &apis.collect::<String>()
}

fn resources(model: &Model) -> BTreeMap<String, Vec<&Operation>> {
    let mut found: BTreeMap<String, Vec<&Operation>> = BTreeMap::new();
    for operation in &model.operations {
        found.entry(operation.resource.clone()).or_default().push(operation);
    }
    found
}

/// Each of the texts once.
fn distinct<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<&'a String> {
    let mut seen: Vec<&String> = Vec::new();
    for text in texts {
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen
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
