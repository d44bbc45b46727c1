//! The public items of a crate, and their parents.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use anyhow::Result;
use public_api::tokens::Token;
use rustdoc_types::{Id, ItemEnum};

use super::document::Document;
use super::gates::Gate;
use super::text::Line;

/// A public item at one of the places where it can be reached.
pub(super) struct Item {
    pub(super) id: Id,
    parent: Option<Id>,
    pub(super) tokens: Vec<Token>,
}

pub(super) struct Tree {
    items: Vec<Item>,
    /// Items directly in a module, at all their places; the first of the paths of an item is its shortest.
    places: HashMap<Id, Vec<usize>>,
    members: HashMap<Id, Vec<usize>>,
    parents: HashMap<Id, Id>,
}

impl Tree {
    /// Reads the public items in a file of rustdoc's.
    pub(super) fn read(document: &Document, file: &Path) -> Result<Self> {
        let api = public_api::Builder::from_rustdoc_json(file)
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(true)
            .build()?;
        let items = api.into_items().map(|item| Item {
            id: item.id(),
            parent: item.parent_id(),
            tokens: item.tokens().cloned().collect(),
        });
        let items: Vec<Item> = items.collect();
        let parents = items.iter().filter_map(|item| Some((item.id, item.parent?))).collect();
        let mut tree = Self { items, places: HashMap::new(), members: HashMap::new(), parents };
        let (mut seen, mut of_types) = (HashSet::new(), HashSet::new());
        for (at, item) in tree.items.iter().enumerate() {
            let Some(parent) =
                item.parent.filter(|parent| !matches!(document.inner(*parent), Some(ItemEnum::Module(_))))
            else {
                tree.places.entry(item.id).or_default().push(at);
                continue;
            };
            if seen.insert((parent, item.id)) {
                tree.members.entry(parent).or_default().push(at);
            }
            if let Some(ItemEnum::Struct(_) | ItemEnum::Enum(_) | ItemEnum::Union(_)) = document.inner(parent) {
                of_types.insert(item.id);
            }
        }
        for places in tree.places.values_mut() {
            places.sort_by_cached_key(|at| {
                let path = Line::new(&tree.items[*at].tokens).path;
                (path.len(), path.iter().map(|token| token.text().to_owned()).collect::<Vec<_>>())
            });
        }
        // An impl for a type of this crate is listed with the type, not with the trait.
        for (parent, members) in &mut tree.members {
            if let Some(ItemEnum::Trait(_)) = document.inner(*parent) {
                members.retain(|member| !of_types.contains(&tree.items[*member].id));
            }
        }
        Ok(tree)
    }

    /// Returns the items directly in a module, each with its shortest path and the others. The members of
    /// a module that can be reached in several ways are listed only once.
    pub(super) fn top(&self) -> impl Iterator<Item = (&Item, Vec<&Item>)> {
        self.places.values().map(|places| {
            let first = &self.items[places[0]];
            let name = |item: &Item| Line::new(&item.tokens).path.last().map(|token| token.text().to_owned());
            let others = places[1..].iter().map(|at| &self.items[*at]).filter(|other| {
                let module = other.parent.and_then(|parent| self.places.get(&parent));
                other.parent != first.parent || name(other) != name(first) || module.is_none_or(|ways| ways.len() == 1)
            });
            (first, others.collect())
        })
    }

    /// Returns the members of an item, in the order of their kinds and names.
    pub(super) fn members(&self, id: Id) -> impl Iterator<Item = &Item> {
        self.members.get(&id).into_iter().flatten().map(|at| &self.items[*at])
    }

    /// Returns the features that an item needs, and those of the modules through which it is reached here.
    pub(super) fn gate(&self, document: &Document, item: &Item) -> Gate {
        let mut gate = document.gate(item.id);
        let mut open = item.parent;
        // A module can hold itself.
        let mut seen = BTreeSet::new();
        while let Some(parent) = open.filter(|parent| seen.insert(*parent)) {
            gate.extend(document.gate(parent));
            open = self.parents.get(&parent).copied();
        }
        gate
    }
}
