//! The shape of the emitted code: the corrected document becomes types and operations.
//!
//! Replies are all optional, enums are open, unions are distinguished, and equal types are one.

mod common;
mod describe;
mod operation;
mod progenitor;
mod schema;
mod share;
mod types;
mod unions;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use heck::ToUpperCamelCase;
use serde_json::Value;

use crate::model::{Argument, Definition, Field, Model, Operation, Ty, Unit, reachable};
use crate::name::lock::ApiNames;
use crate::normalise::Api;
use crate::read::document;
use crate::read::vendor::ApiFile;
use schema::Shaper;

pub(crate) use common::{operations as common_operations, types as common_types};

/// Makes the model of an API; `known` are the names that its types have already.
pub(crate) fn model(api: &Api, file: &ApiFile, known: &ApiNames) -> Result<Model> {
    let here = || file.name.clone();
    let known = known.types();
    let mut shaper = Shaper::of(&api.merged, &known).with_context(here)?;
    let mut operations = operation::all(&mut shaper, &api.merged).with_context(here)?;
    if let Some(refused) = shaper.refused.or(shaper.unions.refused.take()) {
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

    let alone: Vec<String> = types.definitions.keys().cloned().collect();
    share::all(&mut types, &unions, &api.names, &known);
    types.resolve();
    operations.iter_mut().flat_map(Operation::types_mut).for_each(|ty| *ty = types.expand(ty));

    let mut definitions = std::mem::take(&mut types.definitions);
    let kept: Vec<Ty> = document::list(&api.merged, "x-crm-keep-schemas")
        .filter_map(Value::as_str)
        .map(|name| Ty::Named(name.to_owned()))
        .collect();
    let used = reachable(&definitions, operations.iter().flat_map(Operation::types).chain(&kept));
    definitions.retain(|name, _| used.contains(name));
    for definition in definitions.values_mut().filter(|definition| !definition.sent) {
        definition.fields_mut().iter_mut().for_each(|field| (field.nullable, field.read_only) = (false, false));
    }
    let names = without_schema(alone, &types.aliases, &definitions, api);
    Ok(Model { types: definitions, common: BTreeSet::new(), same: BTreeSet::new(), operations, names })
}

/// The names of the types that do not have the name of a schema.
fn without_schema(
    alone: Vec<String>,
    aliases: &BTreeMap<String, Ty>,
    definitions: &BTreeMap<String, Definition>,
    api: &Api,
) -> BTreeMap<String, String> {
    let schemas: BTreeSet<String> =
        api.schemas.values().flat_map(BTreeMap::values).map(|name| name.to_upper_camel_case()).collect();
    let named = |name: String| {
        let ty = Ty::Named(name.clone()).expand(&|name| aliases.get(name).cloned());
        Some((name, ty.into_name()?))
    };
    let differ = |(name, now): &(String, String)| name != now || !schemas.contains(name);
    alone.into_iter().filter_map(named).filter(|(_, now)| definitions.contains_key(now)).filter(differ).collect()
}

/// Returns an error message if a number that is sent looks like a time but has no unit, because users could not know
/// what to send.
pub(crate) fn without_unit(model: &Model) -> Option<String> {
    let unclear = |name: &str, ty: &Ty, unit: Option<&Unit>| {
        matches!(ty, Ty::Integer | Ty::Number) && unit.is_none() && Unit::is_needed(name)
    };
    let arguments = model.operations.iter().flat_map(|operation| {
        let unclear = move |argument: &&Argument| unclear(&argument.wire, &argument.ty, argument.unit.as_ref());
        operation.arguments.iter().filter(unclear).map(|argument| format!("{} `{}`", operation.name, argument.wire))
    });
    let members = model.types.iter().filter(|(_, definition)| definition.sent).flat_map(|(name, definition)| {
        let unclear = move |field: &&Field| !field.read_only && unclear(&field.wire, &field.ty, field.unit.as_ref());
        definition.fields().iter().filter(unclear).map(move |field| format!("{name} `{}`", field.wire))
    });
    let unclear: Vec<String> = arguments.chain(members).collect();
    (!unclear.is_empty()).then(|| {
        format!(
            "the unit of these numbers is unknown; add it to `units` in words.json, or as `x-crm-unit` in corrections.json: {}",
            unclear.join(", ")
        )
    })
}

/// Marks the types that are sent; other types need no setters.
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
