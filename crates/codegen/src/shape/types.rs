//! Types while they are made: by schema name first, by the name in Rust at the end.

use std::collections::BTreeMap;

use super::unions::{By, Union};
use crate::model::{Definition, Shape, Ty};

/// The definitions, and the names that are aliases of another type.
#[derive(Default)]
pub(super) struct Types {
    pub(super) definitions: BTreeMap<String, Definition>,
    pub(super) aliases: BTreeMap<String, Ty>,
}

impl Types {
    /// True if there is a type of a name, or an alias with this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.definitions.contains_key(name) || self.aliases.contains_key(name)
    }

    /// A type without aliases.
    pub(super) fn expand(&self, ty: &Ty) -> Ty {
        ty.expand(&|name| self.aliases.get(name).cloned())
    }

    /// Replaces every alias by its type.
    pub(super) fn resolve(&mut self) {
        let aliases = &self.aliases;
        for definition in self.definitions.values_mut() {
            definition.types_mut().for_each(|ty| *ty = ty.expand(&|name| aliases.get(name).cloned()));
        }
    }

    /// Renames types at all places.
    pub(super) fn rename(&mut self, names: &BTreeMap<String, String>) {
        let new = |name: &str| names.get(name).cloned();
        self.definitions.values_mut().flat_map(Definition::types_mut).for_each(|ty| ty.rename(&new));
        self.aliases.values_mut().for_each(|ty| ty.rename(&new));
        let definitions = std::mem::take(&mut self.definitions);
        self.definitions = definitions.into_iter().map(|(name, one)| (new(&name).unwrap_or(name), one)).collect();
        let aliases = std::mem::take(&mut self.aliases);
        self.aliases = aliases.into_iter().map(|(name, ty)| (new(&name).unwrap_or(name), ty)).collect();
    }
}

/// A union as a type.
pub(super) fn definition(union: &Union) -> Definition {
    let arm = |(name, texts): &(String, Vec<String>)| (Ty::Named(name.clone()), name.clone(), texts.clone());
    let (shape, doc) = match &union.by {
        By::Tag(tag, arms) => (
            Shape::Union(Some(tag.clone()), arms.iter().map(arm).collect()),
            format!("One of several records, distinguished by `{tag}`."),
        ),
        By::Members(arms) => (
            Shape::Union(None, arms.iter().map(arm).collect()),
            "One of several records, distinguished by their members.".to_owned(),
        ),
    };
    Definition { doc, shape, sent: false, others: None }
}
