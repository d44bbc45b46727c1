//! The shape of what is emitted: the corrected document becomes types and operations.
//!
//! Replies are all optional, enums are open, unions are told apart, and types that say the same are one.

mod common;
mod describe;
mod operation;
mod progenitor;
mod schema;
mod share;
mod types;
mod unions;
mod values;

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::model::{Model, Operation, Ty, reachable};
use crate::normalise::Api;
use crate::read::document;
use crate::read::vendor::ApiFile;
use schema::Shaper;

pub(crate) use common::{operations as common_operations, types as common_types};

/// Makes the model of an API.
pub(crate) fn model(api: &Api, file: &ApiFile) -> Result<Model> {
    let here = || file.name.clone();
    let mut shaper = Shaper::of(&api.merged).with_context(here)?;
    let mut operations = operation::all(&mut shaper, &api.merged).with_context(here)?;
    if let Some(refused) = shaper.refused {
        bail!(refused);
    }
    let unions = shaper.unions.into_vec();
    let mut types = shaper.types;
    for union in &unions {
        types.definitions.insert(union.name.clone(), types::definition(union));
    }
    requests(&mut types, &operations);

    let mut unions = unions;
    let names = progenitor::name(&mut types, &unions).with_context(here)?;
    types.rename(&names);
    unions.iter_mut().for_each(|union| union.rename(&names));
    operations.iter_mut().flat_map(Operation::types_mut).for_each(|ty| ty.rename(&|name| names.get(name).cloned()));
    types.resolve();

    share::enums(&mut types, &api.names);
    share::records(&mut types, &unions, &api.names);
    types.resolve();
    operations.iter_mut().flat_map(Operation::types_mut).for_each(|ty| *ty = types.expand(ty));

    let mut definitions = types.definitions;
    let kept: Vec<Ty> = document::list(&api.merged, "x-keep-schemas")
        .filter_map(Value::as_str)
        .map(|name| Ty::Named(name.to_owned()))
        .collect();
    let used = reachable(&definitions, operations.iter().flat_map(Operation::types).chain(&kept));
    definitions.retain(|name, _| used.contains(name));
    for definition in definitions.values_mut().filter(|definition| !definition.sent) {
        definition.fields_mut().iter_mut().for_each(|field| (field.nullable, field.read_only) = (false, false));
    }
    Ok(Model { types: definitions, common: BTreeSet::new(), same: BTreeSet::new(), operations })
}

/// Marks what is sent; what is not needs no member.
fn requests(types: &mut types::Types, operations: &[Operation]) {
    let bodies: Vec<Ty> =
        operations.iter().filter_map(|operation| Some(types.expand(&operation.body.as_ref()?.ty))).collect();
    let mut open: Vec<String> = bodies.iter().filter_map(Ty::name).map(str::to_owned).collect();
    let mut sent = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let Some(definition) = types.definitions.get(&name)
            && sent.insert(name)
        {
            let names = definition.names().into_iter().filter_map(|name| types.expand(&Ty::Named(name)).into_name());
            open.extend(names.collect::<Vec<_>>());
        }
    }
    for (name, definition) in &mut types.definitions {
        definition.sent = sent.contains(name);
        for field in definition.fields_mut() {
            field.required &= sent.contains(name);
        }
    }
}
