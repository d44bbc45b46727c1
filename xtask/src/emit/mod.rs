//! From the model to files: one for each resource, its types, a table of operations.

mod docs;
mod handle;
mod operations;
mod paged;
mod rust;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;

use crate::normalise::Api;
use crate::refine::{Model, Operation, reachable};
use crate::specs::vendor::ApiFile;
use crate::write::Files;

/// Adds the files of one API below `folder`.
pub(crate) fn api(file: &ApiFile, api: &Api, model: &Model, folder: &Path, files: &mut Files) -> Result<()> {
    let resources = resources(model);
    let mut modules = Vec::new();
    for (resource, operations) in &resources {
        let folded = file.fold.as_ref().filter(|fold| fold.resource == *resource);
        let text = handle::resource(resource, operations, model, folded)?;
        files.add(folder.join(format!("{resource}.rs")), rust::file(&source(operations), &text)?);
        modules.push(resource.clone());
    }
    if let Some(fold) = &file.fold {
        files.add(folder.join("object_types.rs"), rust::file(&[], &handle::object_types(fold, api, model)?)?);
        modules.push("object_types".to_owned());
    }
    files.add(folder.join("operations.rs"), rust::file(&[], &operations::table(&model.operations))?);
    let groups = groups(model, &resources);
    for (group, names) in &groups {
        files.add(folder.join("types").join(format!("{group}.rs")), rust::file(&[], &types::group(names, model))?);
    }
    let groups: Vec<String> = groups.into_keys().collect();
    files.add(folder.join("types/mod.rs"), rust::file(&[], &types::root(&groups))?);
    files.add(folder.join("mod.rs"), rust::file(&[], &handle::root(file, api, &modules, model))?);
    Ok(())
}

/// The file that holds the modules of a vendor with several APIs.
pub(crate) fn modules(apis: &[ApiFile]) -> Result<String> {
    let mut text = String::from("//! Generated code, a module for each API.\n\n");
    for api in apis {
        text.push_str(&format!("pub mod {};\n", api.name.replace('-', "_")));
    }
    rust::file(&[], &text)
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

/// The types of each resource alone, and `shared` for the rest.
fn groups(model: &Model, resources: &BTreeMap<String, Vec<&Operation>>) -> BTreeMap<String, Vec<String>> {
    let mut users: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (resource, operations) in resources {
        let from = operations.iter().flat_map(|operation| operation.types());
        for name in reachable(&model.types, from) {
            users.entry(name).or_default().push(resource);
        }
    }
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in model.types.keys() {
        let group = match users.get(name).map(Vec::as_slice) {
            Some([one]) => (*one).to_owned(),
            _ => "shared".to_owned(),
        };
        groups.entry(group).or_default().push(name.clone());
    }
    groups
}
