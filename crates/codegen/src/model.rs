//! The emitted code as data: built once, after the corrections, and read by all later steps.

mod definition;
mod operation;
mod paging;
mod ty;

use std::collections::{BTreeMap, BTreeSet};

pub use definition::{Definition, Field, Shape};
pub use operation::{Argument, Body, Effect, Encoding, Operation, Place, Reply, Unit};
pub use paging::{NextPosition, OneOrTwo, Paging, PagingKind, Place as PagingPlace};
pub use ty::Ty;

/// All there is to emit for an API.
pub struct Model {
    /// The public types, by name.
    pub types: BTreeMap<String, Definition>,
    /// Those of the types that are the ones of the vendor's root.
    pub common: BTreeSet<String>,
    /// The resources whose operations are all the ones of the vendor's root, which has no others.
    pub same: BTreeSet<String>,
    /// The operations, in the order of their names.
    pub operations: Vec<Operation>,
    /// The names of the types that do not have the name of a schema, by the name that each would have by itself.
    pub names: BTreeMap<String, String>,
}

impl Model {
    /// The version that all operations ask for, if there is one.
    pub(crate) fn version(&self) -> Option<&str> {
        let version = self.operations.first()?.version.as_deref();
        self.operations.iter().all(|operation| operation.version.as_deref() == version).then_some(version)?
    }

    /// Returns true if some operations of a resource are the root's, but not all of both are.
    pub(crate) fn shares(&self, resource: &str) -> bool {
        let mut of = self.operations.iter().filter(|operation| operation.resource == resource);
        !self.same.contains(resource) && of.any(|operation| operation.common)
    }

    /// Renames types at all places.
    pub(crate) fn rename_types(&mut self, names: &BTreeMap<String, String>) {
        let new = |name: &str| names.get(name).cloned();
        for definition in self.types.values_mut() {
            definition.types_mut().for_each(|ty| ty.rename(&new));
        }
        for operation in &mut self.operations {
            operation.types_mut().for_each(|ty| ty.rename(&new));
        }
        let types = std::mem::take(&mut self.types);
        self.types = types.into_iter().map(|(name, definition)| (new(&name).unwrap_or(name), definition)).collect();
        let common = std::mem::take(&mut self.common);
        self.common = common.into_iter().map(|name| new(&name).unwrap_or(name)).collect();
    }
}

/// The named types that are reached from some types.
pub(crate) fn reachable<'a>(
    types: &BTreeMap<String, Definition>,
    from: impl Iterator<Item = &'a Ty>,
) -> BTreeSet<String> {
    let mut open: Vec<String> = from.filter_map(|ty| ty.name().map(str::to_owned)).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !found.insert(name.clone()) {
            continue;
        }
        if let Some(definition) = types.get(&name) {
            open.extend(definition.names().into_iter().filter(|name| !found.contains(name)));
        }
    }
    found
}
