//! Types and operations that the APIs of a vendor have in common with its first: a new version of an API mostly sends
//! what the one before sends. A contact then is one type in both, and so is the call that reads it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::model::{Model, Operation};
use crate::normalise::Api;
use crate::read::document::{is_description, object};
use crate::read::references::each as each_reference;

/// The names of the types of `other` that `first` has too: the same in Rust, of the same JSON Schema, and so is all
/// that they lead to. They have the descriptions of `first`, even if their own differ.
pub(crate) fn types((first_api, first): (&Api, &Model), (other_api, other): (&Api, &Model)) -> BTreeSet<String> {
    let (ours, theirs) = (&first_api.merged["components"], &other_api.merged["components"]);
    let schemas = schemas(ours, theirs);
    // A type without a schema of its name has one that is built from its definition.
    let described = |name: &str| {
        let own = ours["schemas"].get(name).is_none() && theirs["schemas"].get(name).is_none();
        own || schemas.contains(name)
    };
    let mut found: BTreeSet<String> = other
        .types
        .iter()
        .filter(|(name, definition)| {
            first.types.get(*name).is_some_and(|own| own.undescribed() == definition.undescribed()) && described(name)
        })
        .map(|(name, _)| name.clone())
        .collect();
    settle(&mut found, |name, found| other.types[name].names().iter().all(|inner| found.contains(inner)));
    found
}

/// Marks the operations that all APIs have in common with the first of them; which types they have in common is known.
/// The others are given with the names of their clients. A client sends one version with all of these operations, so an
/// API that asks for several has none in common.
pub(crate) fn operations(first: &mut Model, others: &mut [(&str, &mut Model)]) {
    for operation in &mut first.operations {
        let twins: Option<Vec<_>> = others.iter().map(|(_, other)| twin(operation, other)).collect();
        for ((client, other), (twin, version)) in others.iter_mut().zip(twins.unwrap_or_default()) {
            other.operations[twin].common = true;
            operation.also.push(((*client).to_owned(), version));
        }
    }
    for (_, other) in others {
        other.same = other.operations.iter().map(|operation| operation.resource.clone()).collect();
        let alone = |operation: &&Operation| !operation.common && operation.also.is_empty();
        for operation in first.operations.iter().chain(&other.operations).filter(alone) {
            other.same.remove(&operation.resource);
        }
    }
}

/// The place of the same operation, and the version that is sent with it.
fn twin(operation: &Operation, other: &Model) -> Option<(usize, String)> {
    let place = other.operations.iter().position(|twin| twin.name == operation.name)?;
    let twin = &other.operations[place];
    let types = twin.types().all(|ty| ty.name().is_none_or(|name| other.common.contains(name)));
    let version = other.version()?.to_owned();
    (types && twin.undescribed() == operation.undescribed()).then_some((place, version))
}

/// The names of the schemas that two documents have alike, with all that these refer to.
fn schemas(ours: &Value, theirs: &Value) -> BTreeSet<String> {
    let alike = |name: &str, schema: &Value| ours["schemas"].get(name).is_some_and(|own| plain(own) == plain(schema));
    let mut found: BTreeSet<String> =
        object(theirs, "schemas").filter(|(name, schema)| alike(name, schema)).map(|(name, _)| name.clone()).collect();
    settle(&mut found, |name, found| {
        let mut all = true;
        each_reference(&theirs["schemas"][name], &mut |inner| all &= found.contains(inner));
        all
    });
    found
}

/// Returns a schema without our notes and descriptions. A reference with a description is inside an `allOf`.
fn plain(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, value)| !key.starts_with("x-") && !is_description(key, value));
            let kept: Map<String, Value> = kept.map(|(key, value)| (key.clone(), plain(value))).collect();
            match kept.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
                Some([one]) if kept.len() == 1 => one.clone(),
                _ => Value::Object(kept),
            }
        }
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        other => other.clone(),
    }
}

/// Takes out what does not hold together with the rest, until all of it does.
fn settle(names: &mut BTreeSet<String>, holds: impl Fn(&str, &BTreeSet<String>) -> bool) {
    loop {
        let kept: BTreeSet<String> = names.iter().filter(|name| holds(name, names)).cloned().collect();
        if kept.len() == names.len() {
            return;
        }
        *names = kept;
    }
}
