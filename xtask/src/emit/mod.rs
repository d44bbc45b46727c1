//! From the model to files: one for each resource, its types, a table of operations.

pub(crate) mod calls;
mod docs;
mod example;
mod gate;
mod handle;
mod operations;
mod paged;
mod rust;
mod schemas;
pub(crate) mod signature;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use heck::ToSnakeCase;

use crate::normalise::Api;
use crate::refine::{Model, Operation, reachable};
use crate::specs::vendor::{ApiFile, Vendor};
use crate::write::Files;
use example::Examples;
use gate::Gate;
pub(crate) use paged::item;
pub(crate) use types::{field_type, into_type, required_of_new};

/// Adds the files of one API below `folder`.
pub(crate) fn api(
    vendor: &Vendor,
    folder: &Path,
    file: &ApiFile,
    api: &Api,
    model: &Model,
    files: &mut Files,
) -> Result<()> {
    let gate = Gate(vendor.file.features.is_some());
    let resources = resources(model);
    let examples = Examples::new(&vendor.file, file, vendor.is_root(file), model);
    for (resource, operations) in &resources {
        let folded = file.fold.as_ref().filter(|fold| fold.resource == *resource);
        let text = handle::resource(resource, operations, model, folded, &examples)?;
        files.add(folder.join(format!("{resource}.rs")), rust::file(&source(operations), &text)?);
        let text = operations::resource(operations);
        files.add(folder.join("operations").join(format!("{resource}.rs")), rust::file(&[], &text)?);
    }
    if let Some(fold) = &file.fold {
        files.add(folder.join("object_types.rs"), rust::file(&[], &handle::object_types(fold, api, model)?)?);
    }
    let names: Vec<&str> = resources.keys().map(String::as_str).collect();
    files.add(folder.join("operations/mod.rs"), rust::file(&[], &operations::root(&names, &model.operations, gate))?);
    let groups = groups(model, &resources);
    for (name, group) in &groups {
        let text = types::group(group, model) + &schemas::impls(group);
        files.add(folder.join("types").join(format!("{name}.rs")), rust::file(&[], &text)?);
    }
    files.add(folder.join("schemas.json"), schemas::document(api, model));
    files.add(folder.join("types/mod.rs"), rust::file(&[], &types::root(&groups, gate))?);
    let mut root = handle::root(file, api, &resources, gate);
    if vendor.is_root(file) {
        let others = vendor.file.apis.iter().filter(|other| other.name != file.name);
        root = root.replacen("pub mod operations;", &(modules(others) + "pub mod operations;"), 1);
    }
    files.add(folder.join("mod.rs"), rust::file(&[], &root)?);
    Ok(())
}

/// The root of a vendor whose APIs all have a module.
pub(crate) fn root(vendor: &Vendor) -> Result<String> {
    rust::file(&[], &format!("//! Generated code, a module for each API.\n\n{}", modules(vendor.file.apis.iter())))
}

fn modules<'a>(apis: impl Iterator<Item = &'a ApiFile>) -> String {
    apis.map(|api| {
        let gate = api.feature.as_ref().map_or_else(String::new, |feature| Gate(true).one(feature));
        format!("{gate}pub mod {};\n", api.module())
    })
    .collect()
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
    pub(crate) users: Vec<String>,
    pub(crate) names: Vec<String>,
}

/// The types of each resource alone, and those that several use together: a group for each set of
/// users, called like the first of its types.
fn groups(model: &Model, resources: &BTreeMap<String, Vec<&Operation>>) -> BTreeMap<String, Group> {
    let mut users: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut reached: Vec<(String, BTreeSet<String>)> = Vec::new();
    for (resource, operations) in resources {
        let from = operations.iter().flat_map(|operation| operation.types());
        reached.push((resource.clone(), reachable(&model.types, from)));
    }
    for name in model.types.keys() {
        let of = reached.iter().filter(|(_, names)| names.contains(name)).map(|(resource, _)| resource.clone());
        users.insert(name, of.collect());
    }
    let mut sets: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for (name, users) in users {
        sets.entry(users).or_default().push(name.to_owned());
    }
    sets.into_iter()
        .map(|(users, names)| {
            let name = match users.as_slice() {
                [one] => one.clone(),
                _ => format!("shared_{}", names[0].to_snake_case()),
            };
            (name, Group { users, names })
        })
        .collect()
}
