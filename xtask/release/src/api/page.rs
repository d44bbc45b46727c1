//! The text of a crate: an item a line, its members below it, and at the end of a line what gates it.

use std::collections::{BTreeMap, BTreeSet};

use public_api::tokens::Token;
use rustdoc_types::ItemEnum;

use super::document::Document;
use super::foreign::Foreign;
use super::gates::Gate;
use super::text::{Impl, Line, text};
use super::tree::{Item, Tree};

/// Traits whose associated types repeat the fields.
const REPEATING: [&str; 2] = ["Record", "Wire"];

/// The compiler's own mark of a derive.
const COMPILERS: &str = "StructuralPartialEq";

/// Writes a page, and collects the foreign types in it.
pub(super) struct Writer<'a> {
    document: &'a Document,
    tree: &'a Tree,
    pub(super) foreign: Foreign,
}

impl<'a> Writer<'a> {
    pub(super) fn new(document: &'a Document, tree: &'a Tree) -> Self {
        Self { document, tree, foreign: Foreign::new() }
    }

    /// All items by their paths.
    pub(super) fn page(&mut self) -> String {
        let mut blocks: BTreeMap<(String, String), String> = BTreeMap::new();
        for (item, others) in self.tree.top().filter(|(item, _)| !self.document.is_root(item.id)) {
            let line = Line::new(&item.tokens);
            let path = self.said(line.path, item);
            for other in others {
                let gate = self.tree.gate(self.document, other);
                let other = Line::new(&other.tokens);
                let again = self.said(other.path, item);
                let block = format!("{}{again} = {path}{}\n", other.head, gated(&gate));
                blocks.insert((again, other.head), block);
            }
            let block = self.item(item, &line);
            blocks.insert((path, line.head), block);
        }
        blocks.into_values().collect()
    }

    /// An item and its members.
    fn item(&mut self, item: &Item, line: &Line<'_>) -> String {
        let gate = self.tree.gate(self.document, item);
        let mut said = self.whole(line, item);
        if let Some((source, defined)) = self.document.source(item.id) {
            said += &format!(" = {source}");
            self.foreign.entry(defined).or_insert_with(|| said.clone());
        }
        let mut block = self.line(0, &said, item, &gate);
        let mut traits = Vec::new();
        block += &self.members(item, 1, &gate, &mut traits);
        traits.extend(self.document.lacking(item.id).map(|name| format!("!{name}")));
        if !traits.is_empty() {
            block += &format!("  impl {}\n", traits.join(", "));
        }
        block
    }

    fn members(&mut self, item: &Item, depth: usize, outer: &Gate, traits: &mut Vec<String>) -> String {
        let tree = self.tree;
        tree.members(item.id).map(|member| self.member(member, item, depth, outer, traits)).collect()
    }

    /// A member of a type, trait or impl. Of a plain impl only its trait is listed, among `traits`.
    fn member(&mut self, item: &Item, of: &Item, depth: usize, outer: &Gate, traits: &mut Vec<String>) -> String {
        let mut gate = self.document.gate(item.id);
        match self.document.inner(item.id) {
            Some(ItemEnum::Impl(found)) if found.trait_.is_some() => {
                let found = Impl::new(&item.tokens);
                if found.name() == Some(COMPILERS) {
                    return String::new();
                }
                // A trait of an optional dependency is there with the feature of its name.
                gate.extend(found.origin().filter(|name| self.document.is_feature(name)).map(str::to_owned));
                let associated = self.associated(item, &found);
                if found.is_plain && self.document.is_for(item.id, of.id) {
                    let name = self.said(found.of, item);
                    traits.push(with(&name, &associated) + &gated(&(&gate - outer)));
                    return String::new();
                }
                let said = with(&self.said(&item.tokens, item), &associated);
                self.line(depth, &said, item, &(&gate - outer))
            }
            // Members of an impl without conditions are listed without the impl.
            Some(ItemEnum::Impl(_)) if Impl::new(&item.tokens).is_plain && gate.is_subset(outer) => {
                self.members(item, depth, outer, traits)
            }
            Some(ItemEnum::Impl(_)) => {
                let said = self.said(&item.tokens, item);
                let line = self.line(depth, &said, item, &(&gate - outer));
                line + &self.members(item, depth + 1, &(&gate | outer), traits)
            }
            _ => {
                let line = Line::member(&item.tokens, self.document.name(item.id));
                let provided = if self.document.is_provided(item.id, of.id) { " {…}" } else { "" };
                let said = self.whole(&line, item) + provided;
                let line = self.line(depth, &said, item, &(&gate - outer));
                line + &self.members(item, depth + 1, &(&gate | outer), traits)
            }
        }
    }

    /// The associated types of an impl.
    fn associated(&mut self, item: &Item, found: &Impl<'_>) -> Vec<String> {
        if found.name().is_some_and(|name| REPEATING.contains(&name)) {
            return Vec::new();
        }
        let tree = self.tree;
        let types = tree
            .members(item.id)
            .filter(|member| matches!(self.document.inner(member.id), Some(ItemEnum::AssocType { .. })));
        let types: Vec<&Item> = types.collect();
        types
            .into_iter()
            .map(|member| {
                let line = Line::member(&member.tokens, self.document.name(member.id));
                self.said(line.path, member) + &self.said(line.rest, member)
            })
            .collect()
    }

    fn line(&self, depth: usize, said: &str, item: &Item, gate: &Gate) -> String {
        let deprecated = if self.document.is_deprecated(item.id) { " (deprecated)" } else { "" };
        format!("{}{said}{deprecated}{}\n", "  ".repeat(depth), gated(gate))
    }

    fn whole(&mut self, line: &Line<'_>, item: &Item) -> String {
        line.head.clone() + &self.said(line.path, item) + &self.said(line.rest, item)
    }

    fn said(&mut self, tokens: &[Token], item: &Item) -> String {
        let mut foreign = BTreeSet::new();
        let said = text(tokens, &self.document.name, &mut foreign);
        for path in foreign {
            self.foreign.entry(path).or_insert_with(|| item.tokens.iter().map(Token::text).collect());
        }
        said
    }
}

/// A trait with its associated types.
fn with(said: &str, associated: &[String]) -> String {
    if associated.is_empty() { said.to_owned() } else { format!("{said} {{{}}}", associated.join(", ")) }
}

fn gated(gate: &Gate) -> String {
    if gate.is_empty() {
        return String::new();
    }
    format!(" [{}]", gate.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
}
