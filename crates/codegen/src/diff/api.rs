//! An API before and now: its operations, then the types they use, then the rest.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Changes, Class, Kind, UNTOUCHED, counted, few};
use super::pairs::{self, Pair, Pairs};
use super::side::Api;
use super::{described, documents, gates, operations, types, wire};
use crate::model::{Model, Operation, reachable};
use crate::read::version;

/// Compares the items that both sides have, and lists those that only one has.
pub(super) fn compare(changes: &mut Changes, mut old: Api, new: &Api, features: &BTreeSet<String>) {
    let names = pairs::renamed(&old.model, &new.model, &pairs::operations(&old.model, &new.model));
    for (was, is) in &names {
        changes.of(Kind::Type, was).breaking(format!("renamed to `{is}`"), "code that uses the type does not compile");
    }
    old.model.rename_types(&names);
    let gates = std::mem::take(&mut old.gates);
    old.gates = gates.into_iter().map(|(name, gate)| (names.get(&name).cloned().unwrap_or(name), gate)).collect();
    let pairs = pairs::operations(&old.model, &new.model);
    if old.client != new.client {
        changes
            .of(Kind::Resource, &old.client)
            .breaking(format!("renamed to `{}`", new.client), "code that uses the client does not compile");
    }
    handles(changes, &old.model, &new.model);
    for pair in &pairs.both {
        operations::compare(changes, pair, (&old, new));
    }
    let alone = Alone::of(&pairs, &old, new);
    alone.tell(changes, &old, new);
    let uses = uses(&new.model);
    for (name, definition) in &old.model.types {
        match new.model.types.get(name) {
            Some(now) => {
                types::compare(changes, name, definition, now, &used(&uses, name));
                common(changes, name, &old.model, &new.model);
            }
            None if alone.types_gone.contains(name) => {}
            None => changes.of(Kind::Type, name).removed("type removed", "code that uses it does not compile"),
        }
    }
    for name in new.model.types.keys() {
        if !old.model.types.contains_key(name) && !alone.types_come.contains(name) {
            let what = format!("new type{}", used(&uses, name));
            changes.of(Kind::Type, name).added(what, UNTOUCHED);
        }
    }
    object_types(changes, &old, new);
    gates::compare(changes, &old, new, features);
    wire::compare(changes, &old, new, &pairs, &names);
    documents::compare(changes, &old, new, &pairs);
    described::compare(changes, &old.model, &new.model, &pairs);
    wire::rest(changes, &old, new);
}

/// Compares the place of a type: the root's types or the API's own.
fn common(changes: &mut Changes, name: &str, old: &Model, new: &Model) {
    let mut item = changes.of(Kind::Type, name);
    match (old.common.contains(name), new.common.contains(name)) {
        (true, false) => item.breaking(
            "a type of its own, no longer that of `types`",
            "code that passes one for the other does not compile",
        ),
        (false, true) => item.minor("the same type as in `types`", "existing code compiles"),
        _ => {}
    }
}

/// An API that one side has alone.
pub(super) fn alone(changes: &mut Changes, api: &Api, come: bool) {
    let item = format!("the client `{}`", api.client);
    let what = said(&api.model.operations.iter().collect::<Vec<_>>(), api.model.types.len());
    let mut item = changes.of(Kind::Resource, item);
    if come {
        item.added(format!("new API: {what}"), UNTOUCHED);
    } else {
        item.removed(format!("removed: {what}"), "code that uses it does not compile");
    }
}

/// Compares the values that the handles of resources are created with, which are arguments of the client's methods. A
/// handle belongs to the root if all its operations do.
fn handles(changes: &mut Changes, old: &Model, new: &Model) {
    let held = |model: &Model, resource: &str| {
        model.operations.iter().find(|operation| operation.resource == resource).map(|first| first.bind.clone())
    };
    let resources: BTreeSet<&str> = old.operations.iter().map(|operation| operation.resource.as_str()).collect();
    for resource in resources {
        if let (Some(was), Some(is)) = (held(old, resource), held(new, resource))
            && was != is
        {
            changes.of(Kind::Resource, resource).breaking(
                format!("its handle takes ({}) instead of ({})", is.join(", "), was.join(", ")),
                "code that creates the handle does not compile",
            );
        }
        let mut item = changes.of(Kind::Resource, resource);
        match (old.same.contains(resource), new.same.contains(resource)) {
            (true, false) if held(new, resource).is_some() => item.breaking(
                "its handle is no longer shared with the client's other version",
                "code that passes one for the other does not compile",
            ),
            (false, true) if held(old, resource).is_some() => {
                item.minor("its handle is shared with the client's other version", "existing code compiles");
            }
            _ => {}
        }
    }
}

/// Operations of one side, and the types that exist only for them.
struct Alone<'a> {
    gone: Vec<&'a Operation>,
    come: Vec<&'a Operation>,
    types_gone: BTreeSet<String>,
    types_come: BTreeSet<String>,
}

impl<'a> Alone<'a> {
    fn of(pairs: &Pairs<'a>, old: &Api, new: &Api) -> Self {
        let with = |alone: &[&Operation], both: &[&Operation], model: &Model, other: &Model| -> BTreeSet<String> {
            let kept = reachable(&model.types, both.iter().flat_map(|operation| operation.types()));
            let mut found = reachable(&model.types, alone.iter().flat_map(|operation| operation.types()));
            found.retain(|name| !kept.contains(name) && !other.types.contains_key(name));
            found
        };
        let before: Vec<&Operation> = pairs.both.iter().map(|Pair { old, .. }| *old).collect();
        let now: Vec<&Operation> = pairs.both.iter().map(|Pair { new, .. }| *new).collect();
        Self {
            types_gone: with(&pairs.gone, &before, &old.model, &new.model),
            types_come: with(&pairs.come, &now, &new.model, &old.model),
            gone: pairs.gone.clone(),
            come: pairs.come.clone(),
        }
    }

    fn tell(&self, changes: &mut Changes, old: &Api, new: &Api) {
        let (before, now) = (old.resources(), new.resources());
        let whole = |operations: &[&'a Operation], resource: &str| -> Vec<&'a Operation> {
            operations.iter().copied().filter(|operation| operation.resource == resource).collect()
        };
        let types = |model: &Model, operations: &[&Operation], alone: &BTreeSet<String>| -> usize {
            let from = operations.iter().flat_map(|operation| operation.types());
            reachable(&model.types, from).intersection(alone).count()
        };
        for resource in before.difference(&now) {
            let operations = whole(&self.gone, resource);
            let what = said(&operations, types(&old.model, &operations, &self.types_gone));
            changes
                .of(Kind::Resource, resource)
                .removed(format!("removed: {what}"), "code that uses it does not compile");
        }
        for resource in now.difference(&before) {
            let operations = whole(&self.come, resource);
            let what = said(&operations, types(&new.model, &operations, &self.types_come));
            changes.of(Kind::Resource, resource).added(format!("new resource: {what}"), UNTOUCHED);
        }
        for operation in self.gone.iter().filter(|operation| now.contains(operation.resource.as_str())) {
            let what = format!(
                "removed: `{} {}`{}",
                operation.method,
                operation.path,
                self.with(operation, old, &self.types_gone)
            );
            changes.of(Kind::Operation, &operation.name).removed(what, "code that calls it does not compile");
        }
        for operation in self.come.iter().filter(|operation| before.contains(operation.resource.as_str())) {
            let what = format!(
                "new: `{} {}`{}",
                operation.method,
                operation.path,
                self.with(operation, new, &self.types_come)
            );
            changes.of(Kind::Operation, &operation.name).added(what, UNTOUCHED);
        }
    }

    /// The types that only such operations use.
    fn with(&self, operation: &Operation, api: &Api, alone: &BTreeSet<String>) -> String {
        let names = reachable(&api.model.types, operation.types());
        let names: Vec<String> = names.intersection(alone).map(|name| format!("`{name}`")).collect();
        match names.len() {
            0 => String::new(),
            count => format!(", with the {} {}", counted("type", count), few(&names)),
        }
    }
}

fn said(operations: &[&Operation], types: usize) -> String {
    let names = few(operations.iter().map(|operation| format!("`{}`", operation.call)));
    let (operations, count) = (counted("operation", operations.len()), operations.len());
    format!("{count} {operations} ({names}) and {types} {}", counted("type", types))
}

/// The operations that each type is part of.
fn uses(model: &Model) -> BTreeMap<String, Vec<&str>> {
    let mut uses: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for operation in &model.operations {
        for name in reachable(&model.types, operation.types()) {
            uses.entry(name).or_default().push(&operation.name);
        }
    }
    uses
}

/// The same for one type: the operations that use it.
fn used(uses: &BTreeMap<String, Vec<&str>>, name: &str) -> String {
    uses.get(name).map_or_else(String::new, |names| format!(" ({})", few(names)))
}

/// The operations of a type of object, with their scopes.
type Operations = BTreeMap<(String, String), Vec<String>>;

fn object_types(changes: &mut Changes, old: &Api, new: &Api) {
    for before in &old.object_types {
        let Some(now) = new.object_types.iter().find(|now| now.name == before.name) else {
            changes
                .of(Kind::ObjectType, &before.name)
                .removed("the type of object is gone", "calls of the client's method do not compile");
            continue;
        };
        let mut item = changes.of(Kind::ObjectType, &before.name);
        if before.segment != now.segment {
            item.patch(
                format!("stands as `{}` in paths, was `{}`", now.segment, before.segment),
                "the Rust call stays",
            );
        }
        // Another version in the path is reported with the operation.
        let alone = |all: &Operations, others: &Operations| -> Vec<String> {
            let same = |one: &(String, String), other: &(String, String)| {
                one.0 == other.0 && version::without(&one.1) == version::without(&other.1)
            };
            all.keys().filter(|one| !others.keys().any(|other| same(one, other))).map(line).collect()
        };
        let lacks = alone(&before.operations, &now.operations);
        let has = alone(&now.operations, &before.operations);
        if !lacks.is_empty() {
            let why = "these calls return an error before they are sent";
            item.felt(Class::Breaking, format!("no longer supports {}", few(&lacks)), why);
        }
        if !has.is_empty() {
            item.added(format!("supports {}", few(&has)), "these calls returned an error before");
        }
    }
    for now in new.object_types.iter().filter(|now| old.object_types.iter().all(|before| before.name != now.name)) {
        changes.of(Kind::ObjectType, &now.name).added("new type of object", UNTOUCHED);
    }
}

fn line((method, path): &(String, String)) -> String {
    format!("`{} {path}`", method.to_uppercase())
}
